package dev.autodiff.array;

import dev.autodiff.shape.DType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Arrays that nobody holds any more, kept for results of the same type and size: a fresh array is memory that no cache knows and that
 * must be zeroed, 40 µs and more for a megabyte. Belongs to one thread, whose backward sweeps give and take; an array that was not taken
 * between two {@linkplain #trim trims} is left to the garbage collector.
 */
public final class Recycler {
    /** Smaller arrays cost less to allocate than to look up. */
    private static final int LEAST_BYTES = 2048;

    /** So many sizes are looked through one by one; more would cost time, and mean that sizes hardly repeat. */
    private static final int MOST_BINS = 64;

    /** Arrays of one type and size. */
    private static final class Bin {
        final DType dtype;
        final int size;
        final List<Object> arrays = new ArrayList<>();

        /** The fewest arrays that lay here since the last trim: so many too many. */
        int surplus;

        Bin(DType dtype, int size) {
            this.dtype = dtype;
            this.size = size;
        }
    }

    private final List<Bin> bins = new ArrayList<>();

    /** Creates one that holds nothing. */
    public Recycler() {}

    /** Tells whether arrays of a type and size are worth keeping. */
    public static boolean keeps(DType dtype, int size) {
        return (long) size * dtype.bytes() >= LEAST_BYTES;
    }

    /** Returns a storage with any elements whatever, over an array that was given here, or null if there is none. */
    public @Nullable Storage take(DType dtype, int size) {
        Bin bin = bin(dtype, size);
        if (bin == null || bin.arrays.isEmpty()) {
            return null;
        }
        Object array = bin.arrays.remove(bin.arrays.size() - 1);
        bin.surplus = Math.min(bin.surplus, bin.arrays.size());
        return Storage.of(dtype, array);
    }

    /** Takes an array that nobody else will read or write again. */
    public void give(Storage storage) {
        int size = storage.size();
        if (!keeps(storage.dtype(), size)) {
            return;
        }
        Bin bin = bin(storage.dtype(), size);
        if (bin == null) {
            if (bins.size() == MOST_BINS) {
                return;
            }
            bin = new Bin(storage.dtype(), size);
            bins.add(bin);
        }
        bin.arrays.add(storage.array());
    }

    private @Nullable Bin bin(DType dtype, int size) {
        for (int i = 0; i < bins.size(); i++) {
            Bin bin = bins.get(i);
            if (bin.size == size && bin.dtype == dtype) {
                return bin;
            }
        }
        return null;
    }

    /** Forgets the arrays that nobody needed since the last call. */
    public void trim() {
        for (int i = bins.size() - 1; i >= 0; i--) {
            Bin bin = bins.get(i);
            List<Object> arrays = bin.arrays;
            arrays.subList(arrays.size() - bin.surplus, arrays.size()).clear();
            bin.surplus = arrays.size();
            if (arrays.isEmpty()) {
                bins.remove(i);
            }
        }
    }

    /** Returns the number of arrays that wait here. */
    public int count() {
        int count = 0;
        for (Bin bin : bins) {
            count += bin.arrays.size();
        }
        return count;
    }
}

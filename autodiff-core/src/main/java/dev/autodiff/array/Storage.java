package dev.autodiff.array;

import dev.autodiff.shape.DType;
import dev.autodiff.shape.DTypeException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The elements of a tensor: one Java array of the type's own kind, filled from index 0 without gaps, in row-major order.
 * Several tensors may share one storage. Only parameters change, through {@link #changed()}; the version tells those who kept
 * a value whether it is still the one they saw. The elements may also be {@linkplain #deferred deferred}: then the array is made when it is
 * first asked for.
 */
public final class Storage {
    /** The version of elements that never change. */
    private static final int CONSTANT = -1;

    /** The version of elements that never change, but are computed when they are first asked for. */
    private static final int DEFERRED = -2;

    /** The version of elements that stay as they are until the storage is revoked. */
    private static final int LENT = -3;

    private static final VarHandle ARRAY;

    /**
     * {@link Supplier#get}. The compiler inlines calls whose target it knows, and so made the computation of whole chains of functions part of
     * every method that reads an array, 0.3 to 0.75 s of compiling for each of eight. It does not know the target of a handle that is
     * not final.
     */
    @SuppressWarnings("FieldMayBeFinal")
    private static MethodHandle computation;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            ARRAY = lookup.findVarHandle(Storage.class, "array", Object.class);
            computation = lookup.findVirtual(Supplier.class, "get", MethodType.methodType(Object.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** What stands in the place of an array that is not made yet. */
    private record Deferred(int size, Supplier<?> elements) {}

    private final DType dtype;

    /** The Java array, or {@link Deferred}; null once it was revoked. */
    private @Nullable Object array;

    private int version = CONSTANT;

    private Storage(DType dtype, Object array) {
        this.dtype = dtype;
        this.array = array;
    }

    /** Wraps an array without copying it. */
    public static Storage of(float[] array) {
        return new Storage(DType.FLOAT32, array);
    }

    /** Wraps an array without copying it. */
    public static Storage of(double[] array) {
        return new Storage(DType.FLOAT64, array);
    }

    /** Wraps an array without copying it. */
    public static Storage of(long[] array) {
        return new Storage(DType.INT64, array);
    }

    /** Wraps an array without copying it. */
    public static Storage of(boolean[] array) {
        return new Storage(DType.BOOL, array);
    }

    /** Returns a storage of {@code size} zeros, {@code false} for {@link DType#BOOL}. */
    public static Storage zeros(DType dtype, int size) {
        return new Storage(
                dtype,
                switch (dtype) {
                    case FLOAT32 -> new float[size];
                    case FLOAT64 -> new double[size];
                    case INT64 -> new long[size];
                    case BOOL -> new boolean[size];
                });
    }

    /**
     * Returns a storage whose elements are computed when its array is first asked for. If several threads may do that, the first array that is
     * there is the array.
     *
     * @param elements makes the array
     */
    public static Storage deferred(DType dtype, int size, Supplier<?> elements) {
        Storage storage = new Storage(dtype, new Deferred(size, elements));
        storage.version = DEFERRED;
        return storage;
    }

    /** Returns what will make the array, or null if the array is there. */
    public @Nullable Supplier<?> deferral() {
        return present() instanceof Deferred deferred ? deferred.elements : null;
    }

    /** Gives a storage that is deferred its array, if it has none yet. */
    public void settle(Object elements) {
        Object present = present();
        if (present instanceof Deferred) {
            ARRAY.compareAndSet(this, present, elements);
        }
    }

    /** Returns the array so that its elements are seen too if another thread has computed them, at no cost for loops over others. */
    private @Nullable Object present() {
        return version == DEFERRED ? ARRAY.getAcquire(this) : array;
    }

    /** Wraps an array of a type without copying it. */
    public static Storage of(DType dtype, Object array) {
        return new Storage(dtype, array);
    }

    /** Returns the element type. */
    public DType dtype() {
        return dtype;
    }

    /** Returns the number of elements. */
    public int size() {
        if (present() instanceof Deferred deferred) {
            return deferred.size;
        }
        return switch (dtype) {
            case FLOAT32 -> ((float[]) array()).length;
            case FLOAT64 -> ((double[]) array()).length;
            case INT64 -> ((long[]) array()).length;
            case BOOL -> ((boolean[]) array()).length;
        };
    }

    /** Returns the Java array itself: {@code float[]}, {@code double[]}, {@code long[]} or {@code boolean[]}. */
    public Object array() {
        Object present = present();
        if (present instanceof Deferred deferred) {
            settle(compute(deferred.elements));
            present = present();
        }
        if (present == null) {
            throw new IllegalStateException(
                    "storage: these elements were lent for one update, which is over;" + " copy what you want to keep");
        }
        return present;
    }

    /** Returns what a supplier makes, in code of its own. */
    private static Object compute(Supplier<?> elements) {
        try {
            return (Object) computation.invokeExact(elements);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("a supplier declares no exception", e);
        }
    }

    /** Returns another storage over the same array for somebody who may read it until it is {@linkplain #revoke revoked}. */
    public Storage lend() {
        Storage lent = new Storage(dtype, array());
        lent.version = LENT;
        return lent;
    }

    /** Shows another array of this type from now on, until it is {@linkplain #revoke revoked}. Only for a storage that stands in for others. */
    public void show(Object elements) {
        array = elements;
    }

    /** Ends the use of the array through this storage. */
    public void revoke() {
        array = null;
    }

    /** Returns the array itself if the type is {@link DType#FLOAT32}. */
    public float[] float32() {
        check(DType.FLOAT32);
        return (float[]) array();
    }

    /** Returns the array itself if the type is {@link DType#FLOAT64}. */
    public double[] float64() {
        check(DType.FLOAT64);
        return (double[]) array();
    }

    /** Returns the array itself if the type is {@link DType#INT64}. */
    public long[] int64() {
        check(DType.INT64);
        return (long[]) array();
    }

    /** Returns the array itself if the type is {@link DType#BOOL}. */
    public boolean[] bool() {
        check(DType.BOOL);
        return (boolean[]) array();
    }

    private void check(DType expected) {
        if (dtype != expected) {
            throw new DTypeException("storage: expected " + expected + ", got " + dtype + "; convert with to(DType)");
        }
    }

    /** Returns an element as a double; {@code true} is 1. */
    public double get(int index) {
        return switch (dtype) {
            case FLOAT32 -> ((float[]) array())[index];
            case FLOAT64 -> ((double[]) array())[index];
            case INT64 -> ((long[]) array())[index];
            case BOOL -> ((boolean[]) array())[index] ? 1 : 0;
        };
    }

    /** Sets all elements to zero, {@code false} for {@link DType#BOOL}. */
    public void clear() {
        switch (dtype) {
            case FLOAT32 -> Arrays.fill((float[]) array(), 0);
            case FLOAT64 -> Arrays.fill((double[]) array(), 0);
            case INT64 -> Arrays.fill((long[]) array(), 0);
            case BOOL -> Arrays.fill((boolean[]) array(), false);
        }
    }

    /** Returns another storage over the same array. */
    public Storage alias() {
        return new Storage(dtype, array());
    }

    /** Returns a copy in an array of its own. */
    public Storage copy() {
        return new Storage(
                dtype,
                switch (dtype) {
                    case FLOAT32 -> ((float[]) array()).clone();
                    case FLOAT64 -> ((double[]) array()).clone();
                    case INT64 -> ((long[]) array()).clone();
                    case BOOL -> ((boolean[]) array()).clone();
                });
    }

    /** Declares that the elements may be overwritten, which is so for parameters alone. */
    public void allowChanges() {
        array(); // from now on it is the same array for good
        version = Math.max(version, 0);
    }

    /** Tells whether the elements may be overwritten. */
    public boolean isMutable() {
        return version >= 0;
    }

    /** Tells whether the elements may be others later: overwritten, or gone with a loan. */
    public boolean mayChange() {
        return version >= 0 || version == LENT;
    }

    /** Notes that the elements, which may be overwritten, were. */
    public void changed() {
        version = (version + 1) & Integer.MAX_VALUE;
    }

    /** Returns how often elements that may be overwritten were. */
    public int version() {
        return version;
    }
}

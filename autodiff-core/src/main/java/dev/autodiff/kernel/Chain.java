package dev.autodiff.kernel;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Elementwise functions of which one feeds the next, run over tiles that stay in the first-level cache: of a long chain only the inputs
 * and what is stored pass through memory. Every element is computed by the same loops as alone, so the bits are the same.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public final class Chain<A> {
    /** Elements in a tile: with a handful of registers less than a first-level cache, and much more than a loop costs to enter. */
    private static final int TILE = 8 * Reductions.RUN;

    /** The tiles of each thread, which runs one chain at a time. */
    private static final ThreadLocal<Object[]> TILES32 = ThreadLocal.withInitial(() -> new Object[0]);

    private static final ThreadLocal<Object[]> TILES64 = ThreadLocal.withInitial(() -> new Object[0]);

    /**
     * One function. Its operands and its result are registers: first the inputs, then one for each link before.
     *
     * @param function as {@link ElementwiseLoops} counts them
     * @param operands one to three registers
     */
    public record Link(int function, List<Integer> operands) {}

    /**
     * Reads results while they are in the cache.
     *
     * @param <A> {@code float[]} or {@code double[]}
     */
    public interface Reader<A> {
        /**
         * Reads {@code count} results from x[0] on, the first of which is number {@code from}, a multiple of {@link Reductions#RUN}. Several threads may
         * do so at once. Must not change or keep x, nor run another chain.
         */
        void read(A x, int from, int count);
    }

    private final ElementwiseLoops<A> loops;
    private final IntFunction<A> newArray;
    private final Link[] links;
    private final boolean[] single;

    /** The tile that each register lies in; −1 for a single number. */
    private final int[] tile;

    private final int tiles;

    private final ThreadLocal<Object[]> tilesOfType;

    /** About what one element costs. */
    private final double nanos;

    /**
     * Prepares a chain.
     *
     * @param loops the functions
     * @param newArray makes an array of so many elements
     * @param single for each input whether it is a single number that is used for all elements
     * @param links the functions in order
     * @param stored the links whose results are stored
     */
    public Chain(
            ElementwiseLoops<A> loops,
            IntFunction<A> newArray,
            List<Boolean> single,
            List<Link> links,
            List<Integer> stored) {
        this.loops = loops;
        this.newArray = newArray;
        this.links = links.toArray(new Link[0]);
        this.single = new boolean[single.size()];
        for (int i = 0; i < this.single.length; i++) {
            this.single[i] = single.get(i);
        }
        this.tile = new int[single.size() + links.size()];
        this.tiles = assignTiles(stored);
        this.tilesOfType = newArray.apply(0) instanceof double[] ? TILES64 : TILES32;
        double sum = 0;
        for (Link link : links) {
            sum += loops.nanos(link.function);
        }
        this.nanos = sum;
    }

    /** Gives each register a tile from its first to its last use, and returns how many there are. */
    private int assignTiles(List<Integer> stored) {
        int inputs = single.length;
        int[] last = new int[tile.length];
        for (int i = 0; i < links.length; i++) {
            last[inputs + i] = i;
            for (int operand : links[i].operands()) {
                last[operand] = i;
            }
        }
        boolean[] taken = new boolean[tile.length];
        int most = 0;
        for (int r = 0; r < inputs; r++) {
            tile[r] = single[r] ? -1 : most;
            if (!single[r]) {
                taken[most++] = true;
            }
        }
        for (int i = 0; i < links.length; i++) {
            int free = 0;
            while (taken[free]) {
                free++;
            }
            tile[inputs + i] = free;
            taken[free] = true;
            most = Math.max(most, free + 1);
            for (int r = 0; r <= inputs + i; r++) {
                boolean kept = r >= inputs && stored.contains(r - inputs) && r == inputs + i;
                if (tile[r] >= 0 && last[r] == i && !kept) {
                    taken[tile[r]] = false;
                }
            }
            if (last[inputs + i] == i) { // stored at once, not read again
                taken[free] = false;
            }
        }
        return most;
    }

    /**
     * Runs the chain over n elements.
     *
     * @param inputs an array of n elements, or of one, for each input
     * @param outputs for each link an array for its results, or null if they are not stored
     */
    public void run(A[] inputs, @Nullable A[] outputs, int n) {
        run(inputs, outputs, n, (results, from, count) -> {});
    }

    /**
     * Runs the chain over n elements, and shows the results of the last link, which may lie in no array.
     *
     * @param inputs an array of n elements, or of one, for each input
     * @param outputs for each link an array for its results, or null if they are not stored
     * @param reader gets the last results in pieces
     */
    public void run(A[] inputs, @Nullable A[] outputs, int n, Reader<A> reader) {
        int last = tile[tile.length - 1];
        Workers.range(n, TILE, nanos * n, (from, to) -> {
            Object[] registers = registers();
            for (int i = from; i < to; i += TILE) {
                int count = Math.min(TILE, to - i);
                tile(inputs, outputs, registers, i, count);
                reader.read(register(registers, last), i, count);
            }
        });
    }

    /** Returns this thread's tiles for elements of this chain's type. */
    private Object[] registers() {
        Object[] present = tilesOfType.get();
        int before = present.length;
        if (before < tiles) {
            present = Arrays.copyOf(present, tiles);
            for (int i = before; i < tiles; i++) {
                present[i] = newArray.apply(TILE);
            }
            tilesOfType.set(present);
        }
        return present;
    }

    @SuppressWarnings("unchecked") // newArray made them
    private A register(Object[] registers, int number) {
        return (A) registers[number];
    }

    private A register(A[] inputs, Object[] registers, int r) {
        return tile[r] < 0 ? inputs[r] : register(registers, tile[r]);
    }

    private int stride(int r) {
        return tile[r] < 0 ? 0 : 1;
    }

    private void tile(A[] inputs, @Nullable A[] outputs, Object[] registers, int from, int n) {
        for (int r = 0; r < single.length; r++) {
            if (!single[r]) {
                System.arraycopy(inputs[r], from, registers[tile[r]], 0, n);
            }
        }
        for (int i = 0; i < links.length; i++) {
            Link link = links[i];
            A out = register(inputs, registers, single.length + i);
            int x = link.operands.get(0);
            A xs = register(inputs, registers, x);
            if (link.operands.size() == 1) {
                loops.unary(link.function, xs, 0, stride(x), out, 0, n);
            } else {
                int y = link.operands.get(1);
                A ys = register(inputs, registers, y);
                if (link.operands.size() == 2) {
                    loops.binary(link.function, xs, 0, stride(x), ys, 0, stride(y), out, 0, n);
                } else {
                    int z = link.operands.get(2);
                    A zs = register(inputs, registers, z);
                    loops.ternary(link.function, xs, 0, stride(x), ys, 0, stride(y), zs, 0, stride(z), out, 0, n);
                }
            }
            A stored = outputs[i];
            if (stored != null) {
                System.arraycopy(out, 0, stored, from, n);
            }
        }
    }
}

package dev.autodiff.kernel.vector;

import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost loops of products: tiles of 4 to 12 rows × 2 vectors of c stay in registers while the panels of a and b are read once. Tall and
 * narrow, since an array begins 16 bytes behind a multiple of 64, so that each load of a whole 512-bit vector touches two lines of the cache, which
 * costs several times a broadcast of one element: 4 × 4 reached 118 GFLOP/s of a core's 174, 12 × 2 reaches 174.
 *
 * <p>The compiler takes the bounds checks out of a loop whose indices advance by a constant. With several steps of p in a turn JDK 17 does so only where
 * an index is p times a power of two, so that six rows lie eight apart. And it moves all reads of a turn to its front, for which 16 registers
 * do not suffice. It moves none across a fence, which is no instruction on x86; there the tile of six rows has fences between its rows.
 *
 * <p>{@link TileLoops64} is written by Generate.java: all must stand in one method, since a method of our own for the stores would be the one call that
 * the compiler does not inline into so large a method, and vectors would be boxed. Nor may it have many more than its 24 multiplications, see
 * docs/decisions/0018-fences-in-tiles.md.
 */
final class VectorTiles64 {
    /** The most rows of a tile: as many as registers can hold, with the reads of a step if these do not wait for a fence. */
    static final int MR = Width.REGISTERS == 16 ? 6 : Width.WIDE ? 12 : 8;

    /** Panels end with zeros up to a multiple of so many steps of p, which the loop of six rows takes at once. */
    static final int STEPS = MR == 6 ? 2 : 1;

    /** Columns of a tile. */
    static final int NR = 2 * VectorSpecies.of(double.class, Width.SHAPE).length();

    private VectorTiles64() {}

    /**
     * Returns the rows of the smallest tile that covers so many: 12, 8 or 4 with 32 registers, always 6 with 16. There a tile for remaining rows
     * alone would be called so seldom that it stays uncompiled, and a thousand times slower, for half a second longer.
     */
    static int height(int rows) {
        return MR == 6 ? 6 : (rows + 3) / 4 * 4;
    }

    /** Returns how far apart the elements of two steps of p lie in a panel for tiles of a height. */
    static int apart(int height) {
        return height == 6 ? 8 : height;
    }

    /**
     * Sets {@code c[co + i·n + j] = Σ_p a(p, i)·b[bo + p·NR + j]} for the rows i below {@code height} and the columns j below NR, in ascending order
     * of p. Element a(p, i) stands at {@code ao + p·apart(height) + i}.
     *
     * @param kc a multiple of {@link #STEPS}
     */
    static void run(int height, int kc, double[] a, int ao, double[] b, int bo, double[] c, int co, int n) {
        switch (height) {
            case 12 -> TileLoops64.twelve(kc, a, ao, b, bo, c, co, n);
            case 8 -> TileLoops64.eight(kc, a, ao, b, bo, c, co, n);
            case 6 -> TileLoops64.six(kc, a, ao, b, bo, c, co, n);
            default -> TileLoops64.four(kc, a, ao, b, bo, c, co, n);
        }
    }
}

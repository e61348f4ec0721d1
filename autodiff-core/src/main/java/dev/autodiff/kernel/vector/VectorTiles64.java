package dev.autodiff.kernel.vector;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost loops of products: tiles of 4 to 12 rows × 2 vectors of c stay in registers while the panels of a and b are read once.
 * Tall and narrow, for two reasons. An array begins 16 bytes behind a multiple of 64, so that each load of a whole 512-bit vector touches two
 * lines of the cache, which costs several times a broadcast of one element: 4 × 4 reached 118 GFLOP/s of a core's 174, 12 × 2 reaches 174. And steps
 * that are constants let the compiler take the bounds checks out of the loop; a variable step, or more variables, costs a third. All is written out:
 * a method of our own for the stores would be the one call that the compiler does not inline into so large a method, and vectors would be boxed.
 */
final class VectorTiles64 {
    private static final VectorSpecies<Double> SPECIES = VectorSpecies.of(double.class, Width.SHAPE);
    private static final int LANES = SPECIES.length();

    /** The most rows of a tile; below 512 bits there are 16 registers, and the compiler needs one for each sum, row and vector. */
    static final int MR = SPECIES.vectorBitSize() >= 512 ? 12 : 4;

    /** Panels end with zeros up to a multiple of so many steps of p, since the tile of four rows takes as many at once. */
    static final int STEPS = 4;

    /** Columns of a tile. */
    static final int NR = 2 * LANES;

    private VectorTiles64() {}

    /** Returns the rows of the smallest tile that covers so many: 12, 8 or 4 at 512 bits, 4 below. */
    static int height(int rows) {
        return Math.min(MR, (rows + 3) / 4 * 4);
    }

    /**
     * Sets {@code c[co + i·n + j] = Σ_p a[ao + p·height + i]·b[bo + p·NR + j]} for the rows i below {@code height} and the columns j below
     * NR, in ascending order of p.
     *
     * @param kc a multiple of {@link #STEPS}
     */
    static void run(int height, int kc, double[] a, int ao, double[] b, int bo, double[] c, int co, int n) {
        switch (height) {
            case 12 -> twelve(kc, a, ao, b, bo, c, co, n);
            case 8 -> eight(kc, a, ao, b, bo, c, co, n);
            default -> four(4 * height, kc, a, ao, b, bo, c, co, n);
        }
    }

    private static void twelve(int kc, double[] a, int ao, double[] b, int bo, double[] c, int co, int n) {
        DoubleVector zero = DoubleVector.zero(SPECIES);
        DoubleVector r0v0 = zero, r0v1 = zero, r1v0 = zero, r1v1 = zero;
        DoubleVector r2v0 = zero, r2v1 = zero, r3v0 = zero, r3v1 = zero;
        DoubleVector r4v0 = zero, r4v1 = zero, r5v0 = zero, r5v1 = zero;
        DoubleVector r6v0 = zero, r6v1 = zero, r7v0 = zero, r7v1 = zero;
        DoubleVector r8v0 = zero, r8v1 = zero, r9v0 = zero, r9v1 = zero;
        DoubleVector r10v0 = zero, r10v1 = zero, r11v0 = zero, r11v1 = zero;
        for (int p = 0; p < kc; p++) {
            DoubleVector b0 = DoubleVector.fromArray(SPECIES, b, bo);
            DoubleVector b1 = DoubleVector.fromArray(SPECIES, b, bo + LANES);
            DoubleVector f = DoubleVector.broadcast(SPECIES, a[ao]);
            r0v0 = f.fma(b0, r0v0);
            r0v1 = f.fma(b1, r0v1);
            f = DoubleVector.broadcast(SPECIES, a[ao + 1]);
            r1v0 = f.fma(b0, r1v0);
            r1v1 = f.fma(b1, r1v1);
            f = DoubleVector.broadcast(SPECIES, a[ao + 2]);
            r2v0 = f.fma(b0, r2v0);
            r2v1 = f.fma(b1, r2v1);
            f = DoubleVector.broadcast(SPECIES, a[ao + 3]);
            r3v0 = f.fma(b0, r3v0);
            r3v1 = f.fma(b1, r3v1);
            f = DoubleVector.broadcast(SPECIES, a[ao + 4]);
            r4v0 = f.fma(b0, r4v0);
            r4v1 = f.fma(b1, r4v1);
            f = DoubleVector.broadcast(SPECIES, a[ao + 5]);
            r5v0 = f.fma(b0, r5v0);
            r5v1 = f.fma(b1, r5v1);
            f = DoubleVector.broadcast(SPECIES, a[ao + 6]);
            r6v0 = f.fma(b0, r6v0);
            r6v1 = f.fma(b1, r6v1);
            f = DoubleVector.broadcast(SPECIES, a[ao + 7]);
            r7v0 = f.fma(b0, r7v0);
            r7v1 = f.fma(b1, r7v1);
            f = DoubleVector.broadcast(SPECIES, a[ao + 8]);
            r8v0 = f.fma(b0, r8v0);
            r8v1 = f.fma(b1, r8v1);
            f = DoubleVector.broadcast(SPECIES, a[ao + 9]);
            r9v0 = f.fma(b0, r9v0);
            r9v1 = f.fma(b1, r9v1);
            f = DoubleVector.broadcast(SPECIES, a[ao + 10]);
            r10v0 = f.fma(b0, r10v0);
            r10v1 = f.fma(b1, r10v1);
            f = DoubleVector.broadcast(SPECIES, a[ao + 11]);
            r11v0 = f.fma(b0, r11v0);
            r11v1 = f.fma(b1, r11v1);
            ao += 12;
            bo += 2 * LANES;
        }
        r0v0.intoArray(c, co);
        r0v1.intoArray(c, co + LANES);
        r1v0.intoArray(c, co + n);
        r1v1.intoArray(c, co + n + LANES);
        r2v0.intoArray(c, co + 2 * n);
        r2v1.intoArray(c, co + 2 * n + LANES);
        r3v0.intoArray(c, co + 3 * n);
        r3v1.intoArray(c, co + 3 * n + LANES);
        r4v0.intoArray(c, co + 4 * n);
        r4v1.intoArray(c, co + 4 * n + LANES);
        r5v0.intoArray(c, co + 5 * n);
        r5v1.intoArray(c, co + 5 * n + LANES);
        r6v0.intoArray(c, co + 6 * n);
        r6v1.intoArray(c, co + 6 * n + LANES);
        r7v0.intoArray(c, co + 7 * n);
        r7v1.intoArray(c, co + 7 * n + LANES);
        r8v0.intoArray(c, co + 8 * n);
        r8v1.intoArray(c, co + 8 * n + LANES);
        r9v0.intoArray(c, co + 9 * n);
        r9v1.intoArray(c, co + 9 * n + LANES);
        r10v0.intoArray(c, co + 10 * n);
        r10v1.intoArray(c, co + 10 * n + LANES);
        r11v0.intoArray(c, co + 11 * n);
        r11v1.intoArray(c, co + 11 * n + LANES);
    }

    private static void eight(int kc, double[] a, int ao, double[] b, int bo, double[] c, int co, int n) {
        DoubleVector zero = DoubleVector.zero(SPECIES);
        DoubleVector r0v0 = zero, r0v1 = zero, r1v0 = zero, r1v1 = zero;
        DoubleVector r2v0 = zero, r2v1 = zero, r3v0 = zero, r3v1 = zero;
        DoubleVector r4v0 = zero, r4v1 = zero, r5v0 = zero, r5v1 = zero;
        DoubleVector r6v0 = zero, r6v1 = zero, r7v0 = zero, r7v1 = zero;
        for (int p = 0; p < kc; p++) {
            DoubleVector b0 = DoubleVector.fromArray(SPECIES, b, bo);
            DoubleVector b1 = DoubleVector.fromArray(SPECIES, b, bo + LANES);
            DoubleVector f = DoubleVector.broadcast(SPECIES, a[ao]);
            r0v0 = f.fma(b0, r0v0);
            r0v1 = f.fma(b1, r0v1);
            f = DoubleVector.broadcast(SPECIES, a[ao + 1]);
            r1v0 = f.fma(b0, r1v0);
            r1v1 = f.fma(b1, r1v1);
            f = DoubleVector.broadcast(SPECIES, a[ao + 2]);
            r2v0 = f.fma(b0, r2v0);
            r2v1 = f.fma(b1, r2v1);
            f = DoubleVector.broadcast(SPECIES, a[ao + 3]);
            r3v0 = f.fma(b0, r3v0);
            r3v1 = f.fma(b1, r3v1);
            f = DoubleVector.broadcast(SPECIES, a[ao + 4]);
            r4v0 = f.fma(b0, r4v0);
            r4v1 = f.fma(b1, r4v1);
            f = DoubleVector.broadcast(SPECIES, a[ao + 5]);
            r5v0 = f.fma(b0, r5v0);
            r5v1 = f.fma(b1, r5v1);
            f = DoubleVector.broadcast(SPECIES, a[ao + 6]);
            r6v0 = f.fma(b0, r6v0);
            r6v1 = f.fma(b1, r6v1);
            f = DoubleVector.broadcast(SPECIES, a[ao + 7]);
            r7v0 = f.fma(b0, r7v0);
            r7v1 = f.fma(b1, r7v1);
            ao += 8;
            bo += 2 * LANES;
        }
        r0v0.intoArray(c, co);
        r0v1.intoArray(c, co + LANES);
        r1v0.intoArray(c, co + n);
        r1v1.intoArray(c, co + n + LANES);
        r2v0.intoArray(c, co + 2 * n);
        r2v1.intoArray(c, co + 2 * n + LANES);
        r3v0.intoArray(c, co + 3 * n);
        r3v1.intoArray(c, co + 3 * n + LANES);
        r4v0.intoArray(c, co + 4 * n);
        r4v1.intoArray(c, co + 4 * n + LANES);
        r5v0.intoArray(c, co + 5 * n);
        r5v1.intoArray(c, co + 5 * n + LANES);
        r6v0.intoArray(c, co + 6 * n);
        r6v1.intoArray(c, co + 6 * n + LANES);
        r7v0.intoArray(c, co + 7 * n);
        r7v1.intoArray(c, co + 7 * n + LANES);
    }

    /**
     * Four steps of p at a time, which measured faster than one, and no loop for the rest behind them. The compiler would read all elements of the four first,
     * for which 16 registers do not suffice; so each step begins with an index of its own, whose check the reads can't pass.
     *
     * @param four four times the height, as a variable: a constant would let the compiler take the checks out of the loop
     */
    private static void four(int four, int kc, double[] a, int ao, double[] b, int bo, double[] c, int co, int n) {
        DoubleVector zero = DoubleVector.zero(SPECIES);
        DoubleVector r0v0 = zero, r0v1 = zero, r1v0 = zero, r1v1 = zero;
        DoubleVector r2v0 = zero, r2v1 = zero, r3v0 = zero, r3v1 = zero;
        int second = ao + 4;
        int third = ao + 8;
        int fourth = ao + 12;
        for (int p = 0; p < kc; p += 4) {
            DoubleVector f = DoubleVector.broadcast(SPECIES, a[ao]);
            DoubleVector b0 = DoubleVector.fromArray(SPECIES, b, bo);
            DoubleVector b1 = DoubleVector.fromArray(SPECIES, b, bo + LANES);
            r0v0 = f.fma(b0, r0v0);
            r0v1 = f.fma(b1, r0v1);
            f = DoubleVector.broadcast(SPECIES, a[ao + 1]);
            r1v0 = f.fma(b0, r1v0);
            r1v1 = f.fma(b1, r1v1);
            f = DoubleVector.broadcast(SPECIES, a[ao + 2]);
            r2v0 = f.fma(b0, r2v0);
            r2v1 = f.fma(b1, r2v1);
            f = DoubleVector.broadcast(SPECIES, a[ao + 3]);
            r3v0 = f.fma(b0, r3v0);
            r3v1 = f.fma(b1, r3v1);
            f = DoubleVector.broadcast(SPECIES, a[second]);
            b0 = DoubleVector.fromArray(SPECIES, b, bo + 2 * LANES);
            b1 = DoubleVector.fromArray(SPECIES, b, bo + 3 * LANES);
            r0v0 = f.fma(b0, r0v0);
            r0v1 = f.fma(b1, r0v1);
            f = DoubleVector.broadcast(SPECIES, a[second + 1]);
            r1v0 = f.fma(b0, r1v0);
            r1v1 = f.fma(b1, r1v1);
            f = DoubleVector.broadcast(SPECIES, a[second + 2]);
            r2v0 = f.fma(b0, r2v0);
            r2v1 = f.fma(b1, r2v1);
            f = DoubleVector.broadcast(SPECIES, a[second + 3]);
            r3v0 = f.fma(b0, r3v0);
            r3v1 = f.fma(b1, r3v1);
            f = DoubleVector.broadcast(SPECIES, a[third]);
            b0 = DoubleVector.fromArray(SPECIES, b, bo + 4 * LANES);
            b1 = DoubleVector.fromArray(SPECIES, b, bo + 5 * LANES);
            r0v0 = f.fma(b0, r0v0);
            r0v1 = f.fma(b1, r0v1);
            f = DoubleVector.broadcast(SPECIES, a[third + 1]);
            r1v0 = f.fma(b0, r1v0);
            r1v1 = f.fma(b1, r1v1);
            f = DoubleVector.broadcast(SPECIES, a[third + 2]);
            r2v0 = f.fma(b0, r2v0);
            r2v1 = f.fma(b1, r2v1);
            f = DoubleVector.broadcast(SPECIES, a[third + 3]);
            r3v0 = f.fma(b0, r3v0);
            r3v1 = f.fma(b1, r3v1);
            f = DoubleVector.broadcast(SPECIES, a[fourth]);
            b0 = DoubleVector.fromArray(SPECIES, b, bo + 6 * LANES);
            b1 = DoubleVector.fromArray(SPECIES, b, bo + 7 * LANES);
            r0v0 = f.fma(b0, r0v0);
            r0v1 = f.fma(b1, r0v1);
            f = DoubleVector.broadcast(SPECIES, a[fourth + 1]);
            r1v0 = f.fma(b0, r1v0);
            r1v1 = f.fma(b1, r1v1);
            f = DoubleVector.broadcast(SPECIES, a[fourth + 2]);
            r2v0 = f.fma(b0, r2v0);
            r2v1 = f.fma(b1, r2v1);
            f = DoubleVector.broadcast(SPECIES, a[fourth + 3]);
            r3v0 = f.fma(b0, r3v0);
            r3v1 = f.fma(b1, r3v1);
            ao += 16;
            second += four;
            third += four;
            fourth += four;
            bo += 8 * LANES;
        }
        r0v0.intoArray(c, co);
        r0v1.intoArray(c, co + LANES);
        r1v0.intoArray(c, co + n);
        r1v1.intoArray(c, co + n + LANES);
        r2v0.intoArray(c, co + 2 * n);
        r2v1.intoArray(c, co + 2 * n + LANES);
        r3v0.intoArray(c, co + 3 * n);
        r3v1.intoArray(c, co + 3 * n + LANES);
    }
}

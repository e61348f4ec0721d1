package dev.autodiff.kernel;

/**
 * Shares the elements of long loops among the {@link Workers}. An element's value does not depend on where the range is cut,
 * and the cuts are multiples of the vector length.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
@SuppressWarnings("ArrayRecordComponent") // nobody else holds the array, and nobody compares these
record ThreadedLoops<A>(ElementwiseLoops<A> loops, double[] nanos) implements ElementwiseLoops<A> {
    /** Elements that are never cut apart: a multiple of every vector length. */
    private static final int UNIT = 64;

    /** About what one element of a comparison or selection costs. */
    private static final double SIMPLE = 0.3;

    @Override
    public void unary(int f, A x, int xo, int xs, A out, int oo, int n) {
        double time = nanos[f] * n;
        if (!Workers.shares((long) time)) {
            loops.unary(f, x, xo, xs, out, oo, n);
            return;
        }
        Workers.range(n, UNIT, time, (i, end) -> loops.unary(f, x, xo + i * xs, xs, out, oo + i, end - i));
    }

    @Override
    public void binary(int f, A x, int xo, int xs, A y, int yo, int ys, A out, int oo, int n) {
        double time = nanos[f] * n;
        if (!Workers.shares((long) time)) {
            loops.binary(f, x, xo, xs, y, yo, ys, out, oo, n);
            return;
        }
        Workers.range(
                n,
                UNIT,
                time,
                (i, end) -> loops.binary(f, x, xo + i * xs, xs, y, yo + i * ys, ys, out, oo + i, end - i));
    }

    @Override
    public void ternary(int f, A x, int xo, int xs, A y, int yo, int ys, A z, int zo, int zs, A out, int oo, int n) {
        double time = nanos[f] * n;
        if (!Workers.shares((long) time)) {
            loops.ternary(f, x, xo, xs, y, yo, ys, z, zo, zs, out, oo, n);
            return;
        }
        Workers.range(
                n,
                UNIT,
                time,
                (i, end) -> loops.ternary(
                        f, x, xo + i * xs, xs, y, yo + i * ys, ys, z, zo + i * zs, zs, out, oo + i, end - i));
    }

    @Override
    public void compare(int c, A x, int xo, int xs, A y, int yo, int ys, boolean[] out, int oo, int n) {
        Workers.range(
                n,
                UNIT,
                SIMPLE * n,
                (i, end) -> loops.compare(c, x, xo + i * xs, xs, y, yo + i * ys, ys, out, oo + i, end - i));
    }

    @Override
    public void select(boolean[] mask, int mo, int ms, A x, int xo, int xs, A y, int yo, int ys, A out, int oo, int n) {
        Workers.range(
                n,
                UNIT,
                SIMPLE * n,
                (i, end) -> loops.select(
                        mask, mo + i * ms, ms, x, xo + i * xs, xs, y, yo + i * ys, ys, out, oo + i, end - i));
    }
}

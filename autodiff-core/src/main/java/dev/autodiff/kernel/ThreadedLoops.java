package dev.autodiff.kernel;

import java.util.List;
import java.util.Set;

/**
 * Hands loops on in the form in which they are fast, and shares the elements of long ones among the {@link Workers}. An element's
 * value does not depend on where the range is cut, and the cuts are multiples of the vector length.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
@SuppressWarnings("ArrayRecordComponent") // nobody else holds the array, and nobody compares these
record ThreadedLoops<A>(ElementwiseLoops<A> loops, double[] nanos) implements ElementwiseLoops<A> {
    /** Elements that are never cut apart: a multiple of every vector length. */
    private static final int UNIT = 64;

    /** About what one element costs in a loop that the compiler vectorises. */
    private static final double SIMPLE = 0.3;

    /** About what one element of any other function costs. */
    private static final double SLOW = 10;

    private static final Set<String> SIMPLE_FUNCTIONS = Set.of(
            "ADD",
            "SUB",
            "MUL",
            "DIV",
            "NEG",
            "IDENTITY",
            "SQUARE",
            "RECIPROCAL",
            "ABS",
            "SIGN",
            "STEP",
            "MAXIMUM",
            "MINIMUM",
            "CLAMP",
            "LERP",
            "ONE_MINUS_SQUARE",
            "SOFTSIGN",
            "SQRT",
            "SIGMOID_GRADIENT",
            "TANH_GRADIENT",
            "RELU",
            "RELU_GRADIENT",
            "LEAKY_RELU");

    /** Returns the generated loops of float64 with this gradient of ReLU, which threads share. */
    static ElementwiseLoops<double[]> of(ReluGradient<double[]> gradient) {
        return of(new ReluGradientLoops<>(new Loops64(), gradient), Loops64.FUNCTIONS, List.of(), 0);
    }

    /**
     * Shares the work of these loops, whose functions have these names.
     *
     * @param fast the functions that have one of the {@link FastLoops}
     * @param nanosOfFast about what one element of those costs
     */
    static <A> ElementwiseLoops<A> of(
            ElementwiseLoops<A> loops, List<String> functions, List<String> fast, double nanosOfFast) {
        double[] nanos = new double[functions.size()];
        for (int i = 0; i < nanos.length; i++) {
            String f = functions.get(i);
            nanos[i] = SIMPLE_FUNCTIONS.contains(f) ? SIMPLE : fast.contains(f) ? nanosOfFast : SLOW;
        }
        return new ThreadedLoops<>(loops, nanos);
    }

    @Override
    public double nanos(int f) {
        return nanos[f];
    }

    @Override
    public void unary(int f, A x, int xo, int xs, A out, int oo, int n) {
        if (xs == 1 && xo != oo) { // the fast loops have one index for all arrays
            System.arraycopy(x, xo, out, oo, n);
            unary(f, out, oo, 1, out, oo, n);
            return;
        }
        double time = nanos[f] * n;
        if (!Workers.shares((long) time)) {
            loops.unary(f, x, xo, xs, out, oo, n);
            return;
        }
        Workers.range(n, UNIT, time, (i, end) -> loops.unary(f, x, xo + i * xs, xs, out, oo + i, end - i));
    }

    @Override
    public void binary(int f, A x, int xo, int xs, A y, int yo, int ys, A out, int oo, int n) {
        if (xs == 1 && ys == 1 && xo != yo) { // the fast loops have one index for all arrays
            if (xo == oo && x != out) {
                System.arraycopy(y, yo, out, oo, n);
                binary(f, x, xo, 1, out, oo, 1, out, oo, n);
                return;
            }
            if (yo == oo && y != out) {
                System.arraycopy(x, xo, out, oo, n);
                binary(f, out, oo, 1, y, yo, 1, out, oo, n);
                return;
            }
        }
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

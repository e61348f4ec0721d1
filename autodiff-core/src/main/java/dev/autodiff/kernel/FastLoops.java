package dev.autodiff.kernel;

import java.util.List;

/** Replaces some of the generated float32 loops by faster ones; the others run as generated. */
record FastLoops(ElementwiseLoops<float[]> loops, FastFunctions functions, int exp, int sigmoid, int tanh)
        implements ElementwiseLoops<float[]> {
    /** Functions that have a loop here, by the names of their constants. */
    static final List<String> FUNCTIONS = List.of("EXP", "SIGMOID", "TANH");

    /** Those that the compiler vectorises. */
    private static final class PlainFunctions implements FastFunctions {
        @Override
        public double nanos() {
            return 0.8;
        }

        @Override
        public void exp(float[] x, float[] out, int from, int to) {
            Transcendental.exp(x, out, from, to);
        }

        @Override
        public void sigmoid(float[] x, float[] out, int from, int to) {
            Transcendental.sigmoid(x, out, from, to);
        }

        @Override
        public void tanh(float[] x, float[] out, int from, int to) {
            Transcendental.tanh(x, out, from, to);
        }
    }

    /** Returns loops that the compiler vectorises, and which threads share. */
    static ElementwiseLoops<float[]> threaded() {
        return threaded(new PlainFunctions(), new PortableReluGradient32());
    }

    /** Returns loops with some functions, which threads share. */
    static ElementwiseLoops<float[]> threaded(FastFunctions functions, ReluGradient<float[]> gradient) {
        ElementwiseLoops<float[]> loops = new ReluGradientLoops<>(new FastLoops(new Loops32(), functions), gradient);
        return ThreadedLoops.of(loops, Loops32.FUNCTIONS, FUNCTIONS, functions.nanos());
    }

    FastLoops(Loops32 loops, FastFunctions functions) {
        this(
                loops,
                functions,
                Loops32.FUNCTIONS.indexOf("EXP"),
                Loops32.FUNCTIONS.indexOf("SIGMOID"),
                Loops32.FUNCTIONS.indexOf("TANH"));
    }

    @Override
    public void unary(int f, float[] x, int xo, int xs, float[] out, int oo, int n) {
        if ((f != exp && f != sigmoid && f != tanh) || n == 0) {
            loops.unary(f, x, xo, xs, out, oo, n);
        } else if (xs == 1 && xo == oo) {
            run(f, x, out, oo, oo + n);
        } else { // the fast loops need one index for both arrays
            for (int i = 0; i < n; i++) {
                out[oo + i] = x[xo + i * xs];
            }
            run(f, out, out, oo, oo + n);
        }
    }

    private void run(int f, float[] x, float[] out, int from, int to) {
        if (f == exp) {
            functions.exp(x, out, from, to);
        } else if (f == sigmoid) {
            functions.sigmoid(x, out, from, to);
        } else {
            functions.tanh(x, out, from, to);
        }
    }

    @Override
    public void binary(int f, float[] x, int xo, int xs, float[] y, int yo, int ys, float[] out, int oo, int n) {
        loops.binary(f, x, xo, xs, y, yo, ys, out, oo, n);
    }

    @Override
    public void ternary(
            int f,
            float[] x,
            int xo,
            int xs,
            float[] y,
            int yo,
            int ys,
            float[] z,
            int zo,
            int zs,
            float[] out,
            int oo,
            int n) {
        loops.ternary(f, x, xo, xs, y, yo, ys, z, zo, zs, out, oo, n);
    }

    @Override
    public void compare(int c, float[] x, int xo, int xs, float[] y, int yo, int ys, boolean[] out, int oo, int n) {
        loops.compare(c, x, xo, xs, y, yo, ys, out, oo, n);
    }

    @Override
    public void select(
            boolean[] mask,
            int mo,
            int ms,
            float[] x,
            int xo,
            int xs,
            float[] y,
            int yo,
            int ys,
            float[] out,
            int oo,
            int n) {
        loops.select(mask, mo, ms, x, xo, xs, y, yo, ys, out, oo, n);
    }
}

package dev.autodiff.kernel;

/**
 * The choice by arithmetic that the compiler turns into vector instructions: x is kept between −h and h, where h is infinite for a positive y, else 0.
 * What is not a number afterwards is chosen once more, one by one.
 */
final class PortableReluGradient64 implements ReluGradient<double[]> {
    /** Three times it makes the least positive number infinite. */
    private static final double HUGE = 0x1p1023; // float32: private static final float HUGE = 0x1p127f;

    /** Elements that stay in the first-level cache between the two loops. */
    private static final int BLOCK = 1024;

    private static final Scratch<double[]> RESULTS = new Scratch<>(double[]::new);
    private static final Scratch<double[]> SIGNS = new Scratch<>(double[]::new);

    @Override
    public void run(double[] x, int xo, double[] y, int yo, double[] out, int oo, int n) {
        // the fast loop needs one index for all arrays, and the second look both arguments as they were
        if (xo == oo && yo == oo && x != out && y != out) {
            for (int i = oo; i < oo + n; i += BLOCK) {
                int end = Math.min(i + BLOCK, oo + n);
                keepBetween(x, y, out, i, end);
                if (mayHaveNan(out, i, end)) {
                    choose(x, i, y, i, out, i, end - i);
                }
            }
            return;
        }
        double[] results = RESULTS.ofSize(BLOCK);
        double[] signs = SIGNS.ofSize(BLOCK);
        for (int i = 0; i < n; i += BLOCK) {
            int count = Math.min(BLOCK, n - i);
            System.arraycopy(x, xo + i, results, 0, count);
            System.arraycopy(y, yo + i, signs, 0, count);
            keepBetween(results, signs, results, 0, count);
            if (mayHaveNan(results, 0, count)) {
                choose(x, xo + i, y, yo + i, out, oo + i, count);
            } else {
                System.arraycopy(results, 0, out, oo + i, count);
            }
        }
    }

    /** Differs from the definition only where x or y is NaN or y is −∞, and the result is NaN. */
    private static void keepBetween(double[] x, double[] y, double[] out, int from, int to) {
        for (int i = from; i < to; i++) {
            double h = (y[i] + Math.abs(y[i])) * HUGE * HUGE * HUGE;
            out[i] = Math.max(Math.min(x[i], h), 0 - h); // 0 − 0 is 0, and −0 would let −0 be
        }
    }

    /** Tells whether an element is NaN, or sums in the same eight overflow to infinities whose sum is. */
    private static boolean mayHaveNan(double[] x, int from, int to) {
        int i = from;
        for (; i + 7 < to; i += 8) { // eight elements to a comparison
            double left = x[i] + x[i + 1] + (x[i + 2] + x[i + 3]);
            double right = x[i + 4] + x[i + 5] + (x[i + 6] + x[i + 7]);
            if (Double.isNaN(left + right)) {
                return true;
            }
        }
        for (; i < to; i++) {
            if (Double.isNaN(x[i])) {
                return true;
            }
        }
        return false;
    }

    private static void choose(double[] x, int xo, double[] y, int yo, double[] out, int oo, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] = ScalarFunctions.unlessAtMost0(x[xo + i], y[yo + i]);
        }
    }
}

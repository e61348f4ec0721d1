package dev.autodiff.kernel;

import java.util.Arrays;

/** Reductions in plain Java; sums are wide (double in both twins) and pairwise, in an order that the sizes alone decide. */
final class Reductions64 implements Reductions<double[]> {
    /** Up to this many numbers are added one after the other, by four interleaved sums in a row of neighbours. */
    private static final int RUN = 128;

    @Override
    public void reduce(Kind kind, double[] x, double[] out, int outer, int n, int inner) {
        for (int o = 0; o < outer; o++) {
            int from = o * n * inner;
            int to = o * inner;
            switch (kind) {
                case SUM -> sum(x, from, n, inner, out, to);
                case PRODUCT -> product(x, from, n, inner, out, to);
                case MAX -> max(x, from, n, inner, out, to);
                case MIN -> min(x, from, n, inner, out, to);
                case LOG_SUM_EXP -> logSumExp(x, from, n, inner, out, to);
            }
        }
    }

    private static void sum(double[] x, int from, int n, int inner, double[] out, int to) {
        if (inner == 1) {
            out[to] = /*narrow*/ sum(x, from, n);
            return;
        }
        /*wide*/ double[] sums = new /*wide*/ double[inner];
        addRows(x, from, n, inner, sums);
        for (int i = 0; i < inner; i++) {
            out[to + i] = /*narrow*/ sums[i];
        }
    }

    /** Adds n neighbours pairwise. */
    static /*wide*/ double sum(double[] x, int from, int n) {
        if (n > RUN) {
            int half = (n >> 1) & -RUN;
            half = half == 0 ? RUN : half;
            return sum(x, from, half) + sum(x, from + half, n - half);
        }
        /*wide*/ double s0 = 0;
        /*wide*/ double s1 = 0;
        /*wide*/ double s2 = 0;
        /*wide*/ double s3 = 0;
        int i = from;
        int end = from + n;
        for (; i + 3 < end; i += 4) {
            s0 += x[i];
            s1 += x[i + 1];
            s2 += x[i + 2];
            s3 += x[i + 3];
        }
        for (; i < end; i++) {
            s0 += x[i];
        }
        return (s0 + s1) + (s2 + s3);
    }

    /** Adds n rows of width inner to the sums, pairwise over the rows. */
    private static void addRows(double[] x, int from, int n, int inner, /*wide*/ double[] sums) {
        if (n > RUN) {
            int half = (n >> 1) & -RUN;
            half = half == 0 ? RUN : half;
            addRows(x, from, half, inner, sums);
            /*wide*/ double[] others = new /*wide*/ double[inner];
            addRows(x, from + half * inner, n - half, inner, others);
            for (int i = 0; i < inner; i++) {
                sums[i] += others[i];
            }
            return;
        }
        for (int j = 0; j < n; j++) {
            int row = from + j * inner;
            for (int i = 0; i < inner; i++) {
                sums[i] += x[row + i];
            }
        }
    }

    private static void product(double[] x, int from, int n, int inner, double[] out, int to) {
        for (int i = 0; i < inner; i++) {
            /*wide*/ double product = 1;
            for (int j = 0; j < n; j++) {
                product *= x[from + j * inner + i];
            }
            out[to + i] = /*narrow*/ product;
        }
    }

    private static void max(double[] x, int from, int n, int inner, double[] out, int to) {
        if (inner == 1) {
            out[to] = max(x, from, n);
            return;
        }
        System.arraycopy(x, from, out, to, inner);
        for (int j = 1; j < n; j++) {
            int row = from + j * inner;
            for (int i = 0; i < inner; i++) {
                out[to + i] = Math.max(out[to + i], x[row + i]);
            }
        }
    }

    /** Returns the largest of n neighbours, NaN if any is, −∞ for n = 0. */
    static double max(double[] x, int from, int n) {
        double max = Double.NEGATIVE_INFINITY;
        for (int i = from; i < from + n; i++) {
            max = Math.max(max, x[i]);
        }
        return max;
    }

    private static void min(double[] x, int from, int n, int inner, double[] out, int to) {
        Arrays.fill(out, to, to + inner, Double.POSITIVE_INFINITY);
        for (int j = 0; j < n; j++) {
            int row = from + j * inner;
            for (int i = 0; i < inner; i++) {
                out[to + i] = Math.min(out[to + i], x[row + i]);
            }
        }
    }

    private static void logSumExp(double[] x, int from, int n, int inner, double[] out, int to) {
        for (int i = 0; i < inner; i++) {
            double max = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < n; j++) {
                max = Math.max(max, x[from + j * inner + i]);
            }
            if (Double.isInfinite(max) || Double.isNaN(max)) {
                out[to + i] = max; // ∞ − ∞ would make NaN of an honest limit
                continue;
            }
            /*wide*/ double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += Math.exp(x[from + j * inner + i] - max);
            }
            out[to + i] = /*narrow*/ (max + Math.log(sum));
        }
    }

    @Override
    public void argument(boolean largest, double[] x, long[] out, int outer, int n, int inner) {
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                int from = o * n * inner + i;
                int best = 0;
                double value = x[from];
                for (int j = 1; j < n && !Double.isNaN(value); j++) {
                    double other = x[from + j * inner];
                    if ((largest ? other > value : other < value) || Double.isNaN(other)) {
                        best = j;
                        value = other;
                    }
                }
                out[o * inner + i] = best;
            }
        }
    }
}

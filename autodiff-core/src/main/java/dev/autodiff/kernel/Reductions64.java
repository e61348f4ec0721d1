package dev.autodiff.kernel;

import java.util.Arrays;

/**
 * Reductions in plain Java; sums are wide (double in both twins) and pairwise, in an order that the sizes alone decide. Shared among
 * threads are the results, or the halves of one long sum; never are elements added in another order.
 */
final class Reductions64 implements Reductions<double[]> {
    /** So many columns at most are added one by one. */
    private static final int NARROW = 16;

    /** So many columns at most are added at a time: their sums stay in the first-level cache. */
    private static final int COLUMNS = 2048;

    /** The longest stretch of exponentials that are computed at once. */
    private static final int STRETCH = 512;

    /** Sums of more numbers are shared among threads. */
    private static final int LONG = 1 << 15;

    /** About the time of one element of a sum or maximum. */
    private static final /*wide*/ double NANOS = 0.4;

    /** About the time of one element with an exponential. */
    private static final double NANOS_EXP = 6.0; // float32: private static final double NANOS_EXP = 1.5;

    private static final Scratch</*wide*/ double[]> SUMS = new Scratch<>(/*wide*/ double[]::new);
    private static final Scratch</*wide*/ double[]> LOGS = new Scratch<>(/*wide*/ double[]::new);
    private static final Scratch<double[]> ROW = new Scratch<>(double[]::new);
    private static final Scratch<double[]> MAX = new Scratch<>(double[]::new);
    private static final Scratch<double[]> EXPS = new Scratch<>(double[]::new);

    @Override
    public void reduce(Kind kind, double[] x, double[] out, int outer, int n, int inner) {
        /*wide*/ double time = (kind == Kind.LOG_SUM_EXP ? NANOS_EXP : NANOS) * outer * n * inner;
        if (kind == Kind.LOG_SUM_EXP && inner == 1) {
            Workers.range(outer, 1, time, (from, to) -> logSumExpOfRows(x, from, to, n, out));
        } else if (!Workers.shares((long) time)) {
            for (int o = 0; o < outer; o++) {
                reduce(kind, x, o * n * inner, n, inner, inner, out, o * inner);
            }
        } else if (outer > 1) {
            Workers.range(outer, 1, time, (from, to) -> {
                for (int o = from; o < to; o++) {
                    reduce(kind, x, o * n * inner, n, inner, inner, out, o * inner);
                }
            });
        } else if (outer == 1) {
            Workers.range(inner, 64, time, (from, to) -> reduce(kind, x, from, n, to - from, inner, out, from));
        }
    }

    /** Reduces n rows of some width, which lie {@code step} elements apart. */
    private static void reduce(Kind kind, double[] x, int from, int n, int width, int step, double[] out, int to) {
        switch (kind) {
            case SUM -> sum(x, from, n, width, step, out, to);
            case PRODUCT -> product(x, from, n, width, step, out, to);
            case MAX -> max(x, from, n, width, step, out, to);
            case MIN -> min(x, from, n, width, step, out, to);
            case LOG_SUM_EXP -> logSumExp(x, from, n, width, step, out, to);
        }
    }

    // ---- sums ----

    private static void sum(double[] x, int from, int n, int width, int step, double[] out, int to) {
        if (step == 1) {
            out[to] = /*narrow*/ sum(x, from, n);
            return;
        }
        if (width <= NARROW && n <= RUN) { // by columns, in the same order: no array for the sums
            for (int i = 0; i < width; i++) {
                /*wide*/ double sum = 0;
                for (int j = 0; j < n; j++) {
                    sum += x[from + j * step + i];
                }
                out[to + i] = /*narrow*/ sum;
            }
            return;
        }
        /*wide*/ double[] sums = SUMS.ofSize(halvings(n) * Math.min(width, COLUMNS));
        for (int i0 = 0; i0 < width; i0 += COLUMNS) {
            int columns = Math.min(COLUMNS, width - i0);
            addRows(x, from + i0, n, columns, step, sums, 0);
            for (int i = 0; i < columns; i++) {
                out[to + i0 + i] = /*narrow*/ sums[i];
            }
        }
    }

    @Override
    public void sumAround(double[] x, double[] out, int outer, int kept, int inner) {
        int step = kept * inner;
        Workers.range(kept, 1, NANOS * outer * step, (from, to) -> {
            for (int k = from; k < to; k++) {
                out[k] = /*narrow*/ sumOfRows(x, k * inner, outer, inner, step);
            }
        });
    }

    /** Adds all elements of n rows of neighbours that lie {@code step} elements apart, pairwise in each row and over the rows. */
    private static /*wide*/ double sumOfRows(double[] x, int from, int n, int width, int step) {
        if (n > RUN) {
            int half = half(n);
            return sumOfRows(x, from, half, width, step) + sumOfRows(x, from + half * step, n - half, width, step);
        }
        /*wide*/ double sum = 0;
        for (int j = 0; j < n; j++) {
            sum += pairwise(x, from + j * step, width);
        }
        return sum;
    }

    /** Adds n neighbours pairwise. */
    static /*wide*/ double sum(double[] x, int from, int n) {
        if (n > LONG && Workers.shares((long) (NANOS * n))) {
            /*wide*/ double[] halves = SUMS.ofSize(2);
            int half = half(n);
            Workers.run(
                    2,
                    (long) (NANOS * n),
                    i -> halves[i] = i == 0 ? pairwise(x, from, half) : pairwise(x, from + half, n - half));
            return halves[0] + halves[1];
        }
        return pairwise(x, from, n);
    }

    /** Returns where n > RUN numbers are cut in two: about the middle, at a multiple of RUN. */
    static int half(int n) {
        return Math.max(RUN, n / 2 / RUN * RUN);
    }

    private static /*wide*/ double pairwise(double[] x, int from, int n) {
        if (n > RUN) {
            int half = half(n);
            return pairwise(x, from, half) + pairwise(x, from + half, n - half);
        }
        return run(x, from, n);
    }

    /** Adds at most RUN neighbours. */
    private static /*wide*/ double run(double[] x, int from, int n) {
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

    @Override
    public void sumEachRun(double[] x, int n, /*wide*/ double[] sums, int at) {
        for (int i = 0; i < n; i += RUN) {
            sums[at + i / RUN] = run(x, i, Math.min(RUN, n - i));
        }
    }

    @Override
    public void sumOfRuns(/*wide*/ double[] sums, int n, double[] out) {
        out[0] = /*narrow*/ pairwiseOfRuns(sums, 0, n);
    }

    /** Adds the sums of runs as {@link #pairwise} does, which cuts at multiples of RUN: n elements from the run {@code first} on. */
    private static /*wide*/ double pairwiseOfRuns(/*wide*/ double[] sums, int first, int n) {
        if (n > RUN) {
            int half = half(n);
            return pairwiseOfRuns(sums, first, half) + pairwiseOfRuns(sums, first + half / RUN, n - half);
        }
        return sums[first];
    }

    /** Returns how many sums of n rows there are at a time: one, and one more for each time that the second half is cut again. */
    static int halvings(int n) {
        return n > RUN ? 1 + halvings(n - half(n)) : 1;
    }

    /** Sets {@code sums[at + i]} to the sums of n rows, pairwise over the rows; behind them stand those of second halves. */
    private static void addRows(double[] x, int from, int n, int width, int step, /*wide*/ double[] sums, int at) {
        if (n > RUN) {
            int half = half(n);
            addRows(x, from, half, width, step, sums, at);
            addRows(x, from + half * step, n - half, width, step, sums, at + width);
            for (int i = 0; i < width; i++) {
                sums[at + i] += sums[at + width + i];
            }
            return;
        }
        Arrays.fill(sums, at, at + width, 0);
        for (int j = 0; j < n; j++) {
            int row = from + j * step;
            for (int i = 0; i < width; i++) {
                sums[at + i] += x[row + i];
            }
        }
    }

    private static void product(double[] x, int from, int n, int width, int step, double[] out, int to) {
        for (int i = 0; i < width; i++) {
            /*wide*/ double product = 1;
            for (int j = 0; j < n; j++) {
                product *= x[from + j * step + i];
            }
            out[to + i] = /*narrow*/ product;
        }
    }

    // ---- extremes ----

    private static void max(double[] x, int from, int n, int width, int step, double[] out, int to) {
        if (step == 1) {
            out[to] = max(x, from, n);
            return;
        }
        System.arraycopy(x, from, out, to, width);
        for (int j = 1; j < n; j++) {
            int row = from + j * step;
            for (int i = 0; i < width; i++) {
                out[to + i] = Math.max(out[to + i], x[row + i]);
            }
        }
    }

    /** Returns the largest of n neighbours, NaN if any is, −∞ for n = 0. */
    static double max(double[] x, int from, int n) {
        double m0 = Double.NEGATIVE_INFINITY;
        double m1 = Double.NEGATIVE_INFINITY;
        double m2 = Double.NEGATIVE_INFINITY;
        double m3 = Double.NEGATIVE_INFINITY;
        int i = from;
        int end = from + n;
        for (; i + 3 < end; i += 4) { // four maxima, since each waits for the one before
            m0 = Math.max(m0, x[i]);
            m1 = Math.max(m1, x[i + 1]);
            m2 = Math.max(m2, x[i + 2]);
            m3 = Math.max(m3, x[i + 3]);
        }
        for (; i < end; i++) {
            m0 = Math.max(m0, x[i]);
        }
        return Math.max(Math.max(m0, m1), Math.max(m2, m3));
    }

    private static void min(double[] x, int from, int n, int width, int step, double[] out, int to) {
        if (step == 1) {
            double m0 = x[from];
            double m1 = m0;
            double m2 = m0;
            double m3 = m0;
            int i = from;
            int end = from + n;
            for (; i + 3 < end; i += 4) {
                m0 = Math.min(m0, x[i]);
                m1 = Math.min(m1, x[i + 1]);
                m2 = Math.min(m2, x[i + 2]);
                m3 = Math.min(m3, x[i + 3]);
            }
            for (; i < end; i++) {
                m0 = Math.min(m0, x[i]);
            }
            out[to] = Math.min(Math.min(m0, m1), Math.min(m2, m3));
            return;
        }
        System.arraycopy(x, from, out, to, width);
        for (int j = 1; j < n; j++) {
            int row = from + j * step;
            for (int i = 0; i < width; i++) {
                out[to + i] = Math.min(out[to + i], x[row + i]);
            }
        }
    }

    // ---- exponentials ----

    private static void logSumExp(double[] x, int from, int n, int width, int step, double[] out, int to) {
        double[] max = MAX.ofSize(width);
        Arrays.fill(max, 0, width, Double.NEGATIVE_INFINITY);
        for (int j = 0; j < n; j++) {
            int row = from + j * step;
            for (int i = 0; i < width; i++) {
                max[i] = Math.max(max[i], x[row + i]);
            }
        }
        /*wide*/ double[] sums = SUMS.ofSize(width);
        Arrays.fill(sums, 0, width, 0);
        double[] row = ROW.ofSize(width);
        for (int j = 0; j < n; j++) {
            System.arraycopy(x, from + j * step, row, 0, width);
            for (int i = 0; i < width; i++) {
                row[i] -= max[i];
            }
            Transcendental.exp(row, row, 0, width);
            for (int i = 0; i < width; i++) {
                sums[i] += row[i];
            }
        }
        for (int i = 0; i < width; i++) {
            out[to + i] = /*narrow*/ log(sums[i], max[i]);
        }
    }

    /**
     * Sets {@code out[r] = log Σ_j exp x[r, j]} for rows of n neighbours, shifted by the largest; the limit if that is infinite,
     * where ∞ − ∞ would give NaN.
     */
    private static void logSumExpOfRows(double[] x, int first, int end, int n, double[] out) {
        int rows = end - first;
        double[] max = MAX.ofSize(rows);
        /*wide*/ double[] logs = LOGS.ofSize(rows);
        shiftedLogSums(x, first, end, n, max, logs);
        for (int r = 0; r < rows; r++) {
            out[first + r] = /*narrow*/ (Double.isInfinite(max[r]) ? max[r] : max[r] + logs[r]);
        }
    }

    /** Sets {@code max[r − first] = m_r} to the largest of a row of n neighbours and {@code out[r − first] = log Σ_j exp(x[r, j] − m_r)}. */
    static void shiftedLogSums(double[] x, int first, int end, int n, double[] max, /*wide*/ double[] out) {
        // many short rows at once, or one long row in stretches: loops of some hundred elements are the fast ones
        int together = Math.max(1, STRETCH / Math.max(1, n));
        double[] scratch = EXPS.ofSize(n > STRETCH ? STRETCH : Math.min(together, end - first) * n);
        for (int r = first; r < end; r += together) {
            int rows = Math.min(together, end - r);
            int to = r - first;
            for (int q = 0; q < rows; q++) {
                max[to + q] = max(x, (r + q) * n, n);
            }
            if (n > STRETCH) {
                /*wide*/ double sum = 0;
                for (int j = 0; j < n; j += STRETCH) {
                    int length = Math.min(STRETCH, n - j);
                    System.arraycopy(x, r * n + j, scratch, 0, length);
                    for (int i = 0; i < length; i++) {
                        scratch[i] -= max[to];
                    }
                    Transcendental.exp(scratch, scratch, 0, length);
                    sum += pairwise(scratch, 0, length);
                }
                out[to] = Math.log(sum);
                continue;
            }
            System.arraycopy(x, r * n, scratch, 0, rows * n);
            for (int q = 0; q < rows; q++) {
                for (int i = q * n; i < (q + 1) * n; i++) {
                    scratch[i] -= max[to + q];
                }
            }
            Transcendental.exp(scratch, scratch, 0, rows * n);
            for (int q = 0; q < rows; q++) {
                out[to + q] = Math.log(pairwise(scratch, q * n, n));
            }
        }
    }

    private static /*wide*/ double log(/*wide*/ double sum, double max) {
        return Double.isInfinite(max) ? max : max + Math.log(sum);
    }

    // ---- places ----

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

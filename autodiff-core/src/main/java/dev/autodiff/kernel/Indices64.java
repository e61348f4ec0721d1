package dev.autodiff.kernel;

import java.util.Arrays;

/**
 * Sums by index in plain Java. The rows of each index are found first, by counting, so that each result is one wide sum in a
 * fixed order: what it costs is small beside zeroing the result, and no two threads write to one place.
 */
final class Indices64 implements Indices<double[]> {
    /** About the time of one element. */
    private static final /*wide*/ double NANOS = 1.5;

    private static final Scratch<int[]> START = new Scratch<>(int[]::new);
    private static final Scratch<int[]> NEXT = new Scratch<>(int[]::new);
    private static final Scratch<int[]> ORDER = new Scratch<>(int[]::new);
    private static final Scratch</*wide*/ double[]> SUMS = new Scratch<>(/*wide*/ double[]::new);

    @Override
    public void put(double[] x, long[] index, double[] out, int outer, int size, int inner) {
        int n = index.length;
        int[] start = START.ofSize(size + 1);
        Arrays.fill(start, 0, size + 1, 0);
        for (long j : index) {
            start[(int) j + 1]++;
        }
        for (int j = 0; j < size; j++) {
            start[j + 1] += start[j];
        }
        int[] next = NEXT.ofSize(size);
        System.arraycopy(start, 0, next, 0, size);
        int[] order = ORDER.ofSize(n);
        for (int k = 0; k < n; k++) {
            order[next[(int) index[k]]++] = k;
        }
        /*wide*/ double time = NANOS * outer * inner * Math.max(n, size);
        if (outer == 1) {
            Workers.range(size, 1, time, (first, end) -> put(x, 0, start, order, first, end, out, 0, inner));
        } else {
            Workers.range(outer, 1, time, (first, end) -> {
                for (int o = first; o < end; o++) {
                    put(x, o * n * inner, start, order, 0, size, out, o * size * inner, inner);
                }
            });
        }
    }

    private static void put(
            double[] x, int xo, int[] start, int[] order, int first, int end, double[] out, int oo, int inner) {
        for (int j = first; j < end; j++) {
            int from = start[j];
            int count = start[j + 1] - from;
            if (count == 1) {
                System.arraycopy(x, xo + order[from] * inner, out, oo + j * inner, inner);
            } else if (count > 1) {
                /*wide*/ double[] sums = SUMS.ofSize(Reductions64.halvings(count) * inner);
                add(x, xo, order, from, count, inner, sums, 0);
                for (int i = 0; i < inner; i++) {
                    out[oo + j * inner + i] = /*narrow*/ sums[i];
                }
            }
        }
    }

    /** Sets {@code sums[at + i]} to the sums of rows {@code order[from], …}, pairwise; behind them stand those of second halves. */
    private static void add(
            double[] x, int xo, int[] order, int from, int count, int inner, /*wide*/ double[] sums, int at) {
        if (count > Reductions64.RUN) {
            int half = Reductions64.half(count);
            add(x, xo, order, from, half, inner, sums, at);
            add(x, xo, order, from + half, count - half, inner, sums, at + inner);
            for (int i = 0; i < inner; i++) {
                sums[at + i] += sums[at + inner + i];
            }
            return;
        }
        Arrays.fill(sums, at, at + inner, 0);
        for (int k = from; k < from + count; k++) {
            int row = xo + order[k] * inner;
            for (int i = 0; i < inner; i++) {
                sums[at + i] += x[row + i];
            }
        }
    }
}

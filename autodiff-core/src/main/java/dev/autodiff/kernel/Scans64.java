package dev.autodiff.kernel;

/** Scans in plain Java, lane by lane: an element needs the one before it, so only lanes are shared among threads. */
final class Scans64 implements Scans<double[]> {
    /** About the time of one element, which waits for a sum or a product. */
    private static final /*wide*/ double NANOS = 2;

    /** About the time of one element with an exponential and a logarithm. */
    private static final /*wide*/ double NANOS_EXP = 25;

    /** What is done with one lane: n elements from {@code first} on, {@code step} apart, which is negative for a reverse scan. */
    private interface Lane {
        void run(int first, int step);
    }

    private static void forLanes(int outer, int n, int inner, boolean reverse, /*wide*/ double nanos, Lane lane) {
        if (n == 0) {
            return;
        }
        Workers.range(outer * inner, 1, nanos * n * outer * inner, (from, to) -> {
            for (int l = from; l < to; l++) {
                int first = l / inner * n * inner + l % inner;
                lane.run(reverse ? first + (n - 1) * inner : first, reverse ? -inner : inner);
            }
        });
    }

    @Override
    public void cumulativeSum(double[] x, double[] out, int outer, int n, int inner, boolean reverse) {
        forLanes(outer, n, inner, reverse, NANOS, (first, step) -> {
            /*wide*/ double sum = 0;
            /*wide*/ double lost = 0; // what rounding the sum has cut off so far (Neumaier 1974)
            int at = first;
            for (int k = 0; k < n; k++) {
                /*wide*/ double value = x[at];
                /*wide*/ double next = sum + value;
                lost += Math.abs(sum) >= Math.abs(value) ? (sum - next) + value : (value - next) + sum;
                sum = next;
                // an infinite sum loses ∞ − ∞
                out[at] = /*narrow*/ (Math.abs(sum) <= Double.MAX_VALUE ? sum + lost : sum);
                at += step;
            }
        });
    }

    @Override
    public void recurrence(double[] a, double[] b, double[] out, int outer, int n, int inner, boolean reverse) {
        forLanes(outer, n, inner, reverse, NANOS, (first, step) -> {
            /*wide*/ double y = b[first];
            out[first] = /*narrow*/ y;
            int at = first;
            for (int k = 1; k < n; k++) {
                at += step;
                y = a[at] * y + b[at];
                out[at] = /*narrow*/ y;
            }
        });
    }

    @Override
    public void logCumulativeSumExp(double[] x, double[] out, int outer, int n, int inner) {
        forLanes(outer, n, inner, false, NANOS_EXP, (first, step) -> {
            double max = Double.NEGATIVE_INFINITY;
            /*wide*/ double sum = 0; // Σ exp(x − max)
            int at = first;
            for (int k = 0; k < n; k++) {
                double value = x[at];
                if (value > max) {
                    /*wide*/ double shift = max;
                    sum = sum * Math.exp(shift - value) + 1;
                    max = value;
                } else if (Double.isNaN(value)) {
                    max = value; // stays, since nothing is above it
                } else if (!Double.isInfinite(max)) {
                    /*wide*/ double wide = value;
                    sum += Math.exp(wide - max);
                }
                out[at] = Double.isInfinite(max) ? max : /*narrow*/ (max + Math.log(sum));
                at += step;
            }
        });
    }
}

package dev.autodiff.kernel;

/** Stable merge sort of whole numbers in the order of the elements, which carry their indices with them. */
final class Ranks64 implements Ranks<double[]> {
    /** So many elements are sorted by insertion. */
    private static final int RUN = 16;

    /** About the time of one element in one merge. */
    private static final /*wide*/ double NANOS = 6;

    private static int base(int lane, int n, int inner) {
        return lane / inner * n * inner + lane % inner;
    }

    private static /*wide*/ double time(int outer, int n, int inner) {
        return NANOS * outer * n * inner * (32 - Integer.numberOfLeadingZeros(n));
    }

    /** Returns a whole number that is ordered as the element is: 0 and −0 become equal, NaN the largest. */
    private static long key(double x) {
        // −0 + 0 is 0
        long bits = Double.doubleToLongBits(x + 0.0); // float32: long bits = Float.floatToIntBits(x + 0.0f);
        return bits >= 0 ? bits : -(bits & Long.MAX_VALUE);
    }

    /** Sorts the indices of one lane. */
    private static final class Lane {
        private long[] keys;
        private long[] otherKeys;
        private int[] order;
        private int[] otherOrder;

        Lane(int n) {
            keys = new long[n];
            otherKeys = new long[n];
            order = new int[n];
            otherOrder = new int[n];
        }

        int[] sort(boolean descending, double[] x, int from, int n, int step) {
            for (int k = 0; k < n; k++) {
                long key = key(x[from + k * step]);
                keys[k] = descending ? ~key : key;
                order[k] = k;
            }
            for (int run = 0; run < n; run += RUN) {
                insert(run, Math.min(n, run + RUN));
            }
            for (int width = RUN; width < n && width > 0; width *= 2) {
                for (int left = 0; left < n; left += 2 * width) {
                    if (left > n - width) {
                        System.arraycopy(keys, left, otherKeys, left, n - left);
                        System.arraycopy(order, left, otherOrder, left, n - left);
                        break;
                    }
                    merge(left, left + width, (int) Math.min(n, left + 2L * width));
                }
                long[] k = keys;
                keys = otherKeys;
                otherKeys = k;
                int[] o = order;
                order = otherOrder;
                otherOrder = o;
            }
            return order;
        }

        private void insert(int first, int end) {
            for (int k = first + 1; k < end; k++) {
                long key = keys[k];
                int index = order[k];
                int at = k;
                while (at > first && keys[at - 1] > key) {
                    keys[at] = keys[at - 1];
                    order[at] = order[at - 1];
                    at--;
                }
                keys[at] = key;
                order[at] = index;
            }
        }

        private void merge(int left, int middle, int end) {
            int l = left;
            int r = middle;
            for (int k = left; k < end; k++) {
                int from = r >= end || (l < middle && keys[l] <= keys[r]) ? l++ : r++;
                otherKeys[k] = keys[from];
                otherOrder[k] = order[from];
            }
        }
    }

    @Override
    public void sort(boolean descending, double[] x, long[] out, int outer, int n, int inner) {
        Workers.range(outer * inner, 1, time(outer, n, inner), (first, end) -> {
            Lane lane = new Lane(n);
            for (int l = first; l < end; l++) {
                int from = base(l, n, inner);
                int[] order = lane.sort(descending, x, from, n, inner);
                for (int k = 0; k < n; k++) {
                    out[from + k * inner] = order[k];
                }
            }
        });
    }

    @Override
    public void running(boolean largest, double[] x, long[] out, int outer, int n, int inner) {
        Workers.range(outer * inner, 1, NANOS * outer * n * inner, (first, end) -> {
            for (int l = first; l < end; l++) {
                int at = base(l, n, inner);
                double best = largest ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
                int index = 0;
                for (int k = 0; k < n; k++) {
                    double value = x[at];
                    if ((largest ? value >= best : value <= best) || Double.isNaN(value)) {
                        best = value;
                        index = k;
                    }
                    out[at] = index;
                    at += inner;
                }
            }
        });
    }

    @Override
    public void argMedian(double[] x, long[] out, int outer, int n, int inner) {
        Workers.range(outer * inner, 1, time(outer, n, inner), (first, end) -> {
            Lane lane = new Lane(n);
            for (int l = first; l < end; l++) {
                out[l] = median(lane, x, base(l, n, inner), n, inner);
            }
        });
    }

    @Override
    public void median(double[] x, double[] out, int outer, int n, int inner) {
        Workers.range(outer * inner, 1, time(outer, n, inner), (first, end) -> {
            Lane lane = new Lane(n);
            for (int l = first; l < end; l++) {
                int from = base(l, n, inner);
                out[l] = x[from + median(lane, x, from, n, inner) * inner];
            }
        });
    }

    private static int median(Lane lane, double[] x, int from, int n, int inner) {
        int[] order = lane.sort(false, x, from, n, inner);
        boolean isNaN = Double.isNaN(x[from + order[n - 1] * inner]);
        int at = isNaN ? n - 1 : (n - 1) / 2;
        long key = key(x[from + order[at] * inner]);
        while (at > 0 && key(x[from + order[at - 1] * inner]) == key) {
            at--;
        }
        return order[at];
    }
}

package dev.autodiff.kernel;

/** Softmax and cross-entropy over rows in plain Java; sums are wide (double in both twins). */
final class Rows64 implements Rows<double[]> {
    /** About the time of one element: mostly that of an exponential. */
    private static final double NANOS = 5.0; // float32: private static final double NANOS = 1.5;

    /** About the time of adding two elements. */
    private static final /*wide*/ double NANOS_SUM = 0.15d;

    private static final Scratch<double[]> EXPS = new Scratch<>(double[]::new);

    private static void forRows(int rows, int n, Workers.Range work) {
        Workers.range(rows, 1, NANOS * rows * n, work);
    }

    /** Tells whether threads share so many rows; where they do not, the losses of training need no lambda. */
    private static boolean areShared(int rows, int n) {
        return Workers.shares((long) (NANOS * rows * n));
    }

    /**
     * The largest of each row and {@code log Σ_j exp(x[r, j] − largest)}, kept apart: their sum would round the logarithm away where the
     * logits are large.
     */
    private static final class Shifts {
        private static final Scratch<double[]> MAX = new Scratch<>(double[]::new);
        private static final Scratch</*wide*/ double[]> LOG = new Scratch<>(/*wide*/ double[]::new);

        private final int first;
        private final double[] max;
        private final /*wide*/ double[] log;

        Shifts(double[] x, int first, int end, int n) {
            this.first = first;
            this.max = MAX.ofSize(end - first);
            this.log = LOG.ofSize(end - first);
            Reductions64.shiftedLogSums(x, first, end, n, max, log);
        }

        /** Returns the logarithm of the softmax of an element of row r. */
        /*wide*/ double logSoftmax(double x, int r) {
            /*wide*/ double wide = x;
            return (wide - max[r - first]) - log[r - first];
        }
    }

    @Override
    public void add(double[] y, double[] x, int rows, int n) {
        /*wide*/ double nanos = NANOS_SUM * rows * n;
        if (!Workers.shares((long) nanos)) {
            add(y, x, 0, rows, n);
            return;
        }
        Workers.range(rows, 1, nanos, (first, end) -> add(y, x, first, end, n));
    }

    private static void add(double[] y, double[] x, int first, int end, int n) {
        for (int r = first; r < end; r++) {
            int from = r * n;
            for (int j = 0; j < n; j++) {
                y[from + j] += x[j];
            }
        }
    }

    @Override
    public void softmax(double[] x, double[] out, int rows, int n) {
        forRows(rows, n, (first, end) -> {
            shiftedExp(x, out, first, end, n);
            for (int r = first; r < end; r++) {
                scale(out, r * n, n, 1);
            }
        });
    }

    /** Sets {@code out[r, j] = exp(x[r, j] − m_r)} with m_r the largest of the row. */
    private static void shiftedExp(double[] x, double[] out, int first, int end, int n) {
        for (int r = first; r < end; r++) {
            int from = r * n;
            double max = Reductions64.max(x, from, n);
            for (int j = from; j < from + n; j++) {
                out[j] = x[j] - max;
            }
        }
        Transcendental.exp(out, out, first * n, end * n); // all rows at once: long loops are the fast ones
    }

    /** Scales a row so that its sum becomes {@code total}. */
    private static void scale(double[] out, int from, int n, /*wide*/ double total) {
        double factor = /*narrow*/ (total / Reductions64.sum(out, from, n));
        for (int j = from; j < from + n; j++) {
            out[j] *= factor;
        }
    }

    @Override
    public void logSoftmax(double[] x, double[] out, int rows, int n) {
        forRows(rows, n, (first, end) -> {
            Shifts shifts = new Shifts(x, first, end, n);
            for (int r = first; r < end; r++) {
                int from = r * n;
                for (int j = from; j < from + n; j++) {
                    out[j] = /*narrow*/ shifts.logSoftmax(x[j], r);
                }
            }
        });
    }

    @Override
    public void softmaxGradient(double[] g, double[] s, double[] out, int rows, int n) {
        forRows(rows, n, (first, end) -> {
            for (int r = first; r < end; r++) {
                int from = r * n;
                /*wide*/ double dot = 0;
                for (int j = from; j < from + n; j++) {
                    /*wide*/ double cotangent = g[j];
                    dot += cotangent * s[j];
                }
                double shift = /*narrow*/ dot;
                for (int j = from; j < from + n; j++) {
                    out[j] = s[j] * (g[j] - shift);
                }
            }
        });
    }

    @Override
    public void logSoftmaxGradient(double[] g, double[] l, double[] out, int rows, int n) {
        forRows(rows, n, (first, end) -> {
            int size = (end - first) * n;
            double[] exps = EXPS.ofSize(size); // out may be g
            System.arraycopy(l, first * n, exps, 0, size);
            Transcendental.exp(exps, exps, 0, size);
            for (int r = first; r < end; r++) {
                int from = r * n;
                double sum = /*narrow*/ Reductions64.sum(g, from, n);
                for (int j = from; j < from + n; j++) {
                    out[j] = g[j] - exps[j - first * n] * sum;
                }
            }
        });
    }

    @Override
    public void crossEntropy(double[] x, long[] label, double[] loss, int rows, int n) {
        if (areShared(rows, n)) {
            forRows(rows, n, (first, end) -> crossEntropy(x, label, loss, first, end, n));
        } else {
            crossEntropy(x, label, loss, 0, rows, n);
        }
    }

    private static void crossEntropy(double[] x, long[] label, double[] loss, int first, int end, int n) {
        Shifts shifts = new Shifts(x, first, end, n);
        for (int r = first; r < end; r++) {
            loss[r] = /*narrow*/ -shifts.logSoftmax(x[r * n + (int) label[r]], r);
        }
    }

    @Override
    public void crossEntropyGradient(double[] g, double[] x, long[] label, double[] out, int rows, int n) {
        if (areShared(rows, n)) {
            forRows(rows, n, (first, end) -> crossEntropyGradient(g, x, label, out, first, end, n));
        } else {
            crossEntropyGradient(g, x, label, out, 0, rows, n);
        }
    }

    private static void crossEntropyGradient(
            double[] g, double[] x, long[] label, double[] out, int first, int end, int n) {
        shiftedExp(x, out, first, end, n);
        for (int r = first; r < end; r++) {
            scale(out, r * n, n, g[r]);
            out[r * n + (int) label[r]] -= g[r];
        }
    }

    @Override
    public void crossEntropy(double[] x, double[] target, double[] loss, int rows, int n) {
        forRows(rows, n, (first, end) -> {
            Shifts shifts = new Shifts(x, first, end, n);
            for (int r = first; r < end; r++) {
                int from = r * n;
                /*wide*/ double sum = 0;
                for (int j = from; j < from + n; j++) {
                    sum -= target[j] * shifts.logSoftmax(x[j], r);
                }
                loss[r] = /*narrow*/ sum;
            }
        });
    }

    @Override
    public void crossEntropyGradient(double[] g, double[] x, double[] target, double[] out, int rows, int n) {
        forRows(rows, n, (first, end) -> {
            shiftedExp(x, out, first, end, n);
            for (int r = first; r < end; r++) {
                int from = r * n;
                scale(out, from, n, g[r] * Reductions64.sum(target, from, n));
                for (int j = from; j < from + n; j++) {
                    out[j] -= g[r] * target[j];
                }
            }
        });
    }
}

package dev.autodiff.kernel;

/** Softmax and cross-entropy over rows in plain Java; sums are wide (double in both twins). */
final class Rows64 implements Rows<double[]> {
    @Override
    public void softmax(double[] x, double[] out, int rows, int n) {
        for (int r = 0; r < rows; r++) {
            softmaxRow(x, out, r * n, n, 1);
        }
    }

    /** Sets a row of out to factor · softmax(x). */
    private static void softmaxRow(double[] x, double[] out, int from, int n, double factor) {
        double max = Reductions64.max(x, from, n);
        /*wide*/ double sum = 0;
        for (int j = from; j < from + n; j++) {
            double e = /*narrow*/ Math.exp(x[j] - max);
            out[j] = e;
            sum += e;
        }
        double scale = /*narrow*/ (factor / sum);
        for (int j = from; j < from + n; j++) {
            out[j] *= scale;
        }
    }

    /** Returns log Σ exp of a row; −∞ and ∞ where that is the limit. */
    private static /*wide*/ double logSumExp(double[] x, int from, int n) {
        double max = Reductions64.max(x, from, n);
        if (Double.isInfinite(max) || Double.isNaN(max)) {
            return max;
        }
        /*wide*/ double sum = 0;
        for (int j = from; j < from + n; j++) {
            sum += Math.exp(x[j] - max);
        }
        return max + Math.log(sum);
    }

    @Override
    public void logSoftmax(double[] x, double[] out, int rows, int n) {
        for (int r = 0; r < rows; r++) {
            int from = r * n;
            /*wide*/ double shift = logSumExp(x, from, n);
            for (int j = from; j < from + n; j++) {
                out[j] = /*narrow*/ (x[j] - shift);
            }
        }
    }

    @Override
    public void softmaxGradient(double[] g, double[] s, double[] out, int rows, int n) {
        for (int r = 0; r < rows; r++) {
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
    }

    @Override
    public void logSoftmaxGradient(double[] g, double[] l, double[] out, int rows, int n) {
        for (int r = 0; r < rows; r++) {
            int from = r * n;
            double sum = /*narrow*/ Reductions64.sum(g, from, n);
            for (int j = from; j < from + n; j++) {
                out[j] = g[j] - /*narrow*/ Math.exp(l[j]) * sum;
            }
        }
    }

    @Override
    public void crossEntropy(double[] x, long[] label, double[] loss, int rows, int n) {
        for (int r = 0; r < rows; r++) {
            loss[r] = /*narrow*/ (logSumExp(x, r * n, n) - x[r * n + (int) label[r]]);
        }
    }

    @Override
    public void crossEntropyGradient(double[] g, double[] x, long[] label, double[] out, int rows, int n) {
        for (int r = 0; r < rows; r++) {
            softmaxRow(x, out, r * n, n, g[r]);
            out[r * n + (int) label[r]] -= g[r];
        }
    }

    @Override
    public void crossEntropy(double[] x, double[] target, double[] loss, int rows, int n) {
        for (int r = 0; r < rows; r++) {
            int from = r * n;
            /*wide*/ double shift = logSumExp(x, from, n);
            /*wide*/ double sum = 0;
            for (int j = from; j < from + n; j++) {
                sum += target[j] * (shift - x[j]);
            }
            loss[r] = /*narrow*/ sum;
        }
    }

    @Override
    public void crossEntropyGradient(double[] g, double[] x, double[] target, double[] out, int rows, int n) {
        for (int r = 0; r < rows; r++) {
            int from = r * n;
            softmaxRow(x, out, from, n, /*narrow*/ (g[r] * Reductions64.sum(target, from, n)));
            for (int j = from; j < from + n; j++) {
                out[j] -= g[r] * target[j];
            }
        }
    }
}

package dev.autodiff.kernel;

/** Standardising in plain Java; mean, variance and the means of the gradient are wide (double in both twins). */
final class Standardization64 implements Standardizations<double[]> {
    /** About the time of one element. */
    private static final /*wide*/ double NANOS = 2d;

    @Override
    public void standardize(/*wide*/ double epsilon, double[] x, double[] out, int outer, int kept, int inner) {
        Workers.range(kept, 1, NANOS * x.length, (from, to) -> {
            for (int k = from; k < to; k++) {
                /*wide*/ double mean = mean(x, outer, kept, inner, k);
                /*wide*/ double r = scale(epsilon, x, mean, outer, kept, inner, k);
                for (int o = 0; o < outer; o++) {
                    int row = (o * kept + k) * inner;
                    for (int i = row; i < row + inner; i++) {
                        out[i] = /*narrow*/ ((x[i] - mean) * r);
                    }
                }
            }
        });
    }

    @Override
    public void gradient(
            /*wide*/ double epsilon, double[] g, double[] x, double[] out, int outer, int kept, int inner) {
        Workers.range(kept, 1, 2 * NANOS * x.length, (from, to) -> {
            for (int k = from; k < to; k++) {
                /*wide*/ double mean = mean(x, outer, kept, inner, k);
                /*wide*/ double r = scale(epsilon, x, mean, outer, kept, inner, k);
                /*wide*/ double shift = mean(g, outer, kept, inner, k);
                /*wide*/ double dot = 0;
                for (int o = 0; o < outer; o++) {
                    int row = (o * kept + k) * inner;
                    /*wide*/ double part = 0;
                    for (int i = row; i < row + inner; i++) {
                        part += (g[i] - shift) * (x[i] - mean);
                    }
                    dot += part;
                }
                /*wide*/ double slope = dot * r * r / ((long) outer * inner);
                for (int o = 0; o < outer; o++) {
                    int row = (o * kept + k) * inner;
                    for (int i = row; i < row + inner; i++) {
                        out[i] = /*narrow*/ (r * (g[i] - shift - (x[i] - mean) * slope));
                    }
                }
            }
        });
    }

    private static /*wide*/ double mean(double[] x, int outer, int kept, int inner, int k) {
        /*wide*/ double sum = 0;
        for (int o = 0; o < outer; o++) {
            int row = (o * kept + k) * inner;
            /*wide*/ double part = 0;
            for (int i = row; i < row + inner; i++) {
                part += x[i];
            }
            sum += part;
        }
        return sum / ((long) outer * inner);
    }

    /** Returns 1/√(variance + ε). */
    private static /*wide*/ double scale(
            /*wide*/ double epsilon, double[] x, /*wide*/ double mean, int outer, int kept, int inner, int k) {
        /*wide*/ double sum = 0;
        for (int o = 0; o < outer; o++) {
            int row = (o * kept + k) * inner;
            /*wide*/ double part = 0;
            for (int i = row; i < row + inner; i++) {
                /*wide*/ double d = x[i] - mean;
                part += d * d;
            }
            sum += part;
        }
        return 1 / Math.sqrt(sum / ((long) outer * inner) + epsilon);
    }
}

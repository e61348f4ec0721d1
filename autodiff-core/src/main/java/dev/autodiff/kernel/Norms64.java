package dev.autodiff.kernel;

/** Norms in plain Java, over neighbouring elements: those of an axis that is not the last are brought together first. */
final class Norms64 implements Norms<double[]> {
    /** Up to this many numbers are added one after the other. */
    private static final int RUN = 128;

    /** So many lanes are brought together at once, about what one line of the cache holds. */
    private static final int TILE = 8;

    /** About the time of one element. */
    private static final /*wide*/ double NANOS = 1.5;

    /** About the time of one element with a power. */
    private static final /*wide*/ double NANOS_POWER = 40;

    /** A sum of squares in this range has lost nothing to overflow or underflow that matters beside it. */
    private static final /*wide*/ double SMALLEST = 1e-280d;

    private static final /*wide*/ double LARGEST = 1e300d;

    private static final Scratch<double[]> ROWS = new Scratch<>(double[]::new);

    /** What a row of neighbours is reduced to. */
    private interface Row {
        /*wide*/ double of(double[] x, int from, int n);
    }

    private static void forRows(double[] x, double[] out, int outer, int n, int inner, /*wide*/ double nanos, Row row) {
        /*wide*/ double time = nanos * n * out.length;
        if (inner == 1) {
            Workers.range(outer, 1, time, (first, end) -> {
                for (int o = first; o < end; o++) {
                    out[o] = /*narrow*/ row.of(x, o * n, n);
                }
            });
            return;
        }
        int tiles = (inner + TILE - 1) / TILE;
        Workers.range(outer * tiles, 1, time, (first, end) -> {
            double[] rows = ROWS.ofSize(Math.min(TILE, inner) * n);
            for (int t = first; t < end; t++) {
                int o = t / tiles;
                int i0 = t % tiles * TILE;
                int width = Math.min(TILE, inner - i0);
                for (int k = 0; k < n; k++) {
                    for (int i = 0; i < width; i++) {
                        rows[i * n + k] = x[(o * n + k) * inner + i0 + i];
                    }
                }
                for (int i = 0; i < width; i++) {
                    out[o * inner + i0 + i] = /*narrow*/ row.of(rows, i * n, n);
                }
            }
        });
    }

    @Override
    public void norm(/*wide*/ double p, double[] x, double[] out, int outer, int n, int inner) {
        if (p == 0) {
            forRows(x, out, outer, n, inner, NANOS, Norms64::count);
        } else if (p == 1) {
            forRows(x, out, outer, n, inner, NANOS, Norms64::sizes);
        } else if (p == 2) {
            forRows(x, out, outer, n, inner, NANOS, Norms64::euclidean);
        } else if (p == Double.POSITIVE_INFINITY) {
            forRows(x, out, outer, n, inner, NANOS, Norms64::largest);
        } else if (p == Double.NEGATIVE_INFINITY) {
            forRows(x, out, outer, n, inner, NANOS, Norms64::smallest);
        } else {
            forRows(x, out, outer, n, inner, NANOS_POWER, (row, from, count) -> general(p, row, from, count));
        }
    }

    private static /*wide*/ double count(double[] x, int from, int n) {
        int count = 0;
        for (int i = from; i < from + n; i++) {
            count += x[i] == 0 ? 0 : 1;
        }
        return count;
    }

    private static /*wide*/ double sizes(double[] x, int from, int n) {
        if (n > RUN) {
            int half = half(n);
            return sizes(x, from, half) + sizes(x, from + half, n - half);
        }
        /*wide*/ double sum = 0;
        for (int i = from; i < from + n; i++) {
            sum += Math.abs(x[i]);
        }
        return sum;
    }

    private static int half(int n) {
        return Math.max(RUN, n / 2 / RUN * RUN);
    }

    private static /*wide*/ double largest(double[] x, int from, int n) {
        double most = 0;
        for (int i = from; i < from + n; i++) {
            most = Math.max(most, Math.abs(x[i]));
        }
        return most;
    }

    private static /*wide*/ double smallest(double[] x, int from, int n) {
        double least = Double.POSITIVE_INFINITY;
        for (int i = from; i < from + n; i++) {
            least = Math.min(least, Math.abs(x[i]));
        }
        return least;
    }

    private static /*wide*/ double euclidean(double[] x, int from, int n) {
        /*wide*/ double sum = squares(x, from, n, 1);
        if (sum >= SMALLEST && sum <= LARGEST) {
            return Math.sqrt(sum);
        }
        /*wide*/ double most = largest(x, from, n);
        if (most == 0 || !(Math.abs(most) <= Double.MAX_VALUE)) {
            return most;
        }
        int exponent = Math.getExponent(most); // a power of two: scaling by it rounds nothing
        /*wide*/ double scaled = squares(x, from, n, Math.scalb(1.0d, -exponent));
        return Math.scalb(Math.sqrt(scaled), exponent);
    }

    private static /*wide*/ double squares(double[] x, int from, int n, /*wide*/ double scale) {
        if (n > RUN) {
            int half = half(n);
            return squares(x, from, half, scale) + squares(x, from + half, n - half, scale);
        }
        /*wide*/ double sum = 0;
        for (int i = from; i < from + n; i++) {
            /*wide*/ double value = x[i] * scale;
            sum += value * value;
        }
        return sum;
    }

    private static /*wide*/ double general(/*wide*/ double p, double[] x, int from, int n) {
        // the size whose power is the largest: what is infinite beside it adds nothing if p is negative
        /*wide*/ double scale = p < 0 ? smallest(x, from, n) : largest(x, from, n);
        if (n == 0 || scale == 0) {
            return 0;
        }
        if (!(Math.abs(scale) <= Double.MAX_VALUE)) {
            return scale;
        }
        return scale * Math.pow(powers(p, x, from, n, scale), 1 / p);
    }

    private static /*wide*/ double powers(/*wide*/ double p, double[] x, int from, int n, /*wide*/ double scale) {
        if (n > RUN) {
            int half = half(n);
            return powers(p, x, from, half, scale) + powers(p, x, from + half, n - half, scale);
        }
        /*wide*/ double sum = 0;
        for (int i = from; i < from + n; i++) {
            sum += Math.pow(Math.abs(x[i]) / scale, p);
        }
        return sum;
    }

    @Override
    public void squaredDeviations(double[] x, double[] out, int outer, int n, int inner) {
        forRows(x, out, outer, n, inner, 2 * NANOS, Norms64::squaredDeviations);
    }

    /** Two passes; what the mean was rounded by is made good in the second (Chan, Golub and LeVeque 1983, equation 1.7). */
    private static /*wide*/ double squaredDeviations(double[] x, int from, int n) {
        if (n == 0) {
            return 0;
        }
        /*wide*/ double mean = Reductions64.sum(x, from, n) / n;
        /*wide*/ double squares = 0;
        /*wide*/ double rest = 0;
        int end = from + n;
        for (int start = from; start < end; start += RUN) {
            /*wide*/ double squaresOfRun = 0;
            /*wide*/ double restOfRun = 0;
            for (int i = start; i < Math.min(end, start + RUN); i++) {
                /*wide*/ double deviation = x[i] - mean;
                squaresOfRun += deviation * deviation;
                restOfRun += deviation;
            }
            squares += squaresOfRun;
            rest += restOfRun;
        }
        return Math.max(0, squares - rest * rest / n);
    }
}

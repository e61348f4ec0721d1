package dev.autodiff.kernel;

import java.util.Arrays;

/**
 * Scalar products of a few long rows of a with some of b, {@link Product#addRowProducts}, lane by lane: each product has a row of sums, which are added at
 * the end. Without the Vector API that is faster than a product of matrices if b has so few rows that the columns of its transpose are short. How sums
 * are cut follows from the sizes alone.
 */
final class ScalarProducts64 {
    /** Pieces of a row that a pass adds. With more the loop has too many nodes for the compiler, see {@link Product64}. */
    private static final int PIECES = 3;

    /** The most elements of a piece: those of all rows of a then stay in the first-level cache. */
    private static final int LONGEST = 256;

    /** About the time of a pass for each column. */
    private static final /*wide*/ double NANOS = 0.4d; // float32: private static final double NANOS = 0.12;

    /** About the time of clearing one lane of a sum and adding it at the end. */
    private static final /*wide*/ double NANOS_SUM = 0.2d;

    private final int m;
    private final int n;

    /** How many pieces a row has, and how many elements a piece, but for the last one. */
    private final int chunks;

    private final int length;

    /** How many rows of b have sums at the same time; 0 if there is no room. */
    private final int most;

    /** Prepares products with m rows of a, each of n elements. */
    ScalarProducts64(int m, int n) {
        this.m = m;
        this.n = n;
        chunks = (n - 1) / LONGEST + 1;
        length = ((n - 1) / chunks + CopiedRows64.LANES) / CopiedRows64.LANES * CopiedRows64.LANES;
        most = Math.max(0, (CopiedRows64.deep(length) - PIECES * m) / (m + PIECES));
    }

    /** About how many nanoseconds the products of some terms take with so many rows of b; infinitely many without room for them. */
    /*wide*/ double nanos(int size, int terms) {
        if (most == 0) {
            return Double.POSITIVE_INFINITY;
        }
        /*wide*/ double sums = (/*wide*/ double) m * size;
        /*wide*/ double passes = sums * count(terms * chunks, PIECES);
        /*wide*/ double copies = (/*wide*/ double) terms * n * (size + count(size, most) * m);
        return passes * (Product64.NANOS_PASS + NANOS * length)
                + Product64.NANOS_COPY * copies
                + NANOS_SUM * sums * length;
    }

    /** Adds the products of all terms; the arguments are those of {@link Product#addRowProducts}. */
    void add(int terms, double[] a, double[] b, int[] starts, int apart, double[] c, int co) {
        int size = starts.length;
        int group = count(size, count(size, most));
        int pieces = terms * chunks;
        CopiedRows64 rows = CopiedRows64.BUFFERS.get().of(length);
        assert m * group + PIECES * (m + group) <= rows.deep : "no room for " + group + " sums of each row";
        int first = rows.begin(m * size * count(pieces, PIECES));
        for (int from = 0; from < size; from += group) {
            int width = Math.min(group, size - from);
            int behindSums = m * width;
            int behindA = behindSums + PIECES * m;
            for (int i = 0; i < behindSums; i++) {
                Arrays.fill(rows.b[i], first, first + length, 0);
            }
            for (int piece = 0; piece < pieces; piece += PIECES) {
                for (int s = 0; s < PIECES; s++) {
                    int term = (piece + s) / chunks;
                    int j = (piece + s) % chunks * length;
                    int elements = piece + s < pieces ? Math.min(length, n - j) : 0;
                    for (int i = 0; i < m; i++) {
                        copy(a, (i * terms + term) * n + j, elements, rows.b[behindSums + PIECES * i + s], first);
                    }
                    for (int i = 0; i < width; i++) {
                        int at = starts[from + i] + term * apart + j;
                        copy(b, at, elements, rows.b[behindA + PIECES * i + s], first);
                    }
                }
                addPieces(width, rows.b, first);
            }
            for (int i = 0; i < behindSums; i++) {
                c[co + i / width * size + from + i % width] += sum(rows.b[i], first, first + length);
            }
        }
    }

    private static int count(int n, int size) {
        return (n - 1) / size + 1;
    }

    /** Copies elements to a row, and zeros behind them. */
    private void copy(double[] x, int at, int elements, double[] row, int first) {
        if (elements > 0) {
            System.arraycopy(x, at, row, first, elements);
        }
        Arrays.fill(row, first + elements, first + length, 0);
    }

    /** Adds the products of the pieces of rows of a and b that lie behind the sums. */
    private void addPieces(int width, double[][] rows, int first) {
        for (int i = 0; i < width; i++) {
            int y = m * (width + PIECES) + PIECES * i;
            for (int r = 0; r < m; r++) {
                int x = m * width + PIECES * r;
                pass(
                        first - 1,
                        first + length,
                        rows[r * width + i],
                        rows[x],
                        rows[x + 1],
                        rows[x + 2],
                        rows[y],
                        rows[y + 1],
                        rows[y + 2]);
            }
        }
    }

    /** Adds three pieces, from one index to another; begins one element early, see {@link CopiedRows64#start}. */
    private static void pass(
            int from,
            int to,
            double[] sums,
            double[] x0,
            double[] x1,
            double[] x2,
            double[] y0,
            double[] y1,
            double[] y2) {
        for (int j = from; j < to; j++) {
            sums[j] = Math.fma(x2[j], y2[j], Math.fma(x1[j], y1[j], Math.fma(x0[j], y0[j], sums[j])));
        }
    }

    /**
     * Adds a row's elements, a multiple of eight, in eight sums, so that no addition waits for the one before. Sums of {@link Reductions64}, which are
     * wide, make products of float32 a tenth slower.
     */
    private static double sum(double[] row, int from, int to) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        double s4 = 0;
        double s5 = 0;
        double s6 = 0;
        double s7 = 0;
        for (int j = from; j < to; j += 8) {
            s0 += row[j];
            s1 += row[j + 1];
            s2 += row[j + 2];
            s3 += row[j + 3];
            s4 += row[j + 4];
            s5 += row[j + 5];
            s6 += row[j + 6];
            s7 += row[j + 7];
        }
        return s0 + s1 + (s2 + s3) + (s4 + s5 + (s6 + s7));
    }
}

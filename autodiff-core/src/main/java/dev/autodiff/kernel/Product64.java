package dev.autodiff.kernel;

import java.util.Arrays;

/**
 * The matrix product in plain Java. The compiler turns a loop into vector instructions when all its arrays are indexed by the loop
 * variable alone; so rows of b and of c are copied to arrays of their own, and each pass adds the products of two rows of b to four
 * rows of c. Of the shapes tried, this one alone is vectorised reliably on JDK 17 and on 25: one row of c by eight of b is at 35 or
 * at 9 GFLOP/s, by chance, on 17. Every sum is one chain of fused multiply-adds in ascending order of p, whatever the path and the
 * number of threads.
 */
final class Product64 implements Product<double[]> {
    /** Rows of c in a pass. */
    private static final int MR = 4;

    /** The most columns in a block: the rows of a pass then fit the first-level cache. Short rows spend much of their time on the loop's ends. */
    private static final int NC = 512;

    /** The most of k in a block: the copied part of b then fits the second-level cache. */
    private static final int KC = 256;

    /** Up to so many multiplications, copying costs more than it gains. */
    private static final int SMALL = 4096;

    /** From so many rows on, threads share the rows; with fewer, the columns, although short rows of b are slower. */
    private static final int SPLIT_ROWS = 16;

    /** About the time of one multiplication and addition. */
    private static final double NANOS = 0.04;

    /** The copied rows of one thread; one row of b more, which is zero when k is odd. */
    private static final class Buffers {
        final double[][] b = new double[KC + 1][NC];
        final double[][] c = new double[MR][NC];
    }

    private static final ThreadLocal<Buffers> BUFFERS = ThreadLocal.withInitial(Buffers::new);

    @Override
    public void multiply(
            int m, int n, int k, double[] a, int ao, boolean ta, double[] b, int bo, boolean tb, double[] c, int co) {
        if (n == 1 && m > 1) { // a column: read as the row cᵀ = bᵀ·aᵀ
            multiply(1, m, k, b, bo, false, a, ao, !ta, c, co);
            return;
        }
        int ai = ta ? 1 : k;
        int ap = ta ? m : 1;
        int bp = tb ? 1 : n;
        int bj = tb ? k : 1;
        double work = NANOS * m * n * k;
        if ((long) m * n * k <= SMALL
                || (m == 1 && tb)) { // one row times columns that run along k: copying them would take longer
            Workers.range(
                    n,
                    64,
                    1,
                    4 * work,
                    (j, end) -> small(m, end - j, k, a, ao, ai, ap, b, bo + j * bj, bp, bj, c, co + j, n));
        } else if (m < SPLIT_ROWS) {
            Workers.range(
                    n,
                    32,
                    1,
                    work,
                    (j, end) -> large(m, end - j, k, a, ao, ai, ap, b, bo + j * bj, bp, bj, c, co + j, n));
        } else {
            Workers.range(
                    m,
                    MR,
                    1,
                    work,
                    (i, end) -> large(end - i, n, k, a, ao + i * ai, ai, ap, b, bo, bp, bj, c, co + i * n, n));
        }
    }

    // ---- with rows of their own ----

    /** The product with strides: a[i, p] at {@code ao + i·ai + p·ap}, b[p, j] at {@code bo + p·bp + j·bj}, rows of c at {@code ci}. */
    private static void large(
            int m,
            int n,
            int k,
            double[] a,
            int ao,
            int ai,
            int ap,
            double[] b,
            int bo,
            int bp,
            int bj,
            double[] c,
            int co,
            int ci) {
        Buffers buffers = BUFFERS.get();
        for (int j = 0; j < n; j += NC) {
            int nc = Math.min(NC, n - j);
            for (int p = 0; p < k || p == 0; p += KC) {
                int kc = Math.min(KC, k - p);
                copyRows(kc, nc, b, bo + p * bp + j * bj, bp, bj, buffers.b);
                for (int i = 0; i < m; i += MR) {
                    int rows = Math.min(MR, m - i);
                    fourRows(rows, nc, kc, a, ao + i * ai + p * ap, ai, ap, buffers, c, co + i * ci + j, ci, p > 0);
                }
            }
        }
    }

    @Override
    public void multiplyRows(int m, int n, int k, double[] a, int ao, double[] b, int[] starts, double[] c, int co) {
        Buffers buffers = BUFFERS.get();
        for (int j = 0; j < n; j += NC) {
            int nc = Math.min(NC, n - j);
            for (int p = 0; p < k; p += KC) {
                int kc = Math.min(KC, k - p);
                for (int q = 0; q < kc; q++) {
                    System.arraycopy(b, starts[p + q] + j, buffers.b[q], 0, nc);
                }
                clearBehind(kc, nc, buffers.b);
                for (int i = 0; i < m; i += MR) {
                    int rows = Math.min(MR, m - i);
                    fourRows(rows, nc, kc, a, ao + i * k + p, k, 1, buffers, c, co + i * n + j, n, p > 0);
                }
            }
        }
    }

    @Override
    public void addRowProducts(
            int m, int n, int terms, double[] a, double[] b, int[] starts, int apart, double[] c, int co) {
        Buffers buffers = BUFFERS.get();
        int columns = starts.length;
        for (int t = 0; t < terms; t++) {
            for (int j = 0; j < columns; j += NC) {
                int nc = Math.min(NC, columns - j);
                for (int p = 0; p < n; p += KC) {
                    int kc = Math.min(KC, n - p);
                    for (int q = 0; q < kc; q += 8) { // eight at a time, as in copyRows; n is a multiple of that
                        for (int s = 0; s < nc; s++) {
                            int from = starts[j + s] + t * apart + p + q;
                            for (int r = 0; r < 8; r++) {
                                buffers.b[q + r][s] = b[from + r];
                            }
                        }
                    }
                    for (int i = 0; i < m; i += MR) {
                        int rows = Math.min(MR, m - i);
                        int from = (i * terms + t) * n + p;
                        fourRows(rows, nc, kc, a, from, terms * n, 1, buffers, c, co + i * columns + j, columns, true);
                    }
                }
            }
        }
    }

    private static void copyRows(int kc, int nc, double[] b, int bo, int bp, int bj, double[][] rows) {
        if (bj == 1) {
            for (int p = 0; p < kc; p++) {
                System.arraycopy(b, bo + p * bp, rows[p], 0, nc);
            }
        } else {
            int p = 0;
            for (; p + 7 < kc; p += 8) { // eight at a time: a line of the cache of b is read once
                eightRows(
                        nc,
                        b,
                        bo + p,
                        bj,
                        rows[p],
                        rows[p + 1],
                        rows[p + 2],
                        rows[p + 3],
                        rows[p + 4],
                        rows[p + 5],
                        rows[p + 6],
                        rows[p + 7]);
            }
            for (; p < kc; p++) {
                for (int j = 0; j < nc; j++) {
                    rows[p][j] = b[bo + p + j * bj];
                }
            }
        }
        clearBehind(kc, nc, rows);
    }

    /** Copies eight elements at each of n places to eight rows. */
    private static void eightRows(
            int n,
            double[] b,
            int from,
            int step,
            double[] r0,
            double[] r1,
            double[] r2,
            double[] r3,
            double[] r4,
            double[] r5,
            double[] r6,
            double[] r7) {
        for (int j = 0; j < n; j++) {
            r0[j] = b[from];
            r1[j] = b[from + 1];
            r2[j] = b[from + 2];
            r3[j] = b[from + 3];
            r4[j] = b[from + 4];
            r5[j] = b[from + 5];
            r6[j] = b[from + 6];
            r7[j] = b[from + 7];
            from += step;
        }
    }

    private static void clearBehind(int kc, int nc, double[][] rows) {
        if (kc % 2 == 1) {
            Arrays.fill(rows[kc], 0, nc, 0);
        }
    }

    private static void fourRows(
            int rows,
            int nc,
            int kc,
            double[] a,
            int ao,
            int ai,
            int ap,
            Buffers buffers,
            double[] c,
            int co,
            int ci,
            boolean add) {
        double[][] sums = buffers.c;
        double[][] b = buffers.b;
        for (int r = 0; r < rows; r++) {
            if (add) {
                System.arraycopy(c, co + r * ci, sums[r], 0, nc);
            } else {
                Arrays.fill(sums[r], 0, nc, 0);
            }
        }
        // rows that are missing at the lower edge repeat the first one; their sums go nowhere
        int a1 = ao + (rows > 1 ? ai : 0);
        int a2 = ao + (rows > 2 ? 2 * ai : 0);
        int a3 = ao + (rows > 3 ? 3 * ai : 0);
        for (int p = 0; p < kc; p += 2) {
            int s = p * ap;
            int t = s + ap;
            boolean two = p + 1 < kc; // beyond the last one both factors are zero: 0·∞ would be NaN
            pass(
                    nc,
                    sums[0],
                    sums[1],
                    sums[2],
                    sums[3],
                    b[p],
                    b[p + 1],
                    a[ao + s],
                    two ? a[ao + t] : 0,
                    a[a1 + s],
                    two ? a[a1 + t] : 0,
                    a[a2 + s],
                    two ? a[a2 + t] : 0,
                    a[a3 + s],
                    two ? a[a3 + t] : 0);
        }
        for (int r = 0; r < rows; r++) {
            System.arraycopy(sums[r], 0, c, co + r * ci, nc);
        }
    }

    /** Adds the products of two rows of b to four rows of c; a small method of its own, which the compiler treats best. */
    private static void pass(
            int n,
            double[] c0,
            double[] c1,
            double[] c2,
            double[] c3,
            double[] b0,
            double[] b1,
            double a00,
            double a01,
            double a10,
            double a11,
            double a20,
            double a21,
            double a30,
            double a31) {
        for (int j = 0; j < n; j++) {
            double x0 = b0[j];
            double x1 = b1[j];
            c0[j] = Math.fma(a01, x1, Math.fma(a00, x0, c0[j]));
            c1[j] = Math.fma(a11, x1, Math.fma(a10, x0, c1[j]));
            c2[j] = Math.fma(a21, x1, Math.fma(a20, x0, c2[j]));
            c3[j] = Math.fma(a31, x1, Math.fma(a30, x0, c3[j]));
        }
    }

    // ---- in place ----

    /** The same product without copies, four sums at a time. */
    private static void small(
            int m,
            int n,
            int k,
            double[] a,
            int ao,
            int ai,
            int ap,
            double[] b,
            int bo,
            int bp,
            int bj,
            double[] c,
            int co,
            int ci) {
        for (int i = 0; i < m; i++) {
            int row = ao + i * ai;
            int to = co + i * ci;
            int j = 0;
            for (; j + 3 < n; j += 4) {
                int at = bo + j * bj;
                double s0 = 0;
                double s1 = 0;
                double s2 = 0;
                double s3 = 0;
                for (int p = 0; p < k; p++) {
                    double x = a[row + p * ap];
                    int q = at + p * bp;
                    s0 = Math.fma(x, b[q], s0);
                    s1 = Math.fma(x, b[q + bj], s1);
                    s2 = Math.fma(x, b[q + 2 * bj], s2);
                    s3 = Math.fma(x, b[q + 3 * bj], s3);
                }
                c[to + j] = s0;
                c[to + j + 1] = s1;
                c[to + j + 2] = s2;
                c[to + j + 3] = s3;
            }
            for (; j < n; j++) {
                double sum = 0;
                for (int p = 0; p < k; p++) {
                    sum = Math.fma(a[row + p * ap], b[bo + p * bp + j * bj], sum);
                }
                c[to + j] = sum;
            }
        }
    }
}

package dev.autodiff.kernel;

import java.util.Arrays;

/**
 * The matrix product in plain Java. The compiler turns a loop into vector instructions when all arrays in it are indexed by the loop
 * variable alone, so eight rows of b and each row of c are copied to arrays of their own, and a row of c takes eight products in one
 * pass. Sums run in ascending order of p, whatever the blocks.
 */
final class Product64 implements Product<double[]> {
    /** The most columns in a block: eight rows of b and one of c then fit the first-level cache. */
    private static final int NC = 512;

    /** The most rows in a block, whose part of c stays in the second-level cache. */
    private static final int MC = 64;

    /** Rows of b in one pass. */
    private static final int KR = 8;

    /** Up to so many multiplications, or with few rows, copying costs more than it gains. */
    private static final int SMALL = 4096;

    private static final int FEW_ROWS = 4;

    /** The copied rows of one thread. */
    private static final class Buffers {
        final double[][] b = new double[KR][NC];
        final double[][] c = new double[MC][NC];
    }

    private static final ThreadLocal<Buffers> BUFFERS = ThreadLocal.withInitial(Buffers::new);

    @Override
    public void multiply(
            int m, int n, int k, double[] a, int ao, boolean ta, double[] b, int bo, boolean tb, double[] c, int co) {
        if (m < FEW_ROWS || (long) m * n * k <= SMALL) {
            small(m, n, k, a, ao, ta, b, bo, tb, c, co);
            return;
        }
        Buffers buffers = BUFFERS.get();
        int ai = ta ? 1 : k;
        int ap = ta ? m : 1;
        for (int jc = 0; jc < n; jc += NC) {
            int nc = Math.min(NC, n - jc);
            for (int ic = 0; ic < m; ic += MC) {
                int mc = Math.min(MC, m - ic);
                block(mc, nc, k, a, ao + ic * ai, ai, ap, b, tb ? bo + jc * k : bo + jc, tb ? k : n, tb, buffers);
                for (int i = 0; i < mc; i++) {
                    System.arraycopy(buffers.c[i], 0, c, co + (ic + i) * n + jc, nc);
                }
            }
        }
    }

    private static void block(
            int mc,
            int nc,
            int k,
            double[] a,
            int ao,
            int ai,
            int ap,
            double[] b,
            int bo,
            int stride,
            boolean tb,
            Buffers buffers) {
        double[][] rows = buffers.b;
        double[][] sums = buffers.c;
        for (int i = 0; i < mc; i++) {
            Arrays.fill(sums[i], 0, nc, 0);
        }
        for (int p = 0; p < k; p += KR) {
            int count = Math.min(KR, k - p);
            if (tb) {
                for (int j = 0; j < nc; j++) {
                    int from = bo + j * stride + p;
                    for (int r = 0; r < count; r++) {
                        rows[r][j] = b[from + r];
                    }
                }
            } else {
                for (int r = 0; r < count; r++) {
                    System.arraycopy(b, bo + (p + r) * stride, rows[r], 0, nc);
                }
            }
            for (int i = 0; i < mc; i++) {
                int s = ao + i * ai + p * ap;
                if (count == KR) {
                    addEight(nc, sums[i], rows, a, s, ap);
                } else {
                    for (int r = 0; r < count; r++) {
                        addOne(nc, sums[i], rows[r], a[s + r * ap]);
                    }
                }
            }
        }
    }

    private static void addEight(int n, double[] c, double[][] b, double[] a, int s, int ap) {
        addEight(
                n,
                c,
                b[0],
                b[1],
                b[2],
                b[3],
                b[4],
                b[5],
                b[6],
                b[7],
                a[s],
                a[s + ap],
                a[s + 2 * ap],
                a[s + 3 * ap],
                a[s + 4 * ap],
                a[s + 5 * ap],
                a[s + 6 * ap],
                a[s + 7 * ap]);
    }

    /** The innermost loop, a method of its own so that it is compiled by itself. */
    private static void addEight(
            int n,
            double[] c,
            double[] b0,
            double[] b1,
            double[] b2,
            double[] b3,
            double[] b4,
            double[] b5,
            double[] b6,
            double[] b7,
            double a0,
            double a1,
            double a2,
            double a3,
            double a4,
            double a5,
            double a6,
            double a7) {
        for (int j = 0; j < n; j++) {
            c[j] = c[j]
                    + a0 * b0[j]
                    + a1 * b1[j]
                    + a2 * b2[j]
                    + a3 * b3[j]
                    + a4 * b4[j]
                    + a5 * b5[j]
                    + a6 * b6[j]
                    + a7 * b7[j];
        }
    }

    private static void addOne(int n, double[] c, double[] b, double factor) {
        for (int j = 0; j < n; j++) {
            c[j] += factor * b[j];
        }
    }

    private static void small(
            int m, int n, int k, double[] a, int ao, boolean ta, double[] b, int bo, boolean tb, double[] c, int co) {
        int ai = ta ? 1 : k;
        int ap = ta ? m : 1;
        for (int i = 0; i < m; i++) {
            int ci = co + i * n;
            if (tb) {
                for (int j = 0; j < n; j++) {
                    double sum = 0;
                    for (int p = 0; p < k; p++) {
                        sum += a[ao + i * ai + p * ap] * b[bo + j * k + p];
                    }
                    c[ci + j] = sum;
                }
            } else {
                Arrays.fill(c, ci, ci + n, 0);
                for (int p = 0; p < k; p++) {
                    double factor = a[ao + i * ai + p * ap];
                    int bp = bo + p * n;
                    for (int j = 0; j < n; j++) {
                        c[ci + j] += factor * b[bp + j];
                    }
                }
            }
        }
    }
}

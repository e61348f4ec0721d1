package dev.autodiff.kernel.vector;

import dev.autodiff.kernel.Product;
import dev.autodiff.kernel.Workers;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The matrix product on vectors. Large products are cut into blocks whose parts of a and b are packed, so that the innermost loop
 * reads both without gaps and keeps a tile of c in registers: 4 rows × 4 vectors at 512 bits, 4 × 2 below, where there are half as many
 * registers. Small products and those with few rows run without packing. Sums run in ascending order of p, in blocks that depend on k
 * alone; but scalar products of rows that lie along k are added lane by lane first.
 */
final class VectorProduct64 implements Product<double[]> {
    private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    /** Rows of a tile of c. */
    private static final int MR = 4;

    /** Vectors in a row of a tile of c. */
    private static final int NV = SPECIES.vectorBitSize() >= 512 ? 4 : 2;

    private static final int NR = NV * LANES;

    /** The most of k in a block: a panel of b then fits the first-level cache beside one of a. */
    private static final int KC = 512;

    /** The most rows in a block: the packed part of a then stays in the second-level cache. */
    private static final int MC = 144;

    /** The most columns in a block. */
    private static final int NC = 1024;

    /** Up to so many multiplications, packing costs more than it gains. */
    private static final int SMALL = 512;

    /** About the time of one multiplication and addition. */
    private static final double NANOS = 0.025;

    /** The packed blocks of one thread. */
    private static final class Buffers {
        double[] a = {};
        double[] b = {};
        final double[] tile = new double[MR * NR];

        void reserve(int sizeOfA, int sizeOfB) {
            a = a.length < sizeOfA ? new double[sizeOfA] : a;
            b = b.length < sizeOfB ? new double[sizeOfB] : b;
        }
    }

    private static final ThreadLocal<Buffers> BUFFERS = ThreadLocal.withInitial(Buffers::new);

    @Override
    public void multiply(
            int m, int n, int k, double[] a, int ao, boolean ta, double[] b, int bo, boolean tb, double[] c, int co) {
        if (m == 0 || n == 0) {
            return;
        }
        if (k == 0) {
            Arrays.fill(c, co, co + m * n, 0);
            return;
        }
        if (n == 1 && m > 1) { // a column: read as the row cᵀ = bᵀ·aᵀ
            multiply(1, m, k, b, bo, false, a, ao, !ta, c, co);
            return;
        }
        boolean few = m < MR || (long) m * n * k <= SMALL;
        if (few && !tb) {
            rows(m, n, k, a, ao, ta, b, bo, c, co);
        } else if (few && (!ta || m == 1)) {
            dots(m, n, k, a, ao, b, bo, c, co);
        } else if (n >= m) { // cut the longer side: each piece packs the other factor again
            Workers.range(
                    n,
                    NR,
                    1,
                    NANOS * m * n * k,
                    (j, end) -> packed(
                            m,
                            end - j,
                            k,
                            a,
                            ao,
                            ta ? m : k,
                            ta,
                            b,
                            tb ? bo + j * k : bo + j,
                            tb ? k : n,
                            tb,
                            c,
                            co + j,
                            n));
        } else {
            Workers.range(
                    m,
                    MR,
                    1,
                    NANOS * m * n * k,
                    (i, end) -> packed(
                            end - i,
                            n,
                            k,
                            a,
                            ta ? ao + i : ao + i * k,
                            ta ? m : k,
                            ta,
                            b,
                            bo,
                            tb ? k : n,
                            tb,
                            c,
                            co + i * n,
                            n));
        }
    }

    @Override
    public void multiplyRows(int m, int n, int k, double[] a, int ao, double[] b, int[] rows, double[] c, int co) {
        VectorRows64.multiply(m, n, k, a, ao, b, rows, c, co);
    }

    @Override
    public void addRowProducts(
            int m, int n, int terms, double[] a, double[] b, int[] rows, int apart, double[] c, int co) {
        VectorRows64.addProducts(m, n, terms, a, b, rows, apart, c, co);
    }

    // ---- without packing ----

    /** Each row of c as a sum of rows of b. */
    private static void rows(
            int m, int n, int k, double[] a, int ao, boolean ta, double[] b, int bo, double[] c, int co) {
        int rowStep = ta ? 1 : k;
        int step = ta ? m : 1;
        int wide = n - n % (4 * LANES);
        int whole = n - n % LANES;
        for (int i = 0; i < m; i++) {
            int ai = ao + i * rowStep;
            int ci = co + i * n;
            int j = 0;
            for (; j < wide; j += 4 * LANES) {
                fourVectors(n, k, a, ai, step, b, bo + j, c, ci + j);
            }
            for (; j < whole; j += LANES) {
                DoubleVector sum = DoubleVector.zero(SPECIES);
                for (int p = 0, q = bo + j, s = ai; p < k; p++, q += n, s += step) {
                    sum = DoubleVector.broadcast(SPECIES, a[s]).fma(DoubleVector.fromArray(SPECIES, b, q), sum);
                }
                sum.intoArray(c, ci + j);
            }
            for (; j < n; j++) {
                double sum = 0;
                for (int p = 0, q = bo + j, s = ai; p < k; p++, q += n, s += step) {
                    sum = Math.fma(a[s], b[q], sum);
                }
                c[ci + j] = sum;
            }
        }
    }

    private static void fourVectors(
            int n, int k, double[] a, int ao, int step, double[] b, int bo, double[] c, int co) {
        DoubleVector c0 = DoubleVector.zero(SPECIES);
        DoubleVector c1 = c0;
        DoubleVector c2 = c0;
        DoubleVector c3 = c0;
        for (int p = 0, q = bo, s = ao; p < k; p++, q += n, s += step) {
            DoubleVector factor = DoubleVector.broadcast(SPECIES, a[s]);
            c0 = factor.fma(DoubleVector.fromArray(SPECIES, b, q), c0);
            c1 = factor.fma(DoubleVector.fromArray(SPECIES, b, q + LANES), c1);
            c2 = factor.fma(DoubleVector.fromArray(SPECIES, b, q + 2 * LANES), c2);
            c3 = factor.fma(DoubleVector.fromArray(SPECIES, b, q + 3 * LANES), c3);
        }
        c0.intoArray(c, co);
        c1.intoArray(c, co + LANES);
        c2.intoArray(c, co + 2 * LANES);
        c3.intoArray(c, co + 3 * LANES);
    }

    /** Each element of c as the scalar product of a row of a and a row of the transposed b. */
    private static void dots(int m, int n, int k, double[] a, int ao, double[] b, int bo, double[] c, int co) {
        double[] lanes = new double[LANES];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                c[co + i * n + j] = dot(k, a, ao + i * k, b, bo + j * k, lanes);
            }
        }
    }

    private static double dot(int k, double[] a, int ao, double[] b, int bo, double[] lanes) {
        DoubleVector s0 = DoubleVector.zero(SPECIES);
        DoubleVector s1 = s0;
        int p = 0;
        for (int end = k - k % (2 * LANES); p < end; p += 2 * LANES) {
            s0 = DoubleVector.fromArray(SPECIES, a, ao + p).fma(DoubleVector.fromArray(SPECIES, b, bo + p), s0);
            s1 = DoubleVector.fromArray(SPECIES, a, ao + p + LANES)
                    .fma(DoubleVector.fromArray(SPECIES, b, bo + p + LANES), s1);
        }
        s0.add(s1).intoArray(lanes, 0);
        double sum = 0;
        for (int l = 0; l < LANES; l++) {
            sum += lanes[l]; // in a fixed order: reduceLanes changes its bits once it is compiled
        }
        for (; p < k; p++) {
            sum = Math.fma(a[ao + p], b[bo + p], sum);
        }
        return sum;
    }

    // ---- with packing ----

    /** A part of the product, in arrays whose rows lie {@code as}, {@code bs} and {@code cs} elements apart. */
    private static void packed(
            int m,
            int n,
            int k,
            double[] a,
            int ao,
            int as,
            boolean ta,
            double[] b,
            int bo,
            int bs,
            boolean tb,
            double[] c,
            int co,
            int cs) {
        int blocks = (k + KC - 1) / KC;
        int deep = (k + blocks - 1) / blocks;
        int high = Math.min(MC, (m + MR - 1) / MR * MR);
        int wide = Math.min(NC, (n + NR - 1) / NR * NR);
        Buffers buffers = BUFFERS.get();
        buffers.reserve(high * deep, wide * deep);
        for (int jc = 0; jc < n; jc += wide) {
            int nc = Math.min(wide, n - jc);
            for (int pc = 0; pc < k; pc += deep) {
                int kc = Math.min(deep, k - pc);
                packB(kc, nc, b, tb ? bo + jc * bs + pc : bo + pc * bs + jc, bs, tb, buffers.b);
                for (int ic = 0; ic < m; ic += high) {
                    int mc = Math.min(high, m - ic);
                    int from = ta ? ao + pc * as + ic : ao + ic * as + pc;
                    int to = co + ic * cs + jc;
                    int inPlace = ta ? 0 : mc - mc % MR; // whole tiles of rows that run along k need no packing
                    tiles(0, inPlace, nc, kc, a, from, as, 1, buffers, c, to, cs, pc > 0);
                    packA(inPlace, mc, kc, a, from, as, ta, buffers.a);
                    tiles(inPlace, mc, nc, kc, buffers.a, 0, 1, MR, buffers, c, to, cs, pc > 0);
                }
            }
        }
    }

    /**
     * Computes the tiles of c in the rows from {@code first} to {@code end} − 1. Element (i, p) of a tile's part of a is at
     * {@code i·row + p·step} behind its start: row apart and 1 in place, 1 apart and MR in a packed panel.
     */
    private static void tiles(
            int first,
            int end,
            int nc,
            int kc,
            double[] a,
            int ao,
            int row,
            int step,
            Buffers buffers,
            double[] c,
            int co,
            int n,
            boolean add) {
        double[] tile = buffers.tile;
        int perRow = step == 1 ? row : kc;
        for (int j = 0; j < nc; j += NR) {
            int columns = Math.min(NR, nc - j);
            for (int i = first; i < end; i += MR) {
                int rows = Math.min(MR, end - i);
                int at = co + i * n + j;
                int from = ao + i * perRow;
                if (rows == MR && columns == NR && !add) {
                    tile(kc, a, from, row, step, buffers.b, j * kc, c, at, n);
                    continue;
                }
                // later blocks of k are added here: a branch among the vectors above would make the compiler box them
                tile(kc, a, from, row, step, buffers.b, j * kc, tile, 0, NR);
                for (int r = 0; r < rows; r++) {
                    for (int s = 0; s < columns; s++) {
                        double value = tile[r * NR + s];
                        c[at + r * n + s] = add ? c[at + r * n + s] + value : value;
                    }
                }
            }
        }
    }

    private static void tile(
            int kc, double[] a, int ao, int row, int step, double[] b, int bo, double[] c, int co, int n) {
        if (NV == 4) {
            tileOfFour(kc, a, ao, row, step, b, bo, c, co, n);
        } else {
            tileOfTwo(kc, a, ao, row, step, b, bo, c, co, n);
        }
    }

    private static void tileOfFour(
            int kc, double[] a, int ao, int row, int step, double[] b, int bo, double[] c, int co, int n) {
        DoubleVector zero = DoubleVector.zero(SPECIES);
        DoubleVector c00 = zero, c01 = zero, c02 = zero, c03 = zero;
        DoubleVector c10 = zero, c11 = zero, c12 = zero, c13 = zero;
        DoubleVector c20 = zero, c21 = zero, c22 = zero, c23 = zero;
        DoubleVector c30 = zero, c31 = zero, c32 = zero, c33 = zero;
        for (int p = 0; p < kc; p++) {
            DoubleVector b0 = DoubleVector.fromArray(SPECIES, b, bo);
            DoubleVector b1 = DoubleVector.fromArray(SPECIES, b, bo + LANES);
            DoubleVector b2 = DoubleVector.fromArray(SPECIES, b, bo + 2 * LANES);
            DoubleVector b3 = DoubleVector.fromArray(SPECIES, b, bo + 3 * LANES);
            DoubleVector f = DoubleVector.broadcast(SPECIES, a[ao]);
            c00 = f.fma(b0, c00);
            c01 = f.fma(b1, c01);
            c02 = f.fma(b2, c02);
            c03 = f.fma(b3, c03);
            f = DoubleVector.broadcast(SPECIES, a[ao + row]);
            c10 = f.fma(b0, c10);
            c11 = f.fma(b1, c11);
            c12 = f.fma(b2, c12);
            c13 = f.fma(b3, c13);
            f = DoubleVector.broadcast(SPECIES, a[ao + 2 * row]);
            c20 = f.fma(b0, c20);
            c21 = f.fma(b1, c21);
            c22 = f.fma(b2, c22);
            c23 = f.fma(b3, c23);
            f = DoubleVector.broadcast(SPECIES, a[ao + 3 * row]);
            c30 = f.fma(b0, c30);
            c31 = f.fma(b1, c31);
            c32 = f.fma(b2, c32);
            c33 = f.fma(b3, c33);
            ao += step;
            bo += 4 * LANES;
        }
        c00.intoArray(c, co);
        c01.intoArray(c, co + LANES);
        c02.intoArray(c, co + 2 * LANES);
        c03.intoArray(c, co + 2 * LANES + LANES);
        c10.intoArray(c, co + n);
        c11.intoArray(c, co + n + LANES);
        c12.intoArray(c, co + n + 2 * LANES);
        c13.intoArray(c, co + n + 2 * LANES + LANES);
        c20.intoArray(c, co + 2 * n);
        c21.intoArray(c, co + 2 * n + LANES);
        c22.intoArray(c, co + 2 * n + 2 * LANES);
        c23.intoArray(c, co + 2 * n + 2 * LANES + LANES);
        c30.intoArray(c, co + 3 * n);
        c31.intoArray(c, co + 3 * n + LANES);
        c32.intoArray(c, co + 3 * n + 2 * LANES);
        c33.intoArray(c, co + 3 * n + 2 * LANES + LANES);
    }

    private static void tileOfTwo(
            int kc, double[] a, int ao, int row, int step, double[] b, int bo, double[] c, int co, int n) {
        DoubleVector zero = DoubleVector.zero(SPECIES);
        DoubleVector c00 = zero, c01 = zero, c10 = zero, c11 = zero;
        DoubleVector c20 = zero, c21 = zero, c30 = zero, c31 = zero;
        for (int p = 0; p < kc; p++) {
            DoubleVector b0 = DoubleVector.fromArray(SPECIES, b, bo);
            DoubleVector b1 = DoubleVector.fromArray(SPECIES, b, bo + LANES);
            DoubleVector f = DoubleVector.broadcast(SPECIES, a[ao]);
            c00 = f.fma(b0, c00);
            c01 = f.fma(b1, c01);
            f = DoubleVector.broadcast(SPECIES, a[ao + row]);
            c10 = f.fma(b0, c10);
            c11 = f.fma(b1, c11);
            f = DoubleVector.broadcast(SPECIES, a[ao + 2 * row]);
            c20 = f.fma(b0, c20);
            c21 = f.fma(b1, c21);
            f = DoubleVector.broadcast(SPECIES, a[ao + 3 * row]);
            c30 = f.fma(b0, c30);
            c31 = f.fma(b1, c31);
            ao += step;
            bo += 2 * LANES;
        }
        c00.intoArray(c, co);
        c01.intoArray(c, co + LANES);
        c10.intoArray(c, co + n);
        c11.intoArray(c, co + n + LANES);
        c20.intoArray(c, co + 2 * n);
        c21.intoArray(c, co + 2 * n + LANES);
        c30.intoArray(c, co + 3 * n);
        c31.intoArray(c, co + 3 * n + LANES);
    }

    /** Packs rows of a, from {@code first} on, in panels of MR: element (i, p) of a panel goes to {@code p·MR + i}; missing rows are 0. */
    private static void packA(int first, int mc, int kc, double[] a, int ao, int stride, boolean ta, double[] to) {
        for (int i = first, at = first * kc; i < mc; i += MR, at += MR * kc) {
            int rows = Math.min(MR, mc - i);
            if (rows < MR) {
                Arrays.fill(to, at, at + MR * kc, 0);
            }
            if (ta && rows == MR) {
                for (int p = 0, from = ao + i, q = at; p < kc; p++, from += stride, q += MR) {
                    to[q] = a[from];
                    to[q + 1] = a[from + 1];
                    to[q + 2] = a[from + 2];
                    to[q + 3] = a[from + 3];
                }
            } else if (ta) {
                for (int p = 0; p < kc; p++) {
                    int from = ao + p * stride + i;
                    for (int r = 0; r < rows; r++) {
                        to[at + p * MR + r] = a[from + r];
                    }
                }
            } else {
                for (int r = 0; r < rows; r++) {
                    int from = ao + (i + r) * stride;
                    for (int p = 0, q = at + r; p < kc; p++, q += MR) {
                        to[q] = a[from + p];
                    }
                }
            }
        }
    }

    /** Packs columns of b in panels of NR: element (p, j) of a panel goes to {@code p·NR + j}; missing columns are 0. */
    private static void packB(int kc, int nc, double[] b, int bo, int stride, boolean tb, double[] to) {
        for (int j = 0, at = 0; j < nc; j += NR, at += NR * kc) {
            int columns = Math.min(NR, nc - j);
            if (columns < NR) {
                Arrays.fill(to, at, at + NR * kc, 0);
            }
            if (tb) {
                int s = 0;
                for (; s + 3 < columns; s += 4) { // four columns at a time: their elements are neighbours in a panel
                    int b0 = bo + (j + s) * stride;
                    int b1 = b0 + stride;
                    int b2 = b1 + stride;
                    int b3 = b2 + stride;
                    for (int p = 0, q = at + s; p < kc; p++, q += NR) {
                        to[q] = b[b0 + p];
                        to[q + 1] = b[b1 + p];
                        to[q + 2] = b[b2 + p];
                        to[q + 3] = b[b3 + p];
                    }
                }
                for (; s < columns; s++) {
                    int from = bo + (j + s) * stride;
                    for (int p = 0, q = at + s; p < kc; p++, q += NR) {
                        to[q] = b[from + p];
                    }
                }
            } else {
                for (int p = 0; p < kc; p++) {
                    System.arraycopy(b, bo + p * stride + j, to, at + p * NR, columns);
                }
            }
        }
    }
}

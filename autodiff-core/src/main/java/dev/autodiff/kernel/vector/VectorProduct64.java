package dev.autodiff.kernel.vector;

import dev.autodiff.kernel.Product;
import dev.autodiff.kernel.Workers;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The matrix product on vectors. Large products are cut into blocks whose parts of a and b are packed once for all threads, so that
 * {@link VectorTiles64} reads both without gaps. Small products and those with few rows run without packing. Sums run in ascending order of p,
 * in blocks that depend on k alone; but scalar products of rows that lie along k are added lane by lane first.
 */
final class VectorProduct64 implements Product<double[]> {
    private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    private static final int MR = VectorTiles64.MR;
    private static final int NR = VectorTiles64.NR;

    /** The most of k in a block: a panel of b then streams from the second-level cache at worst. */
    private static final int KC = 512;

    /** The most rows that are packed at once. */
    private static final int MC = 128 * MR;

    /** Panels of a that go with one panel of b before the next: they then stay in the second-level cache. */
    private static final int PANELS = 144 / MR;

    /** The most columns in a block. */
    private static final int NC = 1024;

    /** Fewer rows than this are not worth packing b for. */
    private static final int FEW = 4;

    /** Up to so many multiplications, packing costs more than it gains. */
    private static final int SMALL = 512;

    /** About the time of one multiplication and addition. */
    private static final double NANOS = 0.025; // float32: private static final float NANOS = 0.0125f;

    /** About the time of packing one element. */
    private static final double NANOS_PACK = 0.15;

    /** The packed blocks of one caller, and a tile of one thread. */
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
        boolean few = m < FEW || (long) m * n * k <= SMALL;
        if (few && !tb) {
            rows(m, n, k, a, ao, ta, b, bo, c, co);
        } else if (few && (!ta || m == 1)) {
            dots(m, n, k, a, ao, b, bo, c, co);
        } else {
            packed(m, n, k, a, ao, ta, b, bo, tb, c, co);
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

    private static void packed(
            int m, int n, int k, double[] a, int ao, boolean ta, double[] b, int bo, boolean tb, double[] c, int co) {
        int blocks = (k + KC - 1) / KC;
        int deep = (k + blocks - 1) / blocks;
        Buffers buffers = BUFFERS.get();
        int sizeOfA = deep * Math.min(MC, m + 3) + ((Math.min(MC, m) - 1) / MR + 1) * LANES;
        int sizeOfB = deep * Math.min(NC, (n + NR - 1) / NR * NR);
        buffers.reserve(sizeOfA, sizeOfB);
        for (int jc = 0; jc < n; jc += NC) {
            int nc = Math.min(NC, n - jc);
            for (int pc = 0; pc < k; pc += deep) {
                int kc = Math.min(deep, k - pc);
                int fromB = tb ? bo + jc * k + pc : bo + pc * n + jc;
                for (int ic = 0; ic < m; ic += MC) {
                    int mc = Math.min(MC, m - ic);
                    int fromA = ta ? ao + pc * m + ic : ao + ic * k + pc;
                    pack(mc, ic > 0 ? 0 : nc, kc, a, fromA, ta ? m : k, ta, b, fromB, tb ? k : n, tb, buffers);
                    multiplyBlock(mc, nc, kc, buffers, c, co + ic * n + jc, n, pc > 0);
                }
            }
        }
    }

    /** Packs mc rows of a and nc columns of b, which lie {@code as} and {@code bs} elements apart. */
    private static void pack(
            int mc,
            int nc,
            int kc,
            double[] a,
            int ao,
            int as,
            boolean ta,
            double[] b,
            int bo,
            int bs,
            boolean tb,
            Buffers buffers) {
        double[] toA = buffers.a;
        double[] toB = buffers.b;
        int panelsOfA = (mc - 1) / MR + 1;
        int panels = panelsOfA + (nc + NR - 1) / NR;
        Workers.range(panels, 1, 4, NANOS_PACK * kc * (mc + nc), (first, end) -> {
            for (int panel = first; panel < end; panel++) {
                if (panel < panelsOfA) {
                    int i = panel * MR;
                    int rows = Math.min(MR, mc - i);
                    int height = VectorTiles64.height(rows);
                    int at = panel * (MR * kc + LANES);
                    if (ta) {
                        VectorPanels64.copy(height, rows, kc, a, ao + i, as, toA, at);
                    } else {
                        VectorPanels64.transpose(height, rows, kc, a, ao + i * as, as, toA, at);
                    }
                } else {
                    int j = (panel - panelsOfA) * NR;
                    int columns = Math.min(NR, nc - j);
                    if (tb) {
                        VectorPanels64.transpose(NR, columns, kc, b, bo + j * bs, bs, toB, j * kc);
                    } else {
                        VectorPanels64.copy(NR, columns, kc, b, bo + j, bs, toB, j * kc);
                    }
                }
            }
        });
    }

    /** Computes or adds to the tiles of mc rows and nc columns of c, panel of b by panel of b for some panels of a at a time. */
    private static void multiplyBlock(int mc, int nc, int kc, Buffers packed, double[] c, int co, int n, boolean add) {
        double[] a = packed.a;
        double[] b = packed.b;
        int panelsOfA = (mc - 1) / MR + 1;
        int panelsOfB = (nc - 1) / NR + 1;
        Workers.range(panelsOfA * panelsOfB, 1, 4, NANOS * mc * nc * kc, (first, end) -> {
            double[] tile = BUFFERS.get().tile;
            for (int t = first; t < end; t++) {
                int group = t / (PANELS * panelsOfB) * PANELS;
                int size = Math.min(PANELS, panelsOfA - group);
                int inGroup = t - group * panelsOfB;
                int i = group + inGroup % size;
                int j = inGroup / size * NR;
                int rows = Math.min(MR, mc - i * MR);
                int columns = Math.min(NR, nc - j);
                int height = VectorTiles64.height(rows);
                int at = co + i * MR * n + j;
                if (rows == height && columns == NR && !add) {
                    VectorTiles64.run(height, kc, a, i * (MR * kc + LANES), b, j * kc, c, at, n);
                } else {
                    // later blocks of k are added here: a branch among the vectors of a tile would make the compiler
                    // box them
                    VectorTiles64.run(height, kc, a, i * (MR * kc + LANES), b, j * kc, tile, 0, NR);
                    store(rows, columns, tile, c, at, n, add);
                }
            }
        });
    }

    private static void store(int rows, int columns, double[] tile, double[] c, int co, int n, boolean add) {
        for (int r = 0; r < rows; r++, co += n) {
            int from = r * NR;
            if (columns < NR) {
                for (int s = 0; s < columns; s++) {
                    double value = tile[from + s];
                    c[co + s] = add ? c[co + s] + value : value;
                }
                continue;
            }
            DoubleVector v0 = DoubleVector.fromArray(SPECIES, tile, from);
            DoubleVector v1 = DoubleVector.fromArray(SPECIES, tile, from + LANES);
            if (add) {
                v0.add(DoubleVector.fromArray(SPECIES, c, co)).intoArray(c, co);
                v1.add(DoubleVector.fromArray(SPECIES, c, co + LANES)).intoArray(c, co + LANES);
            } else {
                v0.intoArray(c, co);
                v1.intoArray(c, co + LANES);
            }
        }
    }
}

package dev.autodiff.kernel.vector;

import dev.autodiff.kernel.Product;
import dev.autodiff.kernel.Workers;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The matrix product on vectors. Both factors are packed to panels, which {@link VectorTiles64} reads from front to back: by each thread for itself where the
 * smaller one fits its cache, else once for all threads. Tiny products and those with few rows run without packing. Sums run in ascending order of p,
 * in blocks that depend on k alone; but scalar products of rows that lie along k are added lane by lane first.
 */
final class VectorProduct64 implements Product<double[]> {
    private static final VectorSpecies<Double> SPECIES = VectorSpecies.of(double.class, Width.SHAPE);
    private static final int LANES = SPECIES.length();

    private static final int MR = VectorTiles64.MR;
    private static final int NR = VectorTiles64.NR;

    /** The most of k in a block: a panel of b then streams from the second-level cache at worst. */
    private static final int KC = 512;

    /** The most rows that are packed at once. */
    private static final int MC = 1536 / MR * MR;

    /** How far apart the elements of two steps of p lie in a panel of a that is not the last. */
    private static final int APART = VectorTiles64.apart(MR);

    /** Panels of a that go with one panel of b before the next: they then stay in the second-level cache. */
    private static final int PANELS = 144 / APART;

    /** The most columns in a block. */
    private static final int NC = 1024;

    /** The most elements of the smaller factor that each thread packs for itself: half a megabyte stays in its second-level cache. */
    private static final int OWN = 1 << 16; // float32: private static final int OWN = 1 << 17;

    /** Fewer rows than this are not worth packing b for. */
    private static final int FEW = 4;

    /** Up to so many multiplications, packing costs more than it gains. */
    private static final int SMALL = 512;

    /** About the time of one multiplication and addition. */
    private static final /*wide*/ double NANOS = 0.2d / LANES;

    /** About the time of packing one element. */
    private static final double NANOS_PACK = 0.15;

    /** The packed panels and a tile of one thread, and the factors of the product that it was asked for. */
    private static final class Buffers {
        private double[] strip = {};
        private double[] whole = {};
        final double[] tile = new double[MR * NR];
        final double[] lanes = new double[LANES];
        final Factor left = new Factor(true);
        final Factor right = new Factor(false);

        /** The piece of work for which this thread has packed the smaller factor. */
        long packed;

        double[] strip(int size) {
            strip = strip.length < size ? new double[size] : strip;
            return strip;
        }

        double[] whole(int size) {
            whole = whole.length < size ? new double[size] : whole;
            return whole;
        }
    }

    private static final double[] NOTHING = {};

    /** Numbers the pieces of work that threads share. */
    private static final AtomicLong SHARED = new AtomicLong();

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
        if (k < 2 * LANES) { // no lane would be used, and adding them takes longer than the rest
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    c[co + i * n + j] = chain(0, 0, k, a, ao + i * k, b, bo + j * k);
                }
            }
            return;
        }
        double[] lanes = BUFFERS.get().lanes;
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                c[co + i * n + j] = dot(k, a, ao + i * k, b, bo + j * k, lanes);
            }
        }
    }

    /** Adds the products from p on to a sum. */
    private static double chain(double sum, int p, int k, double[] a, int ao, double[] b, int bo) {
        double total = sum;
        for (int q = p; q < k; q++) {
            total = Math.fma(a[ao + q], b[bo + q], total);
        }
        return total;
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
        return chain(sum, p, k, a, ao, b, bo);
    }

    // ---- with packing ----

    /**
     * One factor: a, whose rows go to panels of MR rows, or b, whose columns go to panels of NR columns. Element (p, i) of a factor whose rows
     * lie along k stands at {@code from + i·k + p}, that of another at {@code from + p·size + i}. A thread's two factors serve all its products,
     * one after the other.
     */
    private static final class Factor {
        private final boolean ofRows;

        /** Rows or columns of a panel that is not the last. */
        private final int width;

        private double[] x = NOTHING;
        private int from;
        private int size;
        private int k;
        private boolean alongK;

        Factor(boolean ofRows) {
            this.ofRows = ofRows;
            width = ofRows ? MR : NR;
        }

        void set(double[] elements, int at, int rowsOrColumns, int inner, boolean rowsLieAlongK) {
            x = elements;
            from = at;
            size = rowsOrColumns;
            k = inner;
            alongK = rowsLieAlongK;
        }

        /** Lets go of the elements, which the thread would keep alive. */
        void clear() {
            x = NOTHING;
        }

        int panels() {
            return (size - 1) / width + 1;
        }

        /** Elements of all panels. */
        long packed() {
            return (long) panels() * apart(width) * k;
        }

        /** How far apart the elements of two steps of p lie in a panel of so many rows or columns. */
        private int apart(int count) {
            return ofRows ? VectorTiles64.apart(VectorTiles64.height(count)) : NR;
        }

        /** Elements from one panel of kc to the next. */
        int pitch(int kc) {
            return VectorProduct64.pitch(apart(width), steps(kc));
        }

        /** Packs the elements of kc, from pc on, of some panels, which stand one behind the other. */
        void pack(int pc, int kc, int first, int end, double[] to, int at) {
            int pitch = pitch(kc);
            int full = Math.min(end, size / width);
            if (!alongK && first < full) {
                copy(pc, kc, first, (full - first) * width, to, at);
            }
            for (int panel = first; panel < end; panel++, at += pitch) {
                int i = panel * width;
                int count = Math.min(width, size - i);
                int apart = apart(count);
                if (alongK) {
                    VectorPanels64.transpose(apart, count, kc, x, from + i * k + pc, k, to, at);
                } else if (count < width) {
                    copy(pc, kc, panel, count, to, at);
                }
                Arrays.fill(to, at + apart * kc, at + apart * steps(kc), 0);
            }
        }

        /** Copies {@code count} elements of each row, from a panel on: those of whole panels, or of the last, narrower one. */
        private void copy(int pc, int kc, int panel, int count, double[] to, int at) {
            int apart = apart(Math.min(count, width));
            int start = from + pc * size + panel * width;
            VectorPanels64.copy(apart, width, count, kc, x, start, size, to, at, pitch(kc));
        }
    }

    /** Returns the steps of p that a panel of kc has with the zeros at its end. */
    private static int steps(int kc) {
        return (kc + VectorTiles64.STEPS - 1) / VectorTiles64.STEPS * VectorTiles64.STEPS;
    }

    /** Elements from one panel of whole steps to the next: packing may overwrite one vector behind a panel's end. */
    private static int pitch(int apart, int steps) {
        return apart * steps + LANES;
    }

    private static void packed(
            int m, int n, int k, double[] a, int ao, boolean ta, double[] b, int bo, boolean tb, double[] c, int co) {
        int blocks = (k + KC - 1) / KC;
        int deep = steps((k + blocks - 1) / blocks);
        Buffers own = BUFFERS.get();
        Factor left = own.left;
        Factor right = own.right;
        left.set(a, ao, m, k, !ta);
        right.set(b, bo, n, k, tb);
        boolean ofRows = m >= n;
        Factor cut = ofRows ? left : right;
        Factor whole = ofRows ? right : left;
        if (whole.packed() <= OWN && cut.size <= NC && cut.panels() >= Workers.threads()) {
            strips(own, cut, whole, ofRows, deep, c, co);
        } else {
            blocks(own, left, right, deep, c, co);
        }
        left.clear();
        right.clear();
    }

    /**
     * One piece of work: each thread packs the smaller factor for itself when it first comes, then strip by strip of the larger. No thread
     * waits for another before the end, and none reads what another has packed, which would come from the other's cache.
     */
    private static void strips(Buffers caller, Factor cut, Factor whole, boolean ofRows, int deep, double[] c, int co) {
        /*wide*/ double nanos = NANOS * cut.size * whole.size * cut.k + NANOS_PACK * cut.k * (cut.size + whole.size);
        if (!Workers.shares((long) nanos)) { // no lambda for small products
            strips(caller, true, cut, whole, ofRows, 0, cut.panels(), deep, c, co);
            return;
        }
        long number = SHARED.incrementAndGet();
        Workers.range(cut.panels(), 1, 4, nanos, (first, end) -> {
            Buffers own = BUFFERS.get();
            boolean packs = own.packed != number;
            own.packed = number;
            strips(own, packs, cut, whole, ofRows, first, end, deep, c, co);
        });
    }

    private static void strips(
            Buffers own,
            boolean packs,
            Factor cut,
            Factor whole,
            boolean ofRows,
            int first,
            int end,
            int deep,
            double[] c,
            int co) {
        int m = ofRows ? cut.size : whole.size;
        int n = ofRows ? whole.size : cut.size;
        int k = cut.k;
        int panels = whole.panels();
        double[] wholes = own.whole(panels * ((k - 1) / deep + 1) * whole.pitch(deep));
        double[] strip = own.strip((end - first) * cut.pitch(deep));
        int at = 0;
        for (int pc = 0; pc < k; pc += deep) {
            int kc = Math.min(deep, k - pc);
            if (packs) {
                whole.pack(pc, kc, 0, panels, wholes, at);
            }
            cut.pack(pc, kc, first, end, strip, 0);
            int from = first * cut.width;
            int size = Math.min(end * cut.width, cut.size) - from;
            int mc = ofRows ? size : m;
            int nc = ofRows ? n : size;
            double[] a = ofRows ? strip : wholes;
            double[] b = ofRows ? wholes : strip;
            int ai = ofRows ? 0 : at;
            int bi = ofRows ? at : 0;
            int ci = co + (ofRows ? from * n : from);
            tiles(0, (end - first) * panels, mc, nc, steps(kc), a, ai, b, bi, own.tile, c, ci, n, pc > 0);
            at += panels * whole.pitch(kc);
        }
    }

    /** Block by block, all threads pack both factors, then all compute tiles: nothing is packed twice, but all wait for the last in between. */
    private static void blocks(Buffers buffers, Factor left, Factor right, int deep, double[] c, int co) {
        int m = left.size;
        int n = right.size;
        int k = left.k;
        int most = (Math.min(MC, m) - 1) / MR + 1;
        double[] a = buffers.strip(most * left.pitch(deep));
        double[] b = buffers.whole(((Math.min(NC, n) - 1) / NR + 1) * right.pitch(deep));
        for (int jc = 0; jc < n; jc += NC) {
            int nc = Math.min(NC, n - jc);
            int columns = jc / NR;
            int panelsOfB = (nc - 1) / NR + 1;
            for (int pc = 0; pc < k; pc += deep) {
                int kc = Math.min(deep, k - pc);
                int p = pc;
                for (int ic = 0; ic < m; ic += MC) {
                    int mc = Math.min(MC, m - ic);
                    int rows = ic / MR;
                    int panelsOfA = (mc - 1) / MR + 1;
                    int packedOfB = ic > 0 ? 0 : panelsOfB;
                    Workers.range(
                            panelsOfA + packedOfB, 1, 4, NANOS_PACK * kc * (mc + (ic > 0 ? 0 : nc)), (first, end) -> {
                                left.pack(
                                        p,
                                        kc,
                                        rows + first,
                                        rows + Math.min(end, panelsOfA),
                                        a,
                                        first * left.pitch(kc));
                                int from = Math.max(first - panelsOfA, 0);
                                right.pack(p, kc, columns + from, columns + end - panelsOfA, b, from * right.pitch(kc));
                            });
                    int at = co + ic * n + jc;
                    Workers.range(panelsOfA * panelsOfB, 1, 4, NANOS * mc * nc * kc, (first, end) -> {
                        tiles(first, end, mc, nc, steps(kc), a, 0, b, 0, BUFFERS.get().tile, c, at, n, p > 0);
                    });
                }
            }
        }
    }

    /**
     * Computes or adds to some tiles of mc rows and nc columns of c. Their numbers go panel of b by panel of b for some panels of a at a
     * time.
     */
    private static void tiles(
            int first,
            int end,
            int mc,
            int nc,
            int kc,
            double[] a,
            int ao,
            double[] b,
            int bo,
            double[] tile,
            double[] c,
            int co,
            int n,
            boolean add) {
        int panelsOfA = (mc - 1) / MR + 1;
        int panelsOfB = (nc - 1) / NR + 1;
        for (int t = first; t < end; t++) {
            int group = t / (PANELS * panelsOfB) * PANELS;
            int size = Math.min(PANELS, panelsOfA - group);
            int inGroup = t - group * panelsOfB;
            int i = group + inGroup % size;
            int j = inGroup / size;
            int rows = Math.min(MR, mc - i * MR);
            int columns = Math.min(NR, nc - j * NR);
            int height = VectorTiles64.height(rows);
            int ai = ao + i * pitch(APART, kc);
            int bj = bo + j * pitch(NR, kc);
            int at = co + i * MR * n + j * NR;
            if (rows == height && columns == NR && !add) {
                VectorTiles64.run(height, kc, a, ai, b, bj, c, at, n);
            } else {
                // later blocks of k are added here: a branch among the vectors of a tile would make the compiler
                // box them
                VectorTiles64.run(height, kc, a, ai, b, bj, tile, 0, NR);
                store(rows, columns, tile, c, at, n, add);
            }
        }
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

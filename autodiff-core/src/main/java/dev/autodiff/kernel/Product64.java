package dev.autodiff.kernel;

import java.lang.ref.WeakReference;
import java.util.Arrays;

/**
 * The matrix product in plain Java. The compiler turns a loop into vector instructions when all its arrays are indexed by the loop
 * variable alone, and when its body has fewer than sixty nodes; so rows of b and of c are copied to arrays of their own, and each pass adds the
 * products of two rows of b to four rows of c. Larger passes have too many nodes, or are not always vectorised on JDK 17. Either factor may be
 * the one whose rows are copied: rather that with the longer rows. Every sum is one chain of fused multiply-adds in ascending order of p, whatever the path and the number of threads.
 */
final class Product64 implements Product<double[]> {
    /** Rows of c in a pass. */
    private static final int ROWS = 4;

    /** The most columns in a block: the rows of a pass then fit the first-level cache. */
    private static final int NC = 512;

    /** Elements of the copied part of b, about 200 KB, which stay in the second-level cache. */
    private static final int BLOCK = 3 << 13; // float32: private static final int BLOCK = 3 << 14;

    /** Elements of the longest vectors. */
    static final int LANES = 8; // float32: static final int LANES = 16;

    /**
     * Elements of a row besides those that are used: in front for {@link Rows#start}, behind for the last vector. With the header a row is then
     * an odd number of lines of the cache long: rows that lie one behind the other begin at the same place in a line, so that the compiler aligns
     * all when it aligns one, and do not compete for the same places.
     */
    private static final int BESIDES = 22; // float32: private static final int BESIDES = 44;

    /** Up to so many multiplications, copying costs more than it gains. */
    private static final int SMALL = 4096;

    /** From so many rows on, threads share the rows; with fewer, the columns, although short rows are slower. */
    private static final int SPLIT_ROWS = 16;

    /** About the time of a pass for each column, and besides the columns. */
    private static final /*wide*/ double NANOS = 0.54d; // float32: private static final double NANOS = 0.27;

    private static final /*wide*/ double NANOS_PASS = 8d;

    /** About the time of copying an element to where its neighbours are not neighbours. */
    private static final /*wide*/ double NANOS_TURN = 0.4d;

    private static final /*wide*/ double NANOS_COPY = 0.1d;

    /** About the time of one multiplication and addition without copies. */
    private static final /*wide*/ double NANOS_SMALL = 0.16d;

    /** The copied rows of one thread. */
    static final class Rows {
        /** Passes of all threads before the first measurement of {@link #start}: fewer than the compiler sees before it begins with them. */
        private static final int FIRST = 1 << 8;

        /** The most passes of a thread from one measurement to the next. */
        private static final int MOST = 1 << 20;

        private static final int ROUNDS = 3;

        /** Rows of b in a measurement, spread over all of them: enough for the clock. */
        private static final int MEASURED = 48;

        /** Rows that take more than this times what rows that lie together take are made anew: less may be noise. */
        private static final /*wide*/ double SLOW = 1.15d;

        /** Passes so far, about, until they are compiled. */
        private static int early;

        private final int length;

        /** How many rows of b go into a block. */
        final int deep;

        double[][] b; // one more, which is zero when k is odd
        double[][] c;

        /** Of something that nobody holds: a collection of garbage clears it. */
        private WeakReference<Object> since;

        /**
         * Where a pass begins; the elements of a row begin one further. The compiler lets a loop run element by element, at least
         * once, until it has reached the beginning of a vector in memory, and again at its end for what does not fill a vector. If
         * a vector begins at the second element, and whole vectors follow, that is one element instead of as many as a vector has.
         * No program sees where an array lies, so the place is measured.
         */
        int start;

        /** The least nanoseconds of a measurement since rows were last made: what passes take while all begin at the same place in a line. */
        long fresh;

        private int passes;

        /** Passes from one measurement to the next. */
        int next;

        Rows(int columns) {
            length = columns + BESIDES;
            deep = BLOCK / columns;
            since = new WeakReference<>(new Object());
            double[][] all = allocate();
            b = bOf(all);
            c = cOf(all);
        }

        /** Returns rows for c and b, one behind the other with nothing between them. */
        private double[][] allocate() {
            return new double[ROWS + deep + 1][length];
        }

        private static double[][] cOf(double[][] all) {
            return Arrays.copyOf(all, ROWS);
        }

        private static double[][] bOf(double[][] all) {
            return Arrays.copyOfRange(all, ROWS, all.length);
        }

        /** Prepares so many passes, maybe with new arrays; returns where the elements of a row are to begin in them. Modified: the rows. */
        @SuppressWarnings("ShortCircuitBoolean") // || has two branches, one never taken before a collection: left out
        int begin(int more) {
            passes += more;
            if (passes >= next | since.refersTo(null)) {
                prepare();
            }
            return start + 1;
        }

        private void prepare() {
            if (!compiled && early < FIRST) {
                early += passes;
                passes = 0;
                if (early < FIRST) {
                    return;
                }
            }
            if (passes >= next) {
                passes = 0;
                next = next == 0 ? FIRST : Math.min(MOST, 2 * next);
                if (!compiled) {
                    compile();
                }
            }
            if (compiled) {
                boolean moved = since.refersTo(null);
                if (moved) {
                    since = new WeakReference<>(new Object());
                }
                long nanos = measure();
                if (moved && nanos > SLOW * fresh) {
                    renew(nanos);
                } else {
                    fresh = fresh == 0 ? nanos : Math.min(fresh, nanos);
                }
            }
        }

        /**
         * Makes the rows anew, if that is faster: threads that collect garbage move rows apart, and then no start suits all. Or the machine
         * has become slower; then the old ones stay, since a collection has to copy new ones.
         */
        void renew(long nanos) {
            double[][] oldB = b;
            double[][] oldC = c;
            int oldStart = start;
            double[][] all = allocate();
            b = bOf(all);
            c = cOf(all);
            fresh = measure();
            if (nanos <= SLOW * fresh) {
                b = oldB;
                c = oldC;
                start = oldStart;
            }
        }

        /** Sets the start to one of the fastest, and returns the least time; all give the same numbers. */
        private long measure() {
            long[] least = new long[LANES];
            Arrays.fill(least, Long.MAX_VALUE);
            for (int round = 0; round < ROUNDS; round++) {
                for (int i = 0; i < LANES; i++) {
                    least[i] = Math.min(least[i], time(i));
                }
            }
            int best = start;
            for (int i = 0; i < LANES; i++) {
                if (10 * least[i] < 9 * least[best]) { // less than a tenth may be noise
                    best = i;
                }
            }
            if (best != start) {
                start = best;
                for (double[] row :
                        b) { // old elements beside the new ones would be multiplied for good, perhaps slowly
                    Arrays.fill(row, 0);
                }
                for (double[] row : c) {
                    Arrays.fill(row, 0);
                }
            }
            return Arrays.stream(least).min().getAsLong();
        }

        /** Returns how many nanoseconds passes take that begin at a start. A method of its own is compiled after a few measurements. */
        private long time(int from) {
            int apart = deep / MEASURED;
            long before = System.nanoTime();
            for (int p = 0; p < MEASURED; p++) {
                double[] row = b[p * apart];
                pass(from, from + 1 + 4 * LANES, c[0], c[1], c[2], c[3], row, row, 0, 0, 0, 0, 0, 0, 0, 0);
            }
            return System.nanoTime() - before;
        }
    }

    /** Up to so many nanoseconds a column, the compiler is done with passes. */
    private static final /*wide*/ double NANOS_COMPILED = 2d;

    /** How long the compiler is waited for: longer than it takes, unless it never makes fast code of passes. */
    private static final long MOST_NANOS = 500_000_000;

    private static volatile boolean compiled;
    private static boolean waited;

    /**
     * Runs passes over the longest rows until they are compiled, but once only for so long. How wide its vectors are, the compiler decides
     * once and for all by the rows that it has seen until it begins; after short ones they are half or a quarter as wide.
     */
    private static synchronized void compile() {
        double[][] rows = new double[ROWS + 2][NC];
        long now = System.nanoTime();
        long end = waited ? now : now + MOST_NANOS;
        while (!compiled) {
            for (int i = 0; i < 8; i++) {
                pass(0, NC, rows[0], rows[1], rows[2], rows[3], rows[4], rows[5], 0, 0, 0, 0, 0, 0, 0, 0);
            }
            long before = now;
            now = System.nanoTime();
            if (now - before < NANOS_COMPILED * 8 * NC) {
                compiled = true;
            } else if (now - end > 0) {
                break;
            }
        }
        waited = true;
    }

    /** The rows of one thread for at most 128, 256 and 512 columns: fewer of them are longer. */
    static final class Buffers {
        private final Rows[] rows = new Rows[3];

        Rows of(int columns) {
            int size = columns <= NC / 4 ? 0 : columns <= NC / 2 ? 1 : 2;
            if (rows[size] == null) {
                rows[size] = new Rows((NC / 4) << size);
            }
            return rows[size];
        }
    }

    static final ThreadLocal<Buffers> BUFFERS = ThreadLocal.withInitial(Buffers::new);

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
        if ((long) m * n * k <= SMALL
                || (m == 1 && tb)) { // one row times columns that run along k: copying them would take longer
            Workers.range(
                    n,
                    64,
                    1,
                    NANOS_SMALL * m * n * k,
                    (j, end) -> small(m, end - j, k, a, ao, ai, ap, b, bo + j * bj, bp, bj, c, co + j, n));
            return;
        }
        /*wide*/ double straight = nanos(m, n, k, bj, 1);
        /*wide*/ double turned = nanos(n, m, k, ai, n);
        if (straight <= turned) {
            shared(m, n, k, a, ao, ai, ap, b, bo, bp, bj, c, co, n, 1, straight);
        } else { // cᵀ = bᵀ·aᵀ
            shared(n, m, k, b, bo, bj, bp, a, ao, ap, ai, c, co, 1, n, turned);
        }
    }

    /** About how long a product takes whose rows of b have elements {@code bj} apart, and rows of c {@code cj}. */
    private static /*wide*/ double nanos(int m, int n, int k, int bj, int cj) {
        int bands = (m + 3) / ROWS;
        int pairs = (k + 1) / 2;
        int strips = (n - 1) / NC + 1;
        /*wide*/ double passes = (/*wide*/ double) bands * pairs;
        return passes * (NANOS_PASS * strips + NANOS * n)
                + (bj == 1 ? NANOS_COPY : NANOS_TURN) * k * n
                + (cj == 1 ? 0 : NANOS_TURN) * m * n;
    }

    private static void shared(
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
            int ci,
            int cj,
            /*wide*/ double nanos) {
        if (!Workers.shares((long) nanos)) { // no lambda for small products
            large(m, n, k, a, ao, ai, ap, b, bo, bp, bj, c, co, ci, cj);
        } else if (m < SPLIT_ROWS) {
            Workers.range(n, 32, 1, nanos, (j, end) -> {
                large(m, end - j, k, a, ao, ai, ap, b, bo + j * bj, bp, bj, c, co + j * cj, ci, cj);
            });
        } else {
            Workers.range(m, ROWS, 1, nanos, (i, end) -> {
                large(end - i, n, k, a, ao + i * ai, ai, ap, b, bo, bp, bj, c, co + i * ci, ci, cj);
            });
        }
    }

    // ---- with rows of their own ----

    /** The product with strides: a[i, p] at {@code ao + i·ai + p·ap}, b[p, j] at {@code bo + p·bp + j·bj}, c[i, j] at {@code co + i·ci + j·cj}. */
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
            int ci,
            int cj) {
        int columns = blockOf(n);
        Rows rows = BUFFERS.get().of(columns);
        int deep = rows.deep;
        for (int j = 0; j < n; j += columns) {
            int nc = Math.min(columns, n - j);
            for (int p = 0; p < k || p == 0; p += deep) {
                int kc = Math.min(deep, k - p);
                int at = rows.begin(passes(m, kc));
                copyRows(kc, nc, b, bo + p * bp + j * bj, bp, bj, rows.b, at);
                multiply(m, nc, kc, a, ao + p * ap, ai, ap, rows, at, c, co + j * cj, ci, cj, p > 0);
            }
        }
    }

    /** Returns the columns of a block, so that all blocks have about the same. */
    private static int blockOf(int n) {
        int blocks = (n - 1) / NC + 1;
        return Math.min(NC, ((n - 1) / blocks + 16) / 16 * 16);
    }

    private static int passes(int m, int kc) {
        return (m + ROWS - 1) / ROWS * ((kc + 1) / 2);
    }

    @Override
    public void multiplyRows(int m, int n, int k, double[] a, int ao, double[] b, int[] starts, double[] c, int co) {
        int columns = blockOf(n);
        Rows rows = BUFFERS.get().of(columns);
        int deep = rows.deep;
        for (int j = 0; j < n; j += columns) {
            int nc = Math.min(columns, n - j);
            for (int p = 0; p < k; p += deep) {
                int kc = Math.min(deep, k - p);
                int at = rows.begin(passes(m, kc));
                for (int q = 0; q < kc; q++) {
                    System.arraycopy(b, starts[p + q] + j, rows.b[q], at, nc);
                }
                multiply(m, nc, kc, a, ao + p, k, 1, rows, at, c, co + j, n, 1, p > 0);
            }
        }
    }

    @Override
    public void addRowProducts(
            int m, int n, int terms, double[] a, double[] b, int[] starts, int apart, double[] c, int co) {
        int size = starts.length;
        int columns = blockOf(size);
        Rows rows = BUFFERS.get().of(columns);
        int deep = rows.deep;
        for (int t = 0; t < terms; t++) {
            for (int j = 0; j < size; j += columns) {
                int nc = Math.min(columns, size - j);
                for (int p = 0; p < n; p += deep) {
                    int kc = Math.min(deep, n - p);
                    int at = rows.begin(passes(m, kc));
                    for (int q = 0; q < kc; q += 8) { // eight at a time, as in copyRows; n is a multiple of that
                        eightRows(
                                nc,
                                b,
                                starts,
                                j,
                                t * apart + p + q,
                                at,
                                rows.b[q],
                                rows.b[q + 1],
                                rows.b[q + 2],
                                rows.b[q + 3],
                                rows.b[q + 4],
                                rows.b[q + 5],
                                rows.b[q + 6],
                                rows.b[q + 7]);
                    }
                    multiply(m, nc, kc, a, t * n + p, terms * n, 1, rows, at, c, co + j, size, 1, true);
                }
            }
        }
    }

    private static void copyRows(int kc, int nc, double[] b, int bo, int bp, int bj, double[][] rows, int at) {
        if (bj == 1) {
            for (int p = 0; p < kc; p++) {
                System.arraycopy(b, bo + p * bp, rows[p], at, nc);
            }
        } else { // b is the transpose of a matrix, and bp is 1
            int p = 0;
            for (; p + 7 < kc; p += 8) { // eight at a time: a line of the cache of b is read once
                eightRows(
                        nc,
                        b,
                        bo + p,
                        bj,
                        at,
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
                    rows[p][at + j] = b[bo + p + j * bj];
                }
            }
        }
    }

    /** Copies eight neighbours at each of n places to eight rows; indices that differ by constants take one check of bounds. */
    private static void eightRows(
            int n,
            double[] b,
            int from,
            int step,
            int to,
            double[] r0,
            double[] r1,
            double[] r2,
            double[] r3,
            double[] r4,
            double[] r5,
            double[] r6,
            double[] r7) {
        for (int j = to; j < to + n; j++) {
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

    /** Copies eight elements {@code from} behind each of n starts to eight rows. */
    private static void eightRows(
            int n,
            double[] b,
            int[] starts,
            int first,
            int from,
            int to,
            double[] r0,
            double[] r1,
            double[] r2,
            double[] r3,
            double[] r4,
            double[] r5,
            double[] r6,
            double[] r7) {
        for (int i = 0; i < n; i++) {
            int at = starts[first + i] + from;
            int j = to + i;
            r0[j] = b[at];
            r1[j] = b[at + 1];
            r2[j] = b[at + 2];
            r3[j] = b[at + 3];
            r4[j] = b[at + 4];
            r5[j] = b[at + 5];
            r6[j] = b[at + 6];
            r7[j] = b[at + 7];
        }
    }

    /** Sets m rows of c to the products of a and copied rows of b, whose elements begin at {@code first}, or adds them. */
    private static void multiply(
            int m,
            int nc,
            int kc,
            double[] a,
            int ao,
            int ai,
            int ap,
            Rows rows,
            int first,
            double[] c,
            int co,
            int ci,
            int cj,
            boolean add) {
        int end = first + (nc + LANES - 1) / LANES * LANES; // whole vectors; what they add behind nc goes nowhere
        if (kc % 2 == 1) {
            Arrays.fill(rows.b[kc], first, first + nc, 0);
        }
        for (int i = 0; i < m; i += ROWS) {
            int count = Math.min(ROWS, m - i);
            int at = co + i * ci;
            boolean columns = count == ROWS && ci == 1;
            if (add && columns) {
                fromColumns(nc, c, at, cj, first, rows.c[0], rows.c[1], rows.c[2], rows.c[3]);
            } else {
                for (int r = 0; r < count; r++) {
                    if (add) {
                        copy(nc, c, at + r * ci, cj, rows.c[r], first, 1);
                    } else {
                        Arrays.fill(rows.c[r], first, end, 0);
                    }
                }
            }
            fourRows(count, first, end, kc, a, ao + i * ai, ai, ap, rows);
            if (columns) {
                toColumns(nc, first, rows.c[0], rows.c[1], rows.c[2], rows.c[3], c, at, cj);
            } else {
                for (int r = 0; r < count; r++) {
                    copy(nc, rows.c[r], first, 1, c, at + r * ci, cj);
                }
            }
        }
    }

    private static void copy(int n, double[] from, int at, int step, double[] to, int start, int stride) {
        if (step == 1 && stride == 1) {
            System.arraycopy(from, at, to, start, n);
        } else {
            for (int j = 0; j < n; j++) {
                to[start + j * stride] = from[at + j * step];
            }
        }
    }

    /** Copies four neighbouring columns to four rows: a line of the cache of c is read once. */
    private static void fromColumns(
            int n, double[] c, int at, int step, int first, double[] r0, double[] r1, double[] r2, double[] r3) {
        for (int j = first; j < first + n; j++, at += step) {
            r0[j] = c[at];
            r1[j] = c[at + 1];
            r2[j] = c[at + 2];
            r3[j] = c[at + 3];
        }
    }

    /** Copies four rows to four neighbouring columns. */
    private static void toColumns(
            int n, int first, double[] r0, double[] r1, double[] r2, double[] r3, double[] c, int at, int step) {
        for (int j = first; j < first + n; j++, at += step) {
            c[at] = r0[j];
            c[at + 1] = r1[j];
            c[at + 2] = r2[j];
            c[at + 3] = r3[j];
        }
    }

    private static void fourRows(int count, int first, int end, int kc, double[] a, int ao, int ai, int ap, Rows rows) {
        double[][] sums = rows.c;
        double[][] b = rows.b;
        // rows that are missing at the lower edge repeat the first one; their sums go nowhere
        int a1 = ao + (count > 1 ? ai : 0);
        int a2 = ao + (count > 2 ? 2 * ai : 0);
        int a3 = ao + (count > 3 ? 3 * ai : 0);
        for (int p = 0; p < kc; p += 2) {
            int s = p * ap;
            int t = s + ap;
            boolean two = p + 1 < kc; // beyond the last one both factors are zero: 0·∞ would be NaN
            pass(
                    first - 1,
                    end,
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
    }

    /**
     * Adds the products of two rows of b to four rows of c, from one index to another. With its assertions the method has 332 bytes of
     * code, more than 325 (FreqInlineSize), so that the compiler never makes it part of another one: there is one loop for all, the
     * one that was measured.
     */
    private static void pass(
            int from,
            int to,
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
        assert from >= 0 : "from " + from;
        assert from < to : "from " + from + " to " + to;
        assert to <= c0.length : "to " + to;
        assert to <= c1.length : "to " + to;
        assert to <= c2.length : "to " + to;
        assert to <= c3.length : "to " + to;
        assert to <= b0.length : "to " + to;
        assert to <= b1.length : "to " + to;
        for (int j = from; j < to; j++) {
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

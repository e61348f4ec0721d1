package dev.autodiff.kernel;

import java.util.Arrays;

/**
 * The matrix product in plain Java. The compiler turns a loop into vector instructions when all its arrays are indexed by the loop
 * variable alone, and when its body has fewer than sixty nodes; so rows of b and of c are copied to arrays of their own, and each pass adds the
 * products of two rows of b to four rows of c. Larger passes have too many nodes, or are not always vectorised on JDK 17. Either factor may be
 * the one whose rows are copied: rather that with the longer rows. Every sum is one chain of fused multiply-adds in ascending order of p, whatever
 * the path and the number of threads; but scalar products of rows may be added lane by lane ({@link ScalarProducts64}).
 */
final class Product64 implements Product<double[]> {
    /** Up to so many multiplications, copying costs more than it gains. */
    private static final int SMALL = 4096;

    /** From so many rows on, threads share the rows; with fewer, the columns, although short rows are slower. */
    private static final int SPLIT_ROWS = 16;

    /** About the time of a pass for each column, and besides the columns. */
    private static final /*wide*/ double NANOS = 0.54d; // float32: private static final double NANOS = 0.27;

    static final /*wide*/ double NANOS_PASS = 8d;

    /** About the time of copying an element to where its neighbours are not neighbours. */
    private static final /*wide*/ double NANOS_TURN = 0.4d;

    static final /*wide*/ double NANOS_COPY = 0.1d;

    /** Another way must be estimated to take less than this times the usual one, since estimates are rough. */
    private static final /*wide*/ double CLEARLY = 0.85d;

    /** About the time of one multiplication and addition without copies. */
    private static final /*wide*/ double NANOS_SMALL = 0.16d;

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
        int bands = (m + 3) / CopiedRows64.ROWS;
        int pairs = (k + 1) / 2;
        int strips = (n - 1) / CopiedRows64.NC + 1;
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
            int blocks = blocks(n, k);
            int bands = (m + CopiedRows64.ROWS - 1) / CopiedRows64.ROWS;
            int chunks = Workers.pieces(bands, 4, (long) nanos / blocks);
            int rowsOfThread = (m - 1) / Math.min(chunks, Workers.threads()) + 1;
            Rounds.run(blocks, chunks, (long) nanos, new Rounds.Work() {
                @Override
                public void prepare(int block) {
                    copyBlock(block, rowsOfThread, n, k, b, bo, bp, bj);
                }

                @Override
                public void run(int block, int chunk) {
                    int i = Workers.start(chunk, chunks, bands) * CopiedRows64.ROWS;
                    int end = Math.min(m, Workers.start(chunk + 1, chunks, bands) * CopiedRows64.ROWS);
                    multiplyBlock(block, end - i, n, k, a, ao + i * ai, ai, ap, c, co + i * ci, ci, cj);
                }
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
        int blocks = blocks(n, k);
        for (int block = 0; block < blocks; block++) {
            copyBlock(block, m, n, k, b, bo, bp, bj);
            multiplyBlock(block, m, n, k, a, ao, ai, ap, c, co, ci, cj);
        }
    }

    /** Returns how many blocks b is cut into: those of the same columns follow each other, in ascending order of k. */
    private static int blocks(int n, int k) {
        int columns = blockOf(n);
        return count(n, columns) * count(k, CopiedRows64.deep(columns));
    }

    private static int count(int n, int size) {
        return (n - 1) / size + 1;
    }

    /** Copies a block of b to this thread's rows, for about m rows of c. */
    private static void copyBlock(int block, int m, int n, int k, double[] b, int bo, int bp, int bj) {
        int columns = blockOf(n);
        CopiedRows64 rows = CopiedRows64.BUFFERS.get().of(columns);
        int across = count(k, rows.deep);
        int j = block / across * columns;
        int p = block % across * rows.deep;
        int kc = Math.min(rows.deep, k - p);
        int at = rows.begin(passes(m, kc));
        copyRows(kc, Math.min(columns, n - j), b, bo + p * bp + j * bj, bp, bj, rows.b, at);
    }

    /** Multiplies by the block that was copied last. */
    private static void multiplyBlock(
            int block, int m, int n, int k, double[] a, int ao, int ai, int ap, double[] c, int co, int ci, int cj) {
        int columns = blockOf(n);
        CopiedRows64 rows = CopiedRows64.BUFFERS.get().of(columns);
        int across = count(k, rows.deep);
        int j = block / across * columns;
        int p = block % across * rows.deep;
        int nc = Math.min(columns, n - j);
        int kc = Math.min(rows.deep, k - p);
        multiply(m, nc, kc, a, ao + p * ap, ai, ap, rows, rows.first(), c, co + j * cj, ci, cj, p > 0);
    }

    /** Returns the columns of a block, so that all blocks have about the same. */
    private static int blockOf(int n) {
        int blocks = (n - 1) / CopiedRows64.NC + 1;
        return Math.min(CopiedRows64.NC, ((n - 1) / blocks + 16) / 16 * 16);
    }

    private static int passes(int m, int kc) {
        return (m + CopiedRows64.ROWS - 1) / CopiedRows64.ROWS * ((kc + 1) / 2);
    }

    @Override
    public void multiplyRows(int m, int n, int k, double[] a, int ao, double[] b, int[] starts, double[] c, int co) {
        int columns = blockOf(n);
        CopiedRows64 rows = CopiedRows64.BUFFERS.get().of(columns);
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
        ScalarProducts64 byLanes = new ScalarProducts64(m, n);
        int whole = (size / CopiedRows64.LANES + 1) * CopiedRows64.LANES; // with the element in front
        /*wide*/ double turned = passes(m, n) * (NANOS_PASS + NANOS * whole) + NANOS_TURN * n * size;
        if (byLanes.nanos(size, terms) < CLEARLY * terms * turned) {
            byLanes.add(terms, a, b, starts, apart, c, co);
            return;
        }
        int columns = blockOf(size);
        CopiedRows64 rows = CopiedRows64.BUFFERS.get().of(columns);
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
            CopiedRows64 rows,
            int first,
            double[] c,
            int co,
            int ci,
            int cj,
            boolean add) {
        int end = first
                + (nc + CopiedRows64.LANES - 1)
                        / CopiedRows64.LANES
                        * CopiedRows64.LANES; // whole vectors; what they add behind nc goes nowhere
        if (kc % 2 == 1) {
            Arrays.fill(rows.b[kc], first, first + nc, 0);
        }
        for (int i = 0; i < m; i += CopiedRows64.ROWS) {
            int count = Math.min(CopiedRows64.ROWS, m - i);
            int at = co + i * ci;
            boolean columns = count == CopiedRows64.ROWS && ci == 1;
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

    private static void fourRows(
            int count, int first, int end, int kc, double[] a, int ao, int ai, int ap, CopiedRows64 rows) {
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
            CopiedRows64.pass(
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

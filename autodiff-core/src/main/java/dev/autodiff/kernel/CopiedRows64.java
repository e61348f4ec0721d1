package dev.autodiff.kernel;

import java.lang.ref.WeakReference;
import java.util.Arrays;

/**
 * Rows of b and of c that a thread has copied for {@link Product64}, or sums and both factors, all in b, for {@link ScalarProducts64}, and the
 * product's pass over them, which the compiler turns into vector instructions: how wide these are, and where they begin, is up to the rows.
 */
final class CopiedRows64 {
    /** Rows of c in a pass. */
    static final int ROWS = 4;

    /** The most columns in a block: the rows of a pass then fit the first-level cache. */
    static final int NC = 512;

    /** The most columns of the shortest rows, of three lengths. */
    private static final int SHORTEST = NC / 4;

    /** Elements of the copied part of b, about 200 KB, which stay in the second-level cache. */
    private static final int BLOCK = 3 << 13; // float32: private static final int BLOCK = 3 << 14;

    /** Elements of the longest vectors. */
    static final int LANES = 8; // float32: static final int LANES = 16;

    /**
     * Elements of a row besides those that are used: in front for {@link #start}, behind for the last vector. With the header a row is then
     * an odd number of lines of the cache long: rows that lie one behind the other begin at the same place in a line, so that the compiler aligns
     * all when it aligns one, and do not compete for the same places.
     */
    private static final int BESIDES = 22; // float32: private static final int BESIDES = 44;

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

    /** Up to so many nanoseconds a column, the compiler is done with passes. */
    private static final /*wide*/ double NANOS_COMPILED = 2d;

    /** How long the compiler is waited for: longer than it takes, unless it never makes fast code of passes. */
    private static final long MOST_NANOS = 500_000_000;

    /** Attempts in vain to make faster rows, after which a collection of garbage is no reason for the next: the processor may have become slower. */
    private static final int MOST_AFTER_COLLECTIONS = 3;

    /** Before the first measurement. */
    static final long UNKNOWN = Long.MAX_VALUE;

    /**
     * The least nanoseconds of all measurements: what passes take over rows that all begin at the same place in a line, whichever they are. Of
     * two threads that measure at once the later one's may be lost, until the next measurement.
     */
    static volatile long least = UNKNOWN;

    private static volatile boolean compiled;
    private static boolean waited;

    static final ThreadLocal<Buffers> BUFFERS = ThreadLocal.withInitial(Buffers::new);

    private final int length;

    /** How many rows of b go into a block. */
    final int deep;

    double[][] b; // one more, which a product with an odd k makes zero
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

    /** Attempts to make faster rows since one succeeded. */
    private int attempts;

    /** How many slow measurements are to come before the next attempt, unless a collection of garbage comes first. */
    int patience;

    private int passes;

    /** Passes from one measurement to the next, 0 before the first. */
    int next;

    private CopiedRows64(int columns) {
        length = columns + BESIDES;
        deep = deep(columns);
        since = new WeakReference<>(new Object());
        allocate();
    }

    /** Makes rows for c and b, one behind the other with nothing between them. */
    private void allocate() {
        double[][] all = new double[ROWS + deep + 1][length];
        c = Arrays.copyOf(all, ROWS);
        b = Arrays.copyOfRange(all, ROWS, all.length);
    }

    /** Prepares so many passes, maybe with new arrays; returns where the elements of a row are to begin in them. Modified: the rows. */
    int begin(int more) {
        passes += more;
        if (passes >= next || since.refersTo(null)) {
            prepare();
        }
        return first();
    }

    /** Returns where the elements of a row begin. */
    int first() {
        return start + 1;
    }

    /** Returns how many rows of b with so many columns go into a block. */
    static int deep(int columns) {
        return BLOCK / (SHORTEST << size(columns));
    }

    /** Returns which of three sizes rows of so many columns have. */
    private static int size(int columns) {
        return columns <= SHORTEST ? 0 : columns <= 2 * SHORTEST ? 1 : 2;
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
            boolean afterCollection = moved && attempts < MOST_AFTER_COLLECTIONS;
            if (nanos > SLOW * least && (afterCollection || --patience < 0)) {
                renew(nanos);
            }
        }
    }

    /**
     * Makes the rows anew, if that is faster: they may lie apart, since the heap had no room for all of them at one place or since threads that
     * collect garbage have moved them, and then no start suits all. Or the processor has become slower; then the old ones stay, since a
     * collection has to copy new ones, and the next attempt comes later.
     */
    void renew(long nanos) {
        double[][] oldB = b;
        double[][] oldC = c;
        int oldStart = start;
        allocate();
        if (nanos <= SLOW * measure()) {
            b = oldB;
            c = oldC;
            start = oldStart;
            attempts++;
        } else {
            attempts = 0;
        }
        patience = 1 << Math.min(attempts, 10);
    }

    /** Sets the start to one of the fastest, and returns the least time; all give the same numbers. */
    private long measure() {
        long[] times = new long[LANES];
        Arrays.fill(times, Long.MAX_VALUE);
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < LANES; i++) {
                times[i] = Math.min(times[i], time(i));
            }
        }
        int best = start;
        long fastest = Long.MAX_VALUE;
        for (int i = 0; i < LANES; i++) {
            fastest = Math.min(fastest, times[i]);
            if (10 * times[i] < 9 * times[best]) { // less than a tenth may be noise
                best = i;
            }
        }
        least = Math.min(least, fastest);
        if (best != start) {
            start = best;
            for (double[] row : b) { // old elements beside the new ones would be multiplied for good, perhaps slowly
                Arrays.fill(row, 0);
            }
            for (double[] row : c) {
                Arrays.fill(row, 0);
            }
        }
        return fastest;
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
        private final CopiedRows64[] rows = new CopiedRows64[3];

        CopiedRows64 of(int columns) {
            int size = size(columns);
            if (rows[size] == null) {
                rows[size] = new CopiedRows64(SHORTEST << size);
            }
            return rows[size];
        }
    }

    /**
     * Adds the products of two rows of b to four rows of c, from one index to another. With its assertions the method has 332 bytes of
     * code, more than 325 (FreqInlineSize), so that the compiler never makes it part of another one: there is one loop for all, the
     * one that was measured.
     */
    static void pass(
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
}

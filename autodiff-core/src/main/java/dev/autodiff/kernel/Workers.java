package dev.autodiff.kernel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The threads that share the work of large kernels. Work comes in numbered chunks, which the caller and the workers claim, each
 * from a part of its own first and then from those of the others: the caller never waits for a worker that did not come, only for
 * chunks that one is busy with. What a chunk computes must not depend on who runs it, so that results have the same bits for any
 * number of threads. The parts have an order, the caller's the lowest numbers, so that what one kernel leaves in the cache of a
 * processor is what the next one needs there.
 *
 * <p>The number of threads, the caller among them, is {@code -Dautodiff.threads}, by default the number of processors. Workers
 * are daemons, start with the first work that is worth sharing, look for more for some microseconds after each piece of work
 * and then sleep. A kernel called by a worker, or while another caller has the workers, runs on its own thread alone.
 */
public final class Workers {
    /** The system property with the number of threads. */
    public static final String PROPERTY = "autodiff.threads";

    /** Work of fewer nanoseconds is done by the caller alone: handing it over would cost as much as it saves. */
    static final long SHARED_FROM = 8_000;

    /** Sleeping workers are woken when this many nanoseconds of work came within {@link #WINDOW_NANOS}. */
    private static final long WAKES_FROM = 150_000;

    private static final long WINDOW_NANOS = 500_000;

    /** How long a worker looks for new work before it sleeps: one that sleeps comes late to the next kernel of a training step. */
    private static final long SPIN_NANOS = 200_000;

    /**
     * How long a thread that waits keeps its processor for itself. Then it lets others run in between: while the compiler is at work there are more
     * threads than processors, and the one that is waited for may be behind the one that waits.
     */
    private static final long YIELDS_FROM = 20_000;

    private static final int MOST_THREADS = 1024;

    private static volatile @Nullable Pool pool;

    private Workers() {}

    /** A piece of work in numbered chunks. */
    interface Chunks {
        /** Does the work of one chunk. */
        void run(int chunk);
    }

    /** Work on a range of indices. */
    public interface Range {
        /** Does the work of the indices from {@code from} to {@code to} − 1. */
        void run(int from, int to);
    }

    /** Returns the number of threads that share work, the caller among them. */
    public static int threads() {
        return pool().threads;
    }

    /**
     * Sets the number of threads that share work, for the whole process. Results do not depend on it. Work that is under way
     * ends with the threads it has.
     *
     * @param threads from 1, the caller alone, to 1024
     * @throws IllegalArgumentException if the number is outside this range
     */
    public static synchronized void setThreads(int threads) {
        if (threads < 1 || threads > MOST_THREADS) {
            throw new IllegalArgumentException("workers: expected 1 to " + MOST_THREADS + " threads, got " + threads);
        }
        Pool old = pool;
        pool = new Pool(threads);
        if (old != null) {
            old.stop();
        }
    }

    private static Pool pool() {
        Pool current = pool;
        return current != null ? current : start();
    }

    private static synchronized Pool start() {
        Pool current = pool;
        if (current == null) {
            current = new Pool(
                    parse(System.getProperty(PROPERTY), Runtime.getRuntime().availableProcessors()));
            pool = current;
        }
        return current;
    }

    /** Reads the property's value; without one, the default, kept within the limits. */
    static int parse(@Nullable String value, int byDefault) {
        if (value == null || value.isBlank()) {
            return Math.max(1, Math.min(MOST_THREADS, byDefault));
        }
        int threads;
        try {
            threads = Integer.parseInt(value.strip());
        } catch (NumberFormatException e) {
            threads = 0;
        }
        if (threads < 1 || threads > MOST_THREADS) {
            throw new IllegalStateException("workers: -D" + PROPERTY + "=" + value
                    + " is no number of threads; expected a whole number from 1 to " + MOST_THREADS);
        }
        return threads;
    }

    /** Tells whether work of about so many nanoseconds may be shared at all, so that it is worth cutting it into chunks. */
    public static boolean shares(long nanos) {
        return nanos >= SHARED_FROM && pool().threads > 1 && !(Thread.currentThread() instanceof Worker);
    }

    /**
     * Runs chunks 0 to {@code chunks} − 1, each once, in any order and on any thread, and returns when all are done.
     *
     * @param nanos about how long all of them take on one thread
     * @throws RuntimeException or Error that a chunk threw first; the chunks not begun by then are left out
     */
    static void run(int chunks, long nanos, Chunks work) {
        if (chunks > 1 && shares(nanos)) {
            Pool current = pool();
            current.run(new Job(work, chunks, current.threads), nanos);
            return;
        }
        for (int i = 0; i < chunks; i++) {
            work.run(i);
        }
    }

    /**
     * Runs a range of n indices, cut at multiples of {@code unit} into a few pieces for each thread, so that one that comes late
     * still finds some.
     *
     * @param nanos about how long the whole range takes on one thread
     */
    static void range(int n, int unit, double nanos, Range work) {
        range(n, unit, 4, nanos, work);
    }

    /**
     * Runs a range of n indices, cut at multiples of {@code unit}.
     *
     * @param piecesPerThread the most pieces for each thread
     * @param nanos about how long the whole range takes on one thread
     */
    public static void range(int n, int unit, int piecesPerThread, double nanos, Range work) {
        long time = (long) nanos;
        if (n <= unit || !shares(time)) {
            work.run(0, n);
            return;
        }
        int units = (n - 1) / unit + 1;
        int chunks = pieces(units, piecesPerThread, time);
        run(chunks, time, i -> {
            int from = start(i, chunks, units) * unit;
            int to = i + 1 == chunks ? n : start(i + 1, chunks, units) * unit;
            work.run(from, to);
        });
    }

    /**
     * Returns into how many pieces to cut some units: equally many for each thread, whose part then begins and ends at about the same place in
     * all kernels.
     *
     * @param perThread the most pieces for each thread
     * @param nanos about how long all of them take on one thread
     */
    static int pieces(int units, int perThread, long nanos) {
        int threads = pool().threads;
        // no piece of less than half of SHARED_FROM: claiming it would cost more than it is worth
        long most = Math.max(2, Math.min((long) perThread * threads, 2 * nanos / SHARED_FROM));
        int pieces = (int) Math.min(units, most);
        return pieces > threads ? pieces - pieces % threads : pieces;
    }

    /** Waits a moment, for so many nanoseconds by now. */
    @SuppressWarnings("ThreadPriorityCheck") // nothing is right only if others run: it is a matter of time
    private static void pause(long waited) {
        if (waited < YIELDS_FROM) {
            Thread.onSpinWait();
        } else {
            Thread.yield();
        }
    }

    /** Where the i-th of some pieces of n begins, or the one before ends. */
    static int start(int i, int pieces, int n) {
        return (int) ((long) n * i / pieces);
    }

    /** One call's work: who wants a chunk takes the next number of a part. */
    private static final class Job {
        private final Chunks work;
        private final int chunks;
        private final int threads;
        private final int parts;

        /** The next chunk of each part, and then where each ends. */
        private final AtomicIntegerArray bounds;

        private final AtomicInteger done = new AtomicInteger();
        private volatile @Nullable Throwable failure;
        private volatile @Nullable Thread waiting;

        Job(Chunks work, int chunks, int threads) {
            this.work = work;
            this.chunks = chunks;
            this.threads = threads;
            parts = Math.min(threads, chunks);
            bounds = new AtomicIntegerArray(2 * parts);
            for (int part = 0; part < parts; part++) {
                bounds.setPlain(part, start(part, parts, chunks));
                bounds.setPlain(parts + part, start(part + 1, parts, chunks));
            }
        }

        private boolean open(int part) {
            return bounds.get(part) < bounds.getPlain(parts + part);
        }

        /** Tells whether there are chunks that nobody has taken. */
        boolean open() {
            for (int part = 0; part < parts; part++) {
                if (open(part)) {
                    return true;
                }
            }
            return false;
        }

        /** Runs chunks as long as there are any, those of the thread's own part first; with fewer parts than threads, some begin with the same. */
        void help(int thread) {
            int own = start(thread, threads, parts);
            for (int i = 0; i < parts; i++) {
                int part = (own + i) % parts;
                while (open(part)) {
                    int chunk = bounds.getAndIncrement(part);
                    if (chunk < bounds.getPlain(parts + part)) {
                        run(chunk);
                    }
                }
            }
        }

        private void run(int chunk) {
            if (failure == null) {
                try {
                    work.run(chunk);
                } catch (Throwable e) { // handed to the caller, whatever it is
                    failure = e;
                }
            }
            if (done.incrementAndGet() == chunks) {
                LockSupport.unpark(waiting);
            }
        }

        /** Waits for the chunks that others have claimed. */
        void await() {
            long start = System.nanoTime();
            while (done.get() < chunks) {
                long waited = System.nanoTime() - start;
                if (waited < SPIN_NANOS) {
                    pause(waited);
                } else {
                    waiting = Thread.currentThread();
                    while (done.get() < chunks) {
                        LockSupport.park(
                                this); // an interrupted thread only spins here; the flag stays for the user to see
                    }
                }
            }
        }
    }

    private static final class Pool {
        final int threads;
        private final AtomicReference<@Nullable Job> current = new AtomicReference<>();
        private volatile boolean stopped;

        // The rest belongs to the thread whose job is the current one.
        private Worker @Nullable [] workers;
        private long windowStart;
        private long windowWork;

        Pool(int threads) {
            this.threads = threads;
        }

        void run(Job job, long nanos) {
            boolean first = current.compareAndSet(null, job);
            try {
                if (first) {
                    wakeFor(nanos);
                }
                job.help(0);
                job.await();
            } finally {
                if (first) {
                    current.set(null);
                }
            }
            Throwable failure = job.failure;
            if (failure instanceof RuntimeException e) {
                throw e;
            }
            if (failure instanceof Error e) {
                throw e;
            }
        }

        /** Wakes the sleeping workers, or starts them, if this work and what came shortly before it are worth that. */
        private void wakeFor(long nanos) {
            long now = System.nanoTime();
            if (now - windowStart > WINDOW_NANOS) {
                windowStart = now;
                windowWork = 0;
            }
            windowWork += nanos;
            if (windowWork < WAKES_FROM) {
                return;
            }
            Worker[] all = workers;
            if (all == null) {
                start();
                return;
            }
            for (Worker worker : all) {
                if (worker.asleep) {
                    LockSupport.unpark(worker);
                }
            }
        }

        private synchronized void start() {
            if (!stopped) {
                Worker[] all = new Worker[threads - 1];
                for (int i = 0; i < all.length; i++) {
                    all[i] = new Worker(this, i + 1);
                    all[i].start();
                }
                workers = all;
            }
        }

        synchronized void stop() {
            stopped = true;
            Worker[] all = workers;
            if (all != null) {
                for (Worker worker : all) {
                    LockSupport.unpark(worker);
                }
            }
        }
    }

    private static final class Worker extends Thread {
        private final Pool pool;
        private final int number;
        volatile boolean asleep;

        Worker(Pool pool, int number) {
            super("autodiff-worker-" + number);
            this.pool = pool;
            this.number = number;
            setDaemon(true);
        }

        @Override
        public void run() {
            while (!pool.stopped) {
                if (!helped()) {
                    asleep = true;
                    if (pool.current.get() == null && !pool.stopped) {
                        LockSupport.park(pool);
                    }
                    asleep = false;
                }
            }
        }

        /** Looks for work for a while; returns whether there was some. */
        private boolean helped() {
            long start = System.nanoTime();
            long waited = 0;
            while (waited < SPIN_NANOS && !pool.stopped) {
                Job job = pool.current.get();
                if (job != null && job.open()) {
                    job.help(number);
                    return true;
                }
                pause(waited);
                waited = System.nanoTime() - start;
            }
            return false;
        }
    }
}

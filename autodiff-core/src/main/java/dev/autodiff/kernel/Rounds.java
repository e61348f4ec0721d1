package dev.autodiff.kernel;

import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Work in rounds on chunks that threads share: a chunk has its rounds in order, one thread at a time, and in each round a thread takes the chunks of
 * its own part, as {@link Workers} divides them, and then what is left of the others', from the end. So a thread prepares a round once for all
 * the chunks that it takes, and one on a slower processor takes fewer. Who runs a chunk must change no bit of it.
 */
final class Rounds {
    /** What is done. */
    interface Work {
        /** Makes ready what the calling thread needs for its chunks of a round. */
        void prepare(int round);

        /** Does one round of a chunk, after {@link #prepare} on the same thread. */
        void run(int round, int chunk);
    }

    private final int rounds;
    private final int chunks;
    private final int parts;
    private final Work work;

    /** For each chunk twice the rounds that are done, and one more while a thread is at work on it. */
    private final AtomicIntegerArray progress;

    private Rounds(int rounds, int chunks, int parts, Work work) {
        this.rounds = rounds;
        this.chunks = chunks;
        this.parts = parts;
        this.work = work;
        progress = new AtomicIntegerArray(chunks);
    }

    /**
     * Runs all rounds of all chunks, and returns when they are done.
     *
     * @param nanos about how long all of them take on one thread
     * @throws RuntimeException or Error that a chunk threw first; other threads still end their chunks, but not the later rounds of that one
     */
    static void run(int rounds, int chunks, long nanos, Work work) {
        int parts = Math.min(Workers.threads(), chunks);
        Workers.run(parts, nanos, new Rounds(rounds, chunks, parts, work)::take);
    }

    /** Takes chunks in all rounds. Whoever finishes a round of a chunk comes to its next one, so none is left behind. */
    private void take(int part) {
        for (int round = 0; round < rounds; round++) {
            int end = Workers.start(part + 1, parts, chunks);
            boolean prepared = false;
            for (int i = Workers.start(part, parts, chunks); i < end; i++) {
                prepared |= took(round, i, prepared);
            }
            for (int other = 1; other < parts; other++) {
                int victim = (part + other) % parts;
                int first = Workers.start(victim, parts, chunks);
                for (int i = Workers.start(victim + 1, parts, chunks) - 1; i >= first; i--) {
                    prepared |= took(round, i, prepared);
                }
            }
        }
    }

    private boolean took(int round, int chunk, boolean prepared) {
        if (progress.get(chunk) != 2 * round || !progress.compareAndSet(chunk, 2 * round, 2 * round + 1)) {
            return false;
        }
        if (!prepared) {
            work.prepare(round);
        }
        work.run(round, chunk);
        progress.set(chunk, 2 * round + 2);
        return true;
    }
}

package dev.autodiff.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class RoundsTest {
    private static final long LARGE = 1_000_000;

    private int threads;

    @BeforeEach
    void remember() {
        threads = Workers.threads();
    }

    @AfterEach
    void restore() {
        Workers.setThreads(threads);
    }

    /** Counts the rounds of each chunk, and fails if one comes out of order or on a thread that has not prepared it. */
    private static final class Log implements Rounds.Work {
        final AtomicIntegerArray done;
        final AtomicReference<String> wrong = new AtomicReference<>();
        private final ThreadLocal<Integer> prepared = ThreadLocal.withInitial(() -> -1);

        Log(int chunks) {
            done = new AtomicIntegerArray(chunks);
        }

        @Override
        public void prepare(int round) {
            prepared.set(round);
        }

        @Override
        public void run(int round, int chunk) {
            if (prepared.get() != round) {
                wrong.set("round " + round + " came on a thread that had prepared " + prepared.get());
            }
            if (!done.compareAndSet(chunk, round, round + 1)) {
                wrong.set("round " + round + " of " + chunk + " came after " + done.get(chunk) + " rounds");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void everyChunkHasItsRoundsOnceAndInOrder(int n) {
        Workers.setThreads(n);
        for (int repeat = 0; repeat < 200; repeat++) {
            int chunks = 1 + repeat % 11;
            int rounds = 1 + repeat % 7;
            Log log = new Log(chunks);
            Rounds.run(rounds, chunks, LARGE, log);
            assertEquals(null, log.wrong.get());
            for (int i = 0; i < chunks; i++) {
                assertEquals(rounds, log.done.get(i), chunks + " chunks, chunk " + i);
            }
        }
    }

    @Test
    void chunksOfAThreadThatIsBusyAreTakenByAnother() {
        Workers.setThreads(2);
        int chunks = 8;
        CountDownLatch others = new CountDownLatch(chunks - 1);
        AtomicReference<Thread> busy = new AtomicReference<>();
        Set<Thread> takers = ConcurrentHashMap.newKeySet();
        Rounds.run(1, chunks, LARGE, new Rounds.Work() {
            @Override
            public void prepare(int round) {}

            @Override
            public void run(int round, int chunk) {
                if (busy.compareAndSet(null, Thread.currentThread())) {
                    try {
                        assertTrue(others.await(30, TimeUnit.SECONDS), "the others wait for this chunk");
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                } else {
                    takers.add(Thread.currentThread());
                    others.countDown();
                }
            }
        });
        assertEquals(1, takers.size());
        assertTrue(!takers.contains(busy.get()), "the other thread took the chunks of the busy one");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void anExceptionReachesTheCaller(int n) {
        Workers.setThreads(n);
        Rounds.Work work = new Rounds.Work() {
            @Override
            public void prepare(int round) {}

            @Override
            public void run(int round, int chunk) {
                if (round == 1 && chunk == 2) {
                    throw new IllegalArgumentException("chunk 2");
                }
            }
        };
        assertEquals(
                "chunk 2",
                assertThrows(IllegalArgumentException.class, () -> Rounds.run(3, 4, LARGE, work))
                        .getMessage());
        Log log = new Log(4);
        Rounds.run(3, 4, LARGE, log);
        assertEquals(3, log.done.get(2), "and the next work is done");
        assertEquals(null, log.wrong.get());
    }
}

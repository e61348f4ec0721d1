package dev.autodiff.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkersTest {
    /** A duration that always wakes the workers. */
    private static final long LONG = 1_000_000_000;

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private int before;

    @BeforeEach
    void remember() {
        before = Workers.threads();
    }

    @AfterEach
    void restore() {
        Workers.setThreads(before);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void everyChunkRunsOnce(int threads) {
        Workers.setThreads(threads);
        assertTimeoutPreemptively(LIMIT, () -> {
            for (int chunks : new int[] {0, 1, 2, 3, 100}) {
                AtomicIntegerArray runs = new AtomicIntegerArray(chunks);
                Workers.run(chunks, LONG, runs::incrementAndGet);
                for (int i = 0; i < chunks; i++) {
                    assertEquals(1, runs.get(i));
                }
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 64, 65, 1000, Integer.MAX_VALUE})
    void aRangeIsCoveredByPiecesThatStartAtMultiplesOfTheUnit(int n) {
        Workers.setThreads(3);
        AtomicInteger covered = new AtomicInteger();
        Workers.range(n, 64, LONG, (from, to) -> {
            assertEquals(0, from % 64);
            assertTrue(from <= to && to <= n);
            covered.addAndGet(to - from);
        });
        assertEquals(n, covered.get());
    }

    @Test
    void eachThreadBeginsWithItsOwnPart() {
        Workers.setThreads(2);
        assertTimeoutPreemptively(LIMIT, () -> {
            for (int call = 0; call < 50; call++) {
                ConcurrentHashMap<Thread, Integer> first = new ConcurrentHashMap<>();
                Workers.run(6, LONG, i -> {
                    first.putIfAbsent(Thread.currentThread(), i);
                    while (first.size() < 2) { // until the other has begun
                        Thread.onSpinWait();
                    }
                });
                assertEquals(0, first.remove(Thread.currentThread()));
                assertEquals(Set.of(3), Set.copyOf(first.values()));
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 5, 9, 25, 64, 100})
    void partsEndAtTheSamePlaceHoweverARangeIsCut(int n) {
        Workers.setThreads(2);
        for (double nanos : new double[] {8e3, 22e3, 1e9}) { // two pieces, five or four of them, eight
            Set<Integer> starts = ConcurrentHashMap.newKeySet();
            Workers.range(n, 1, 4, nanos, (from, to) -> starts.add(from));
            assertTrue(starts.contains(n / 2), starts + " of " + n);
            assertEquals(0, starts.size() % 2);
        }
    }

    @Test
    void aWorkerReallyHelps() {
        Workers.setThreads(2);
        assertTimeoutPreemptively(LIMIT, () -> {
            AtomicReference<Thread> helper = new AtomicReference<>();
            Workers.run(2, LONG, i -> {
                if (Thread.currentThread().getName().startsWith("autodiff-worker")) {
                    helper.set(Thread.currentThread());
                } else {
                    while (helper.get() == null) { // the caller's chunk lasts until a worker has come
                        Thread.onSpinWait();
                    }
                }
            });
            assertTrue(helper.get().isDaemon());
        });
    }

    @Test
    void anExceptionReachesTheCallerAndTheWorkersGoOn() {
        Workers.setThreads(3);
        assertTimeoutPreemptively(LIMIT, () -> {
            for (int bad = 0; bad < 50; bad++) {
                int which = bad;
                RuntimeException thrown = new IllegalStateException("chunk " + bad);
                Exception caught = assertThrows(
                        IllegalStateException.class,
                        () -> Workers.run(50, LONG, i -> {
                            if (i == which) {
                                throw thrown;
                            }
                        }));
                assertSame(thrown, caught);
                AtomicInteger runs = new AtomicInteger();
                Workers.run(50, LONG, i -> runs.incrementAndGet());
                assertEquals(50, runs.get());
            }
            assertThrows(
                    StackOverflowError.class,
                    () -> Workers.run(4, LONG, i -> {
                        throw new StackOverflowError();
                    }));
        });
    }

    @Test
    void workInsideOfWorkRunsOnTheSameThreads() {
        Workers.setThreads(3);
        assertTimeoutPreemptively(LIMIT, () -> {
            AtomicInteger runs = new AtomicInteger();
            for (int round = 0; round < 200; round++) {
                Workers.run(8, LONG, i -> Workers.run(8, LONG, j -> runs.incrementAndGet()));
            }
            assertEquals(200 * 64, runs.get());
        });
    }

    @Test
    void severalCallersAtOnceAllGetTheirWorkDone() {
        Workers.setThreads(3);
        assertTimeoutPreemptively(LIMIT, () -> {
            AtomicInteger[] runs = new AtomicInteger[4];
            Thread[] callers = new Thread[runs.length];
            for (int c = 0; c < callers.length; c++) {
                AtomicInteger own = new AtomicInteger();
                runs[c] = own;
                callers[c] = new Thread(() -> {
                    for (int round = 0; round < 2_000; round++) {
                        int expected = own.get() + 7;
                        Workers.run(7, LONG, i -> own.incrementAndGet());
                        if (own.get() != expected) {
                            return; // the count below tells
                        }
                    }
                });
                callers[c].start();
            }
            for (int c = 0; c < callers.length; c++) {
                callers[c].join();
                assertEquals(2_000 * 7, runs[c].get());
            }
        });
    }

    @Test
    void sleepingWorkersAreNoObstacle() {
        Workers.setThreads(3);
        assertTimeoutPreemptively(LIMIT, () -> {
            AtomicInteger runs = new AtomicInteger();
            for (int round = 0; round < 500; round++) {
                Workers.run(3, round % 2 == 0 ? LONG : Workers.SHARED_FROM, i -> runs.incrementAndGet());
                LockSupport.parkNanos(round % 5 * 100_000L); // around the time after which a worker sleeps
            }
            assertEquals(1_500, runs.get());
        });
    }

    @Test
    void anInterruptedCallerFinishesItsWorkAndStaysInterrupted() {
        Workers.setThreads(2);
        assertTimeoutPreemptively(LIMIT, () -> {
            Thread.currentThread().interrupt();
            AtomicInteger runs = new AtomicInteger();
            Workers.run(100, LONG, i -> runs.incrementAndGet());
            assertEquals(100, runs.get());
            assertTrue(Thread.interrupted());
        });
    }

    @Test
    void theNumberOfThreadsMayChangeWhileOthersWork() {
        assertTimeoutPreemptively(LIMIT, () -> {
            AtomicInteger runs = new AtomicInteger();
            Thread caller = new Thread(() -> {
                for (int round = 0; round < 3_000; round++) {
                    Workers.run(5, LONG, i -> runs.incrementAndGet());
                }
            });
            caller.start();
            for (int i = 0; caller.isAlive(); i++) {
                Workers.setThreads(1 + i % 4);
            }
            caller.join();
            assertEquals(15_000, runs.get());
        });
    }

    @Test
    void theNumberOfThreadsComesFromThePropertyOrTheProcessors() {
        assertEquals(6, Workers.parse(null, 6));
        assertEquals(6, Workers.parse(" ", 6));
        assertEquals(3, Workers.parse(" 3 ", 6));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "two", "2.5", "100000", "99999999999"})
    void nonsenseIsAnErrorThatNamesTheProperty(String value) {
        String message = assertThrows(IllegalStateException.class, () -> Workers.parse(value, 2))
                .getMessage();
        assertTrue(message.contains("-Dautodiff.threads=" + value), message);
        assertTrue(message.contains("1 to 1024"), message);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 1025})
    void impossibleNumbersOfThreadsAreRefused(int threads) {
        assertThrows(IllegalArgumentException.class, () -> Workers.setThreads(threads));
    }
}

package dev.autodiff;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** What one thread does with the operations that it runs. Other threads do not inherit it. */
final class Mode {
    private static final ThreadLocal<Mode> CURRENT = ThreadLocal.withInitial(Mode::new);

    /** How many threads check for anomalies: while there are none, an operation without nodes never reads the thread's mode. */
    private static final AtomicInteger WATCHERS = new AtomicInteger();

    private boolean recording = true;
    private boolean watching;
    private long lastNumber;

    private Mode() {}

    static Mode current() {
        return CURRENT.get();
    }

    static boolean anyoneWatches() {
        return WATCHERS.get() != 0;
    }

    boolean isRecording() {
        return recording;
    }

    boolean isWatching() {
        return watching;
    }

    /** Returns a number greater than all that this thread gave before and than those of the parents, which another thread may have made. */
    long nextNumber(Node[] parents) {
        long number = lastNumber;
        for (Node parent : parents) {
            if (parent != null && parent.number > number) {
                number = parent.number;
            }
        }
        lastNumber = number + 1;
        return lastNumber;
    }

    <T> T recording(boolean on, Supplier<T> body) {
        boolean before = recording;
        recording = on;
        try {
            return body.get();
        } finally {
            recording = before;
        }
    }

    /** Sets whether operations are recorded and returns what was set before. */
    boolean setRecording(boolean on) {
        boolean before = recording;
        recording = on;
        return before;
    }

    /** Sets whether results are checked and returns what was set before. */
    boolean setWatching(boolean on) {
        boolean before = watching;
        watching = on;
        return before;
    }

    <T> T watching(Supplier<T> body) {
        if (watching) {
            return body.get();
        }
        watching = true;
        WATCHERS.incrementAndGet();
        try {
            return body.get();
        } finally {
            watching = false;
            WATCHERS.decrementAndGet();
        }
    }
}

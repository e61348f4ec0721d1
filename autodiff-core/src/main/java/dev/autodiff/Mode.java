package dev.autodiff;

import dev.autodiff.array.Recycler;
import dev.autodiff.array.Storage;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.lang.ref.SoftReference;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What one thread does with the operations that it runs. Other threads do not inherit it. */
final class Mode {
    private static final ThreadLocal<Mode> CURRENT = new ThreadLocal<>() {
        @Override
        protected Mode initialValue() {
            return new Mode();
        }
    };

    /** How many threads listen: while none does, an operation without nodes never reads the thread's mode. */
    private static final AtomicInteger LISTENERS = new AtomicInteger();

    /** Several, since a step of training may consist of more than one sweep. */
    private static final int SWEEPS_PER_TRIM = 8;

    private boolean recording = true;
    private @Nullable OpListener listener;
    private long lastNumber;

    /** Softly, since what waits to be used again is the first that may go when memory is short. */
    private SoftReference<Recycler> recycler = new SoftReference<>(null);

    private @Nullable Loans loans;

    private int sweepsUnderWay;
    private int sweepsSinceTrim;

    private Mode() {}

    static Mode current() {
        return CURRENT.get();
    }

    /** Returns who listens to this thread, or null. */
    static @Nullable OpListener listening() {
        return LISTENERS.get() == 0 ? null : CURRENT.get().listener;
    }

    /** Tells who listens that Java code is about to look at the elements of a tensor. */
    static void reading(String operation, Tensor tensor) {
        OpListener listener = listening();
        if (listener != null) {
            listener.read(operation, tensor);
        }
    }

    static boolean anyoneListens() {
        return LISTENERS.get() != 0;
    }

    boolean isRecording() {
        return recording;
    }

    @Nullable
    OpListener listener() {
        return listener;
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

    /** Returns where this thread's sweeps put arrays that nobody holds any more. */
    Recycler recycler() {
        Recycler present = recycler.get();
        if (present == null) {
            present = new Recycler();
            recycler = new SoftReference<>(present);
        }
        return present;
    }

    /** Returns a storage whose elements will all be written: an array that was used before, or a new one. */
    Storage unwritten(DType dtype, int size) {
        Storage storage = unnoted(dtype, size);
        Loans watching = loans;
        if (watching != null) {
            watching.note(storage);
        }
        return storage;
    }

    /** Returns an array whose elements will all be written, which no rule takes notice of. */
    Storage unnoted(DType dtype, int size) {
        Recycler present = recycler.get();
        Storage used = present == null ? null : present.take(dtype, size);
        return used == null ? Storage.zeros(dtype, size) : used;
    }

    /** Puts an elementwise function off: as one of the sweep's own if a rule asks for it, else as {@link Lazy}; returns null where that can't be. */
    @Nullable
    Tensor defer(Elementwise function, Shape shape, DType dtype, Tensor... in) {
        Loans watching = loans;
        return watching == null
                ? Lazy.of(function, shape, dtype, in)
                : watching.defer(this, function, shape, dtype, in);
    }

    /** Begins a sweep, which is recorded or not, maybe inside of another; returns what {@link #leaveSweep} sets again. */
    boolean enterSweep(boolean on) {
        sweepsUnderWay++;
        return setRecording(on);
    }

    void leaveSweep(boolean recordingBefore) {
        recording = recordingBefore;
        sweepsUnderWay--;
        Recycler present = sweepsUnderWay == 0 && ++sweepsSinceTrim >= SWEEPS_PER_TRIM ? recycler.get() : null;
        if (present != null) {
            sweepsSinceTrim = 0;
            present.trim();
        }
    }

    /** Sets who notes the storages that {@link #unwritten} hands out, or null for nobody; returns who did before. */
    @Nullable
    Loans setLoans(@Nullable Loans next) {
        Loans before = loans;
        loans = next;
        return before;
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

    /** Sets who is told of the operations, or null for nobody, while {@link #listening} runs; returns who was before. */
    @Nullable
    OpListener setListener(@Nullable OpListener next) {
        OpListener before = listener;
        listener = next;
        return before;
    }

    /** Runs code and tells a listener of its operations; one that listened before hears nothing meanwhile. */
    <T> T listening(OpListener next, Supplier<T> body) {
        OpListener before = setListener(next);
        LISTENERS.incrementAndGet();
        try {
            return body.get();
        } finally {
            listener = before;
            LISTENERS.decrementAndGet();
        }
    }
}

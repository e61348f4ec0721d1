package dev.autodiff.kernel;

import java.util.function.IntFunction;

/**
 * An array of each thread's own in which a kernel works, so that a call allocates none. It grows to the largest size that was asked for and
 * holds what the last use left there. A kernel has one for each array that it needs at a time, a constant of its class, and must not be
 * called again on the same thread before it is done with it; that other kernels run meanwhile does no harm.
 *
 * @param <A> the array's type
 */
public final class Scratch<A> {
    private static final class Held<A> {
        A array;
        int size;

        Held(A array) {
            this.array = array;
        }
    }

    private final IntFunction<A> newArray;
    private final ThreadLocal<Held<A>> held;

    /**
     * Prepares the arrays of all threads.
     *
     * @param newArray makes an array of so many elements
     */
    public Scratch(IntFunction<A> newArray) {
        this.newArray = newArray;
        this.held = ThreadLocal.withInitial(() -> new Held<>(newArray.apply(0)));
    }

    /** Returns this thread's array, of at least {@code size} elements that may be anything. */
    public A ofSize(int size) {
        Held<A> own = held.get();
        if (own.size < size) {
            own.array = newArray.apply(size);
            own.size = size;
        }
        return own.array;
    }
}

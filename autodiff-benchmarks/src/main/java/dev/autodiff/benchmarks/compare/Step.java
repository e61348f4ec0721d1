package dev.autodiff.benchmarks.compare;

/** A piece of work that is ready to be timed: one training step, one gradient or one product. */
public interface Step extends AutoCloseable {
    /**
     * Does the first of the work from the initial weights and data, and returns what all sides must agree on: the losses of the first
     * steps, or numbers of the result. Called once, before any {@link #run}.
     */
    double[] values();

    /** Does the work once, and returns something of it, so that no compiler can leave it out. */
    Object run();

    /** Releases what the step holds. */
    @Override
    default void close() {}
}

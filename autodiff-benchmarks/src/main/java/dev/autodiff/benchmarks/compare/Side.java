package dev.autodiff.benchmarks.compare;

import org.jspecify.annotations.Nullable;

/** A library that does the work, in a process of its own. */
public interface Side {
    /** Returns the library's name and version, in one line. */
    String version();

    /**
     * Prepares a piece of work with fresh weights and data.
     *
     * @param work its name, of {@link Work#all}
     * @param mode {@code eager} or {@code replayed}
     * @return null if this side does not do this work in this mode
     */
    @Nullable
    Step prepare(String work, String mode);
}

package dev.autodiff.benchmarks.compare;

import java.io.Serial;

/** The comparison cannot go on: a side failed, or computes other numbers than the rest. */
final class BenchException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    BenchException(String message) {
        super(message);
    }
}

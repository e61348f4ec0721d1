package dev.autodiff.examples;

import java.io.Serial;

/** A program cannot go on, for a reason outside of it that the message tells in one line. */
final class ProgramException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    ProgramException(String message) {
        super(message);
    }

    ProgramException(String message, Throwable cause) {
        super(message, cause);
    }
}

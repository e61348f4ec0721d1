package dev.autodiff.examples.page;

import java.io.Serial;

/** A program cannot go on, for a reason outside of it that the message tells in one line. */
public final class ProgramException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    public ProgramException(String message) {
        super(message);
    }

    public ProgramException(String message, Throwable cause) {
        super(message, cause);
    }
}

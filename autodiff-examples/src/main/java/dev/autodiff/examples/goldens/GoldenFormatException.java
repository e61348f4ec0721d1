package dev.autodiff.examples.goldens;

import java.io.Serial;

/** A golden file is not what its format says; the message names the file and the place. */
public final class GoldenFormatException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    GoldenFormatException(String message) {
        super(message);
    }
}

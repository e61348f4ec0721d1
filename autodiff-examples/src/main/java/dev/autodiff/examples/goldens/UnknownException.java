package dev.autodiff.examples.goldens;

import java.io.Serial;

/** A golden case asks for something that the library, as this runner knows it, does not offer; the message names it. */
final class UnknownException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    UnknownException(String name) {
        super(name);
    }
}

package dev.autodiff.examples.goldens;

import java.io.Serial;

/** A golden case asks for something that the library, as this runner knows it, does not offer; the message names it. */
final class UnknownException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private final boolean impossible;

    UnknownException(String name) {
        this(name, false);
    }

    private UnknownException(String name, boolean impossible) {
        super(name);
        this.impossible = impossible;
    }

    /** What the library's methods cannot be asked for at all, such as a word that its enum has no constant for. */
    static UnknownException impossible(String name) {
        return new UnknownException(name, true);
    }

    /** Tells whether nobody can ask the library for this. */
    boolean isImpossible() {
        return impossible;
    }
}

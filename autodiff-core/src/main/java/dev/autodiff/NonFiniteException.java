package dev.autodiff;

/** Thrown in anomaly mode by the first operation that makes a NaN or an infinity; the message names it and the line that called it. */
public final class NonFiniteException extends ArithmeticException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception. */
    public NonFiniteException(String message) {
        super(message);
    }
}

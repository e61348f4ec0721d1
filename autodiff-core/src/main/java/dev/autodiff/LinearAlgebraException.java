package dev.autodiff;

/**
 * Thrown when a matrix has no inverse or decomposition of the kind that was asked for: it is singular, not positive definite, or has an
 * element that is not finite. The message says which matrix of a batch it is.
 */
public final class LinearAlgebraException extends ArithmeticException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception with a message of the form {@code operation: what is wrong; remedy}. */
    public LinearAlgebraException(String message) {
        super(message);
    }
}

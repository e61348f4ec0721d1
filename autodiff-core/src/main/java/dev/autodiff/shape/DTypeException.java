package dev.autodiff.shape;

/** Thrown when the element type of an argument does not fit an operation; types are never promoted in silence. */
public final class DTypeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception with a message of the form {@code operation: what is wrong; remedy}. */
    public DTypeException(String message) {
        super(message);
    }
}

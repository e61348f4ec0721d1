package dev.autodiff.shape;

/** Thrown when the shapes of the arguments do not fit an operation; the message names both and, where there is one, a remedy. */
public final class ShapeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception with a message of the form {@code operation: what is wrong, the shapes; remedy}. */
    public ShapeException(String message) {
        super(message);
    }
}

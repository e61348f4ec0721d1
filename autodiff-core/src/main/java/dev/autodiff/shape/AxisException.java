package dev.autodiff.shape;

/** Thrown when an axis does not exist in a tensor's shape, or is named twice. */
public final class AxisException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception with a message of the form {@code operation: the axis, the shape, the valid range}. */
    public AxisException(String message) {
        super(message);
    }
}

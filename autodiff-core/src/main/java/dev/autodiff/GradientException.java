package dev.autodiff;

/** Thrown when a derivative is asked for that can't be given: nothing was recorded, or what was kept is gone or overwritten. */
public final class GradientException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception with a message of the form {@code what was asked: what is wrong; remedy}. */
    public GradientException(String message) {
        super(message);
    }
}

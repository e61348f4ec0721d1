package dev.autodiff.check;

/** Thrown by {@link GradientCheck} when two ways to a derivative disagree; the message says which, where and by how much. */
public final class GradientCheckException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception. */
    public GradientCheckException(String message) {
        super(message);
    }
}

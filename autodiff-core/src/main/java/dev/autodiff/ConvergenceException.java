package dev.autodiff;

/** An iteration did not come to an end that could be trusted; the message says how far it came and what may help. */
public final class ConvergenceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ConvergenceException(String message) {
        super(message);
    }
}

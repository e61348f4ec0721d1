package dev.autodiff.optimize;

/** Why a minimiser stopped. */
public enum Reason {
    /** The gradient vanishes within its tolerance, and no direction of negative curvature was found: a minimum. */
    GRADIENT(true),
    /** The last step was smaller than the step tolerance that was asked for. */
    STEP(true),
    /** The last decrease was smaller than the tolerance that was asked for, or what could still be won lies below the value's rounding. */
    DECREASE(true),
    /** The gradient vanishes, but the curvature is negative along some direction: a saddle point or a maximum. */
    SADDLE(false),
    /** The limit of iterations was reached. */
    ITERATIONS(false),
    /** No step along the search direction lowers the value although the gradient promises it; it may be wrong or the function not smooth. */
    NO_DESCENT(false),
    /** The value falls without end: below −10²⁰ times what the start's value and gradient suggest, or to −∞. */
    UNBOUNDED(false),
    /** The function or its gradient became NaN or infinite. */
    NON_FINITE(false),
    /** The observer asked for it. */
    STOPPED(false);

    private final boolean converged;

    Reason(boolean converged) {
        this.converged = converged;
    }

    /** Tells whether the point counts as a minimum. */
    public boolean converged() {
        return converged;
    }
}

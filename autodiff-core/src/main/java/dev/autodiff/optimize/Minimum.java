package dev.autodiff.optimize;

import dev.autodiff.Tensor;
import java.util.List;

/**
 * What a minimiser found. Only where {@link #converged} is true is the point a minimum.
 *
 * @param point the lowest point, of the start's shape and type
 * @param value the function there; for {@link LevenbergMarquardt} half the sum of squares
 * @param gradientNorm the largest component of the gradient there, {@code maxᵢ |∂f/∂xᵢ|}
 * @param iterations how many steps were made
 * @param evaluations how often the function ran, with or without derivatives; products with the Hessian or the Jacobian, which reuse a run,
 *     are not counted
 * @param reason why it stopped
 * @param message the same in words, with the numbers
 * @param trace the start and the point after each step, empty unless asked for
 */
public record Minimum(
        Tensor point,
        double value,
        double gradientNorm,
        int iterations,
        int evaluations,
        Reason reason,
        String message,
        List<Iteration> trace) {
    public Minimum {
        trace = List.copyOf(trace);
    }

    /** Tells whether the point counts as a minimum. */
    public boolean converged() {
        return reason.converged();
    }

    /** Returns this result if it converged.
     *
     * @throws IllegalStateException with the message if it did not
     */
    public Minimum orThrow() {
        if (!converged()) {
            throw new IllegalStateException(message);
        }
        return this;
    }
}

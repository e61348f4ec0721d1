package dev.autodiff;

import dev.autodiff.shape.Shape;

/** What a recorded operation kept for its derivative rules. */
public sealed interface Saved permits Node {
    /**
     * Returns an input as it was when the operation ran.
     *
     * @throws IllegalStateException if the operation's {@link Op#keeps} does not name the inputs
     * @throws GradientException if a parameter was overwritten since
     */
    Tensor input(int index);

    /**
     * Returns the result of the operation.
     *
     * @throws IllegalStateException if the operation's {@link Op#keeps} does not name the output
     */
    Tensor output();

    /** Tells whether the gradient of an input is wanted. */
    boolean needs(int index);

    /** Returns the shape of an input that {@linkplain #needs needs} a gradient. */
    Shape inputShape(int index);

    /** Returns the shape of the result. */
    Shape outputShape();
}

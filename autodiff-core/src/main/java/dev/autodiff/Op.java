package dev.autodiff;

import org.jspecify.annotations.Nullable;

/**
 * An operation on tensors with its derivatives: one of the library's own, or a {@link CustomOp} of a user. An operation is a
 * value: two with equal attributes are equal. It yields one tensor.
 *
 * <p>In the rules, x₀, x₁, … are the inputs, {@code out} the result, g its cotangent (the gradient that comes from above) and t₀,
 * t₁, … the tangents of the inputs.
 */
public sealed interface Op permits Primitive, CustomOp {
    /** What a recorded operation keeps for its derivatives until the backward sweep has passed it. */
    enum Keep {
        /** Neither inputs nor output. */
        NOTHING,
        /** The inputs. */
        INPUTS,
        /** The output. */
        OUTPUT,
        /** Inputs and output. */
        BOTH,
        /** The inputs that have no derivative: indices and masks. */
        SELECTORS;

        boolean inputs() {
            return this == INPUTS || this == BOTH || this == SELECTORS;
        }

        boolean output() {
            return this == OUTPUT || this == BOTH;
        }
    }

    /** Returns the name for drawings and messages, {@code softmax} for example. */
    String label();

    /**
     * Computes the value. Nothing is recorded meanwhile.
     *
     * @throws IllegalArgumentException if shapes or types do not fit
     */
    Tensor forward(Tensor[] inputs);

    /**
     * The vector-Jacobian product: the contribution {@code gᵀ·∂out/∂xᵢ} to the gradient of each input that
     * {@linkplain Saved#needs needs} one, of the input's own shape; null for the others. Written with tensor operations, so that
     * it can be differentiated again.
     */
    @Nullable
    Tensor[] vjp(Tensor g, Saved saved);

    /**
     * The Jacobian-vector product {@code Σᵢ ∂out/∂xᵢ·tᵢ}, of the output's shape. A tangent that is null is zero; at least one is
     * not null.
     */
    Tensor jvp(@Nullable Tensor[] tangents, Saved saved);

    /** Says which values the rules read. */
    Keep keeps();
}

package dev.autodiff;

import org.jspecify.annotations.Nullable;

/**
 * An operation of the user's own with its own derivative, for a formula that the library lacks or a derivative that is known
 * better than its composition. Best written as a record whose components are the attributes:
 *
 * <pre>{@code
 * record Cube() implements CustomOp {
 *     public Tensor forward(Tensor[] in) { return in[0].mul(in[0]).mul(in[0]); }
 *     public Tensor[] vjp(Tensor g, Saved s) { return new Tensor[] {g.mul(s.input(0).square().mul(3))}; }
 * }
 * Tensor y = new Cube().apply(x);
 * }</pre>
 */
public non-sealed interface CustomOp extends Op {
    /** Returns the simple name of the class unless overridden. */
    @Override
    default String label() {
        String name = getClass().getSimpleName();
        return name.isEmpty() ? "custom" : name;
    }

    /** Keeps inputs and output unless overridden. */
    @Override
    default Keep keeps() {
        return Keep.BOTH;
    }

    /**
     * Follows from {@link #vjp} unless overridden: the VJP is linear in g, so its own VJP, taken at any g, maps the tangents to
     * {@code Σᵢ ∂out/∂xᵢ·tᵢ}.
     */
    @Override
    default Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
        return ForwardSweep.transposedVjp(this, tangents, saved);
    }

    /** Applies the operation, recording it if an input needs a gradient. */
    default Tensor apply(Tensor... inputs) {
        return Engine.apply(this, inputs.clone());
    }
}

package dev.autodiff;

/** The forward rule of a function of one tensor, see {@link Autodiff#customJvp}. */
@FunctionalInterface
public interface JvpRule {
    /**
     * Returns {@code ∂out/∂x·t}, of out's shape, by tensor operations, so that it can be differentiated again. It must be linear in t.
     *
     * @param x the point
     * @param out the function's value there
     * @param t the direction, of x's shape
     */
    Tensor apply(Tensor x, Tensor out, Tensor t);
}

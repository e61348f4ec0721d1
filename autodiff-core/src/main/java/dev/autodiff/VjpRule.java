package dev.autodiff;

/** The backward rule of a function of one tensor, see {@link Autodiff#customVjp}. */
@FunctionalInterface
public interface VjpRule {
    /**
     * Returns {@code gᵀ·∂out/∂x}, of x's shape, by tensor operations, so that it can be differentiated again. Forward mode takes it
     * to be linear in g; of one that is not, such as a clipped gradient, it is what holds for small g.
     *
     * @param x the point
     * @param out the function's value there
     * @param g the gradient that comes from above, of out's shape
     */
    Tensor apply(Tensor x, Tensor out, Tensor g);
}

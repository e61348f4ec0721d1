package dev.autodiff.kernel;

/**
 * The kernels of one floating-point type.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public interface FloatKernels<A> {
    /** Returns the loops over elements. */
    ElementwiseLoops<A> elementwise();

    /** Returns the matrix product. */
    Product<A> product();

    /** Returns sums, maxima and their like. */
    Reductions<A> reductions();

    /** Returns sums by index. */
    Indices<A> indices();

    /** Returns softmax and cross-entropy over rows. */
    Rows<A> rows();

    /** Returns the in-place steps of optimizers. */
    Updates<A> updates();
}

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

    /** Returns norms and spreads. */
    Norms<A> norms();

    /** Returns sums by index. */
    Indices<A> indices();

    /** Returns running sums. */
    Scans<A> scans();

    /** Returns recurrent networks over sequences. */
    Recurrences<A> recurrences();

    /** Returns orders. */
    Ranks<A> ranks();

    /** Returns softmax and cross-entropy over rows. */
    Rows<A> rows();

    /** Returns the loops over windows, for pooling. */
    WindowLoops<A> windows();

    /** Returns convolutions. */
    Convolutions<A> convolutions();

    /** Returns standardising over axes. */
    Standardizations<A> standardizations();

    /** Returns the in-place steps of optimizers. */
    Updates<A> updates();
}

package dev.autodiff.kernel;

/**
 * The kernels of one floating-point type, put together from their parts.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
record KernelSet<A>(
        ElementwiseLoops<A> elementwise, Product<A> product, Reductions<A> reductions, Rows<A> rows, Updates<A> updates)
        implements FloatKernels<A> {}

package dev.autodiff.kernel;

/**
 * The kernels of one floating-point type, put together from their parts.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public record KernelSet<A>(
        ElementwiseLoops<A> elementwise, Product<A> product, Reductions<A> reductions, Rows<A> rows, Updates<A> updates)
        implements FloatKernels<A> {
    /** Returns other kernels with a product in place of their own. */
    public static <A> FloatKernels<A> withProduct(FloatKernels<A> kernels, Product<A> product) {
        return new KernelSet<>(kernels.elementwise(), product, kernels.reductions(), kernels.rows(), kernels.updates());
    }
}

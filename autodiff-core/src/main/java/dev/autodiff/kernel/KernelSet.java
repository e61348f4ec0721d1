package dev.autodiff.kernel;

/**
 * The kernels of one floating-point type, put together from their parts.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public record KernelSet<A>(
        ElementwiseLoops<A> elementwise,
        Product<A> product,
        Reductions<A> reductions,
        Norms<A> norms,
        Indices<A> indices,
        Scans<A> scans,
        Ranks<A> ranks,
        Rows<A> rows,
        WindowLoops<A> windows,
        Convolutions<A> convolutions,
        Standardizations<A> standardizations,
        Updates<A> updates)
        implements FloatKernels<A> {
    /** Returns other kernels with loops and a product in place of their own. */
    public static <A> FloatKernels<A> with(FloatKernels<A> kernels, ElementwiseLoops<A> loops, Product<A> product) {
        return new KernelSet<>(
                loops,
                product,
                kernels.reductions(),
                kernels.norms(),
                kernels.indices(),
                kernels.scans(),
                kernels.ranks(),
                kernels.rows(),
                kernels.windows(),
                kernels.convolutions(),
                kernels.standardizations(),
                kernels.updates());
    }

    /** Returns the number by which {@link ElementwiseLoops} know a function, from the name of its constant; −1 if there is none. */
    public static int numberOf(String function) {
        return Loops64.FUNCTIONS.indexOf(function);
    }
}

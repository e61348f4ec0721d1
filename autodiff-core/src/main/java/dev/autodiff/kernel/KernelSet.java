package dev.autodiff.kernel;

/**
 * Kernels of one floating-point type with loops and a product of their own.
 *
 * @param <A> {@code float[]} or {@code double[]}
 * @param others the kernels that have everything else
 */
public record KernelSet<A>(FloatKernels<A> others, ElementwiseLoops<A> elementwise, Product<A> product)
        implements FloatKernels<A> {
    /** Returns the number by which {@link ElementwiseLoops} know a function, from the name of its constant; −1 if there is none. */
    public static int numberOf(String function) {
        return Loops64.FUNCTIONS.indexOf(function);
    }

    /** Returns the elementwise loops of float32 with these functions, the gradient where both operands are arrays, which threads share. */
    public static ElementwiseLoops<float[]> loopsWith(FastFunctions functions, ReluGradient<float[]> gradient) {
        return FastLoops.threaded(functions, gradient);
    }

    /** Returns the elementwise loops of float64 with this gradient where both operands are arrays, which threads share. */
    public static ElementwiseLoops<double[]> loopsWith(ReluGradient<double[]> gradient) {
        return ThreadedLoops.of(gradient);
    }

    @Override
    public Reductions<A> reductions() {
        return others.reductions();
    }

    @Override
    public Norms<A> norms() {
        return others.norms();
    }

    @Override
    public Indices<A> indices() {
        return others.indices();
    }

    @Override
    public Scans<A> scans() {
        return others.scans();
    }

    @Override
    public Recurrences<A> recurrences() {
        return others.recurrences();
    }

    @Override
    public Ranks<A> ranks() {
        return others.ranks();
    }

    @Override
    public Rows<A> rows() {
        return others.rows();
    }

    @Override
    public WindowLoops<A> windows() {
        return others.windows();
    }

    @Override
    public Convolutions<A> convolutions() {
        return others.convolutions();
    }

    @Override
    public Standardizations<A> standardizations() {
        return others.standardizations();
    }

    @Override
    public Updates<A> updates() {
        return others.updates();
    }
}

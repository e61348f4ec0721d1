package dev.autodiff.kernel;

/** Kernels in plain Java that run everywhere without a flag. */
final class PortableKernels implements Kernels {
    private final FloatKernels<float[]> float32 =
            new KernelSet<>(new Loops32(), new Product32(), new Reductions32(), new Rows32(), new Updates32());
    private final FloatKernels<double[]> float64 =
            new KernelSet<>(new Loops64(), new Product64(), new Reductions64(), new Rows64(), new Updates64());

    @Override
    public String name() {
        return PortableProvider.NAME;
    }

    @Override
    public FloatKernels<float[]> float32() {
        return float32;
    }

    @Override
    public FloatKernels<double[]> float64() {
        return float64;
    }
}

package dev.autodiff.kernel;

/** Kernels in plain Java that run everywhere without a flag. Those of a type are loaded when somebody asks for them. */
final class PortableKernels implements Kernels {
    @Override
    public String name() {
        return PortableProvider.NAME;
    }

    @Override
    public FloatKernels<float[]> float32() {
        return Portable32.INSTANCE;
    }

    @Override
    public FloatKernels<double[]> float64() {
        return Portable64.INSTANCE;
    }
}

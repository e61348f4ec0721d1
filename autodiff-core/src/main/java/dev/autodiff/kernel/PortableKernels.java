package dev.autodiff.kernel;

import java.util.List;

/** Kernels in plain Java that run everywhere without a flag. */
final class PortableKernels implements Kernels {
    private final FloatKernels<float[]> float32 = new KernelSet<>(
            ThreadedLoops.of(new FastLoops(new Loops32()), Loops32.FUNCTIONS, FastLoops.FUNCTIONS),
            new Product32(),
            new Reductions32(),
            new Norms32(),
            new Indices32(),
            new Scans32(),
            new Ranks32(),
            new Rows32(),
            new Pooling32(),
            new Convolution32(),
            new Standardization32(),
            new Updates32());
    private final FloatKernels<double[]> float64 = new KernelSet<>(
            ThreadedLoops.of(new Loops64(), Loops64.FUNCTIONS, List.of()),
            new Product64(),
            new Reductions64(),
            new Norms64(),
            new Indices64(),
            new Scans64(),
            new Ranks64(),
            new Rows64(),
            new Pooling64(),
            new Convolution64(),
            new Standardization64(),
            new Updates64());

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

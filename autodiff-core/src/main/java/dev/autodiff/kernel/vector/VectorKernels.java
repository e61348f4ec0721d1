package dev.autodiff.kernel.vector;

import dev.autodiff.kernel.FloatKernels;
import dev.autodiff.kernel.KernelSet;
import dev.autodiff.kernel.Kernels;
import dev.autodiff.kernel.PortableProvider;

/** Products and loops with a choice on vectors; everything else as the portable kernels do it. */
final class VectorKernels implements Kernels {
    private final FloatKernels<float[]> float32;
    private final FloatKernels<double[]> float64;

    VectorKernels() {
        Kernels portable = new PortableProvider().create();
        float32 = KernelSet.with(
                portable.float32(), new VectorLoops32(portable.float32().elementwise()), new VectorProduct32());
        float64 = KernelSet.with(
                portable.float64(), new VectorLoops64(portable.float64().elementwise()), new VectorProduct64());
    }

    @Override
    public String name() {
        return VectorProvider.NAME;
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

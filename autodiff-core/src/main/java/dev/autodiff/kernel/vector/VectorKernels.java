package dev.autodiff.kernel.vector;

import dev.autodiff.kernel.FloatKernels;
import dev.autodiff.kernel.KernelSet;
import dev.autodiff.kernel.Kernels;
import dev.autodiff.kernel.PortableProvider;

/**
 * Products and loops with a choice on vectors; everything else as the portable kernels do it. Those of a type are loaded when somebody asks for
 * them, since the vectors of one type alone take the virtual machine 10 ms.
 */
final class VectorKernels implements Kernels {
    private static final class Float32 {
        static final FloatKernels<float[]> KERNELS = kernels();

        private static FloatKernels<float[]> kernels() {
            FloatKernels<float[]> portable = new PortableProvider().create().float32();
            return new KernelSet<>(
                    portable,
                    KernelSet.loopsWith(new VectorFunctions(), new VectorReluGradient32()),
                    new VectorProduct32());
        }
    }

    private static final class Float64 {
        static final FloatKernels<double[]> KERNELS = kernels();

        private static FloatKernels<double[]> kernels() {
            FloatKernels<double[]> portable = new PortableProvider().create().float64();
            return new KernelSet<>(portable, KernelSet.loopsWith(new VectorReluGradient64()), new VectorProduct64());
        }
    }

    @Override
    public String name() {
        return VectorProvider.NAME;
    }

    @Override
    public FloatKernels<float[]> float32() {
        return Float32.KERNELS;
    }

    @Override
    public FloatKernels<double[]> float64() {
        return Float64.KERNELS;
    }
}

package dev.autodiff;

import dev.autodiff.kernel.FloatKernels;
import dev.autodiff.kernel.KernelRegistry;
import dev.autodiff.shape.DType;

/**
 * The kernels of a floating-point type, seen through {@code Object} arrays: operations know no type, so this is the one place
 * where the type of a storage and that of its kernels are brought together. A program of one type never loads those of the other.
 */
final class Floats {
    private static final class Float32 {
        static final FloatKernels<Object> KERNELS =
                untyped(KernelRegistry.kernels().float32());
    }

    private static final class Float64 {
        static final FloatKernels<Object> KERNELS =
                untyped(KernelRegistry.kernels().float64());
    }

    private Floats() {}

    static FloatKernels<Object> of(DType dtype) {
        return dtype == DType.FLOAT64 ? Float64.KERNELS : Float32.KERNELS;
    }

    @SuppressWarnings("unchecked")
    private static FloatKernels<Object> untyped(FloatKernels<?> kernels) {
        return (FloatKernels<Object>) kernels;
    }
}

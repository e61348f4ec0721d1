package dev.autodiff.kernel;

/**
 * What runs on arrays: the arithmetic of tensors without shapes, broadcasting or derivatives. One implementation is chosen
 * for a process, see {@link KernelRegistry}.
 */
public interface Kernels {
    /** Returns the name of the provider that made these kernels. */
    String name();

    /** Returns the kernels on {@code float[]}. */
    FloatKernels<float[]> float32();

    /** Returns the kernels on {@code double[]}. */
    FloatKernels<double[]> float64();
}

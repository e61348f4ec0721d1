/** Tensors, operations and their derivatives. */
module dev.autodiff.core {
    requires static transitive org.jspecify;
    requires static jdk.incubator.vector;
    requires transitive ejml.core; // the matrices in the signatures of Matrices
    requires ejml.ddense;

    exports dev.autodiff;
    exports dev.autodiff.check;
    exports dev.autodiff.explain;
    exports dev.autodiff.kernel; // a user may bring kernels of his own
    exports dev.autodiff.optimize;
    exports dev.autodiff.shape;

    uses dev.autodiff.kernel.KernelProvider;

    provides dev.autodiff.kernel.KernelProvider with
            dev.autodiff.kernel.PortableProvider,
            dev.autodiff.kernel.vector.VectorProvider;
}

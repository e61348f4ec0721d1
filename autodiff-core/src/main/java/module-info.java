/** Tensors, operations and their derivatives. */
module dev.autodiff.core {
    requires static transitive org.jspecify;
    requires static jdk.incubator.vector;
    requires ejml.core;
    requires ejml.ddense;

    uses dev.autodiff.kernel.KernelProvider;

    provides dev.autodiff.kernel.KernelProvider with
            dev.autodiff.kernel.PortableProvider;
}

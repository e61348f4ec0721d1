package dev.autodiff.kernel.vector;

import dev.autodiff.kernel.KernelProvider;
import dev.autodiff.kernel.Kernels;

/** Offers the kernels on jdk.incubator.vector, where that module is part of the process. Names none of its types. */
public final class VectorProvider implements KernelProvider {
    static final String NAME = "vector";

    private static final String MODULE = "jdk.incubator.vector";

    /** Creates the provider; for {@link java.util.ServiceLoader}. */
    public VectorProvider() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int priority() {
        return 10;
    }

    @Override
    public boolean isUsable() {
        return ModuleLayer.boot().findModule(MODULE).isPresent();
    }

    @Override
    public String remedy() {
        return "start java with --add-modules " + MODULE + " to use them";
    }

    @Override
    public Kernels create() {
        if (!isUsable()) {
            throw new IllegalStateException("kernels: the vector kernels need the module " + MODULE + "; " + remedy());
        }
        return new VectorKernels();
    }
}

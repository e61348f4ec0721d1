package dev.autodiff.kernel;

/** Offers kernels in plain Java, which can run everywhere: the fallback of every other provider. */
public final class PortableProvider implements KernelProvider {
    static final String NAME = "portable";

    /** Creates the provider; for {@link java.util.ServiceLoader}. */
    public PortableProvider() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public boolean isUsable() {
        return true;
    }

    @Override
    public String remedy() {
        return "nothing is needed, these kernels always run";
    }

    @Override
    public Kernels create() {
        return new PortableKernels();
    }
}

package dev.autodiff.kernel;

/**
 * One way to run kernels on this machine, found through {@link java.util.ServiceLoader}. The class itself must load
 * everywhere: it names no type that may be missing at run time.
 */
public interface KernelProvider {
    /** Returns the name by which {@code -Dautodiff.kernels} chooses this provider. */
    String name();

    /** Returns how much this provider is preferred: the highest usable one is chosen. */
    int priority();

    /** Tells whether the kernels can run in this process. */
    boolean isUsable();

    /** Returns what a user can do to make the kernels usable, as one sentence. */
    String remedy();

    /**
     * Creates the kernels.
     *
     * @throws IllegalStateException if they are not usable
     */
    Kernels create();
}

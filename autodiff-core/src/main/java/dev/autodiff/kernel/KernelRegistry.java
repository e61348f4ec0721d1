package dev.autodiff.kernel;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/**
 * Chooses the kernels of this process, once: the provider of highest priority that can run, or the one that
 * {@code -Dautodiff.kernels=NAME} names, which then must be able to run.
 */
public final class KernelRegistry {
    /** The system property that forces a provider. */
    public static final String PROPERTY = "autodiff.kernels";

    private KernelRegistry() {}

    private static final class Chosen {
        static final Kernels KERNELS = choose(providers(), System.getProperty(PROPERTY));
    }

    /** Returns the kernels of this process. */
    public static Kernels kernels() {
        return Chosen.KERNELS;
    }

    /** Returns every provider on the class path or module path, the preferred one first. */
    public static List<KernelProvider> providers() {
        // In loops: the first stream of a process takes 10 ms, and every program comes by here.
        List<KernelProvider> providers = new ArrayList<>();
        for (KernelProvider provider :
                ServiceLoader.load(KernelProvider.class, KernelRegistry.class.getClassLoader())) {
            int place = 0;
            while (place < providers.size() && providers.get(place).priority() >= provider.priority()) {
                place++;
            }
            providers.add(place, provider);
        }
        return Collections.unmodifiableList(providers);
    }

    static Kernels choose(List<KernelProvider> providers, @org.jspecify.annotations.Nullable String forced) {
        if (forced != null && !forced.isBlank()) {
            String name = forced.strip().toLowerCase(Locale.ROOT);
            for (KernelProvider provider : providers) {
                if (!provider.name().equals(name)) {
                    continue;
                }
                if (!provider.isUsable()) {
                    throw new IllegalStateException("kernels: -D" + PROPERTY + "=" + forced
                            + " asks for a provider that can't run here; " + provider.remedy());
                }
                return provider.create();
            }
            throw new IllegalStateException("kernels: -D" + PROPERTY + "=" + forced
                    + " names no provider; expected one of "
                    + providers.stream().map(KernelProvider::name).collect(Collectors.joining(", ")));
        }
        for (KernelProvider provider : providers) {
            if (provider.isUsable()) {
                return provider.create();
            }
            KernelProvider refused = provider;
            // On a thread of its own: a logger takes 70 ms to set up.
            new Thread(() -> sayThatSlowerOnesAreUsed(refused), "autodiff-notice").start();
        }
        throw new IllegalStateException(
                "kernels: no usable provider found; META-INF/services of the autodiff-core jar must stay intact when jars are merged");
    }

    private static void sayThatSlowerOnesAreUsed(KernelProvider refused) {
        System.getLogger("dev.autodiff")
                .log(
                        System.Logger.Level.INFO,
                        "The {0} kernels can''t run in this process and slower ones are used; {1}",
                        refused.name(),
                        refused.remedy());
    }
}

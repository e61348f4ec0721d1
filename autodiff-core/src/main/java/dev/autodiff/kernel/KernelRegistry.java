package dev.autodiff.kernel;

import java.util.Comparator;
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
        return ServiceLoader.load(KernelProvider.class, KernelRegistry.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .sorted(Comparator.comparingInt(KernelProvider::priority).reversed())
                .toList();
    }

    static Kernels choose(List<KernelProvider> providers, @org.jspecify.annotations.Nullable String forced) {
        if (forced != null && !forced.isBlank()) {
            String name = forced.strip().toLowerCase(Locale.ROOT);
            KernelProvider provider = providers.stream()
                    .filter(p -> p.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("kernels: -D" + PROPERTY + "=" + forced
                            + " names no provider; expected one of "
                            + providers.stream().map(KernelProvider::name).collect(Collectors.joining(", "))));
            if (!provider.isUsable()) {
                throw new IllegalStateException("kernels: -D" + PROPERTY + "=" + forced
                        + " asks for a provider that can't run here; " + provider.remedy());
            }
            return provider.create();
        }
        for (KernelProvider provider : providers) {
            if (provider.isUsable()) {
                return provider.create();
            }
            System.getLogger("dev.autodiff")
                    .log(
                            System.Logger.Level.INFO,
                            "The {0} kernels can''t run in this process and slower ones are used; {1}",
                            provider.name(),
                            provider.remedy());
        }
        throw new IllegalStateException(
                "kernels: no usable provider found; META-INF/services of the autodiff-core jar must stay intact when jars are merged");
    }
}

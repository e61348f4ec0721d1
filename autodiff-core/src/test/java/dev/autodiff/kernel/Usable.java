package dev.autodiff.kernel;

import java.util.List;

/** The kernels of every provider that can run here. */
final class Usable {
    static final List<Kernels> KERNELS = KernelRegistry.providers().stream()
            .filter(KernelProvider::isUsable)
            .map(KernelProvider::create)
            .toList();

    private Usable() {}
}

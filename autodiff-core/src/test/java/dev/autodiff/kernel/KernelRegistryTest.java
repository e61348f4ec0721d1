package dev.autodiff.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class KernelRegistryTest {
    private record Fake(String name, int priority, boolean isUsable) implements KernelProvider {
        @Override
        public String remedy() {
            return "buy another machine";
        }

        @Override
        public Kernels create() {
            String made = name;
            return new Kernels() {
                @Override
                public String name() {
                    return made;
                }

                @Override
                public FloatKernels<float[]> float32() {
                    throw new AssertionError("choosing a provider must not run its kernels");
                }

                @Override
                public FloatKernels<double[]> float64() {
                    throw new AssertionError("choosing a provider must not run its kernels");
                }
            };
        }
    }

    private static final KernelProvider FAST = new Fake("fast", 7, true);
    private static final KernelProvider BROKEN = new Fake("broken", 9, false);
    private static final KernelProvider SLOW = new Fake("slow", 0, true);

    @Test
    void theFirstUsableProviderIsChosen() {
        assertEquals("fast", KernelRegistry.choose(List.of(FAST, SLOW), null).name());
        assertEquals(
                "fast", KernelRegistry.choose(List.of(BROKEN, FAST, SLOW), "").name());
        assertEquals("slow", KernelRegistry.choose(List.of(BROKEN, SLOW), " ").name());
    }

    @Test
    void aProviderCanBeForced() {
        assertEquals(
                "slow", KernelRegistry.choose(List.of(FAST, SLOW), " Slow ").name());
    }

    @Test
    void aForcedProviderThatCantRunIsAnErrorWithTheRemedy() {
        String message = assertThrows(
                        IllegalStateException.class, () -> KernelRegistry.choose(List.of(BROKEN, FAST), "broken"))
                .getMessage();
        assertTrue(message.contains("-Dautodiff.kernels=broken"), message);
        assertTrue(message.contains("buy another machine"), message);
    }

    @Test
    void anUnknownProviderIsAnErrorThatListsTheKnown() {
        String message = assertThrows(
                        IllegalStateException.class, () -> KernelRegistry.choose(List.of(FAST, SLOW), "turbo"))
                .getMessage();
        assertTrue(message.contains("turbo") && message.contains("fast, slow"), message);
    }

    @Test
    void noUsableProviderIsAnError() {
        assertThrows(IllegalStateException.class, () -> KernelRegistry.choose(List.of(BROKEN), null));
    }

    @Test
    void portableKernelsAreRegisteredAndComeLast() {
        List<KernelProvider> providers = KernelRegistry.providers();
        KernelProvider last = providers.get(providers.size() - 1);
        assertEquals("portable", last.name());
        assertTrue(last.isUsable());
        assertEquals("portable", last.create().name());
        assertFalse(last.remedy().isBlank());
    }

    @Test
    void vectorKernelsAreRegisteredAndTellWhetherTheyCanRun() {
        KernelProvider vector = KernelRegistry.providers().get(0);
        assertEquals("vector", vector.name());
        assertEquals(ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent(), vector.isUsable());
        assertTrue(vector.remedy().contains("--add-modules jdk.incubator.vector"), vector.remedy());
    }
}

package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.array.Recycler;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Arrays are used again when nobody can hold them any more, and never before. */
class RecyclingTest {
    private static final int N = 64; // 16 KiB a matrix of doubles, which is worth recycling

    /** Rows of the larger matrices, of which a sweep defers what is done element by element. */
    private static final int LARGE = 128;

    private static Tensor random(long seed) {
        return random(seed, N);
    }

    private static Tensor random(long seed, int n) {
        return Tensor.normal(Generator.seeded(seed), DType.FLOAT64, Shape.of(n, n), 0, 0.1);
    }

    /** Tensors that somebody holds, each with what it showed when it was first seen. */
    private static final class Held {
        private final Map<Tensor, double[]> seen = new LinkedHashMap<>();

        Tensor hold(Tensor tensor) {
            seen.putIfAbsent(tensor, tensor.toDoubleArray());
            return tensor;
        }

        void check() {
            seen.forEach((tensor, values) -> assertArrayEquals(values, tensor.toDoubleArray()));
        }
    }

    /** One step through operations whose rules hand on their gradient as it is, in another view, twice, or computed. */
    private static Tensor step(Generator random, Tensor w, Tensor v, Held held) {
        Tensor x = w;
        for (int i = 0; i < 8; i++) {
            Tensor before = x;
            x = switch ((int) (random.nextDouble() * 10)) {
                case 0 -> x.add(v);
                case 1 -> x.matmul(v);
                case 2 -> x.transpose().add(x);
                case 3 -> x.reshape(-1).reshape(x.shape()).tanh();
                case 4 -> x.mul(x);
                case 5 -> x.linear(v, v.select(0, 0)).relu();
                case 6 -> x.identity();
                case 7 -> Autodiff.checkpoint(z -> z.sin().mul(v), x);
                case 8 -> x.sub(v.narrow(0, 0, 1)).sigmoid();
                default ->
                    Autodiff.customVjp(
                                    z -> z.mul(2), (z, out, g) -> held.hold(g).mul(2))
                            .apply(x);
            };
            held.hold(x);
            switch ((int) (random.nextDouble() * 6)) {
                case 0 -> x.onGrad(held::hold);
                case 1 -> x.retainGrad();
                case 2 -> held.hold(x.detach());
                case 3 -> x = x.add(before);
                default -> {}
            }
        }
        return x;
    }

    @Property
    void nothingThatSomebodyHoldsEverChanges(@ForAll long seed, @ForAll boolean large) {
        int n = large ? LARGE : N;
        Generator random = Generator.seeded(seed);
        Held held = new Held();
        Tensor w = random(seed + 1, n).requireGrad();
        Tensor v = random(seed + 2, n).requireGrad();
        for (int i = 0; i < 4; i++) {
            Tensor out = step(random, w, v, held);
            out.mul(out).sum().backward();
            if (random.nextDouble() < 0.5) {
                held.hold(w.grad());
            }
            if (random.nextDouble() < 0.5) {
                w.clearGrad();
                v.clearGrad();
            } else if (v.grad() != null) {
                held.hold(v.grad());
            }
        }
        held.check();
    }

    /** The same steps give the same bits whether arrays wait to be used again, full of other numbers, or not. */
    @Property
    void usedArraysChangeNoBit(@ForAll long seed, @ForAll boolean large) {
        int n = large ? LARGE : N;
        List<double[]> fresh = gradients(seed, n, false);
        List<double[]> used = gradients(seed, n, true);
        for (int i = 0; i < fresh.size(); i++) {
            assertArrayEquals(fresh.get(i), used.get(i));
        }
    }

    private static List<double[]> gradients(long seed, int n, boolean used) {
        empty();
        if (used) {
            for (int i = 0; i < 40; i++) {
                Mode.current()
                        .recycler()
                        .give(Tensor.full(DType.FLOAT64, Shape.of(n, n), Double.NaN)
                                .storage());
            }
        }
        Tensor w = random(seed + 1, n).requireGrad();
        Tensor v = random(seed + 2, n).requireGrad();
        Tensor out = step(Generator.seeded(seed), w, v, new Held());
        out.mul(out).sum().backward();
        List<double[]> result =
                new ArrayList<>(List.of(out.toDoubleArray(), w.grad().toDoubleArray()));
        if (v.grad() != null) {
            result.add(v.grad().toDoubleArray());
        }
        return result;
    }

    @Test
    void gradientsInsideTheSweepAndTemporariesOfRulesAreUsedAgain() {
        Tensor w = random(1).requireGrad();
        Tensor x = w;
        for (int i = 0; i < 10; i++) {
            x = x.tanh();
        }
        empty();
        x.sum().backward();
        assertTrue(Mode.current().recycler().count() > 0);
        assertTrue(
                Mode.current().recycler().count() <= 3, "a chain needs no more than what flows in and out of one rule");
    }

    @Test
    void aGradientIsUsedAgainOnlyIfNobodyHasSeenIt() {
        Tensor w = random(1).requireGrad();
        w.tanh().sum().backward();
        empty();
        w.clearGrad();
        assertEquals(1, Mode.current().recycler().count());
        assertNull(w.grad());

        w.tanh().sum().backward();
        Tensor seen = w.grad();
        empty();
        w.clearGrad();
        assertEquals(0, Mode.current().recycler().count());
        assertNotNull(seen);
    }

    @Test
    void whatIsLentToAnUpdateCannotBeReadLater() {
        Tensor w = random(1).requireGrad();
        w.tanh().sum().backward();
        Tensor[] kept = new Tensor[2];
        assertTrue(InPlace.descend("mine", w, (p, g) -> {
            kept[0] = g;
            kept[1] = g.mul(2);
            InPlace.sgd(p, g, 0.1, 0);
        }));
        assertThrows(IllegalStateException.class, () -> kept[0].toDoubleArray());
        assertArrayEquals(w.grad().mul(2).toDoubleArray(), kept[1].toDoubleArray());
        w.clearGrad();
        assertFalse(InPlace.descend("mine", w, (p, g) -> {}));
    }

    /** An update that clears the gradient which it reads, as one that steps and clears in one pass would. */
    @Test
    void aGradientThatIsClearedWhileItIsLentIsNotUsedAgainMeanwhile() {
        Tensor w = random(1).requireGrad();
        w.tanh().sum().backward();
        InPlace.descend("mine", w, (p, g) -> {
            double[] before = g.toDoubleArray();
            empty();
            w.clearGrad();
            assertEquals(0, Mode.current().recycler().count());
            assertArrayEquals(before, g.toDoubleArray());
        });
        assertNull(w.grad());
    }

    @Test
    void aGradientThatAHookOfTheLeafHasSeenIsNotUsedAgain() {
        Tensor w = random(1).requireGrad();
        Held held = new Held();
        w.onGrad(held::hold);
        w.tanh().sum().backward();
        empty();
        w.clearGrad();
        assertEquals(0, Mode.current().recycler().count());
        w.tanh().tanh().sum().backward();
        held.check();
    }

    /** Operations in a row: the gradient that flows into the second is the first that only the sweep can hold. */
    private static Tensor chain() {
        return random(1).requireGrad().tanh().tanh().tanh().tanh().sum();
    }

    @Test
    void recordedSweepsAndListenersSwitchItOff() {
        empty();
        chain().backward(BackwardOption.CREATE_GRAPH);
        assertEquals(0, Mode.current().recycler().count());
        Autodiff.detectAnomaly(() -> chain().backward());
        assertEquals(0, Mode.current().recycler().count());
        chain().backward();
        assertTrue(Mode.current().recycler().count() > 0, "without them it is on");
    }

    /** The rules of a recorded sweep keep what flowed through them for the next derivative. */
    @Test
    void aSecondDerivativeReadsWhatTheFirstSweepComputed() {
        Tensor w = random(1).requireGrad();
        w.tanh().sin().tanh().sum().backward(BackwardOption.CREATE_GRAPH);
        Tensor g = w.grad();
        double[] before = g.toDoubleArray();
        random(2).requireGrad().tanh().sin().tanh().sum().backward();
        assertArrayEquals(before, g.toDoubleArray());
        Tensor hv = Autodiff.gradients(g.sum(), List.of(w)).get(0);
        Tensor direct = Autodiff.hvp(
                x -> x.tanh().sin().tanh().sum(),
                w.detach(),
                w.detach().zerosLike().add(1));
        assertArrayEquals(direct.toDoubleArray(), hv.toDoubleArray(), 1e-12);
    }

    private static void empty() {
        Recycler recycler = Mode.current().recycler();
        recycler.trim();
        recycler.trim();
    }
}

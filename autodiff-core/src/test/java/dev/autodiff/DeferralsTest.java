package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.array.Recycler;
import dev.autodiff.kernel.Workers;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** What a sweep defers gets the bits of what is computed at once, however it is used, and no array in between. */
class DeferralsTest {
    /** A matrix of as many elements as are deferred. */
    private static final Shape SHAPE = Shape.of(128, ElementwiseChain.LEAST / 128);

    private static Tensor random(long seed, DType dtype) {
        return Tensor.normal(Generator.seeded(seed), dtype, SHAPE, 0, 0.5);
    }

    /** Functions whose rules read inputs, the output or nothing, use their gradient once, twice or in another way than by elements. */
    private static Tensor step(Generator random, Tensor x, Tensor w, Tensor v) {
        return switch ((int) (random.nextDouble() * 14)) {
            case 0 -> x.tanh();
            case 1 -> x.mul(v);
            case 2 -> x.mul(x);
            case 3 -> x.square().neg().exp();
            case 4 -> x.sub(w).sigmoid();
            case 5 -> x.gelu().add(x);
            case 6 -> x.mul(0.7).add(0.1);
            case 7 -> x.div(w.square().add(1));
            case 8 -> x.mul(v.mean());
            case 9 -> x.add(v.narrow(0, 0, 1));
            case 10 -> x.transpose().mul(0.5).transpose();
            case 11 -> x.reshape(-1).sin().reshape(SHAPE);
            case 12 -> x.matmul(v.transpose()).mul(0.05).matmul(w).abs();
            default -> x.maximum(w).lerp(v, w.sigmoid());
        };
    }

    private static List<double[]> gradients(long seed, DType dtype, BackwardOption... options) {
        Generator random = Generator.seeded(seed);
        Tensor w = random(seed + 1, dtype).requireGrad();
        Tensor v = random(seed + 2, dtype).requireGrad();
        List<Tensor> shown = new ArrayList<>(List.of(w, v));
        Tensor x = w;
        Tensor other = v;
        for (int i = 0; i < 12; i++) {
            Tensor next = step(random, x, w, v);
            switch ((int) (random.nextDouble() * 8)) {
                case 0 -> next.onGrad(g -> g.mul(0.9));
                case 1 -> shown.add(next.retainGrad());
                case 2 -> next = next.add(other);
                default -> {}
            }
            other = x;
            x = next;
        }
        x.mul(other).mean().backward(options);
        return shown.stream()
                .map(Tensor::grad)
                .map(g -> g == null ? new double[0] : g.toDoubleArray()) // no path may lead to one of them
                .toList();
    }

    @Property
    void gradientsHaveTheBitsOfThoseComputedOperationByOperation(@ForAll long seed, @ForAll boolean single) {
        DType dtype = single ? DType.FLOAT32 : DType.FLOAT64;
        List<double[]> deferred = gradients(seed, dtype);
        List<double[]> atOnce =
                gradients(seed, dtype, BackwardOption.CREATE_GRAPH); // nothing is deferred in a recorded sweep
        for (int i = 0; i < atOnce.size(); i++) {
            assertArrayEquals(atOnce.get(i), deferred.get(i));
        }
    }

    private static final UnaryOperator<Tensor> CHAIN = Autodiff.grad(x -> x.mul(1.3)
            .add(0.2)
            .sigmoid()
            .mul(x)
            .tanh()
            .add(x.square().neg().exp())
            .sum());

    @Test
    void theNumberOfThreadsAndReplayChangeNoBit() {
        Tensor x = Tensor.normal(Generator.seeded(1), DType.FLOAT32, Shape.of(100_003), 0, 2);
        double[] wanted = CHAIN.apply(x).toDoubleArray();
        Compiled compiled = Autodiff.compile(CHAIN);
        int before = Workers.threads();
        try {
            for (int threads : new int[] {1, 2, 5}) {
                Workers.setThreads(threads);
                assertArrayEquals(wanted, CHAIN.apply(x).toDoubleArray());
                assertArrayEquals(wanted, compiled.apply(x).toDoubleArray());
            }
        } finally {
            Workers.setThreads(before);
        }
    }

    @Test
    void aChainMakesNoArrayButTheGradient() {
        Tensor x = random(1, DType.FLOAT32).requireGrad();
        Tensor y = x;
        for (int i = 0; i < 10; i++) {
            y = y.tanh();
        }
        Recycler recycler = Mode.current().recycler();
        recycler.trim();
        recycler.trim();
        y.sum().backward();
        assertEquals(0, recycler.count());
        x.clearGrad();
        assertEquals(1, recycler.count());
    }

    /** Longer than one chain may be. */
    @Test
    void aLongChainIsCutAndItsArraysAreUsedAgain() {
        Tensor x = random(1, DType.FLOAT64).requireGrad();
        Tensor y = x;
        for (int i = 0; i < 200; i++) {
            y = y.mul(0.99).tanh();
        }
        Recycler recycler = Mode.current().recycler();
        recycler.trim();
        recycler.trim();
        y.sum().backward(BackwardOption.RETAIN_GRAPH);
        int count = recycler.count();
        double[] seen = x.grad().toDoubleArray();
        x.clearGrad();
        y.sum().backward(BackwardOption.CREATE_GRAPH);
        assertArrayEquals(x.grad().toDoubleArray(), seen);
        assertTrue(count <= 2, "arrays that wait: " + count);
    }

    /** The gradient of a difference is one array, held for the minuend and read later for the subtrahend. */
    @Test
    void nothingIsAddedIntoAnArrayThatWillBeRead() {
        assertArrayEquals(ofDifference(BackwardOption.CREATE_GRAPH), ofDifference());
    }

    /** As before, but the array is only made when a contribution comes that is not deferred, being transposed. */
    @Test
    void nothingIsAddedIntoADeferredArrayThatWillBeRead() {
        assertArrayEquals(besideTransposed(BackwardOption.CREATE_GRAPH), besideTransposed());
    }

    private static double[] besideTransposed(BackwardOption... options) {
        Tensor w = random(1, DType.FLOAT64).requireGrad();
        Tensor subtrahend = w.tanh();
        Tensor minuend = w.sin();
        Tensor other = minuend.transpose().mul(0.5).sum();
        Tensor difference = minuend.sub(subtrahend).tanh().sum();
        difference.add(other).backward(options);
        return Objects.requireNonNull(w.grad()).toDoubleArray();
    }

    private static double[] ofDifference(BackwardOption... options) {
        Tensor w = random(1, DType.FLOAT64).requireGrad();
        Tensor m = random(2, DType.FLOAT64).transpose();
        Tensor subtrahend = w.tanh();
        Tensor minuend = w.sin();
        Tensor other = minuend.matmul(m);
        Tensor product = minuend.sub(subtrahend).matmul(m);
        product.add(other).sum().backward(options);
        return Objects.requireNonNull(w.grad()).toDoubleArray();
    }

    /** An optimizer that updates in the backward pass does so. */
    @Test
    void whatAHookOverwritesIsReadBefore() {
        double[] wanted = gradientBesideHook(false);
        assertArrayEquals(wanted, gradientBesideHook(true));
    }

    private static double[] gradientBesideHook(boolean overwriting) {
        Tensor w = random(1, DType.FLOAT64).requireGrad();
        Tensor p = random(2, DType.FLOAT64).requireGrad();
        Tensor older = w.mul(1.5).tanh();
        Tensor hooked = w.mul(0.5);
        hooked.onGrad(g -> {
            if (overwriting) {
                Autodiff.noGrad(() -> {
                    InPlace.assign(p, p.mul(3));
                    return p;
                });
            }
            return g;
        });
        // when the hook runs, the gradient p·g of the older branch has not been asked for yet
        older.mul(p).add(hooked.tanh().mul(p)).sum().backward();
        return Objects.requireNonNull(w.grad()).toDoubleArray();
    }
}

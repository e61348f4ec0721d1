package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.check.GradientCheck;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class CheckpointTest {
    private static final Tensor X = Tensor.of(new double[][] {{0.3, -0.7}, {1.1, 0.2}});

    private static Tensor random(int seed, DType dtype, int... sizes) {
        return Tensor.normal(Generator.seeded(seed), dtype, Shape.of(sizes), 0, 1);
    }

    /** A layer that uses its parameters several times, so that the order in which gradients are added shows. */
    private static Tensor layer(Tensor x, Tensor w, Tensor b) {
        Tensor h = x.matmul(w).add(b).tanh();
        return h.matmul(w).add(b).add(x).sin().mul(b);
    }

    private static List<double[]> gradients(boolean checkpointed, DType dtype) {
        Tensor x = random(1, dtype, 5, 7).requireGrad();
        Tensor w = random(2, dtype, 7, 7).requireGrad();
        Tensor b = random(3, dtype, 7).requireGrad();
        Tensor scaled = w.mul(0.7);
        Tensor h = x.mul(b);
        for (int i = 0; i < 3; i++) {
            Tensor input = h;
            h = checkpointed ? Autodiff.checkpoint(z -> layer(z, scaled, b), input) : layer(input, scaled, b);
        }
        Tensor loss = h.mul(b).sum();
        loss.backward();
        List<double[]> result = new ArrayList<>();
        for (Tensor leaf : List.of(x, w, b)) {
            result.add(leaf.grad().toDoubleArray());
        }
        return result;
    }

    @Test
    void gradientsOfInputsAndOfWhatIsClosedOverHaveTheSameBitsAsWithout() {
        for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            List<double[]> without = gradients(false, dtype);
            List<double[]> with = gradients(true, dtype);
            for (int i = 0; i < with.size(); i++) {
                assertArrayEquals(without.get(i), with.get(i), 0);
            }
        }
    }

    @Test
    void onlyTheResultIsRecordedUntilADerivativeIsAskedFor() {
        AtomicInteger runs = new AtomicInteger();
        Tensor x = X.requireGrad();
        Tensor y = Autodiff.checkpoint(
                z -> {
                    runs.incrementAndGet();
                    return z.sin().exp().square().sum();
                },
                x);
        assertEquals(2, Graph.of(y).nodes().size());
        assertEquals(1, runs.get());
        y.backward();
        assertEquals(2, runs.get());
        assertThrows(GradientException.class, y::backward);
    }

    @Test
    void derivativesOfAnyOrderAndModeAgreeWithDifferences() {
        Tensor w = Tensor.of(new double[][] {{0.5, 1}, {-0.3, 0.8}});
        UnaryOperator<Tensor> f =
                x -> Autodiff.checkpoint(z -> z.matmul(w).tanh().matmul(z).exp(), x.sin());
        GradientCheck.of(f).at(X).run();
        GradientCheck.ofSeveral(ps -> Autodiff.checkpoint(
                        z -> z.matmul(ps.get(1)).tanh().matmul(z), ps.get(0).exp()))
                .at(X, w)
                .run();
        GradientCheck.ofSeveral(ps -> Autodiff.checkpoint(
                        (List<Tensor> in) -> in.get(0).matmul(in.get(1)).tanh(), ps))
                .at(X, w)
                .run();
        UnaryOperator<Tensor> cubed = x -> Autodiff.checkpoint(z -> z.pow(3).sum(), x);
        UnaryOperator<Tensor> third = Autodiff.grad(z ->
                Autodiff.grad(y -> Autodiff.grad(cubed).apply(y).sum()).apply(z).sum());
        assertArrayEquals(new double[] {6, 6, 6, 6}, third.apply(X).toDoubleArray(), 1e-12);
        Tensor v = X.add(1);
        assertTrue(Autodiff.hvp(cubed, X, v).allClose(X.mul(v).mul(6), 1e-12, 0));
        assertTrue(Autodiff.hessian(cubed, X)
                .allClose(Autodiff.hessian(x -> x.pow(3).sum(), X), 1e-12, 0));
    }

    @Test
    void checkpointsNestAndMayCallGrad() {
        UnaryOperator<Tensor> inner = x -> Autodiff.checkpoint(z -> z.sin().mul(z), x);
        UnaryOperator<Tensor> f =
                x -> Autodiff.checkpoint(z -> inner.apply(inner.apply(z)).exp(), x);
        GradientCheck.of(f).at(X).run();
        UnaryOperator<Tensor> penalty = x -> Autodiff.checkpoint(
                z -> Autodiff.grad(y -> inner.apply(y).sum()).apply(z).square().sum(), x);
        GradientCheck.of(penalty).at(X).run();
    }

    @Test
    void randomNumbersReplayWhereEachRunMakesItsGenerator() {
        Generator generator = Generator.seeded(5);
        long state = generator.state();
        Tensor x = X.requireGrad();
        Tensor y = Autodiff.checkpoint(
                z -> z.square()
                        .mul(Tensor.uniform(Generator.resumed(state), z.dtype(), z.shape(), 0, 1)
                                .gt(0.5)
                                .to(z.dtype()))
                        .sum(),
                x);
        y.backward();
        Tensor mask = Tensor.uniform(Generator.resumed(state), X.dtype(), X.shape(), 0, 1)
                .gt(0.5)
                .to(X.dtype());
        assertArrayEquals(mask.mul(X).mul(2).toDoubleArray(), x.grad().toDoubleArray());

        Tensor moved = Autodiff.checkpoint(
                z -> z.mul(Tensor.uniform(generator, z.dtype(), z.shape(), 0, 1))
                        .sum(),
                x);
        GradientException e = assertThrows(GradientException.class, moved::backward);
        assertTrue(e.getMessage().startsWith("checkpoint: the function gave another value when it ran again"));
    }

    @Test
    void aParameterThatChangedSinceIsRefusedEvenIfTheValueDidNot() {
        Tensor x = Tensor.zeros(DType.FLOAT64, 2).requireGrad();
        Tensor w = Tensor.of(new double[] {1, 2}).requireGrad();
        Tensor y = Autodiff.checkpoint(z -> z.mul(w).sum(), x);
        InPlace.assign(w, Tensor.of(new double[] {3, 4}));
        assertThrows(GradientException.class, y::backward);
    }

    @Test
    void usingOtherTensorsTheSecondTimeIsRefused() {
        Tensor x = X.requireGrad();
        AtomicReference<Tensor> factor = new AtomicReference<>(X.requireGrad());
        Tensor y = Autodiff.checkpoint(z -> z.mul(factor.get()).sum(), x);
        factor.set(X.requireGrad()); // the same numbers
        y = y.mul(1);
        Tensor last = y;
        assertThrows(GradientException.class, last::backward);
    }

    @Test
    void whereNothingRequiresAGradientNothingIsRecorded() {
        assertFalse(Autodiff.checkpoint(Tensor::exp, X).requiresGrad());
        Tensor x = X.requireGrad();
        assertFalse(Autodiff.noGrad(() -> Autodiff.checkpoint(Tensor::exp, x)).requiresGrad());
        assertSame(x, Autodiff.checkpoint(z -> z, x));
        assertNull(x.grad());
    }

    @Test
    void aSharedParameterOfAnotherThreadGetsItsGradient() throws InterruptedException {
        Tensor w = X.requireGrad();
        for (int i = 0; i < 1000; i++) {
            w.sin(); // numbers grow on this thread alone
        }
        Tensor late = X.requireGrad();
        AtomicReference<double[]> seen = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            Tensor y = Autodiff.checkpoint(z -> z.mul(w).mul(late).sum(), X);
            seen.set(Autodiff.gradients(y, List.of(w, late)).get(1).toDoubleArray());
        });
        thread.start();
        thread.join();
        assertArrayEquals(X.square().toDoubleArray(), seen.get(), 1e-15);
    }

    @Test
    void onlyTheWantedGradientsAreComputed() {
        Tensor x = X.requireGrad();
        Tensor w = X.requireGrad();
        Tensor y = Autodiff.checkpoint(z -> z.matmul(w).sum(), x);
        Tensor byW = Autodiff.gradients(y, List.of(w)).get(0);
        Tensor byX = Autodiff.gradients(y, List.of(x)).get(0);
        Tensor plain = x.matmul(w).sum();
        assertArrayEquals(Autodiff.gradients(plain, List.of(w)).get(0).toDoubleArray(), byW.toDoubleArray());
        assertArrayEquals(Autodiff.gradients(plain, List.of(x)).get(0).toDoubleArray(), byX.toDoubleArray());
    }

    /** 48 layers of 1 MB each in 40 MiB of heap: with checkpoints only the results of 8 of them are kept at a time. */
    @Test
    void checkpointsFitIntoAHeapThatIsTooSmallForTheWholeGraph() throws InterruptedException {
        assertEquals(List.of("out of memory"), DeepChain.run("plain"));
        List<String> checkpointed = DeepChain.run("checkpointed");
        assertEquals(1, checkpointed.size());
        assertTrue(checkpointed.get(0).startsWith("gradient "), checkpointed::toString);
    }

    /** A process with a small heap. */
    static final class DeepChain {
        private static final int LAYERS = 48;
        private static final int TOGETHER = 6;

        private DeepChain() {}

        static List<String> run(String how) throws InterruptedException {
            return ChildJvm.start(
                            "-Xmx40m", "-cp", System.getProperty("java.class.path"), DeepChain.class.getName(), how)
                    .results();
        }

        public static void main(String[] args) {
            try {
                Tensor x = Tensor.full(DType.FLOAT32, Shape.of(500, 500), 0.5).requireGrad();
                Tensor h = x;
                for (int i = 0; i < LAYERS; i += TOGETHER) {
                    h = args[0].equals("checkpointed") ? Autodiff.checkpoint(DeepChain::layers, h) : layers(h);
                }
                h.sum().backward();
                System.out.println("> gradient " + x.grad().get(0, 0));
            } catch (OutOfMemoryError e) {
                System.out.println("> out of memory");
            }
        }

        private static Tensor layers(Tensor x) {
            Tensor h = x;
            for (int i = 0; i < TOGETHER; i++) {
                h = h.sin();
            }
            return h;
        }
    }
}

package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.shape.DType;
import dev.autodiff.shape.DTypeException;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class BackwardTest {
    private static Tensor leaf(double... values) {
        return Tensor.of(values).requireGrad();
    }

    private static double[] gradient(Tensor leaf) {
        Tensor g = leaf.grad();
        assertNotNull(g, "no gradient came");
        assertEquals(leaf.shape(), g.shape());
        assertEquals(leaf.dtype(), g.dtype());
        return g.toDoubleArray();
    }

    // ---- shapes of graphs ----

    @Test
    void aChainOfAMillionOperationsNeedsNoDeepStack() throws InterruptedException {
        AtomicReference<Object> result = new AtomicReference<>();
        Runnable sweep = () -> {
            Tensor x = Tensor.of(0.5).requireGrad();
            Tensor y = x;
            for (int i = 0; i < 500_000; i++) {
                y = y.mul(1.000001).add(1e-7);
            }
            y.backward();
            result.set(x.grad());
        };
        Thread thread = new Thread(null, sweep, "small stack", 512 * 1024);
        thread.setUncaughtExceptionHandler((t, e) -> result.set(e));
        thread.start();
        thread.join();
        if (!(result.get() instanceof Tensor g)) {
            throw new AssertionError("the sweep failed", (Throwable) result.get());
        }
        // 500,000 rounded factors: each costs half a unit in the last place at most
        assertEquals(Math.pow(1.000001, 500_000), g.item(), 1e-9);
    }

    @Test
    void bothSidesOfADiamondContribute() {
        Tensor x = leaf(3);
        Tensor top = x.square();
        top.sin().mul(top.exp().reciprocal()).sum().backward();
        // d/dx sin(x²)·e^(−x²) = 2x·e^(−x²)·(cos x² − sin x²)
        assertEquals(6 * Math.exp(-9) * (Math.cos(9) - Math.sin(9)), gradient(x)[0], 1e-15);
    }

    @Test
    void aFanOutOfAThousandAddsUp() {
        Tensor x = leaf(2, -1);
        Tensor sum = Tensor.zeros(DType.FLOAT64, 2);
        for (int k = 1; k <= 1000; k++) {
            sum = sum.add(x.mul(k));
        }
        sum.sum().backward();
        assertArrayEquals(new double[] {500_500, 500_500}, gradient(x), 0);
    }

    @Test
    void aTowerOfDiamondsIsVisitedOncePerNode() {
        Tensor x = leaf(1);
        Tensor y = x;
        for (int i = 0; i < 60; i++) {
            y = y.add(y); // 2⁶⁰ paths
        }
        y.sum().backward();
        assertEquals(0x1p60, gradient(x)[0]);
    }

    @Test
    void anInputThatIsUsedTwiceByOneOperationGetsBothContributions() {
        Tensor x = leaf(3, -2);
        x.mul(x).sum().backward();
        assertArrayEquals(new double[] {6, -4}, gradient(x), 0);

        Tensor m = Tensor.of(new double[][] {{1, 2}, {3, 4}}).requireGrad();
        m.matmul(m).sum().backward();
        assertArrayEquals(new double[] {7, 11, 9, 13}, gradient(m), 0);
    }

    @Test
    void anUnusedInputHasNoGradientAfterBackwardAndIsRefusedByGradientsUnlessZerosAreAskedFor() {
        Tensor x = leaf(1, 2);
        Tensor unused = leaf(5, 6, 7);
        x.square().sum().backward();
        assertNull(unused.grad());

        Tensor y = x.square().sum();
        GradientException refused =
                assertThrows(GradientException.class, () -> Autodiff.gradients(y, List.of(x, unused.named("bias"))));
        assertEquals(
                "gradients: the output does not depend on input 1, 'bias', of shape [3]; compute it from this very tensor,"
                        + " leave the input out, or use gradientsOrZeros if a zero is meant",
                refused.getMessage());
        List<Tensor> gradients = Autodiff.gradientsOrZeros(y, List.of(unused, x));
        assertArrayEquals(
                new double[3],
                Autodiff.gradientsOrZeros(Tensor.of(1.0), List.of(unused))
                        .get(0)
                        .toDoubleArray());
        assertArrayEquals(new double[3], gradients.get(0).toDoubleArray());
        assertArrayEquals(new double[] {2, 4}, gradients.get(1).toDoubleArray());
    }

    @Test
    void threeContributionsAndMoreAddUpWithoutTouchingTheOperandsOfOthers() {
        for (BackwardOption option : BackwardOption.values()) {
            Tensor x = leaf(1, 2);
            Tensor top = x.mul(1).retainGrad();
            Tensor a = top.identity().retainGrad();
            Tensor b = top.identity().retainGrad();
            Tensor c = top.identity().retainGrad();
            Tensor d = top.mul(10).retainGrad();
            a.add(b).add(c).add(d).add(a).sum().backward(option);
            assertArrayEquals(new double[] {14, 14}, gradient(top), 0, option::toString);
            assertArrayEquals(new double[] {14, 14}, gradient(x), 0, option::toString);
            assertArrayEquals(new double[] {2, 2}, gradient(a), 0, option::toString);
            assertArrayEquals(new double[] {1, 1}, gradient(b), 0, option::toString);
            assertArrayEquals(new double[] {1, 1}, gradient(c), 0, option::toString);
            assertArrayEquals(new double[] {1, 1}, gradient(d), 0, option::toString);
        }
    }

    @Test
    void theOperandsOfASumMaySeeTheSameGradientArray() {
        Tensor a = leaf(1, 2);
        Tensor b = leaf(3, 4);
        Tensor sum = a.add(b).retainGrad();
        sum.sum().backward();
        Tensor ofA = a.grad();
        sum = a.add(b.mul(2));
        sum.add(a).add(a).sum().backward(); // adds to a and must leave what b and ofA hold alone
        assertArrayEquals(new double[] {4, 4}, gradient(a), 0);
        assertArrayEquals(new double[] {3, 3}, gradient(b), 0);
        assertArrayEquals(new double[] {1, 1}, ofA.toDoubleArray(), 0);
    }

    // ---- accumulation ----

    @Test
    void gradientsOfTwoBackwardPassesAddUpUntilTheyAreCleared() {
        Tensor x = leaf(3);
        x.square().sum().backward();
        x.mul(10).sum().backward();
        assertEquals(16, gradient(x)[0]);
        x.clearGrad();
        assertNull(x.grad());
        x.mul(10).sum().backward();
        assertEquals(10, gradient(x)[0]);
    }

    @Test
    void aGradientThatWasHandedOutNeverChanges() {
        Tensor x = leaf(3, 4);
        x.square().sum().backward();
        Tensor first = x.grad();
        for (int i = 0; i < 3; i++) {
            x.square().sum().backward();
        }
        InPlace.sgd(x, x.grad(), 0.5, 0);
        assertArrayEquals(new double[] {6, 8}, first.toDoubleArray(), 0);
        assertArrayEquals(new double[] {24, 32}, gradient(x), 0);
    }

    @Test
    void aGradientDoesNotFollowAParameterThatServedAsTheSeed() {
        Tensor x = leaf(1, 1);
        Tensor seed = leaf(3, 4);
        x.identity().backward(seed);
        InPlace.assign(seed, Tensor.of(new double[] {0, 0}));
        assertArrayEquals(new double[] {3, 4}, gradient(x), 0);
    }

    // ---- options ----

    @Test
    void aSecondBackwardPassOverAReleasedGraphIsRefused() {
        Tensor x = leaf(3);
        Tensor y = x.square().sum();
        y.backward();
        GradientException e = assertThrows(GradientException.class, y::backward);
        assertTrue(e.getMessage().contains("RETAIN_GRAPH"), e.getMessage());
        assertEquals(6, gradient(x)[0], "the refused pass must leave the gradient alone");
    }

    @Test
    void aRetainedGraphIsSweptAgain() {
        Tensor x = leaf(3);
        Tensor y = x.square().sum();
        y.backward(BackwardOption.RETAIN_GRAPH);
        y.backward();
        assertEquals(12, gradient(x)[0]);
        assertThrows(GradientException.class, y::backward);
    }

    @Test
    void aRecordedSweepGivesGradientsThatCanBeDifferentiated() {
        Tensor x = leaf(2);
        x.pow(3).sum().backward(BackwardOption.CREATE_GRAPH);
        Tensor slope = x.grad();
        assertEquals(12, slope.item(), 1e-12);
        x.clearGrad();
        slope.sum().backward();
        assertEquals(12, gradient(x)[0], 1e-12); // 6x
    }

    @Test
    void gradientsOfAPlainSweepAreNotConnected() {
        Tensor x = leaf(2);
        x.pow(3).sum().backward();
        assertFalse(x.grad().requiresGrad());
    }

    // ---- refusals ----

    @Test
    void severalElementsNeedASeed() {
        Tensor y = leaf(1, 2).square();
        GradientException e = assertThrows(GradientException.class, y::backward);
        assertTrue(e.getMessage().contains("[2]"), e.getMessage());
        assertTrue(e.getMessage().contains("seed"), e.getMessage());
        assertThrows(GradientException.class, () -> leaf().square().backward());
    }

    @Test
    void aSeedWeighsTheElements() {
        Tensor x = leaf(1, 2);
        x.square().backward(Tensor.of(new double[] {10, 100}));
        assertArrayEquals(new double[] {20, 400}, gradient(x), 0);
    }

    @Test
    void aSeedOfAnotherShapeIsRefused() {
        Tensor y = leaf(1, 2).square();
        ShapeException e = assertThrows(ShapeException.class, () -> y.backward(Tensor.of(new double[] {1, 2, 3})));
        assertEquals("backward: seed: expected a gradient of shape [2], got [3]", e.getMessage());
    }

    @Test
    void aSeedOfAnotherTypeIsRefused() {
        Tensor y = leaf(1, 2).square();
        DTypeException e = assertThrows(DTypeException.class, () -> y.backward(Tensor.of(new float[] {1, 2})));
        assertEquals("backward: seed: expected a gradient of type float64, got float32", e.getMessage());
    }

    @Test
    void backwardWithoutAnythingThatRequiresAGradientIsRefused() {
        Tensor y = Tensor.of(3.0).square();
        assertFalse(y.requiresGrad());
        GradientException e = assertThrows(GradientException.class, y::backward);
        assertTrue(e.getMessage().contains("requireGrad()"), e.getMessage());
        assertThrows(GradientException.class, () -> Tensor.of(3.0).retainGrad());
        assertThrows(GradientException.class, () -> Tensor.of(3.0).onGrad(g -> g));
        assertThrows(GradientException.class, () -> Autodiff.gradients(y, List.of(leaf(1))));
        assertThrows(
                GradientException.class,
                () -> Autodiff.gradients(leaf(1).sum(), List.of(Tensor.of(1.0))),
                "an input that requires no gradient");
    }

    @Test
    void whatIsComputedInNoGradIsNotRecorded() {
        Tensor x = leaf(3);
        Tensor y = Autodiff.noGrad(() -> x.square().sum());
        assertFalse(y.requiresGrad());
        assertTrue(x.square().requiresGrad(), "recording is on again afterwards");
        assertThrows(
                IllegalStateException.class,
                () -> Autodiff.noGrad((Runnable) () -> {
                    throw new IllegalStateException("on purpose");
                }));
        assertTrue(x.square().requiresGrad(), "also after an exception");
    }

    @Test
    void whatIsDetachedIsAConstant() {
        Tensor x = leaf(3);
        x.mul(x.detach()).sum().backward();
        assertEquals(3, gradient(x)[0]);
        assertFalse(x.square().detach().requiresGrad());
    }

    @Test
    void anOverwrittenParameterIsRefusedByItsName() {
        Tensor w = leaf(2, 3).named("layer1.weight");
        Tensor x = leaf(1, 1);
        Tensor loss = x.mul(w).sum();
        InPlace.assign(w, Tensor.of(new double[] {5, 5}));
        GradientException e = assertThrows(GradientException.class, loss::backward);
        assertTrue(e.getMessage().contains("'layer1.weight'"), e.getMessage());
        assertTrue(e.getMessage().contains("mul"), e.getMessage());
        assertNull(x.grad(), "no half gradients");
    }

    @Test
    void anOverwrittenParameterWithoutANameIsRefusedByItsShape() {
        Tensor w = leaf(2, 3, 4);
        Tensor loss = w.square().sum();
        InPlace.sgd(w, Tensor.of(new double[] {1, 1, 1}), 0.1, 0);
        GradientException e = assertThrows(GradientException.class, loss::backward);
        assertTrue(e.getMessage().contains("[3]"), e.getMessage());
    }

    @Test
    void anOverwrittenParameterIsNoticedThroughReshapeAndTranspose() {
        Tensor w = Tensor.of(new double[][] {{1, 2}, {3, 4}}).requireGrad();
        for (Tensor view : List.of(w.transpose(), w.reshape(4))) {
            Tensor loss = view.square().sum();
            InPlace.assign(w, Tensor.ones(DType.FLOAT64, 2, 2));
            assertThrows(GradientException.class, loss::backward);
        }
    }

    @Test
    void anOverwrittenParameterThatNoRuleReadsDoesNoHarm() {
        Tensor w = leaf(2, 3);
        Tensor loss = w.neg().add(w).add(w).sum();
        InPlace.assign(w, Tensor.of(new double[] {5, 5}));
        loss.backward();
        assertArrayEquals(new double[] {1, 1}, gradient(w), 0);
    }

    // ---- intermediate results ----

    @Test
    void anIntermediateGradientIsKeptOnRequestOnly() {
        Tensor x = leaf(2);
        Tensor y = x.square();
        Tensor z = y.mul(5).retainGrad();
        z.square().sum().backward();
        assertNull(y.grad());
        assertEquals(2 * 20, gradient(z)[0]);
        assertEquals(2 * 20 * 5 * 4, gradient(x)[0]);
    }

    @Test
    void aHookSeesTheWholeGradientOnce() {
        Tensor x = leaf(2);
        Tensor y = x.square();
        List<Double> seen = new ArrayList<>();
        y.onGrad(g -> {
            seen.add(g.item());
            return null;
        });
        x.onGrad(g -> {
            seen.add(g.item());
            return null;
        });
        y.mul(3).add(y.mul(4)).sum().backward();
        assertEquals(List.of(7.0, 28.0), seen);
        assertEquals(28, gradient(x)[0]);
    }

    @Test
    void whatAHookReturnsTakesTheGradientsPlace() {
        Tensor x = leaf(2);
        Tensor y = x.square().retainGrad();
        y.onGrad(g -> g.mul(10)).onGrad(g -> g.add(1));
        y.sum().backward();
        assertEquals(11, gradient(y)[0], "hooks run in the order in which they came");
        assertEquals(44, gradient(x)[0]);

        x.clearGrad();
        x.onGrad(g -> g.neg());
        x.mul(3).sum().backward();
        assertEquals(-3, gradient(x)[0], "on a leaf");
        assertEquals(-3, Autodiff.gradients(x.mul(3).sum(), List.of(x)).get(0).item(), "for gradients as well");
    }

    @Test
    void aHookMustKeepTheShape() {
        Tensor x = leaf(2, 3);
        Tensor y = x.square();
        y.onGrad(g -> g.sum());
        ShapeException e = assertThrows(ShapeException.class, () -> y.sum().backward());
        assertEquals("hook on square: expected a gradient of shape [2], got []", e.getMessage());
    }

    @Test
    void aFailedSweepLeavesTheGraphUsable() {
        Tensor x = leaf(2, 3);
        Tensor y = x.square();
        boolean[] fail = {true};
        y.onGrad(g -> {
            if (fail[0]) {
                throw new IllegalStateException("on purpose");
            }
            return null;
        });
        Tensor loss = y.add(x).sum();
        assertThrows(IllegalStateException.class, () -> loss.backward(BackwardOption.RETAIN_GRAPH));
        assertNull(x.grad());
        fail[0] = false;
        loss.backward();
        assertArrayEquals(new double[] {5, 7}, gradient(x), 0);
    }

    @Test
    void aHookMayDifferentiateSomethingElseOfTheSameLeaves() {
        Tensor x = leaf(2, 3);
        Tensor y = x.square();
        Tensor other = x.mul(100).sum();
        y.onGrad(g -> {
            other.backward();
            return null;
        });
        y.add(x).sum().backward();
        assertArrayEquals(new double[] {105, 107}, gradient(x), 0);
    }

    @Test
    void aSweepOverNodesThatAnotherSweepIsVisitingIsRefusedAndNotWrong() {
        Tensor x = leaf(2, 3);
        Tensor y = x.square();
        Tensor z = y.mul(2);
        Tensor other = y.sum();
        z.onGrad(g -> Autodiff.gradients(other, List.of(x)).get(0));
        GradientException e =
                assertThrows(GradientException.class, () -> z.sum().backward());
        assertTrue(e.getMessage().contains("another sweep"), e.getMessage());
    }

    @Test
    void gradientsAreOfTheLeafsType() {
        Tensor x = Tensor.of(new float[] {1, 2}).requireGrad();
        x.to(DType.FLOAT64).square().sum().backward();
        assertEquals(DType.FLOAT32, x.grad().dtype());
        assertArrayEquals(new double[] {2, 4}, gradient(x), 0);
    }

    @Test
    void anEmptyLeafHasAnEmptyGradient() {
        Tensor x = Tensor.zeros(DType.FLOAT64, 0, 3).requireGrad();
        x.exp().sum().backward();
        assertEquals(Shape.of(0, 3), x.grad().shape());
    }

    @Test
    void theResultMayBeTheLeafItself() {
        Tensor x = leaf(2);
        x.backward();
        assertEquals(1, gradient(x)[0]);
        assertEquals(1, Autodiff.gradients(x, List.of(x)).get(0).item());
    }

    @Test
    void gradientsOfIntermediateResultsAndOfInputsBelowThemAgree() {
        Tensor x = leaf(2);
        Tensor y = x.square();
        Tensor z = y.mul(y).add(x);
        List<Tensor> g = Autodiff.gradients(z.sum(), List.of(y, x));
        assertEquals(8, g.get(0).item()); // 2y
        assertEquals(33, g.get(1).item()); // 4x³ + 1
        assertNull(x.grad());
        assertNull(y.grad());
    }
}

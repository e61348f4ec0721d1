package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class CompileTest {
    private static Tensor row(double... values) {
        return Tensor.of(values);
    }

    /** The oracle: replayed equals eager, to the bit, for values and gradients of every operation. */
    @Property(tries = 40)
    void everyOperationReplaysToTheSameBits(@ForAll long seed) {
        List<Samples.Sample> first = new Samples(seed).all();
        List<Samples.Sample> other = new Samples(seed).all();
        for (int k = 0; k < first.size(); k++) {
            Samples.Sample sample = first.get(k);
            if (!((Primitive) sample.op()).isDifferentiable()) {
                continue;
            }
            Function<List<Tensor>, List<Tensor>> f = points -> {
                List<Tensor> leaves = points.stream().map(Tensor::requireGrad).toList();
                Tensor out = sample.apply(leaves);
                List<Tensor> results = new ArrayList<>(List.of(out));
                results.addAll(Autodiff.gradients(out, out.mul(0.7), leaves));
                return results;
            };
            Compiled compiled = Autodiff.compileAll(f);
            List<Tensor> points = List.of(sample.points());
            List<Tensor> others = new ArrayList<>();
            for (Tensor point : other.get(k).points()) {
                others.add(point.mul(0.875).detach());
            }
            compiled.applyAll(points);
            compiled.applyAll(points);
            for (List<Tensor> at : List.of(others, points)) {
                List<Tensor> want = f.apply(at);
                List<Tensor> got = compiled.applyAll(at);
                for (int i = 0; i < want.size(); i++) {
                    assertEquals(want.get(i).shape(), got.get(i).shape(), sample::toString);
                    assertArrayEquals(
                            want.get(i).toDoubleArray(),
                            got.get(i).toDoubleArray(),
                            "seed " + seed + ", result " + i + " of " + sample);
                }
            }
        }
    }

    @Test
    void chainsOfElementwiseOperationsAreJoinedWithoutChangingABit() {
        for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            Function<List<Tensor>, List<Tensor>> f = xs -> {
                Tensor x = xs.get(0).requireGrad();
                Tensor a = xs.get(1);
                Tensor s = x.mul(a).add(0.25).sigmoid();
                Tensor out = s.mul(x).tanh().add(x.square().neg().exp());
                Tensor row = x.add(Tensor.linspace(0, 1, x.size(-1)).to(dtype)); // repeated along an axis: not joined
                Tensor g = Autodiff.gradients(out.sum(), List.of(x)).get(0);
                return List.of(g, out, s, row.mul(2).add(s), g.clamp(-0.5, 0.5).sub(s));
            };
            Compiled compiled = Autodiff.compileAll(f);
            Generator random = Generator.seeded(1);
            for (int call = 0; call < 4; call++) {
                List<Tensor> at = List.of(
                        Tensor.normal(random, dtype, Shape.of(41, 77), 0, 1),
                        Tensor.normal(random, dtype, Shape.of(), 0, 1));
                List<Tensor> want = f.apply(at);
                List<Tensor> got = compiled.applyAll(at);
                for (int i = 0; i < want.size(); i++) {
                    assertArrayEquals(want.get(i).toDoubleArray(), got.get(i).toDoubleArray(), "result " + i);
                }
            }
            assertTrue(compiled.toString().contains("chain"), compiled::toString);
        }
    }

    @Test
    void theJavaCodeRunsTwiceAndNoMore() {
        AtomicInteger calls = new AtomicInteger();
        Compiled f = Autodiff.compile((Tensor x) -> {
            calls.incrementAndGet();
            return x.square();
        });
        for (int i = 0; i < 5; i++) {
            assertEquals(i * i, f.apply(row(i)).item());
        }
        assertEquals(2, calls.get());
    }

    @Test
    void anUpdateOfAParameterIsDoneInEveryCall() {
        Tensor w = row(10, 20).requireGrad();
        Compiled step = Autodiff.compile((Tensor x) -> {
            w.clearGrad();
            Tensor loss = w.mul(x).sum();
            loss.backward();
            InPlace.sgd(w, w.grad(), 1, 0);
            return loss;
        });
        for (int i = 0; i < 4; i++) {
            assertEquals((10 - i) + 2 * (20 - 2.0 * i), step.apply(row(1, 2)).item(), "call " + i);
        }
        assertArrayEquals(new double[] {6, 12}, w.toDoubleArray());
        assertNull(w.grad(), "the gradient was in a buffer that is used again");
    }

    @Test
    void aNumberThatAnUpdateReadsMayChange() {
        Tensor w = row(0).requireGrad();
        double[] rate = {1};
        Compiled step = Autodiff.compile((Tensor x) -> {
            InPlace.update("add", w, x, (p, g) -> InPlace.sgd(p, g, -rate[0], 0));
            return x.add(w);
        });
        double expected = 0;
        for (int i = 0; i < 5; i++) {
            rate[0] = i + 1;
            expected += rate[0];
            assertEquals(1 + expected, step.apply(row(1)).item());
        }
    }

    @Test
    void randomNumbersAreNewInEveryCall() {
        Generator eager = Generator.seeded(3);
        Generator captured = Generator.seeded(3);
        Compiled f = Autodiff.compile((Tensor x) -> x.add(Tensor.normal(captured, DType.FLOAT64, x.shape(), 0, 1))
                .add(Tensor.uniform(captured, DType.FLOAT64, x.shape(), 0, 1)));
        for (int i = 0; i < 5; i++) {
            Tensor want = Tensor.normal(eager, DType.FLOAT64, Shape.of(3), 0, 1)
                    .add(Tensor.uniform(eager, DType.FLOAT64, Shape.of(3), 0, 1));
            assertArrayEquals(want.toDoubleArray(), f.apply(row(0, 0, 0)).toDoubleArray());
        }
        assertEquals(eager.state(), captured.state());
    }

    @Test
    void resultsNeverChangeLater() {
        Compiled f = Autodiff.compile((Tensor x) -> x.mul(2));
        List<Tensor> results = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            results.add(f.apply(row(i)));
        }
        for (int i = 0; i < 6; i++) {
            assertEquals(2 * i, results.get(i).item());
        }
    }

    @Test
    void anArgumentMayBeReshapedReturnedAndTransposed() {
        Compiled f = Autodiff.compileAll(xs -> {
            Tensor x = xs.get(0);
            return List.of(
                    x,
                    x.reshape(3, 2),
                    x.transpose(),
                    x.transpose().matmul(x),
                    x.reshape(3, 2).square());
        });
        for (int i = 0; i < 4; i++) {
            Tensor x = Tensor.linspace(i, i + 5, 6).reshape(2, 3);
            List<Tensor> got = f.applyAll(List.of(x));
            List<Tensor> want = List.of(
                    x,
                    x.reshape(3, 2),
                    x.transpose(),
                    x.transpose().matmul(x),
                    x.reshape(3, 2).square());
            for (int k = 0; k < want.size(); k++) {
                assertEquals(want.get(k).shape(), got.get(k).shape());
                assertArrayEquals(want.get(k).toDoubleArray(), got.get(k).toDoubleArray());
            }
        }
        Tensor turned = Tensor.linspace(0, 5, 6).reshape(3, 2).transpose();
        assertArrayEquals(
                turned.toDoubleArray(), f.applyAll(List.of(turned)).get(0).toDoubleArray());
    }

    @Test
    void aParameterMayBeAnArgumentWhereNothingIsRecorded() {
        Compiled f = Autodiff.compile((Tensor x) -> x.mul(3));
        Tensor w = row(1).requireGrad();
        for (int i = 0; i < 4; i++) {
            InPlace.assign(w, row(i));
            assertEquals(3 * i, Autodiff.noGrad(() -> f.apply(w)).item());
            assertEquals(3 * i, f.apply(w.detach()).item());
        }
        assertThrows(GradientException.class, () -> f.apply(w));
    }

    /** Once the derivative of a compiled function was 0 in silence. */
    @Test
    void aCompiledFunctionIsNotDifferentiatedFromOutside() {
        Compiled f = Autodiff.compile((Tensor x) -> x.square().sum());
        assertThrows(
                GradientException.class, () -> Autodiff.grad(x -> f.apply(x)).apply(row(1, 2)));
    }

    /** Once the copy of a transposed tensor was taken for the tensor, without its order. */
    @Test
    void aLeafMadeFromATransposedTensorKeepsItsOrder() {
        Compiled f = Autodiff.compile((Tensor x) ->
                Autodiff.grad(q -> q.square().sum()).apply(x.transpose()).add(x.softmax(0)));
        for (int i = 1; i < 5; i++) {
            Tensor x = Tensor.linspace(i, i + 3, 4).reshape(2, 2);
            assertArrayEquals(
                    x.transpose().mul(2).add(x.softmax(0)).toDoubleArray(),
                    f.apply(x).toDoubleArray(),
                    1e-15);
        }
    }

    /** Once two arguments that were one tensor at first were taken for one for ever. */
    @Test
    void oneTensorMayBeGivenTwice() {
        Tensor c = row(5, 5);
        Compiled difference = Autodiff.compile((Tensor x, Tensor y) -> x.sub(y));
        Compiled outside = Autodiff.compile((Tensor x) -> x.sub(c));
        for (int i = 0; i < 3; i++) {
            assertArrayEquals(new double[2], difference.apply(c, c).toDoubleArray());
            assertArrayEquals(new double[2], outside.apply(c).toDoubleArray());
        }
        assertArrayEquals(
                new double[] {9, 18}, difference.apply(row(10, 20), row(1, 2)).toDoubleArray());
        assertArrayEquals(new double[] {1, 2}, outside.apply(row(6, 7)).toDoubleArray());
    }

    /** Once a chain read a number of a buffer after an update that stands before it. */
    @Test
    void aRepeatedNumberOfABufferIsReadBeforeItChanges() {
        for (int[] sizes : new int[][] {{1}, {}}) {
            double[][] results = new double[2][5];
            for (int mode = 0; mode < 2; mode++) {
                Tensor b = InPlace.buffer(DType.FLOAT64, Shape.of(sizes));
                UnaryOperator<Tensor> step = x -> {
                    Tensor e = b.broadcastTo(Shape.of(3000));
                    InPlace.assign(b, b.add(1));
                    return x.mul(e).add(x).sin().sum();
                };
                Compiled compiled = Autodiff.compile(step);
                Tensor x = Tensor.linspace(0, 1, 3000);
                for (int i = 0; i < 5; i++) {
                    results[mode][i] = (mode == 0 ? step.apply(x) : compiled.apply(x)).item();
                }
            }
            assertArrayEquals(results[0], results[1]);
        }
    }

    @Test
    void lookingAtAParameterInsideIsAnError() {
        Tensor w = row(1).requireGrad();
        Compiled f = Autodiff.compile((Tensor x) -> w.item() > 0 ? x : x.neg());
        assertThrows(IllegalStateException.class, () -> f.apply(row(1)));
    }

    @Test
    void aReturnedParameterIsACopyFromTheFirstCallOn() {
        Tensor w = row(0).requireGrad();
        Compiled f = Autodiff.compile(() -> w);
        List<Tensor> results = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            results.add(f.apply());
            InPlace.assign(w, row(i + 1));
        }
        for (int i = 0; i < 5; i++) {
            assertEquals(i, results.get(i).item());
        }
    }

    /** Forward and backward inside, the update outside: once training stood still from the third call on. */
    @Test
    void gradientsThatNoUpdateInsideUsesAreKept() {
        Tensor w = row(8).requireGrad();
        Compiled f = Autodiff.compile((Tensor x) -> {
            Tensor loss = w.mul(x).square().sum();
            loss.backward();
            return loss;
        });
        double expected = 8;
        for (int i = 0; i < 5; i++) {
            f.apply(row(1));
            assertEquals(2 * expected, w.grad().item());
            InPlace.sgd(w, w.grad(), 0.25, 0);
            w.clearGrad();
            expected -= 0.5 * expected;
        }
        assertEquals(expected, w.detach().item());
    }

    /** The gradient of the call before, and of anything outside, is gone, as it is without compile. */
    @Test
    void aGradientThatIsClearedInsideIsNotAddedTo() {
        Tensor w = row(1, 2, 3).requireGrad();
        Function<Tensor, Tensor> step = x -> {
            w.clearGrad();
            Tensor loss = w.square().mul(x).sum();
            loss.backward();
            return loss;
        };
        Compiled compiled = Autodiff.compile(step::apply);
        for (int i = 0; i < 6; i++) {
            Tensor x = row(i + 1, 1, 2);
            double loss = compiled.apply(x).item();
            double[] replayed = w.grad().toDoubleArray();
            assertArrayEquals(new double[] {2 * (i + 1), 4, 12}, replayed);
            assertEquals(step.apply(x).item(), loss);
            assertArrayEquals(w.grad().toDoubleArray(), replayed);
            w.sum().backward();
        }
    }

    @Test
    void aGradientThatIsClearedAtTheEndIsGone() {
        Tensor w = row(1, 2, 3).requireGrad();
        Compiled compiled = Autodiff.compile((Tensor x) -> {
            Tensor loss = w.square().mul(x).sum();
            w.clearGrad();
            return loss;
        });
        for (int i = 0; i < 5; i++) {
            w.sum().backward();
            compiled.apply(row(1, 1, 1));
            assertNull(w.grad());
        }
    }

    @Test
    @SuppressWarnings("NullAway") // null is what is refused
    void numbersOfArgumentsAndResultsAreChecked() {
        Compiled two = Autodiff.compile((Tensor x, Tensor y) -> x.add(y));
        assertEquals(
                "compile: expected 2 arguments, got 1",
                assertThrows(IllegalArgumentException.class, () -> two.apply(row(1)))
                        .getMessage());
        assertEquals(
                "compile: argument 1 is null; expected a tensor",
                assertThrows(NullPointerException.class, () -> two.apply(row(1), null))
                        .getMessage());
        Compiled any = Autodiff.compileAll(xs -> xs);
        assertEquals(1, any.applyAll(List.of(row(1))).size());
        assertThrows(IllegalArgumentException.class, () -> any.applyAll(List.of(row(1), row(2))));
        int[] calls = {0};
        Compiled more = Autodiff.compileAll(xs -> calls[0]++ == 0 ? xs : List.of(xs.get(0), xs.get(0)));
        assertEquals(1, more.applyAll(List.of(row(1))).size());
        assertThrows(IllegalStateException.class, () -> more.applyAll(List.of(row(1))));
        Compiled nothing = Autodiff.compileAll(xs -> Collections.singletonList(null));
        assertThrows(NullPointerException.class, () -> nothing.applyAll(List.of(row(1))));
    }

    @Test
    void anInnerGradientIsPartOfTheProgram() {
        UnaryOperator<Tensor> slope = Autodiff.grad(x -> x.pow(3).sum());
        Compiled f = Autodiff.compile((Tensor x) ->
                slope.apply(x).add(Autodiff.hvp(t -> t.pow(3).sum(), x, x)));
        for (int i = 1; i < 6; i++) {
            assertEquals(3 * i * i + 6 * i * i, f.apply(row(i)).item(), 1e-9);
        }
    }

    @Test
    void aJavaNumberThatChangesIsAnErrorThatNamesTheOperation() {
        double[] factor = {1};
        Compiled f = Autodiff.compile((Tensor x) -> x.add(1).mul(factor[0]++));
        f.apply(row(1));
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> f.apply(row(1)));
        assertTrue(e.getMessage().contains("MUL") && e.getMessage().contains("1.0, then 2.0"), e.getMessage());
    }

    @Test
    void aBranchThatChangesIsAnError() {
        int[] calls = {0};
        Compiled f = Autodiff.compile((Tensor x) -> calls[0]++ == 0 ? x.exp() : x.sin());
        f.apply(row(1));
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> f.apply(row(1)));
        assertTrue(e.getMessage().contains("EXP") && e.getMessage().contains("SIN"), e.getMessage());
    }

    @Test
    void gradientsThatPileUpAreAnError() {
        Tensor w = row(1).requireGrad();
        Compiled f = Autodiff.compile((Tensor x) -> {
            Tensor loss = w.mul(x).sum();
            loss.backward();
            return loss;
        });
        f.apply(row(1));
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> f.apply(row(1)));
        assertTrue(e.getMessage().contains("gradients must be cleared"), e.getMessage());
    }

    @Test
    void lookingAtAnElementInsideIsAnError() {
        Compiled f = Autodiff.compile((Tensor x) -> x.sum().item() > 0 ? x : x.neg());
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> f.apply(row(1)));
        assertTrue(e.getMessage().startsWith("item:"), e.getMessage());
        assertTrue(Double.isFinite(row(1).item()), "outside it is allowed again");
    }

    @Test
    void eachShapeHasItsProgramButNotMoreThanEight() {
        Compiled f = Autodiff.compile((Tensor x) -> x.sum());
        for (int round = 0; round < 3; round++) {
            for (int n = 1; n <= 8; n++) {
                assertEquals(n, f.apply(Tensor.ones(DType.FLOAT64, n)).item());
            }
        }
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> f.apply(Tensor.ones(DType.FLOAT64, 9)));
        assertTrue(e.getMessage().contains("8 programs"), e.getMessage());
        assertEquals(3, f.apply(Tensor.ones(DType.FLOAT64, 3)).item(), "the known shapes go on");
    }

    @Test
    void anotherRankIsAnError() {
        Compiled f = Autodiff.compile((Tensor x) -> x.sum());
        f.apply(Tensor.ones(DType.FLOAT64, 2));
        assertThrows(ShapeException.class, () -> f.apply(Tensor.ones(DType.FLOAT64, 2, 2)));
    }

    @Test
    void anArgumentThatIsPartOfAGraphIsRefused() {
        Compiled f = Autodiff.compile((Tensor x) -> x.mul(2));
        Tensor computed = row(1).requireGrad().mul(2);
        GradientException e = assertThrows(GradientException.class, () -> f.apply(computed));
        assertTrue(e.getMessage().contains("detach()"), e.getMessage());
    }

    @Test
    void aClassNumberOutOfRangeIsStillRefused() {
        Compiled f = Autodiff.compile(
                (Tensor x, Tensor y) -> x.softmaxCrossEntropy(y).sum());
        Tensor x = Tensor.ones(DType.FLOAT64, 2, 3);
        for (int i = 0; i < 3; i++) {
            f.apply(x, Tensor.of(new long[] {0, 2}));
        }
        assertThrows(IndexOutOfBoundsException.class, () -> f.apply(x, Tensor.of(new long[] {0, 3})));
        assertEquals(2 * Math.log(3), f.apply(x, Tensor.of(new long[] {0, 1})).item(), 1e-12);
    }

    @Test
    void insideAnomalyDetectionEveryOperationIsLookedAt() {
        Compiled f = Autodiff.compile((Tensor x) -> x.log().mul(2));
        for (int i = 0; i < 3; i++) {
            f.apply(row(1));
        }
        NonFiniteException e =
                assertThrows(NonFiniteException.class, () -> Autodiff.detectAnomaly(() -> f.apply(row(0))));
        assertTrue(e.getMessage().startsWith("log made"), e.getMessage());
    }

    @Test
    void aCompiledFunctionMayCallAnother() {
        Compiled inner = Autodiff.compile((Tensor x) -> x.square());
        Compiled outer = Autodiff.compile((Tensor x) -> inner.apply(x).add(1));
        for (int i = 0; i < 5; i++) {
            assertEquals(i * i + 1, outer.apply(row(i)).item());
        }
    }

    @Test
    void twoThreadsMayCallOneCompiledFunction() throws InterruptedException {
        Compiled f = Autodiff.compile((Tensor x) -> x.exp().sum());
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            double value = t;
            Thread thread = new Thread(() -> {
                for (int i = 0; i < 500; i++) {
                    assertEquals(Math.exp(value) * 2, f.apply(row(value, value)).item(), 1e-12);
                }
            });
            thread.setUncaughtExceptionHandler((which, e) -> failures.add(e));
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(List.of(), failures);
    }

    @Test
    void aTensorFromOutsideThatIsExchangedIsAnError() {
        Tensor[] outside = {row(1)};
        Compiled f = Autodiff.compile((Tensor x) -> x.add(outside[0]));
        f.apply(row(1));
        outside[0] = row(2);
        assertThrows(IllegalStateException.class, () -> f.apply(row(1)));
    }
}

package dev.autodiff.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.autodiff.Autodiff;
import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.check.GradientCheck;
import dev.autodiff.check.GradientCheckException;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class LossesTest {
    private static final double ROUNDING = 1e-14;

    private final Tensor x = Tensor.of(new double[][] {{0.2, 0.9}, {0.6, 0.1}});
    private final Tensor y = Tensor.of(new double[][] {{0, 1}, {1, 0}});

    @Test
    void squaredErrorsDifferByTheirFactor() {
        double sum = 0.04 + 0.01 + 0.16 + 0.01;
        assertEquals(sum, Losses.sumOfSquaredErrors(x, y).item(), ROUNDING);
        assertEquals(sum / 2, Losses.squaredError(x, y).item(), ROUNDING);
        assertEquals(sum / 4, Losses.meanSquaredError(x, y).item(), ROUNDING);
    }

    @Test
    void crossEntropyIsTheMeanOverTheBatchAndItsGradientTheDifferenceOfProbabilities() {
        Tensor classes = Tensor.of(new long[] {1, 0});
        double expected = x.logSoftmax(-1).mul(y).sum().neg().item() / 2;
        assertEquals(expected, Losses.crossEntropy(x, classes).item(), ROUNDING);
        assertEquals(expected, Losses.crossEntropy(x, y).item(), ROUNDING);
        Tensor gradient = Autodiff.grad(z -> Losses.crossEntropy(z, classes)).apply(x);
        assertTrue(gradient.allClose(x.softmax(-1).sub(y).div(2), 0, ROUNDING));
    }

    @Test
    void logLossOfProbabilitiesIsThatOfTheirLogits() {
        double expected = -(Math.log(0.8) + Math.log(0.9) + Math.log(0.6) + Math.log(0.9)) / 4;
        assertEquals(expected, Losses.logLoss(x, y).item(), ROUNDING);
        Tensor logits = x.div(x.neg().add(1)).log();
        assertEquals(expected, Losses.logLossWithLogits(logits, y).item(), ROUNDING);
    }

    // ---- what holds for every loss of elements or rows ----

    /** A loss under its name, with inputs that fit it, of which it is a smooth function of the first ones. */
    private record Case(String name, int smooth, List<Tensor> inputs, BiFunction<Reduction, Tensor[], Tensor> loss) {
        Case(String name, List<Tensor> inputs, BiFunction<Reduction, Tensor[], Tensor> loss) {
            this(name, inputs.size(), inputs, loss);
        }

        /** Applies the loss with other numbers in place of the first inputs. */
        Tensor of(Reduction reduction, List<Tensor> first) {
            Tensor[] all = inputs.toArray(new Tensor[0]);
            for (int i = 0; i < first.size(); i++) {
                all[i] = first.get(i);
            }
            return loss.apply(reduction, all);
        }

        Tensor of(Reduction reduction) {
            return of(reduction, List.of());
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static List<Case> cases(long seed) {
        Generator random = Generator.seeded(seed);
        Shape shape = Shape.of(1 + random.nextInt(4), 1 + random.nextInt(4));
        Shape rows = shape.slice(0, 1);
        // On shifted grids, so that no difference of two is near 0 or one of the margins below.
        Tensor x = Tensor.normal(random, DType.FLOAT64, shape, 0, 10)
                .round()
                .mul(0.1)
                .add(0.02);
        Tensor y = Tensor.normal(random, DType.FLOAT64, shape, 0, 10)
                .round()
                .mul(0.1)
                .sub(0.01);
        Tensor z = Tensor.normal(random, DType.FLOAT64, shape, 0, 10)
                .round()
                .mul(0.1)
                .add(0.05);
        Tensor signs = y.sign();
        Tensor rowSigns = Tensor.normal(random, DType.FLOAT64, rows, 0, 1).sign();
        Tensor w = Tensor.uniform(random, DType.FLOAT64, Shape.of(shape.size(1)), 0.5, 2);
        Tensor p = Tensor.uniform(random, DType.FLOAT64, shape, 0.05, 0.95);
        Tensor q = Tensor.uniform(random, DType.FLOAT64, shape, 0.05, 0.95);
        Tensor counts = Tensor.uniform(random, DType.FLOAT64, shape, 1.2, 5);
        Tensor v = Tensor.uniform(random, DType.FLOAT64, shape, 0.3, 2);
        return List.of(
                new Case("mse", inputs(x, y), (r, in) -> Losses.mse(in[0], in[1], r)),
                new Case("l1", inputs(x, y), (r, in) -> Losses.l1(in[0], in[1], r)),
                new Case("smoothL1", inputs(x, y), (r, in) -> Losses.smoothL1(in[0], in[1], 0.7, r)),
                new Case("huber", inputs(x, y), (r, in) -> Losses.huber(in[0], in[1], 0.7, r)),
                new Case("logLoss", inputs(p, q), (r, in) -> new LogLoss(w, r).of(in[0], in[1])),
                new Case(
                        "logLossWithLogits",
                        inputs(x, q),
                        (r, in) -> new LogLossWithLogits(w, w.square(), r).of(in[0], in[1])),
                new Case("klDivergence", inputs(p.log(), q), (r, in) -> new KlDivergence(false, r).of(in[0], in[1])),
                new Case("klDivergence", inputs(p.log(), y), (r, in) -> new KlDivergence(true, r).of(in[0], in[1])),
                new Case(
                        "poissonNll",
                        inputs(x, counts),
                        (r, in) -> new PoissonNll(true, true, 1e-8, r).of(in[0], in[1])),
                new Case(
                        "poissonNll",
                        inputs(v, counts),
                        (r, in) -> new PoissonNll(false, false, 1e-8, r).of(in[0], in[1])),
                new Case(
                        "gaussianNll",
                        inputs(x, y, v),
                        (r, in) -> new GaussianNll(true, 1e-6, r).of(in[0], in[1], in[2])),
                new Case("softMargin", inputs(x, signs), (r, in) -> Losses.softMargin(in[0], in[1], r)),
                new Case("hingeEmbedding", 1, inputs(x, signs), (r, in) -> Losses.hingeEmbedding(in[0], in[1], 0.3, r)),
                new Case(
                        "marginRanking",
                        inputs(x, y, signs),
                        (r, in) -> Losses.marginRanking(in[0], in[1], in[2], 0.3, r)),
                new Case(
                        "cosineEmbedding",
                        2,
                        inputs(x, y, rowSigns),
                        (r, in) -> Losses.cosineEmbedding(in[0], in[1], in[2], 0.1, r)),
                new Case(
                        "tripletMargin",
                        inputs(x, y, z),
                        (r, in) -> new TripletMargin(1, 3, 1e-6, true, r).of(in[0], in[1], in[2])),
                new Case(
                        "multilabelSoftMargin",
                        inputs(x, q),
                        (r, in) -> new MultilabelSoftMargin(w, r).of(in[0], in[1])));
    }

    private static List<Tensor> inputs(Tensor... inputs) {
        return List.of(inputs);
    }

    @Property(tries = 50)
    void theReductionsAreThoseOfTheSingleLosses(@ForAll long seed) {
        for (Case c : cases(seed)) {
            Tensor single = c.of(Reduction.NONE);
            int n = single.size();
            double sum = single.sum().item();
            double tolerance = ROUNDING * (1 + single.abs().sum().item());
            assertEquals(sum, c.of(Reduction.SUM).item(), tolerance, c::toString);
            assertEquals(sum / n, c.of(Reduction.MEAN).item(), tolerance, c::toString);
            assertEquals(sum / single.size(0), c.of(Reduction.BATCH_MEAN).item(), tolerance, c::toString);
        }
    }

    @Property(tries = 50)
    void derivativesByPredictionsAndTargetsAgreeWithDifferences(@ForAll long seed) {
        for (Case c : cases(seed)) {
            if (nearAKink(c)) {
                continue;
            }
            try {
                GradientCheck.ofSeveral(xs -> c.of(Reduction.NONE, xs))
                        .at(c.inputs().subList(0, c.smooth()).toArray(new Tensor[0]))
                        .seed(seed)
                        .directions(1)
                        .run();
            } catch (GradientCheckException e) {
                fail("seed " + seed + ", " + c + ": " + e.getMessage(), e);
            }
        }
    }

    /** Tells whether a small step of one element changes the slope of a loss: there differences mean nothing. */
    private static boolean nearAKink(Case c) {
        List<Tensor> here = slopes(c.inputs(), c);
        for (int input = 0; input < c.smooth(); input++) {
            Tensor x = c.inputs().get(input);
            for (int element = 0; element < x.size(); element++) {
                double[] step = new double[x.size()];
                for (double size : new double[] {-0.02, 0.02}) {
                    step[element] = size;
                    List<Tensor> moved = new ArrayList<>(c.inputs());
                    moved.set(input, x.add(Tensor.of(step, x.shape())));
                    List<Tensor> there = slopes(moved, c);
                    for (int i = 0; i < here.size(); i++) {
                        if (!there.get(i).allClose(here.get(i), 0.3, 0.3)) {
                            return true;
                        }
                    }
                }
            }
        }
        return false;
    }

    private static List<Tensor> slopes(List<Tensor> inputs, Case c) {
        List<Tensor> leaves =
                inputs.subList(0, c.smooth()).stream().map(Tensor::requireGrad).toList();
        return Autodiff.gradients(c.of(Reduction.SUM, leaves), leaves);
    }

    @Property(tries = 20)
    void float32GivesFloat32CloseToFloat64(@ForAll long seed) {
        for (Case c : cases(seed)) {
            if (c.name().equals("multilabelSoftMargin") || c.name().startsWith("logLoss")) {
                continue; // their weights are float64, and types are not promoted
            }
            List<Tensor> narrow =
                    c.inputs().stream().map(t -> t.to(DType.FLOAT32)).toList();
            Tensor got = c.of(Reduction.NONE, narrow);
            assertEquals(DType.FLOAT32, got.dtype(), c::toString);
            assertTrue(
                    got.to(DType.FLOAT64).allClose(c.of(Reduction.NONE), 1e-4, 1e-4),
                    () -> "seed " + seed + ", " + c + ": got " + got + ", want " + c.of(Reduction.NONE));
        }
    }

    @Property(tries = 20)
    void noLossBroadcastsOneInputToAnother(@ForAll long seed) {
        for (Case c : cases(seed)) {
            for (int i = 0; i < c.inputs().size(); i++) {
                Tensor[] wrong = c.inputs().toArray(new Tensor[0]);
                wrong[i] = wrong[i].expandDims(0);
                ShapeException e =
                        assertThrows(ShapeException.class, () -> c.loss().apply(Reduction.MEAN, wrong), c::toString);
                assertTrue(e.getMessage().startsWith(c.name() + ": expected"), e.getMessage());
            }
        }
    }

    @Test
    void theMeanOfNoLossesIsNotANumberAndTheirSumIsZero() {
        Tensor none = Tensor.zeros(DType.FLOAT64, 0, 3);
        assertTrue(Double.isNaN(Losses.l1(none, none).item()));
        assertTrue(
                Double.isNaN(Losses.huber(none, none, 1, Reduction.BATCH_MEAN).item()));
        assertEquals(0, Losses.l1(none, none, Reduction.SUM).item());
    }

    @Test
    void aMeanOverRowsNeedsRows() {
        Tensor one = Tensor.of(1.0);
        ShapeException e = assertThrows(ShapeException.class, () -> Losses.l1(one, one, Reduction.BATCH_MEAN));
        assertTrue(e.getMessage().contains("[rows, …]"), e.getMessage());
    }

    // ---- kinks ----

    @Test
    void huberIsQuadraticBelowDeltaAndLinearFromThere() {
        Tensor d = Tensor.of(new double[] {0, 0.5, -0.5, 2, -2, 5, Double.POSITIVE_INFINITY})
                .requireGrad();
        Tensor losses = Losses.huber(d, d.zerosLike(), 2, Reduction.NONE);
        assertArrayEquals(
                new double[] {0, 0.125, 0.125, 2, 2, 8, Double.POSITIVE_INFINITY}, losses.toDoubleArray(), ROUNDING);
        Tensor slope = Autodiff.gradients(losses.sum(), List.of(d)).get(0);
        assertArrayEquals(new double[] {0, 0.5, -0.5, 2, -2, 2, 2}, slope.toDoubleArray(), ROUNDING);
        Tensor curvature = Autodiff.gradients(slope.sum(), List.of(d)).get(0);
        assertArrayEquals(new double[] {1, 1, 1, 0, 0, 0, 0}, curvature.toDoubleArray(), ROUNDING);
    }

    @Test
    void smoothL1IsHuberDividedByBetaAndL1ForBetaZero() {
        Tensor huber = Losses.huber(x, y, 0.3, Reduction.NONE);
        assertTrue(Losses.smoothL1(x, y, 0.3, Reduction.NONE).allClose(huber.div(0.3), 0, ROUNDING));
        Tensor l1 = Losses.l1(x, y, Reduction.NONE);
        assertTrue(Losses.smoothL1(x, y, 0, Reduction.NONE).allClose(l1, 0, 0));
    }

    @Test
    void settingsOutOfRangeAreNamed() {
        for (Executable wrong : List.<Executable>of(
                () -> Losses.huber(x, y, 0, Reduction.MEAN),
                () -> Losses.smoothL1(x, y, -1, Reduction.MEAN),
                () -> Losses.huber(x, y, Double.NaN, Reduction.MEAN),
                () -> new GaussianNll().withEps(0),
                () -> new PoissonNll().withEps(-1),
                () -> new TripletMargin().withNorm(0),
                () -> new TripletMargin().withMargin(-1),
                () -> new CrossEntropy().withLabelSmoothing(1.5),
                () -> new MultiMargin(3, 1, null, Reduction.MEAN))) {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, wrong);
            assertTrue(e.getMessage().matches("\\w+: .+ must be .+, got .+"), e.getMessage());
        }
    }

    @Test
    void atTheMarginTheSlopeIsStillThatOfTheLoss() {
        Tensor far = Tensor.of(new double[] {1}).requireGrad();
        Losses.hingeEmbedding(far, Tensor.of(new double[] {-1})).backward();
        assertEquals(-1, far.grad().item());
        Tensor above = Tensor.of(new double[] {2}).requireGrad();
        Losses.marginRanking(above, Tensor.of(new double[] {2}), Tensor.of(new double[] {1}))
                .backward();
        assertEquals(-1, above.grad().item());
    }

    @Test
    void hingeEmbeddingCountsATargetThatIsNeitherAsBoth() {
        Tensor zero = Tensor.of(new double[] {0});
        assertEquals(
                1, Losses.hingeEmbedding(Tensor.of(new double[] {0.25}), zero).item(), ROUNDING);
    }

    @Test
    void softMarginOverflowsForNoInput() {
        Tensor large = Tensor.of(new double[] {-1000, 1000});
        assertArrayEquals(
                new double[] {1000, 0},
                Losses.softMargin(large, Tensor.of(new double[] {1, 1}), Reduction.NONE)
                        .toDoubleArray(),
                ROUNDING);
    }

    @Test
    void aRowOfZerosHasTheCosineZero() {
        Tensor zeros = Tensor.zeros(DType.FLOAT64, 3).requireGrad();
        Tensor loss = Losses.cosineEmbedding(zeros, Tensor.of(new double[] {1, 2, 3}), Tensor.of(1.0));
        assertEquals(1, loss.item(), ROUNDING);
        loss.backward();
        assertTrue(Double.isFinite(zeros.grad().sum().item()));
    }

    @Test
    void shapesAreNotBroadcast() {
        List<Loss> losses = List.of(
                Losses::meanSquaredError,
                Losses::squaredError,
                Losses::sumOfSquaredErrors,
                Losses::logLoss,
                Losses::logLossWithLogits);
        Tensor column = x.reshape(Shape.of(4, 1));
        for (Loss loss : losses) {
            ShapeException e = assertThrows(ShapeException.class, () -> loss.of(column, y.flatten()));
            assertTrue(e.getMessage().contains("[4, 1] and [4]"), e.getMessage());
        }
    }

    /** Once the operations that pick the class spoke: softmaxCrossEntropy, gather and take. */
    @Test
    void aClassThatDoesNotExistIsNamedByTheLoss() {
        Tensor classes = Tensor.of(new long[] {1, 2});
        Tensor weights = Tensor.of(new double[] {1, 2});
        for (Executable call : List.<Executable>of(
                () -> new CrossEntropy().of(x, classes),
                () -> new CrossEntropy().withClassWeights(weights).of(x, classes),
                () -> new Nll().of(x, classes),
                () -> new MultiMargin().of(x, classes))) {
            IndexOutOfBoundsException e = assertThrows(IndexOutOfBoundsException.class, call);
            assertTrue(
                    e.getMessage().matches("(crossEntropy|nll|multiMargin): .* 2 is out of range .*"), e.getMessage());
        }
    }

    @Test
    void theLogLossOfWhatIsNoProbabilityIsRefused() {
        Tensor target = Tensor.of(new double[] {1, 0});
        for (double p : new double[] {-0.5, 1.5, -1e-9, Double.NaN}) {
            Tensor probabilities = Tensor.of(new double[] {0.5, p});
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> Losses.logLoss(probabilities, target));
            assertEquals("logLoss: probabilities must be from 0.0 to 1.0, got " + p + " at [1]", e.getMessage());
        }
        assertEquals(0, Losses.logLoss(Tensor.of(new double[] {1, 0}), target).item());
    }
}

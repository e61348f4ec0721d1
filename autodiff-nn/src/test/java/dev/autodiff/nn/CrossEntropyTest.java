package dev.autodiff.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.Autodiff;
import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.check.GradientCheck;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.DTypeException;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class CrossEntropyTest {
    private static final double ROUNDING = 1e-12;
    private static final int CLASSES = 4;

    private final Generator random = Generator.seeded(3);
    private final Tensor logits = Tensor.normal(random, DType.FLOAT64, Shape.of(5, CLASSES), 0, 1);
    private final Tensor classes = Tensor.of(new long[] {2, 0, 3, 3, 1});
    private final Tensor weights = Tensor.of(new double[] {0.5, 1, 2, 3});
    private final Tensor oneHot = oneHot(classes);

    private static Tensor oneHot(Tensor classes) {
        return classes.expandDims(-1).eq(Tensor.range(0, CLASSES)).to(DType.FLOAT64);
    }

    private static void assertClose(Tensor want, Tensor got) {
        assertEquals(want.shape(), got.shape());
        assertTrue(got.allClose(want, ROUNDING, ROUNDING), () -> "got " + got + ", want " + want);
    }

    @Property(tries = 50)
    void optionsThatChangeNothingGiveThePlainLoss(@ForAll long seed) {
        Tensor x = Tensor.normal(Generator.seeded(seed), DType.FLOAT64, Shape.of(5, CLASSES), 0, 3);
        Tensor ones = Tensor.ones(DType.FLOAT64, CLASSES);
        for (Reduction reduction : Reduction.values()) {
            CrossEntropy plain = new CrossEntropy().withReduction(reduction);
            Tensor want = plain.of(x, classes);
            assertClose(want, plain.withLabelSmoothing(0).of(x, classes));
            assertClose(want, plain.withClassWeights(ones).of(x, classes));
            assertClose(want, plain.withIgnoreIndex(-100).of(x, classes));
            assertClose(want, plain.of(x, oneHot));
        }
    }

    @Property(tries = 50)
    void aNumberAddedToAllLogitsOfARowChangesNothing(@ForAll long seed) {
        Tensor shift = Tensor.normal(Generator.seeded(seed), DType.FLOAT64, Shape.of(5, 1), 0, 10);
        CrossEntropy loss = new CrossEntropy().withClassWeights(weights).withLabelSmoothing(0.2);
        assertClose(loss.of(logits, classes), loss.of(logits.add(shift), classes));
    }

    @Test
    void smoothedClassNumbersAreTheMixtureOfTheirProbabilitiesWithEqualOnes() {
        for (Reduction reduction : Reduction.values()) {
            CrossEntropy loss = new CrossEntropy().withReduction(reduction);
            Tensor mixed = oneHot.mul(0.7).add(0.3 / CLASSES);
            assertClose(loss.of(logits, mixed), loss.withLabelSmoothing(0.3).of(logits, classes));
            assertClose(loss.of(logits, mixed), loss.withLabelSmoothing(0.3).of(logits, oneHot));
        }
    }

    @Test
    void theWeightedMeanDividesByTheWeightsOfTheClassesThatCame() {
        Tensor single = logits.softmaxCrossEntropy(classes);
        Tensor w = Tensor.of(new double[] {2, 0.5, 3, 3, 1});
        CrossEntropy loss = new CrossEntropy().withClassWeights(weights);
        assertClose(single.mul(w).sum().div(9.5), loss.of(logits, classes));
        assertClose(single.mul(w), loss.withReduction(Reduction.NONE).of(logits, classes));
        // of probabilities it divides by the number of rows
        assertClose(single.mul(w).sum().div(5), loss.of(logits, oneHot));
    }

    @Test
    void ignoredRowsCountNeitherInTheLossNorInItsGradient() {
        Tensor some = Tensor.of(new long[] {2, -100, 3, -100, 1});
        Tensor rows = Tensor.of(new long[] {0, 2, 4});
        for (CrossEntropy loss : List.of(
                new CrossEntropy(),
                new CrossEntropy().withClassWeights(weights),
                new CrossEntropy().withLabelSmoothing(0.1),
                new CrossEntropy().withClassWeights(weights).withLabelSmoothing(0.1))) {
            Tensor want = loss.of(logits.take(0, rows), some.take(0, rows));
            assertClose(want, loss.withIgnoreIndex(-100).of(logits, some));
            Tensor gradient =
                    Autodiff.grad(x -> loss.withIgnoreIndex(-100).of(x, some)).apply(logits);
            Tensor expected = Autodiff.grad(x -> loss.of(x.take(0, rows), some.take(0, rows)))
                    .apply(logits);
            assertClose(expected, gradient);
        }
    }

    @Test
    void aClassThatExistsCanBeIgnoredToo() {
        CrossEntropy loss = new CrossEntropy().withIgnoreIndex(3).withReduction(Reduction.NONE);
        double[] losses = loss.of(logits, classes).toDoubleArray();
        assertArrayEquals(new double[] {0, 0}, new double[] {losses[2], losses[3]});
        assertTrue(losses[0] > 0 && losses[1] > 0 && losses[4] > 0);
    }

    @Test
    void theMeanOfIgnoredRowsAloneIsNotANumberButTheirGradientZero() {
        Tensor none = Tensor.of(new long[] {-1, -1, -1, -1, -1});
        for (CrossEntropy loss : List.of(
                new CrossEntropy().withIgnoreIndex(-1),
                new CrossEntropy().withIgnoreIndex(-1).withClassWeights(weights).withLabelSmoothing(0.1))) {
            Tensor x = logits.requireGrad();
            Tensor value = loss.of(x, none);
            assertTrue(Double.isNaN(value.item()));
            value.backward();
            assertClose(logits.zerosLike(), x.grad());
            assertEquals(0, loss.withReduction(Reduction.SUM).of(logits, none).item());
        }
    }

    @Test
    void classesOfLargerInputsAreAxisOne() {
        Tensor images = Tensor.normal(random, DType.FLOAT64, Shape.of(2, CLASSES, 3, 2), 0, 1);
        long[] numbers = new long[12];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = random.nextInt(CLASSES);
        }
        Tensor labels = Tensor.of(numbers, Shape.of(2, 3, 2));
        Tensor flat = images.permute(0, 2, 3, 1).reshape(12, CLASSES);
        CrossEntropy loss = new CrossEntropy().withClassWeights(weights).withReduction(Reduction.NONE);
        assertClose(loss.of(flat, labels.flatten()).reshape(2, 3, 2), loss.of(images, labels));
        Tensor probabilities = images.mul(2).softmax(1);
        Tensor flatProbabilities = probabilities.permute(0, 2, 3, 1).reshape(12, CLASSES);
        assertClose(loss.of(flat, flatProbabilities).reshape(2, 3, 2), loss.of(images, probabilities));
        Nll nll = new Nll(weights, null, Reduction.MEAN);
        assertClose(loss.withReduction(Reduction.MEAN).of(images, labels), nll.of(images.logSoftmax(1), labels));
    }

    @Test
    void aSingleRowNeedsNoBatch() {
        Tensor row = logits.select(0, 1);
        Tensor label = Tensor.range(2, 3).squeeze(0);
        double want = row.logSoftmax(-1).get(2);
        assertEquals(-want, Losses.crossEntropy(row, label).item(), ROUNDING);
        assertEquals(-want, Losses.nll(row.logSoftmax(-1), label).item(), ROUNDING);
        assertEquals(
                -want,
                Losses.crossEntropy(row, Tensor.of(new double[] {0, 0, 1, 0})).item(),
                ROUNDING);
    }

    @Property(tries = 30)
    void derivativesAgreeWithDifferences(@ForAll long seed) {
        Generator generator = Generator.seeded(seed);
        Tensor x = Tensor.normal(generator, DType.FLOAT64, Shape.of(5, CLASSES), 0, 1);
        Tensor y = Tensor.normal(generator, DType.FLOAT64, Shape.of(5, CLASSES), 0, 1);
        CrossEntropy loss = new CrossEntropy().withClassWeights(weights).withLabelSmoothing(0.1);
        GradientCheck.of((Tensor z) -> loss.withIgnoreIndex(3).of(z, classes))
                .at(x)
                .directions(1)
                .run();
        GradientCheck.ofSeveral(xs -> loss.of(xs.get(0), xs.get(1).softmax(1)))
                .at(x, y)
                .directions(1)
                .run();
        GradientCheck.ofSeveral(xs -> new Nll(xs.get(1), 3, Reduction.MEAN).of(xs.get(0), classes))
                .at(x, weights)
                .directions(1)
                .run();
    }

    @Test
    void mistakesAreNamed() {
        CrossEntropy loss = new CrossEntropy();
        assertMessage(ShapeException.class, "[5]", () -> loss.of(logits, classes.expandDims(1)));
        assertMessage(ShapeException.class, "[5, 4]", () -> loss.of(logits, logits.transpose()));
        assertMessage(ShapeException.class, "int64", () -> loss.of(logits, classes.to(DType.FLOAT64)));
        assertMessage(ShapeException.class, "at least one class", () -> loss.of(Tensor.of(1.0), classes));
        assertMessage(DTypeException.class, "int64", () -> loss.of(logits, classes.eq(1)));
        assertMessage(
                ShapeException.class,
                "[4]",
                () -> loss.withClassWeights(weights.narrow(0, 0, 3)).of(logits, classes));
        assertMessage(
                IllegalArgumentException.class,
                "class numbers (int64)",
                () -> loss.withIgnoreIndex(-100).of(logits, oneHot));
        Tensor wrong = Tensor.of(new long[] {0, 1, 2, 3, 4});
        Tensor negative = Tensor.of(new long[] {0, 1, 2, 3, -1});
        for (CrossEntropy each : List.of(
                loss, loss.withClassWeights(weights), loss.withLabelSmoothing(0.1), loss.withIgnoreIndex(-100))) {
            assertThrows(IndexOutOfBoundsException.class, () -> each.of(logits, wrong));
            assertThrows(IndexOutOfBoundsException.class, () -> each.of(logits, negative));
        }
        assertThrows(IndexOutOfBoundsException.class, () -> Losses.nll(logits, wrong));
    }

    private static void assertMessage(Class<? extends RuntimeException> type, String part, Executable act) {
        RuntimeException e = assertThrows(type, act);
        assertTrue(e.getMessage().startsWith("crossEntropy: ") && e.getMessage().contains(part), e.getMessage());
    }
}

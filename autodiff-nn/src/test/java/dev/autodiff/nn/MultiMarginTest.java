package dev.autodiff.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.autodiff.Autodiff;
import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.check.GradientCheck;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import org.junit.jupiter.api.Test;

class MultiMarginTest {
    private static final double ROUNDING = 1e-14;

    private final Tensor scores = Tensor.of(new double[][] {{0.1, 0.4, 0.2}, {2, -1, 0.5}});
    private final Tensor classes = Tensor.of(new long[] {1, 0});

    @Test
    void everyWrongClassCountsByItsExcess() {
        double first = (1 - 0.4 + 0.1 + 1 - 0.4 + 0.2) / 3;
        double squared = (0.7 * 0.7 + 0.8 * 0.8) / 3;
        MultiMargin loss = new MultiMargin().withReduction(Reduction.NONE);
        assertArrayEquals(new double[] {first, 0}, loss.of(scores, classes).toDoubleArray(), ROUNDING);
        assertArrayEquals(
                new double[] {squared, 0}, loss.squared().of(scores, classes).toDoubleArray(), ROUNDING);
        assertEquals(first / 2, Losses.multiMargin(scores, classes).item(), ROUNDING);
        double weighted = new MultiMargin()
                .withClassWeights(Tensor.of(new double[] {7, 3, 1}))
                .of(scores, classes)
                .item();
        assertEquals(3 * first / 2, weighted, ROUNDING);
        Tensor label = classes.narrow(0, 0, 1).squeeze(0);
        assertEquals(first, Losses.multiMargin(scores.select(0, 0), label).item(), ROUNDING);
    }

    @Test
    void atTheMarginTheSlopeIsZero() {
        Tensor row = Tensor.of(new double[][] {{1, 0}});
        Tensor slope = Autodiff.grad(s -> Losses.multiMargin(s, Tensor.of(new long[] {0})))
                .apply(row);
        assertArrayEquals(new double[] {0, 0}, slope.toDoubleArray());
    }

    @Test
    void derivativesAgreeWithDifferences() {
        Tensor x = Tensor.normal(Generator.seeded(1), DType.FLOAT64, Shape.of(4, 3), 0, 1);
        Tensor labels = Tensor.of(new long[] {0, 2, 1, 1});
        GradientCheck.of((Tensor s) -> new MultiMargin().squared().withMargin(2).of(s, labels))
                .at(x)
                .run();
    }

    @Test
    void mistakesAreNamed() {
        assertThrows(ShapeException.class, () -> Losses.multiMargin(scores.expandDims(0), classes));
        assertThrows(ShapeException.class, () -> Losses.multiMargin(scores, classes.expandDims(0)));
        assertThrows(IndexOutOfBoundsException.class, () -> Losses.multiMargin(scores, Tensor.of(new long[] {0, 3})));
    }
}

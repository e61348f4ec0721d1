package dev.autodiff.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import org.junit.jupiter.api.Test;

class LogLossWithLogitsTest {
    private final Tensor x = Tensor.normal(Generator.seeded(1), DType.FLOAT64, Shape.of(3, 2), 0, 3);
    private final Tensor y = Tensor.uniform(Generator.seeded(2), DType.FLOAT64, Shape.of(3, 2), 0, 1);
    private final Tensor w = Tensor.of(new double[] {0.5, 3});

    @Test
    void positiveWeightsMultiplyWhatPositivesCost() {
        Tensor p = x.sigmoid();
        Tensor want = w.mul(y)
                .mul(p.log())
                .add(y.neg().add(1).mul(x.neg().sigmoid().log()))
                .neg();
        Tensor got = new LogLossWithLogits(null, w, Reduction.NONE).of(x, y);
        assertTrue(got.allClose(want, 1e-12, 1e-12), got::toString);
    }

    @Test
    void weightsOfOneChangeNothingAndTheMeanDividesByTheNumberOfElements() {
        Tensor one = Tensor.ones(DType.FLOAT64, 2);
        double plain = Losses.logLossWithLogits(x, y).item();
        assertEquals(
                plain,
                new LogLossWithLogits()
                        .withWeight(one)
                        .withPositiveWeight(one)
                        .of(x, y)
                        .item(),
                1e-15);
        assertEquals(
                2 * plain,
                new LogLossWithLogits().withWeight(one.mul(2)).of(x, y).item(),
                1e-14);
        assertEquals(
                2 * Losses.logLoss(x.sigmoid(), y).item(),
                new LogLoss().withWeight(one.mul(2)).of(x.sigmoid(), y).item(),
                1e-14);
    }

    @Test
    void positivesThatWeighNothingCostNothingAndLargeLogitsOverflowForNoWeight() {
        Tensor large = Tensor.of(new double[] {-1000, -1, 0, 1, 1000});
        Tensor nothing = Tensor.of(new double[] {0});
        LogLossWithLogits loss = new LogLossWithLogits().withReduction(Reduction.NONE);
        double[] none =
                loss.withPositiveWeight(nothing).of(large, large.onesLike()).toDoubleArray();
        assertArrayEquals(new double[5], none, 1e-15);
        double[] thrice = loss.withPositiveWeight(nothing.add(3))
                .of(large, large.onesLike())
                .toDoubleArray();
        assertEquals(3000, thrice[0]);
        assertEquals(0, thrice[4]);
    }

    @Test
    void weightsMustNotEnlargeTheLosses() {
        Tensor cube = Tensor.ones(DType.FLOAT64, 4, 3, 2);
        assertThrows(
                ShapeException.class,
                () -> new LogLossWithLogits().withWeight(cube).of(x, y));
        assertThrows(
                ShapeException.class,
                () -> new LogLossWithLogits().withPositiveWeight(cube).of(x, y));
        assertThrows(ShapeException.class, () -> new LogLoss().withWeight(cube).of(x.sigmoid(), y));
        assertThrows(
                ShapeException.class,
                () -> new MultilabelSoftMargin().withWeight(cube).of(x, y));
    }
}

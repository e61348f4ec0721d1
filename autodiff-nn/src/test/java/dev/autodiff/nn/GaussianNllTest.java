package dev.autodiff.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import org.junit.jupiter.api.Test;

class GaussianNllTest {
    private final Tensor x = Tensor.normal(Generator.seeded(1), DType.FLOAT64, Shape.of(3, 2), 0, 1);
    private final Tensor y = Tensor.normal(Generator.seeded(2), DType.FLOAT64, Shape.of(3, 2), 0, 1);

    @Test
    void itIsMinusTheLogarithmOfTheDensity() {
        double v = 0.7;
        double d = x.get(2, 1) - y.get(2, 1);
        double density = Math.exp(-d * d / (2 * v)) / Math.sqrt(2 * Math.PI * v);
        Tensor losses = new GaussianNll()
                .withConstant()
                .withReduction(Reduction.NONE)
                .of(x, y, Tensor.full(DType.FLOAT64, x.shape(), v));
        assertEquals(-Math.log(density), losses.get(2, 1), 1e-14);
    }

    @Test
    void oneVarianceMayStandForARow() {
        Tensor rows = Tensor.of(new double[] {0.5, 1, 2});
        GaussianNll loss = new GaussianNll().withReduction(Reduction.NONE);
        Tensor want = loss.of(x, y, rows.expandDims(1).broadcastTo(x.shape()));
        assertTrue(loss.of(x, y, rows).allClose(want, 0, 0));
        assertTrue(loss.of(x, y, rows.expandDims(1)).allClose(want, 0, 0));
        ShapeException e = assertThrows(ShapeException.class, () -> loss.of(x, y, Tensor.ones(DType.FLOAT64, 2)));
        assertTrue(e.getMessage().startsWith("gaussianNll: expected a variance"), e.getMessage());
    }

    @Test
    void aVarianceBelowEpsCountsAsEpsAndStillLearns() {
        Tensor mean = Tensor.of(new double[] {1});
        Tensor v = Tensor.of(new double[] {1e-9}).requireGrad();
        Tensor loss = new GaussianNll().withEps(0.25).of(mean, mean.zerosLike(), v);
        assertEquals(0.5 * (Math.log(0.25) + 4), loss.item(), 1e-14);
        loss.backward();
        assertEquals(0.5 * (4 - 16), v.grad().item(), 1e-13);
    }

    @Test
    void aNegativeVarianceIsNotANumber() {
        Tensor mean = Tensor.of(new double[] {1});
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Losses.gaussianNll(mean, mean, mean.neg()));
        assertTrue(e.getMessage().startsWith("gaussianNll: variances must be ≥ 0.0, got -"), e.getMessage());
    }
}

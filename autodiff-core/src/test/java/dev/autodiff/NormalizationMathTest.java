package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.check.GradientCheck;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class NormalizationMathTest {
    private static final double EPSILON = 1e-5;

    private static Tensor normal(long seed, int... shape) {
        return Tensor.normal(Generator.seeded(seed), DType.FLOAT64, Shape.of(shape), 0, 1);
    }

    /** The definition, composed of elementary operations. */
    private static Tensor standardized(Tensor x, int... axes) {
        Tensor deviation = x.sub(x.mean(true, axes));
        return deviation.div(deviation.square().mean(true, axes).add(EPSILON).sqrt());
    }

    private static void assertClose(Tensor want, Tensor got) {
        assertTrue(got.allClose(want, 1e-12, 1e-12), () -> "got " + got + ", want " + want);
    }

    @Test
    void aNegativeEpsilonIsRefused() {
        Tensor x = normal(1, 3, 4, 2, 5);
        for (Executable normalisation : List.<Executable>of(
                () -> x.layerNorm(Shape.of(5), null, null, -1),
                () -> x.rmsNorm(Shape.of(5), null, Double.NaN),
                () -> x.groupNorm(2, null, null, -1),
                () -> x.instanceNorm(null, null, -1),
                () -> x.batchNorm(null, null, -1))) {
            Exception e = assertThrows(IllegalArgumentException.class, normalisation);
            assertTrue(e.getMessage().contains("Norm: expected an epsilon of at least 0, got "), e::getMessage);
        }
    }

    @Test
    void eachNormalisationIsItsDefinition() {
        Tensor x = normal(1, 3, 4, 2, 5).mul(3).add(7);
        assertClose(standardized(x, 2, 3), x.layerNorm(Shape.of(2, 5), null, null, EPSILON));
        assertClose(standardized(x, 0, 2, 3), x.batchNorm(null, null, EPSILON));
        assertClose(standardized(x, 2, 3), x.instanceNorm(null, null, EPSILON));
        assertClose(standardized(x.reshape(3, 2, 20), 2).reshape(x.shape()), x.groupNorm(2, null, null, EPSILON));
        assertClose(x.div(x.square().mean(true, -1).add(EPSILON).sqrt()), x.rmsNorm(Shape.of(5), null, EPSILON));
        Tensor w = normal(2, 4);
        Tensor b = normal(3, 4);
        assertClose(
                standardized(x, 0, 2, 3).mul(w.reshape(4, 1, 1)).add(b.reshape(4, 1, 1)), x.batchNorm(w, b, EPSILON));
    }

    @Test
    void derivativesUpToTheSecondAreThoseOfTheDefinition() {
        Tensor x = normal(1, 3, 4);
        Tensor v = normal(2, 3, 4);
        Tensor c = normal(3, 3, 4);
        var fused = Autodiff.grad((Tensor z) ->
                z.layerNorm(Shape.of(4), null, null, EPSILON).sin().mul(c).sum());
        var composed =
                Autodiff.grad((Tensor z) -> standardized(z, 1).sin().mul(c).sum());
        assertClose(composed.apply(x), fused.apply(x));
        Tensor want = Autodiff.jvp(composed, x, v);
        assertTrue(Autodiff.jvp(fused, x, v).allClose(want, 1e-10, 1e-10));
        assertTrue(Autodiff.vjp(fused, x, v).allClose(want, 1e-10, 1e-10));
        var third = Autodiff.grad((Tensor z) -> fused.apply(z).square().mul(v).sum());
        var wanted =
                Autodiff.grad((Tensor z) -> composed.apply(z).square().mul(v).sum());
        assertTrue(Autodiff.jvp(third, x, c).allClose(Autodiff.jvp(wanted, x, c), 1e-9, 1e-9));
    }

    @Test
    void aConstantRowIsNormalisedToZeroWithZeroGradient() {
        Tensor x = Tensor.full(DType.FLOAT64, Shape.of(1, 4), 3).requireGrad();
        Tensor y = x.layerNorm(Shape.of(4), null, null, EPSILON);
        assertArrayEquals(new double[4], y.toDoubleArray());
        y.sum().backward();
        assertArrayEquals(new double[4], Objects.requireNonNull(x.grad()).toDoubleArray());
    }

    @Test
    void theVarianceOfLargeNumbersIsStable() {
        Tensor x = Tensor.of(new double[] {1e9 + 1, 1e9 + 2, 1e9 + 3}, Shape.of(1, 3));
        double r = Math.sqrt(1.5);
        assertArrayEquals(
                new double[] {-r, 0, r}, x.layerNorm(Shape.of(3), null, null, 0).toDoubleArray(), 1e-12);
    }

    @Test
    void batchesMoveTheRunningStatistics() {
        Tensor x = Tensor.of(new double[][] {{1, 10}, {3, 14}}).requireGrad();
        Tensor mean = Tensor.of(new double[] {0, 10});
        Tensor variance = Tensor.of(new double[] {1, 2});
        BatchNorm trained = x.batchNorm(mean, variance, null, null, true, 0.1, 0);
        assertArrayEquals(new double[] {-1, -1, 1, 1}, trained.output().toDoubleArray(), 1e-15);
        assertArrayEquals(new double[] {0.2, 10.2}, trained.runningMean().toDoubleArray(), 1e-15);
        assertArrayEquals(new double[] {1.1, 2.6}, trained.runningVariance().toDoubleArray(), 1e-15);
        assertTrue(!trained.runningMean().requiresGrad()
                && !trained.runningVariance().requiresGrad());
        BatchNorm applied = x.batchNorm(mean, variance, null, null, false, 0.1, 0);
        assertSame(mean, applied.runningMean());
        assertArrayEquals(
                new double[] {1, 0, 3, 4 / Math.sqrt(2)}, applied.output().toDoubleArray(), 1e-15);
    }

    @Test
    void theLocalResponseLooksAtNeighbouringChannels() {
        Tensor x = Tensor.of(new double[] {1, 2, 3}, Shape.of(1, 3, 1));
        Tensor y = x.localResponseNorm(2, 2, 1, 1); // 1 + the squares of the channel before and of its own
        assertArrayEquals(new double[] {1 / 2.0, 2 / 6.0, 3 / 14.0}, y.toDoubleArray(), 1e-15);
        assertEquals(3 / 14.0, x.localResponseNorm(3, 3, 1, 1).get(0, 2, 0), 1e-15);
    }

    @Test
    void dropoutKeepsTheExpectation() {
        Tensor x = Tensor.ones(DType.FLOAT32, 100_000);
        Tensor y = x.dropout(0.25, true, Generator.seeded(1));
        double kept = y.gt(0).to(DType.FLOAT64).mean().item();
        assertEquals(0.75, kept, 0.01); // seven standard deviations of the mean
        assertEquals(4 / 3.0, y.max().item(), 1e-6);
        assertSame(x, x.dropout(0.25, false, Generator.seeded(1)));
        assertEquals(0, x.dropout(1, true, Generator.seeded(1)).sum().item());
        assertTrue(y.allClose(x.dropout(0.25, true, Generator.seeded(1)), 0, 0));
        assertThrows(IllegalArgumentException.class, () -> x.dropout(1.1, true, Generator.seeded(1)));
        assertThrows(IllegalArgumentException.class, () -> x.dropout(Double.NaN, true, Generator.seeded(1)));
    }

    @Test
    void derivativesAgreeWithDifferences() {
        Tensor x = normal(1, 3, 4, 2);
        Tensor w = normal(2, 4);
        Tensor b = normal(3, 4);
        GradientCheck.ofSeveral(z -> z.get(0).batchNorm(z.get(1), z.get(2), 0.1).square())
                .at(x, w, b)
                .run();
        GradientCheck.ofSeveral(
                        z -> z.get(0).groupNorm(2, z.get(1), z.get(2), 0.1).square())
                .at(x, w, b)
                .run();
        GradientCheck.of((Tensor z) -> z.rmsNorm(Shape.of(4, 2), null, 0.1).square())
                .at(x)
                .run();
        GradientCheck.of((Tensor z) -> z.localResponseNorm(3, 0.5, 0.75, 1).square())
                .at(x)
                .run();
        GradientCheck.of((Tensor z) -> z.dropout(0.5, true, Generator.seeded(4)).square())
                .at(x)
                .run();
    }

    @Test
    void shapesThatDoNotFitAreNamed() {
        Tensor x = normal(1, 2, 3);
        ShapeException e = assertThrows(ShapeException.class, () -> x.layerNorm(Shape.of(4), null, null, EPSILON));
        assertEquals(
                "layerNorm: expected an input whose last axes are the normalized shape [4], got [2, 3]",
                e.getMessage());
        assertThrows(ShapeException.class, () -> x.layerNorm(Shape.SCALAR, null, null, EPSILON));
        assertThrows(ShapeException.class, () -> x.layerNorm(Shape.of(3), normal(2, 2), null, EPSILON));
        assertThrows(ShapeException.class, () -> x.groupNorm(2, null, null, EPSILON));
        assertThrows(ShapeException.class, () -> x.instanceNorm(null, null, EPSILON));
        assertThrows(ShapeException.class, () -> normal(1, 1, 3).batchNorm(null, null, EPSILON));
        assertThrows(ShapeException.class, () -> x.batchNorm(normal(1, 2), null, EPSILON));
        assertThrows(ShapeException.class, () -> x.localResponseNorm(2, 1, 1, 1));
    }
}

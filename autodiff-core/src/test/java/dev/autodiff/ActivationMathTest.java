package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.shape.AxisException;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Kinks, special values and errors of the activations; their values and derivatives are in CatalogueTest and the golden cases. */
class ActivationMathTest {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;

    private static Tensor of(double... values) {
        return Tensor.of(values);
    }

    private static double[] slope(UnaryOperator<Tensor> f, double... x) {
        return Autodiff.grad(z -> f.apply(z).sum()).apply(of(x)).toDoubleArray();
    }

    private static double[] value(UnaryOperator<Tensor> f, double... x) {
        return f.apply(of(x)).toDoubleArray();
    }

    @Test
    void hardTanhStopsTheGradientAtItsBoundsAndClampDoesNot() {
        assertArrayEquals(new double[] {0, 0, 1, 0, 0}, slope(x -> x.hardTanh(-1, 2), -3, -1, 1, 2, 3));
        assertArrayEquals(new double[] {0, 1, 1, 1, 0}, slope(x -> x.clamp(-1, 2), -3, -1, 1, 2, 3));
        assertArrayEquals(new double[] {-1, -1, 1, 2, NAN}, value(x -> x.hardTanh(-1, 2), -INF, -1, 1, INF, NAN));
        assertThrows(IllegalArgumentException.class, () -> of(1).hardTanh(2, 1));
    }

    @Test
    void pieceByPieceActivationsHaveTheSlopesOfPyTorchAtTheirKinks() {
        assertArrayEquals(new double[] {0, 1, 0}, slope(Tensor::relu6, 0, 3, 6));
        assertArrayEquals(new double[] {0, 1.0 / 6, 0}, slope(Tensor::hardSigmoid, -3, 0, 3), 1e-15);
        assertArrayEquals(new double[] {0, -0.5, 0.5, 1.5, 1}, slope(Tensor::hardSwish, -4, -3, 0, 3, 4), 1e-15);
        assertArrayEquals(new double[] {1, 0, 0, 0, 1}, slope(x -> x.softShrink(0.5), -1, -0.5, 0, 0.5, 1));
        assertArrayEquals(new double[] {1, 0, 0, 0, 1}, slope(x -> x.hardShrink(0.5), -1, -0.5, 0, 0.5, 1));
        assertArrayEquals(new double[] {0, 0, 1}, slope(x -> x.threshold(0.5, -7), 0, 0.5, 1));
        assertArrayEquals(new double[] {1, 1}, slope(x -> x.celu(2), 0, 1));
        assertEquals(1.0507009873554805 * 1.6732632423543772, slope(Tensor::selu, 0)[0], 1e-15);
    }

    @Test
    void piecewiseActivationsKeepNaN() {
        assertArrayEquals(new double[] {NAN, 3}, value(x -> x.softShrink(0.5), NAN, 3.5));
        assertArrayEquals(new double[] {NAN, 3.5}, value(x -> x.hardShrink(0.5), NAN, 3.5));
        assertArrayEquals(new double[] {NAN, 3.5, -7}, value(x -> x.threshold(0.5, -7), NAN, 3.5, 0.5));
        assertArrayEquals(new double[] {NAN, 6, 0}, value(Tensor::relu6, NAN, INF, -INF));
        assertThrows(IllegalArgumentException.class, () -> of(1).softShrink(-1));
        assertThrows(IllegalArgumentException.class, () -> of(1).softShrink(NAN));
    }

    @Test
    void preluHasOneWeightForEachChannel() {
        Tensor x = Tensor.full(DType.FLOAT64, Shape.of(2, 3, 4), -1);
        Tensor weight = of(1, 2, 3).requireGrad();
        Tensor y = x.prelu(weight);
        assertEquals(x.shape(), y.shape());
        assertEquals(-3, y.get(1, 2, 0));
        y.sum().backward();
        assertArrayEquals(
                new double[] {-8, -8, -8}, Objects.requireNonNull(weight.grad()).toDoubleArray());
        assertArrayEquals(new double[] {-2, 1}, of(-1, 1).prelu(of(2)).toDoubleArray());
        assertEquals(Shape.SCALAR, Tensor.of(-1.0).prelu(of(2)).shape());
        ShapeException e = assertThrows(ShapeException.class, () -> x.prelu(of(1, 2)));
        assertTrue(e.getMessage().startsWith("prelu: expected a weight of 1 or 3 elements"), e::getMessage);
        assertThrows(ShapeException.class, () -> of(1, 2).prelu(of(1, 2)));
    }

    @Test
    void gluMultipliesOneHalfByTheSigmoidOfTheOther() {
        Tensor x = Tensor.of(new double[][] {{1, 2, 0, 0}, {3, 4, 100, -100}});
        assertTrue(x.glu(-1).allClose(Tensor.of(new double[][] {{0.5, 1}, {3, 0}}), 1e-15, 1e-30));
        assertEquals(Shape.of(1, 4), x.glu(0).shape());
        assertEquals(Shape.of(0, 4), Tensor.zeros(DType.FLOAT32, 0, 8).glu(1).shape());
        assertThrows(ShapeException.class, () -> of(1, 2, 3).glu(0));
        assertThrows(AxisException.class, () -> of(1, 2).glu(1));
    }

    @Test
    void softsignKeepsTheDigitsOfItsSlopeFarOut() {
        assertEquals(1 / (1 + 2e10 + 1e20), slope(Tensor::softsign, 1e10)[0], 1e-35);
        assertEquals(1 / (1 + 2e10 + 1e20), slope(Tensor::softsign, -1e10)[0], 1e-35);
    }

    @Test
    void thirdDerivativesOfSmoothActivationsFollowFromTheirRules() {
        for (UnaryOperator<Tensor> f :
                List.<UnaryOperator<Tensor>>of(Tensor::silu, Tensor::mish, Tensor::gelu, Tensor::geluTanh)) {
            UnaryOperator<Tensor> third = f;
            for (int order = 0; order < 3; order++) {
                UnaryOperator<Tensor> before = third;
                third = x -> Autodiff.grad(z -> before.apply(z).sum()).apply(x);
            }
            UnaryOperator<Tensor> second = x -> Autodiff.grad(
                            z -> Autodiff.grad(w -> f.apply(w).sum()).apply(z).sum())
                    .apply(x);
            double h = 1e-5;
            Tensor x = of(-2.1, -0.4, 0, 0.3, 1.7);
            Tensor difference =
                    second.apply(x.add(h)).sub(second.apply(x.sub(h))).div(2 * h);
            assertTrue(third.apply(x).allClose(difference, 1e-7, 1e-8), () -> "" + difference);
        }
    }
}

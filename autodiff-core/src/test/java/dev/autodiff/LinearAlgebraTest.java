package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What the rules of matrices share, where random matrices do not come. */
class LinearAlgebraTest {
    private static final double INF = Double.POSITIVE_INFINITY;

    @Test
    void aQuotientOfTwoZerosIsZeroAndHasNoSlope() {
        Tensor x = Tensor.of(new double[] {0, -1, 1, 0, -2}).requireGrad();
        Tensor y = Tensor.of(new double[] {0, 1, -1, 3, 4}).requireGrad();
        Tensor out = LinearAlgebra.quotient(x, y);
        assertArrayEquals(new double[] {0, -1, -1, 0, -0.5}, out.toDoubleArray());
        List<Tensor> slopes = Autodiff.gradients(out.sum(), List.of(x, y));
        assertArrayEquals(new double[] {0, 1, -1, 1 / 3.0, 0.25}, slopes.get(0).toDoubleArray());
        assertArrayEquals(new double[] {0, 1, -1, 0, 0.125}, slopes.get(1).toDoubleArray(), 1e-16);
        Tensor one = Tensor.of(new double[] {1});
        assertEquals(INF, LinearAlgebra.quotient(one, one.zerosLike()).item());
    }

    @Test
    void theCompleteFactorHasNoDirectionalDerivativeEither() {
        Tensor tall = Tensor.normal(Generator.seeded(1), DType.FLOAT64, Shape.of(3, 2), 0, 1);
        GradientException e = assertThrows(
                GradientException.class,
                () -> Autodiff.jvp((Tensor x) -> x.qrComplete().q(), tall, tall));
        assertTrue(Objects.requireNonNull(e.getMessage()).startsWith("qrComplete: "), e.getMessage());
    }

    @Test
    void theExponentialTakesACotangentOfZerosAndOneOfAnySign() {
        Tensor x = Tensor.normal(Generator.seeded(3), DType.FLOAT64, Shape.of(3, 3), 0, 1)
                .requireGrad();
        assertArrayEquals(new double[9], gradient(x, x.detach().zerosLike()).toDoubleArray());
        // The largest of the negative cotangent is a millionth of its size.
        Tensor g = Tensor.full(DType.FLOAT64, Shape.of(3, 3), 1e6)
                .add(Tensor.eye(DType.FLOAT64, 3).mul(1 - 1e6));
        assertEquals(0, gradient(x, g.neg()).add(gradient(x, g)).abs().max().item());
    }

    private static Tensor gradient(Tensor x, Tensor g) {
        return Autodiff.gradients(x.matrixExp(), g, List.of(x)).get(0);
    }
}

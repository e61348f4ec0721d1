package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.autodiff.shape.DType;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ConversionTest {
    @Test
    void gradientsHaveTheTypeOfTheInputAndTangentsThatOfTheResult() {
        Conversion narrowing = new Conversion(DType.FLOAT64, DType.FLOAT32);
        Tensor x = Tensor.of(new double[] {1.0, 2.0}).requireGrad();
        Node node = Objects.requireNonNull(Engine.apply(narrowing, x).node());
        Tensor pulled = Objects.requireNonNull(narrowing.vjp(Tensor.of(new float[] {3, 4}), node)[0]);
        assertEquals(DType.FLOAT64, pulled.dtype());
        assertArrayEquals(new double[] {3, 4}, pulled.toDoubleArray());
        Tensor pushed = narrowing.jvp(new Tensor[] {Tensor.of(new double[] {5.0, 6.0})}, node);
        assertEquals(DType.FLOAT32, pushed.dtype());
        assertArrayEquals(new double[] {5, 6}, pushed.toDoubleArray());
    }

    @Test
    void aSumOverBothTypesHasItsGradientInBoth() {
        Tensor wide = Tensor.of(new double[] {1.0, 2.0}).requireGrad();
        Tensor narrow = Tensor.of(new float[] {3, 4}).requireGrad();
        Tensor product = wide.mul(narrow.to(DType.FLOAT64)).sum();
        List<Tensor> gradients = Autodiff.gradients(product, List.of(wide, narrow));
        assertEquals(DType.FLOAT64, gradients.get(0).dtype());
        assertEquals(DType.FLOAT32, gradients.get(1).dtype());
        assertArrayEquals(new double[] {1, 2}, gradients.get(1).toDoubleArray());
    }
}

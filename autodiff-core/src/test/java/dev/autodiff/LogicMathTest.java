package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.autodiff.shape.DType;
import dev.autodiff.shape.DTypeException;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class LogicMathTest {
    private static final Tensor X = Tensor.of(new boolean[] {false, false, true, true});
    private static final Tensor Y = Tensor.of(new boolean[] {false, true, false, true});

    private static void assertIs(Tensor got, boolean... want) {
        assertArrayEquals(want, got.toBooleanArray());
    }

    @Test
    void connectivesFollowTheirTables() {
        assertIs(X.logicalAnd(Y), false, false, false, true);
        assertIs(X.logicalOr(Y), false, true, true, true);
        assertIs(X.logicalXor(Y), false, true, true, false);
        assertIs(X.logicalNot(), true, true, false, false);
    }

    @Test
    void numbersThatAreNotZeroAreTrue() {
        Tensor numbers = Tensor.of(new double[] {0, -0.0, Double.NaN, -2});
        assertIs(numbers.logicalNot(), true, true, false, false);
        assertIs(numbers.logicalAnd(Tensor.of(new long[] {1, 1, 1, 0})), false, false, true, false);
    }

    @Test
    void connectivesBroadcastAlsoOverNothing() {
        Tensor column = Tensor.of(new boolean[] {true, false}).reshape(2, 1);
        assertIs(column.logicalAnd(Y), false, true, false, true, false, false, false, false);
        assertEquals(Shape.of(2, 4), column.logicalOr(Y).shape());
        assertEquals(
                Shape.of(0, 4), Tensor.zeros(DType.BOOL, 0, 1).logicalXor(Y).shape());
        assertEquals(Shape.SCALAR, Tensor.ones(DType.BOOL).logicalNot().shape());
        assertThrows(ShapeException.class, () -> X.logicalAnd(Tensor.ones(DType.BOOL, 3)));
    }

    @Test
    void booleansAreEqualOrNot() {
        assertIs(X.eq(Y), true, false, false, true);
        assertIs(X.ne(Y), false, true, true, false);
        assertThrows(DTypeException.class, () -> X.eq(Tensor.of(new long[] {1, 2, 3, 4})));
    }

    @Test
    void infinitiesAndNaNAreToldApart() {
        double inf = Double.POSITIVE_INFINITY;
        for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            Tensor x = Tensor.of(new double[] {1, Double.NaN, inf, -inf}).to(dtype);
            assertIs(x.isNaN(), false, true, false, false);
            assertIs(x.isInfinite(), false, false, true, true);
            assertIs(x.isFinite(), true, false, false, false);
        }
        assertIs(Tensor.of(new long[] {Long.MAX_VALUE}).isFinite(), true);
        assertIs(X.isNaN(), false, false, false, false);
    }

    @Test
    void booleansCarryNoGradient() {
        Tensor x = Tensor.of(new double[] {1, 2}).requireGrad();
        assertFalse(x.isNaN().requiresGrad());
        assertFalse(x.logicalNot().requiresGrad());
    }

    @Test
    void filledElementsGetNoGradient() {
        Tensor x = Tensor.of(new double[] {Double.NaN, 2}).requireGrad();
        Tensor y = x.maskedFill(x.isNaN(), 5);
        assertArrayEquals(new double[] {5, 2}, y.toDoubleArray());
        y.sum().backward();
        assertArrayEquals(new double[] {0, 1}, Objects.requireNonNull(x.grad()).toDoubleArray());
    }
}

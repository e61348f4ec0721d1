package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.shape.AxisException;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.DTypeException;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.ejml.data.DMatrixRMaj;
import org.ejml.data.FMatrixRMaj;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

class TensorTest {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;

    private static final Tensor MATRIX = Tensor.of(new double[][] {{1, 2, 3}, {4, 5, 6}});

    /** 0, 1, 2, … in a shape. */
    private static Tensor counted(int... sizes) {
        Shape shape = Shape.of(sizes);
        return Tensor.range(0, shape.size()).to(DType.FLOAT64).reshape(shape);
    }

    private static void assertTensor(Tensor got, Shape shape, double... values) {
        assertEquals(shape, got.shape());
        assertArrayEquals(values, got.toDoubleArray(), 0);
    }

    private static <E extends Exception> void assertRefused(Class<E> type, String message, Executable act) {
        assertEquals(message, assertThrows(type, act).getMessage());
    }

    // ---- creation ----

    /** {@code of(1)} was once a float32 by the rules of overloading, and lost the digits of 16777217. */
    @Test
    void wholeNumbersAreInt64() {
        assertEquals(DType.INT64, Tensor.of(1).dtype());
        assertArrayEquals(new long[] {16777217}, Tensor.of(16777217).toLongArray());
        assertArrayEquals(new long[] {Long.MAX_VALUE}, Tensor.of(Long.MAX_VALUE).toLongArray());
        assertArrayEquals(new long[] {1, -2}, Tensor.of(new int[] {1, -2}).toLongArray());
        assertEquals(DType.FLOAT64, Tensor.of(1.0).dtype());
        assertEquals(DType.FLOAT32, Tensor.of(1f).dtype());
        assertEquals(DType.BOOL, Tensor.of(true).dtype());
        assertRefused(
                DTypeException.class,
                "mul: expected float32 or float64, got int64; convert with to(DType)",
                () -> MATRIX.mul(Tensor.of(2)));
    }

    @Test
    void messagesNameWhatWasCalled() {
        assertRefused(
                ShapeException.class,
                "of: shape [2, 3] holds 6 elements, got 5",
                () -> Tensor.of(new double[5], Shape.of(2, 3)));
        assertRefused(
                ShapeException.class,
                "matmul: inner sizes differ, [2, 3] × [2]",
                () -> MATRIX.matmul(Tensor.zeros(DType.FLOAT64, 2)));
        assertRefused(
                DTypeException.class,
                "grad: expected a point of float32 or float64, got int64; convert with to(DType)",
                () -> Autodiff.grad(x -> x.to(DType.FLOAT64).sum()).apply(Tensor.of(1)));
        assertRefused(
                ShapeException.class,
                "hvp: expected a vector like the point, float64 [2, 3], got float64 [2]",
                () -> Autodiff.hvp(x -> x.square().sum(), MATRIX, Tensor.zeros(DType.FLOAT64, 2)));
        assertRefused(
                ShapeException.class,
                "jvp: tangent 0: expected a tangent of shape [2, 3], got [2]",
                () -> Autodiff.jvp(x -> x.square(), MATRIX, Tensor.zeros(DType.FLOAT64, 2)));
        GradientException e =
                assertThrows(GradientException.class, () -> MATRIX.sum().backward());
        assertTrue(e.getMessage().contains("requireGrad(), which returns a new tensor"), e.getMessage());
    }

    @Test
    @SuppressWarnings("NullAway") // null is what is refused
    void aMissingOperandIsAnErrorThatNamesTheOperation() {
        Tensor none = null;
        assertRefused(NullPointerException.class, "add: input 1 is null; expected a tensor", () -> MATRIX.add(none));
        assertRefused(
                NullPointerException.class,
                "add: input 1 is null; expected a tensor",
                () -> MATRIX.requireGrad().add(none));
        assertRefused(
                NullPointerException.class, "matmul: input 1 is null; expected a tensor", () -> MATRIX.matmul(none));
        assertRefused(
                NullPointerException.class,
                "where: input 2 is null; expected a tensor",
                () -> Tensor.where(MATRIX.gt(0), MATRIX, none));
    }

    @Test
    void randomNumbersNeedAPossibleDistribution() {
        Generator generator = Generator.seeded(1);
        assertThrows(IllegalArgumentException.class, () -> Tensor.normal(generator, DType.FLOAT64, Shape.of(1), 0, -1));
        assertThrows(IllegalArgumentException.class, () -> Tensor.uniform(generator, DType.FLOAT64, Shape.of(1), 1, 0));
        assertThrows(
                IllegalArgumentException.class,
                () -> Tensor.uniform(generator, DType.FLOAT64, Shape.of(1), Double.NaN, 1));
        assertEquals(
                2, Tensor.uniform(generator, DType.FLOAT64, Shape.SCALAR, 2, 2).item());
    }

    @Test
    void theIndexOfAPositionIsInRowMajorOrder() {
        assertArrayEquals(new int[] {1, 0, 3}, Shape.of(2, 3, 4).index(15));
        assertArrayEquals(new int[0], Shape.SCALAR.index(0));
    }

    /** y² in the derivative of x / y once vanished, or passed the largest number, long before the derivative did. */
    @Test
    void theDerivativeOfAQuotientKeepsItsRange() {
        for (double y : new double[] {1e-200, 1e200, -1e-170}) {
            double got =
                    Autodiff.grad(d -> Tensor.of(y).div(d)).apply(Tensor.of(y)).item();
            assertEquals(-1 / y, got, 1e-15 * Math.abs(1 / y));
        }
    }

    @Test
    void arraysAreCopied() {
        double[] values = {1, 2};
        Tensor t = Tensor.of(values);
        values[0] = 9;
        t.toDoubleArray()[1] = 9;
        assertTensor(t, Shape.of(2), 1, 2);

        float[] floats = {1, 2};
        Tensor f = Tensor.of(floats);
        floats[0] = 9;
        f.toFloatArray()[1] = 9;
        assertTensor(f, Shape.of(2), 1, 2);

        long[] longs = {1, 2};
        Tensor n = Tensor.of(longs);
        longs[0] = 9;
        n.toLongArray()[1] = 9;
        assertTensor(n, Shape.of(2), 1, 2);

        boolean[] flags = {true, false};
        Tensor b = Tensor.of(flags);
        flags[0] = false;
        b.toBooleanArray()[1] = true;
        assertTensor(b, Shape.of(2), 1, 0);
    }

    @Test
    void theTypeFollowsFromTheJavaType() {
        assertEquals(DType.FLOAT64, Tensor.of(1.0).dtype());
        assertEquals(DType.FLOAT32, Tensor.of(1f).dtype());
        assertEquals(DType.FLOAT32, Tensor.of(new float[][] {{1}}).dtype());
        assertEquals(DType.INT64, Tensor.of(new long[] {1}).dtype());
        assertEquals(DType.BOOL, Tensor.of(new boolean[] {true}).dtype());
    }

    @Test
    void fillsGiveTheSameNumberEverywhere() {
        for (DType dtype : DType.values()) {
            assertTensor(Tensor.zeros(dtype, 2, 2), Shape.of(2, 2), 0, 0, 0, 0);
            assertTensor(Tensor.ones(dtype, 3), Shape.of(3), 1, 1, 1);
            assertEquals(dtype, Tensor.ones(dtype).dtype());
        }
        assertTensor(Tensor.full(DType.INT64, Shape.of(2), -7), Shape.of(2), -7, -7);
        assertTensor(Tensor.full(DType.FLOAT32, Shape.SCALAR, 0.5), Shape.SCALAR, 0.5);
        assertThrows(DTypeException.class, () -> Tensor.full(DType.INT64, Shape.of(2), 0.5));
    }

    @Test
    void rangesLinesAndIdentities() {
        assertTensor(Tensor.range(-1, 3), Shape.of(4), -1, 0, 1, 2);
        assertTensor(Tensor.range(3, 3), Shape.of(0));
        assertTensor(Tensor.range(3, 1), Shape.of(0));
        assertTensor(Tensor.linspace(0, 1, 5), Shape.of(5), 0, 0.25, 0.5, 0.75, 1);
        assertTensor(Tensor.linspace(2, 9, 1), Shape.of(1), 2);
        assertTensor(Tensor.linspace(2, 9, 0), Shape.of(0));
        assertTensor(Tensor.eye(DType.FLOAT32, 2), Shape.of(2, 2), 1, 0, 0, 1);
        assertThrows(ShapeException.class, () -> Tensor.linspace(0, 1, -1));
        assertThrows(ShapeException.class, () -> Tensor.eye(DType.FLOAT32, -1));
        assertThrows(ShapeException.class, () -> Tensor.range(0, 1L << 40));
    }

    @Test
    void tooManyElementsAreRefusedBeforeMemoryIsAsked() {
        assertRefused(
                ShapeException.class,
                "shape: [65536, 65536] has more than 2147483647 elements,"
                        + " the most that one Java array holds; split the tensor",
                () -> Shape.of(65536, 65536));
        assertThrows(ShapeException.class, () -> Tensor.zeros(DType.FLOAT32, 65536, 32768));
        assertThrows(ShapeException.class, () -> Tensor.eye(DType.FLOAT32, 65536));
        assertThrows(
                ShapeException.class,
                () -> Tensor.zeros(DType.FLOAT64, 1 << 20, 1).broadcastTo(Shape.of(1 << 20, 1 << 20)));
        assertEquals(0, Shape.of(65536, 65536, 0).size(), "an empty tensor has no elements to hold");
    }

    @Test
    void aNegativeSizeIsRefused() {
        assertRefused(
                ShapeException.class,
                "shape: sizes must not be negative, got [2, -3]",
                () -> Tensor.zeros(DType.FLOAT64, 2, -3));
    }

    @Test
    void rowsOfDifferentLengthAreRefused() {
        assertRefused(
                ShapeException.class,
                "of: row 1 has 1 numbers, row 0 has 2",
                () -> Tensor.of(new double[][] {{1, 2}, {3}}));
        assertThrows(ShapeException.class, () -> Tensor.of(new float[][] {{1}, {3, 4}}));
    }

    @Test
    void theNumberOfElementsMustFillTheShape() {
        ShapeException e = assertThrows(ShapeException.class, () -> Tensor.of(new double[] {1, 2, 3}, Shape.of(2, 2)));
        assertTrue(e.getMessage().contains("[2, 2]") && e.getMessage().contains("3"), e.getMessage());
    }

    // ---- printing ----

    @Test
    void numbersVectorsAndMatricesPrintAsInNumPy() {
        assertEquals("float64 [] 2.5000", Tensor.of(2.5).toString());
        assertEquals(
                "float32 [2] [  1.0000, -10.5000]",
                Tensor.of(new float[] {1, -10.5f}).toString());
        assertEquals("""
                float64 [2, 2]
                [[ 1.0000, -2.5000],
                 [10.0000,  0.0000]]""", Tensor.of(new double[][] {{1, -2.5}, {10, 0}}).toString());
    }

    @Test
    void blocksOfMatricesAreSetApartByAnEmptyLine() {
        assertEquals("""
                int64 [2, 2, 1]
                [[[1],
                  [2]],

                 [[3],
                  [4]]]""", Tensor.of(new long[] {1, 2, 3, 4}, Shape.of(2, 2, 1)).toString());
    }

    @Test
    void otherTypesNamesAndEmptyTensorsPrint() {
        assertEquals(
                "int64 [3] [  1, -20,   3]", Tensor.of(new long[] {1, -20, 3}).toString());
        assertEquals(
                "bool [2] [ true, false]",
                Tensor.of(new boolean[] {true, false}).toString());
        assertEquals("float64 [0, 3] []", Tensor.zeros(DType.FLOAT64, 0, 3).toString());
        assertEquals(
                "float64 [1] 'bias' [0.0000]",
                Tensor.zeros(DType.FLOAT64, 1).named("bias").toString());
    }

    @Test
    void whatIsNoNumberPrints() {
        assertEquals(
                "float64 [4] [   NaN,      ∞,     -∞, 1.0000]",
                Tensor.of(new double[] {NAN, INF, -INF, 1}).toString());
    }

    @Test
    void largeAndSmallNumbersPrintWithAnExponent() {
        assertEquals(
                "float64 [2] [1.0000e+06, 1.0000e+00]",
                Tensor.of(new double[] {1e6, 1}).toString());
        assertEquals(
                "float64 [1] [2.5000e-07]", Tensor.of(new double[] {2.5e-7}).toString());
    }

    @Test
    void theMiddleOfALargeTensorIsLeftOut() {
        assertEquals(
                "int64 [1001] [   0,    1,    2, …,  998,  999, 1000]",
                Tensor.range(0, 1001).toString());
        assertEquals("""
                int64 [500, 3]
                [[   0,    1,    2],
                 [   3,    4,    5],
                 [   6,    7,    8],
                 …,
                 [1491, 1492, 1493],
                 [1494, 1495, 1496],
                 [1497, 1498, 1499]]""", Tensor.range(0, 1500).reshape(500, 3).toString());
    }

    // ---- reading ----

    @Test
    void elementsAreReadByIndex() {
        assertEquals(6, MATRIX.get(1, 2));
        assertEquals(6, MATRIX.get(-1, -1));
        assertEquals(4, MATRIX.transpose().get(0, 1));
        assertEquals(7, Tensor.of(7.0).get());
        assertEquals(7, Tensor.of(new float[] {7}).item());
        assertArrayEquals(new double[] {4, 5, 6}, MATRIX.toDoubleMatrix()[1]);
    }

    @Test
    @Timeout(10)
    void anElementOfATransposedParameterIsReadWithoutACopy() {
        Tensor turned = counted(2, 300, 500).requireGrad().transpose();
        for (int i = 0; i < 500; i++) {
            for (int j = 0; j < 300; j++) {
                assertEquals(150_000 + j * 500 + i, turned.get(1, i, j));
            }
        }
        assertEquals(499, turned.get(0, -1, 0));
        assertEquals(2, MATRIX.transpose().get(1, 0));
    }

    @Test
    void indexErrorsNameIndexAndShape() {
        assertRefused(
                IndexOutOfBoundsException.class,
                "get: index [2, 0] is out of range for shape [2, 3]; expected -2 to 1 at axis 0",
                () -> MATRIX.get(2, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> MATRIX.get(0, -4));
        assertRefused(ShapeException.class, "get: expected 2 numbers for shape [2, 3], got [1]", () -> MATRIX.get(1));
        assertRefused(
                IndexOutOfBoundsException.class,
                "select: index 3 is out of range for axis 1 of shape [2, 3]; expected -3 to 2",
                () -> MATRIX.select(1, 3));
        assertRefused(
                IndexOutOfBoundsException.class,
                "narrow: elements 2 to 4 are out of range for axis 1 of shape [2, 3]",
                () -> MATRIX.narrow(1, 2, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> MATRIX.narrow(0, 1, Integer.MAX_VALUE));
        assertRefused(
                ShapeException.class, "item: expected a tensor of one element, got shape [2, 3]", () -> MATRIX.item());
    }

    @Test
    void axisErrorsNameAxisAndShape() {
        assertRefused(
                AxisException.class,
                "select: axis 2 is out of range for shape [2, 3]; expected -2 to 1",
                () -> MATRIX.select(2, 0));
        assertRefused(
                AxisException.class,
                "sum: axis -3 is out of range for shape [2, 3]; expected -2 to 1",
                () -> MATRIX.sum(-3));
        assertRefused(
                AxisException.class,
                "size: axis 0 is out of range for shape [], which has no axes",
                () -> Tensor.of(1.0).size(0));
        assertRefused(
                AxisException.class, "sum: axis 1 is given twice in [1, -1] for shape [2, 3]", () -> MATRIX.sum(1, -1));
        assertThrows(AxisException.class, () -> MATRIX.permute(0, 0));
        assertThrows(AxisException.class, () -> MATRIX.permute(0));
        assertThrows(AxisException.class, () -> Tensor.of(new double[] {1}).transpose());
        assertThrows(AxisException.class, () -> MATRIX.expandDims(3));
        assertThrows(AxisException.class, () -> Tensor.concat(2, MATRIX, MATRIX));
        assertThrows(ShapeException.class, () -> MATRIX.squeeze(0));
    }

    // ---- moving ----

    @Test
    void selectSliceNarrowAndFlipTakeWhatTheySay() {
        assertTensor(MATRIX.select(0, -1), Shape.of(3), 4, 5, 6);
        assertTensor(MATRIX.select(1, 0), Shape.of(2), 1, 4);
        assertTensor(MATRIX.narrow(1, 1, 2), Shape.of(2, 2), 2, 3, 5, 6);
        assertTensor(MATRIX.flip(1), Shape.of(2, 3), 3, 2, 1, 6, 5, 4);
        assertTensor(MATRIX.flip(0, -1), Shape.of(2, 3), 6, 5, 4, 3, 2, 1);
        assertSame(MATRIX, MATRIX.flip());
    }

    @Property
    void slicesFollowPythonsRules(
            @ForAll @IntRange(max = 8) int n,
            @ForAll @IntRange(min = -12, max = 12) int start,
            @ForAll @IntRange(min = -12, max = 12) int stop,
            @ForAll @IntRange(min = -4, max = 4) int step) {
        Tensor x = counted(n);
        if (step == 0) {
            assertThrows(IllegalArgumentException.class, () -> x.slice(0, start, stop, step));
            return;
        }
        // Python's reference: the indices that an endless walk from start would meet inside the bounds
        int from = start < 0 ? start + n : start;
        int to = stop < 0 ? stop + n : stop;
        from = step > 0 ? Math.max(0, from) : Math.min(n - 1, Math.max(from, -1));
        to = step > 0 ? to : Math.max(to, -1);
        List<Double> want = new ArrayList<>();
        for (int i = from; step > 0 ? i < Math.min(to, n) : i > to; i += step) {
            want.add((double) i);
        }
        assertArrayEquals(
                want.stream().mapToDouble(d -> d).toArray(),
                x.slice(0, start, stop, step).toDoubleArray());
    }

    @Test
    void permutationsAndTransposesMoveAxes() {
        assertTensor(MATRIX.transpose(), Shape.of(3, 2), 1, 4, 2, 5, 3, 6);
        Tensor x = counted(2, 3, 4);
        assertEquals(Shape.of(4, 2, 3), x.permute(2, 0, 1).shape());
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 3; j++) {
                for (int k = 0; k < 4; k++) {
                    assertEquals(x.get(i, j, k), x.permute(2, 0, 1).get(k, i, j));
                    assertEquals(x.get(i, j, k), x.transpose().get(i, k, j));
                    assertEquals(x.get(i, j, k), x.transpose(0, 2).get(k, j, i));
                    assertEquals(x.get(i, j, k), x.transpose().transpose(0, 1).get(k, i, j));
                }
            }
        }
    }

    @Test
    void reshapeInfersOneSize() {
        assertTensor(MATRIX.reshape(3, -1), Shape.of(3, 2), 1, 2, 3, 4, 5, 6);
        assertEquals(Shape.of(6), MATRIX.reshape(-1).shape());
        assertEquals(Shape.of(1, 6, 1), MATRIX.reshape(1, -1, 1).shape());
        assertEquals(
                Shape.of(0, 2), Tensor.zeros(DType.FLOAT64, 2, 0).reshape(-1, 2).shape());
        assertTensor(MATRIX.transpose().reshape(6), Shape.of(6), 1, 4, 2, 5, 3, 6);
        assertEquals(Shape.SCALAR, Tensor.of(new double[] {1}).reshape().shape());
        assertRefused(
                ShapeException.class,
                "reshape: no size in place of −1 makes [4, -1] hold the 6 elements of shape [2, 3]",
                () -> MATRIX.reshape(4, -1));
        assertRefused(
                ShapeException.class,
                "reshape: expected at most one −1, which stands for what is left of the elements, got [-1, -1]",
                () -> MATRIX.reshape(-1, -1));
        assertThrows(ShapeException.class, () -> MATRIX.reshape(-2, -3));
        assertRefused(
                ShapeException.class,
                "reshape: every size in place of −1 makes [0, -1] hold no elements, as shape [0] does; give the size",
                () -> Tensor.zeros(DType.FLOAT64, 0).reshape(0, -1));
        assertRefused(
                ShapeException.class,
                "reshape: shape [4, 2] has 8 elements, but the tensor of shape [2, 3] has 6",
                () -> MATRIX.reshape(4, 2));
    }

    @Test
    void tensorsAreJoinedAndStacked() {
        assertTensor(Tensor.concat(1, MATRIX, MATRIX.narrow(1, 0, 1)), Shape.of(2, 4), 1, 2, 3, 1, 4, 5, 6, 4);
        assertTensor(Tensor.concat(-2, MATRIX, MATRIX.narrow(0, 1, 1)), Shape.of(3, 3), 1, 2, 3, 4, 5, 6, 4, 5, 6);
        Tensor a = Tensor.of(new double[] {1, 2});
        Tensor b = Tensor.of(new double[] {3, 4});
        assertTensor(Tensor.stack(0, a, b), Shape.of(2, 2), 1, 2, 3, 4);
        assertTensor(Tensor.stack(1, a, b), Shape.of(2, 2), 1, 3, 2, 4);
        assertTensor(Tensor.stack(-1, a, b), Shape.of(2, 2), 1, 3, 2, 4);
        assertTensor(Tensor.stack(0, Tensor.of(1.0), Tensor.of(2.0)), Shape.of(2), 1, 2);
        assertRefused(
                ShapeException.class,
                "concat: shapes [2, 3] and [3, 2] differ besides axis 0",
                () -> Tensor.concat(0, MATRIX, MATRIX.transpose()));
        assertThrows(ShapeException.class, () -> Tensor.stack(0, a, MATRIX));
        assertThrows(IllegalArgumentException.class, () -> Tensor.concat(0));
        assertThrows(IllegalArgumentException.class, () -> Tensor.stack(0));
        assertThrows(DTypeException.class, () -> Tensor.concat(0, a, b.to(DType.FLOAT32)));
    }

    @Test
    void whereChoosesElementByElement() {
        Tensor condition = Tensor.of(new boolean[] {true, false, true});
        assertTensor(Tensor.where(condition, MATRIX, Tensor.of(0.0)), Shape.of(2, 3), 1, 0, 3, 4, 0, 6);
        assertThrows(DTypeException.class, () -> Tensor.where(MATRIX, MATRIX, MATRIX));
    }

    @Test
    void everyTypeCanBeMoved() {
        for (DType dtype : DType.values()) {
            Tensor x = counted(2, 3).to(dtype);
            for (Tensor moved : new Tensor[] {
                x.transpose().reshape(6),
                x.permute(1, 0).flatten(),
                x.select(1, 0),
                x.flip(0),
                Tensor.concat(0, x, x),
                x.select(0, 0).broadcastTo(Shape.of(2, 3)),
                x.expandDims(1).squeeze(1)
            }) {
                assertEquals(dtype, moved.dtype());
            }
            assertEquals(x.get(0, 1), x.transpose().reshape(6).get(2), dtype::toString);
        }
    }

    // ---- views of parameters ----

    @Test
    void aTransposedViewShowsAParameterAsItIsNow() {
        Tensor w = MATRIX.requireGrad();
        Tensor view = w.transpose();
        assertTensor(view.detach(), Shape.of(3, 2), 1, 4, 2, 5, 3, 6);
        InPlace.assign(w, MATRIX.mul(10));
        assertTensor(view.detach(), Shape.of(3, 2), 10, 40, 20, 50, 30, 60);
        assertTensor(view.add(0), Shape.of(3, 2), 10, 40, 20, 50, 30, 60);
        assertTensor(Autodiff.noGrad(() -> view.matmul(Tensor.of(new double[] {1, 1}))), Shape.of(3), 50, 70, 90);
    }

    @Test
    void aParameterIsACopy() {
        Tensor source = Tensor.of(new double[] {1, 2});
        Tensor w = source.requireGrad();
        InPlace.assign(w, Tensor.of(new double[] {8, 9}));
        assertTensor(source, Shape.of(2), 1, 2);
        assertNull(source.grad());
        assertTrue(w.requiresGrad() && w.isLeaf());
        assertFalse(source.requiresGrad());
        assertTensor(MATRIX.transpose().requireGrad(), Shape.of(3, 2), 1, 4, 2, 5, 3, 6);
    }

    // ---- comparing and converting ----

    @Test
    void allCloseAllowsTheGivenDifference() {
        Tensor x = Tensor.of(new double[] {1, 100});
        assertTrue(x.allClose(Tensor.of(new double[] {1.05, 105}), 0.05, 1e-9));
        assertFalse(x.allClose(Tensor.of(new double[] {1.05, 106}), 0.05, 1e-9));
        assertTrue(x.allClose(Tensor.of(new double[] {1.1, 100.1}), 0, 0.11));
        assertFalse(x.allClose(Tensor.of(new double[] {1, 100, 1}), 1, 1));
        assertFalse(x.allClose(x.reshape(2, 1), 1, 1));
    }

    /** Once compared as doubles, which hold whole numbers up to 2⁵³ only. */
    @Test
    void allCloseComparesWholeNumbersExactly() {
        Tensor x = Tensor.of(new long[] {1L << 53, Long.MAX_VALUE});
        Tensor y = Tensor.of(new long[] {(1L << 53) + 1, Long.MAX_VALUE});
        assertTrue(x.allClose(x, 0, 0));
        assertFalse(x.allClose(y, 0, 0));
        assertTrue(x.allClose(y, 0, 1));
        assertFalse(Tensor.of(new long[] {Long.MAX_VALUE}).allClose(Tensor.of(new long[] {Long.MIN_VALUE}), 0, 1e18));
    }

    @Test
    void allCloseTellsNanAndInfinitiesApart() {
        Tensor x = Tensor.of(new double[] {NAN, INF, -INF});
        assertTrue(x.allClose(x, 0, 0));
        assertFalse(Tensor.of(NAN).allClose(Tensor.of(1.0), 1, 1));
        assertFalse(Tensor.of(1.0).allClose(Tensor.of(NAN), 1, 1));
        assertFalse(Tensor.of(INF).allClose(Tensor.of(-INF), 1, 1));
        assertFalse(Tensor.of(1.0).allClose(Tensor.of(INF), 1, 1));
        assertFalse(Tensor.of(INF).allClose(Tensor.of(1.0), 1, 1));
    }

    @Property
    void matricesOfEjmlGoThereAndBack(
            @ForAll @IntRange(max = 5) int rows, @ForAll @IntRange(max = 5) int columns, @ForAll long seed) {
        Tensor x = Tensor.normal(Generator.seeded(seed), DType.FLOAT64, Shape.of(rows, columns), 0, 1);
        DMatrixRMaj wide = Matrices.toDoubleMatrix(x);
        assertEquals(rows, wide.numRows);
        assertEquals(columns, wide.numCols);
        assertTrue(Matrices.toTensor(wide).allClose(x, 0, 0));
        FMatrixRMaj narrow = Matrices.toFloatMatrix(x);
        assertTrue(Matrices.toTensor(narrow).allClose(x.to(DType.FLOAT32), 0, 0));
        assertEquals(DType.FLOAT32, Matrices.toTensor(narrow).dtype());
        if (rows > 0 && columns > 0) {
            wide.set(0, 0, 99);
            assertFalse(x.get(0, 0) == 99, "elements are copied");
            assertEquals(
                    x.get(rows - 1, 0), Matrices.toDoubleMatrix(x.transpose()).get(0, rows - 1));
        }
    }

    @Test
    void aMatrixOfEjmlThatWasShrunkIsReadWithoutItsRest() {
        DMatrixRMaj matrix = new DMatrixRMaj(3, 3);
        matrix.reshape(1, 2);
        matrix.set(0, 1, 5);
        assertTensor(Matrices.toTensor(matrix), Shape.of(1, 2), 0, 5);
        assertThrows(ShapeException.class, () -> Matrices.toDoubleMatrix(Tensor.of(1.0)));
    }

    // ---- types ----

    @Test
    void typesAreNeverPromotedInSilence() {
        Tensor narrow = MATRIX.to(DType.FLOAT32);
        assertRefused(
                DTypeException.class,
                "add: types float32 and float64 differ and are not promoted; convert one with to(DType)",
                () -> narrow.add(MATRIX));
        assertRefused(
                DTypeException.class,
                "matmul: types float64 and float32 differ and are not promoted; convert one with to(DType)",
                () -> MATRIX.matmul(narrow.transpose()));
        assertEquals(DType.FLOAT32, narrow.add(1.5).dtype(), "a plain number takes the tensor's type");
    }

    @Test
    void integersHaveNoArithmetic() {
        Tensor n = Tensor.of(new long[] {1, 2});
        assertRefused(
                DTypeException.class,
                "mul: expected float32 or float64, got int64; convert with to(DType)",
                () -> n.mul(n));
        assertThrows(DTypeException.class, () -> n.sum());
        assertThrows(DTypeException.class, () -> n.exp());
        assertThrows(DTypeException.class, () -> n.requireGrad());
        assertThrows(DTypeException.class, () -> n.toBooleanArray());
        assertThrows(DTypeException.class, () -> MATRIX.toLongArray());
    }

    @Test
    void integersAreComparedExactly() {
        long large = (1L << 53) + 1; // no double
        Tensor a = Tensor.of(new long[] {large, large});
        Tensor b = Tensor.of(new long[] {large - 1, large});
        assertArrayEquals(new boolean[] {true, false}, a.gt(b).toBooleanArray());
        assertArrayEquals(new boolean[] {false, true}, a.eq(b).toBooleanArray());
    }

    @Test
    void conversionsRoundAsJavaDoes() {
        Tensor x = Tensor.of(new double[] {1.9, -1.9, 0, NAN});
        assertArrayEquals(new long[] {1, -1, 0, 0}, x.to(DType.INT64).toLongArray());
        assertArrayEquals(
                new boolean[] {true, true, false, true}, x.to(DType.BOOL).toBooleanArray());
        assertEquals((double) 0.1f, Tensor.of(0.1).to(DType.FLOAT32).item());
        assertSame(x, x.to(DType.FLOAT64));
    }

    // ---- shapes ----

    @Test
    void matmulNamesTheRemedy() {
        assertRefused(
                ShapeException.class,
                "matmul: inner sizes differ, [2, 3] × [2, 3]; did you mean b.transpose()?",
                () -> MATRIX.matmul(MATRIX));
        assertRefused(
                ShapeException.class,
                "matmul: inner sizes differ, [3, 4] × [5, 4]; did you mean b.transpose()?",
                () -> counted(3, 4).matmul(counted(5, 4)));
        assertRefused(
                ShapeException.class,
                "matmul: inner sizes differ, [4, 3] × [4, 5]; did you mean a.transpose()?",
                () -> counted(4, 3).matmul(counted(4, 5)));
        assertRefused(
                ShapeException.class,
                "matmul: inner sizes differ, [3, 4] × [5, 2]",
                () -> counted(3, 4).matmul(counted(5, 2)));
        assertRefused(
                ShapeException.class,
                "matmul: expected at least one axis, got [] × [2, 3]; did you mean mul?",
                () -> Tensor.of(1.0).matmul(MATRIX));
        assertRefused(
                ShapeException.class,
                "matmul: inner sizes differ, [2] × [3]",
                () -> counted(2).matmul(counted(3)));
        assertThrows(ShapeException.class, () -> counted(2, 2, 3).matmul(counted(3, 3, 2)));
    }

    @Test
    void matmulMultipliesVectorsMatricesAndBatches() {
        Tensor v = Tensor.of(new double[] {1, 10, 100});
        assertTensor(v.matmul(v), Shape.SCALAR, 10_101);
        assertTensor(MATRIX.matmul(v), Shape.of(2), 321, 654);
        assertTensor(v.matmul(MATRIX.transpose()), Shape.of(2), 321, 654);
        assertTensor(MATRIX.matmul(MATRIX.transpose()), Shape.of(2, 2), 14, 32, 32, 77);
        Tensor batch = counted(2, 1, 2, 3);
        Tensor product = batch.matmul(counted(4, 3, 2));
        assertEquals(Shape.of(2, 4, 2, 2), product.shape());
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 4; j++) {
                Tensor want =
                        batch.select(0, i).select(0, 0).matmul(counted(4, 3, 2).select(0, j));
                assertTrue(product.select(0, i).select(0, j).allClose(want, 1e-15, 0));
            }
        }
        assertTensor(Tensor.zeros(DType.FLOAT64, 2, 0).matmul(Tensor.zeros(DType.FLOAT64, 0, 1)), Shape.of(2, 1), 0, 0);
    }

    @Test
    void broadcastErrorsNameBothShapesAndTheAxis() {
        assertRefused(
                ShapeException.class,
                "add: shapes [2, 3] and [2] do not broadcast, sizes 3 and 2 differ at axis -1;"
                        + " expected equal sizes or 1",
                () -> MATRIX.add(counted(2)));
        assertRefused(
                ShapeException.class,
                "broadcastTo: shape [2, 3] can't be repeated to [3, 2];"
                        + " sizes must be equal or 1, aligned at the last axis",
                () -> MATRIX.broadcastTo(Shape.of(3, 2)));
    }

    @Test
    void namesGoWithTheParameterMadeOfIt() {
        Tensor w = Tensor.of(1.0).named("w").requireGrad();
        assertEquals("w", w.name());
        assertNull(w.detach().name());
        assertNull(w.exp().name());
    }
}

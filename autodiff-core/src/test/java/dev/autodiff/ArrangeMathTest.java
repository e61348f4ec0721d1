package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.autodiff.check.GradientCheck;
import dev.autodiff.shape.AxisException;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArrangeMathTest {
    private static final Tensor ROW = Tensor.of(new double[] {1, 2, 3, 4});
    private static final Tensor MATRIX = Tensor.linspace(1, 6, 6).reshape(2, 3);

    private static void assertIs(Tensor got, double... want) {
        assertArrayEquals(want, got.toDoubleArray());
    }

    @Test
    void rollingBringsInAtOneEndWhatLeavesAtTheOther() {
        assertIs(ROW.roll(1, 0), 4, 1, 2, 3);
        assertIs(ROW.roll(-5, 0), 2, 3, 4, 1);
        assertIs(MATRIX.roll(1), 6, 1, 2, 3, 4, 5);
        assertIs(MATRIX.roll(new int[] {1, -1}, new int[] {0, 1}), 5, 6, 4, 2, 3, 1);
        assertEquals(
                Shape.of(0, 3), Tensor.zeros(DType.FLOAT64, 0, 3).roll(2, 0).shape());
        assertThrows(IllegalArgumentException.class, () -> ROW.roll(new int[] {1}, new int[0]));
    }

    @Test
    void fourQuarterTurnsAreNone() {
        assertIs(MATRIX.rot90(1, 0, 1), 3, 6, 2, 5, 1, 4);
        assertIs(MATRIX.rot90(-1, 0, 1), 4, 1, 5, 2, 6, 3);
        assertIs(MATRIX.rot90(6, 0, 1), 6, 5, 4, 3, 2, 1);
        assertIs(MATRIX.rot90(1, 0, 1).rot90(3, 0, 1), 1, 2, 3, 4, 5, 6);
        assertThrows(AxisException.class, () -> MATRIX.rot90(1, 0, -2));
    }

    @Test
    void paddingRepeatsInEachOfItsModes() {
        assertIs(ROW.padConstant(0, 1, 2), 0, 1, 2, 3, 4, 0, 0);
        assertIs(ROW.padConstant(Double.NEGATIVE_INFINITY, 0, 1), 1, 2, 3, 4, Double.NEGATIVE_INFINITY);
        assertIs(ROW.pad(PadMode.REFLECT, 3, 2), 4, 3, 2, 1, 2, 3, 4, 3, 2);
        assertIs(ROW.pad(PadMode.REPLICATE, 5, 1), 1, 1, 1, 1, 1, 1, 2, 3, 4, 4);
        assertIs(ROW.pad(PadMode.CIRCULAR, 4, 1), 1, 2, 3, 4, 1, 2, 3, 4, 1);
        assertIs(MATRIX.padConstant(7, 0, 1, 1, 0), 7, 7, 7, 7, 1, 2, 3, 7, 4, 5, 6, 7);
        assertArrayEquals(
                new long[] {0, 5, 0},
                Tensor.of(new long[] {5}).padConstant(0, 1, 1).toLongArray());
    }

    @Test
    void negativePaddingCutsOff() {
        assertIs(ROW.padConstant(0, -1, 1), 2, 3, 4, 0);
        assertIs(ROW.padConstant(9, -1, 1), 2, 3, 4, 9);
        assertIs(ROW.padConstant(9, -2, -2));
        assertIs(ROW.pad(PadMode.REFLECT, -2, 2), 3, 4, 3, 2);
        assertThrows(ShapeException.class, () -> ROW.padConstant(0, -5, 5));
    }

    @Test
    void paddingByMoreThanThereIsIsRefused() {
        assertThrows(ShapeException.class, () -> ROW.pad(PadMode.REFLECT, 4, 0));
        assertThrows(ShapeException.class, () -> ROW.pad(PadMode.CIRCULAR, 0, 5));
        assertThrows(ShapeException.class, () -> Tensor.zeros(DType.FLOAT64, 0).pad(PadMode.REPLICATE, 1, 0));
        assertThrows(ShapeException.class, () -> ROW.padConstant(0, 1));
        assertThrows(ShapeException.class, () -> ROW.padConstant(0, 1, 1, 1, 1));
    }

    @Test
    void tilesStandSideBySide() {
        assertIs(MATRIX.tile(2), 1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6);
        assertEquals(Shape.of(3, 4, 3), MATRIX.repeat(3, 2, 1).shape());
        assertEquals(Shape.of(0, 3), MATRIX.tile(0, 1).shape());
        assertIs(Tensor.of(2.0).tile(3), 2, 2, 2);
        assertThrows(ShapeException.class, () -> MATRIX.repeat(2));
        assertThrows(IllegalArgumentException.class, () -> MATRIX.tile(-1));
    }

    @Test
    void windowsOverlapByTheirStep() {
        assertIs(ROW.unfold(0, 2, 1), 1, 2, 2, 3, 3, 4);
        assertIs(ROW.unfold(0, 3, 2), 1, 2, 3);
        assertEquals(
                Shape.of(2, 3, 2),
                Tensor.zeros(DType.FLOAT64, 5, 3).unfold(0, 2, 2).shape());
        assertEquals(Shape.of(1), Tensor.of(1.0).unfold(0, 1, 1).shape());
        assertThrows(IllegalArgumentException.class, () -> ROW.unfold(0, 5, 1));
    }

    @Test
    void diagonalsRunBesideTheMainOneToo() {
        Tensor square = Tensor.linspace(1, 9, 9).reshape(3, 3);
        assertIs(square.diagonal(1), 2, 6);
        assertIs(square.diagonal(-2), 7);
        assertIs(square.diagonal(3));
        assertIs(MATRIX.diagonal(0, 1, 0), 1, 5);
        assertIs(MATRIX.diagonal(-1, 1, 0), 2, 6);
        assertIs(square.tril(-1), 0, 0, 0, 4, 0, 0, 7, 8, 0);
        assertIs(square.triu(), 1, 2, 3, 0, 5, 6, 0, 0, 9);
        assertEquals(15, square.trace().item());
        assertIs(Tensor.of(new double[] {1, 2}).diag(-1), 0, 0, 0, 1, 0, 0, 0, 2, 0);
        assertIs(square.diag(-1), 4, 8);
        assertEquals(Shape.of(3, 2, 3), MATRIX.diagEmbed(0, 0, -1).shape());
        assertIs(MATRIX.diagEmbed(0, 0, -1).diagonal(0, 0, -1), 1, 2, 3, 4, 5, 6);
        assertThrows(AxisException.class, () -> square.diagonal(0, 1, -1));
        assertThrows(
                ShapeException.class, () -> Tensor.zeros(DType.FLOAT64, 2, 2, 2).diag(0));
        assertThrows(ShapeException.class, () -> ROW.trace());
    }

    @Test
    void theVectorProductStandsOnBothFactors() {
        Tensor x = Tensor.of(new double[] {1, 2, 3});
        Tensor y = Tensor.of(new double[] {-2, 0, 5});
        assertIs(x.cross(y, -1), 10, -11, 4);
        assertIs(MATRIX.cross(x), 0, 0, 0, 4 * 0 + 5 * 3 - 6 * 2, 6 - 4 * 3, 4 * 2 - 5);
        assertThrows(ShapeException.class, () -> ROW.cross(ROW, 0));
        assertThrows(ShapeException.class, () -> ROW.cross(ROW));
    }

    @Test
    void partsAndGridsHaveTheElementsInOrder() {
        assertEquals(
                List.of(Shape.of(2), Shape.of(2), Shape.of(1)),
                shapes(Tensor.range(0, 5).splitEvery(0, 2)));
        assertEquals(List.of(Shape.of(2, 1), Shape.of(2, 2)), shapes(MATRIX.split(1, 1, 2)));
        assertEquals(
                List.of(Shape.of(3), Shape.of(3), Shape.of(1)),
                shapes(Tensor.range(0, 7).chunk(0, 3)));
        assertEquals(
                List.of(Shape.of(2), Shape.of(2), Shape.of(1)),
                shapes(Tensor.range(0, 5).chunk(0, 4)));
        assertEquals(List.of(Shape.of(2), Shape.of(2), Shape.of(2)), shapes(MATRIX.unbind(-1)));
        assertThrows(ShapeException.class, () -> MATRIX.split(1, 1, 1));
        assertThrows(ShapeException.class, () -> MATRIX.split(1, 2, 2));
        List<Tensor> grid = Tensor.meshgridXy(ROW, Tensor.of(new double[] {8, 9}));
        assertEquals(List.of(Shape.of(2, 4), Shape.of(2, 4)), shapes(grid));
        assertIs(grid.get(1), 8, 8, 8, 8, 9, 9, 9, 9);
    }

    @Test
    void axesMoveAndMerge() {
        Tensor x = Tensor.zeros(DType.FLOAT64, 2, 3, 4, 5);
        assertEquals(Shape.of(3, 4, 2, 5), x.moveAxis(0, 2).shape());
        assertEquals(Shape.of(5, 2, 3, 4), x.moveAxis(-1, 0).shape());
        assertEquals(
                Shape.of(4, 2, 5, 3),
                x.moveAxis(new int[] {2, 1}, new int[] {0, -1}).shape());
        assertThrows(AxisException.class, () -> x.moveAxis(new int[] {0, 0}, new int[] {1, 2}));
        assertEquals(Shape.of(2, 12, 5), x.flatten(1, -2).shape());
        assertEquals(Shape.of(1), Tensor.of(1.0).flatten(0, -1).shape());
        assertThrows(AxisException.class, () -> x.flatten(2, 1));
        assertEquals(Shape.of(7, 2, 3), MATRIX.expand(7, -1, -1).shape());
        assertEquals(Shape.of(2), Tensor.zeros(DType.FLOAT64, 1, 2, 1).squeeze().shape());
        assertIs(ROW.narrow(0, -2, 2), 3, 4);
    }

    @Test
    void arrangementsAgreeWithDifferences() {
        Tensor x = Tensor.linspace(-1, 2, 12).reshape(3, 4);
        GradientCheck.of(
                        (Tensor z) -> z.roll(new int[] {1, 2}, new int[] {0, 1}).square())
                .at(x)
                .run();
        GradientCheck.of((Tensor z) -> z.pad(PadMode.REFLECT, 1, 2, 2, 0).square())
                .at(x)
                .run();
        GradientCheck.of((Tensor z) -> z.padConstant(2, -1, 2, 1, 0).square())
                .at(x)
                .run();
        GradientCheck.of((Tensor z) -> z.tile(2, 3).square()).at(x).run();
        GradientCheck.of((Tensor z) -> z.diagonal(1).square()).at(x).run();
        GradientCheck.of((Tensor z) -> z.diagEmbed(-1, -1, 0).square()).at(x).run();
    }

    private static List<Shape> shapes(List<Tensor> tensors) {
        return tensors.stream().map(Tensor::shape).toList();
    }
}

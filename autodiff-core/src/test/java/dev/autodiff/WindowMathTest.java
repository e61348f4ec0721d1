package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.check.GradientCheck;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WindowMathTest {
    private static final Tensor LINE = Tensor.of(new double[] {1, 5, 3, 2, 4}, Shape.of(1, 1, 5));
    private static final Tensor IMAGE = Tensor.linspace(1, 20, 20).reshape(1, 1, 4, 5);

    private static void assertIs(Tensor got, double... want) {
        assertArrayEquals(want, got.toDoubleArray(), 1e-14);
    }

    private static Tensor image(long seed, int... shape) {
        return Tensor.normal(Generator.seeded(seed), DType.FLOAT64, Shape.of(shape), 0, 1);
    }

    @Test
    void theLargestOfEachWindowIsTaken() {
        assertIs(LINE.maxPool1d(Window.of(2)), 5, 3);
        assertIs(LINE.maxPool1d(Window.of(2).ceil(true)), 5, 3, 4);
        assertIs(LINE.maxPool1d(Window.of(3).stride(1).padding(1)), 5, 5, 5, 4, 4);
        assertIs(LINE.maxPool1d(Window.of(2).stride(1).dilation(3)), 2, 5);
        assertIs(LINE.neg().maxPool1d(Window.of(3).stride(2).padding(1)), -1, -2, -2);
        assertIs(IMAGE.maxPool2d(2), 7, 9, 17, 19);
        assertIs(IMAGE.maxPool2d(Window.of(2, 3).stride(2, 1)), 8, 9, 10, 18, 19, 20);
        assertEquals(
                Shape.of(2, 3, 1, 2, 3),
                image(1, 2, 3, 2, 4, 6).maxPool3d(Window.of(2)).shape());
        assertEquals(Shape.of(3, 2, 2), image(1, 3, 4, 5).maxPool2d(2).shape());
    }

    @Test
    void aWindowThatWouldBeginInThePaddingBehindIsLeftOut() {
        Tensor x = Tensor.of(new double[] {1, 2}, Shape.of(1, 1, 2));
        assertIs(x.maxPool1d(Window.of(2).stride(3).padding(1).ceil(true)), 1);
        assertIs(x.avgPool1d(Window.of(2).stride(3).padding(1).ceil(true), true), 0.5);
        assertIs(LINE.maxPool1d(Window.of(2).stride(5).padding(1).ceil(true)), 1, 4);
    }

    /** Windows of 2 × 2 have a loop of their own; windows over two equal planes take the general one. */
    @Test
    void squaresOfFourAreTakenAsAnyOtherWindow() {
        double[] special = {
            0.0, -0.0, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.MIN_VALUE, 1, -1, 2
        };
        for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            for (int seed = 0; seed < 20; seed++) {
                double[] values = image(seed, 2, 3, 9, 6).toDoubleArray();
                Random random = new Random(seed);
                for (int i = 0; i < (seed < 10 ? 40 : 4) * seed; i++) {
                    values[random.nextInt(values.length)] = special[random.nextInt(special.length)];
                }
                Tensor x = Tensor.of(values, Shape.of(2, 3, 9, 6)).to(dtype).requireGrad();
                x.maxPool2d(2).sum().backward();
                double[] got = Objects.requireNonNull(x.grad()).toDoubleArray();
                x.clearGrad();
                Tensor.stack(2, x, x).maxPool3d(Window.of(2)).sum().backward();
                assertArrayEquals(Objects.requireNonNull(x.grad()).toDoubleArray(), got, "seed " + seed);
            }
        }
    }

    @Test
    void ofEqualElementsTheFirstGetsTheGradient() {
        Tensor x = Tensor.ones(DType.FLOAT64, 1, 1, 2, 3).requireGrad();
        x.maxPool2d(Window.of(2).stride(1)).sum().backward();
        assertIs(Objects.requireNonNull(x.grad()), 1, 1, 0, 0, 0, 0);
    }

    @Test
    void aNaNAmongTheElementsIsTheLargest() {
        Tensor x = Tensor.of(new double[] {1, Double.NaN, 3, 4, Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY});
        assertArrayEquals(
                new double[] {Double.NaN, 4, Double.NEGATIVE_INFINITY},
                x.reshape(1, 1, 6).maxPool1d(Window.of(2)).toDoubleArray());
    }

    @Test
    void meansDivideByWhatTheyAreToldTo() {
        Window window = Window.of(2).stride(2).padding(1).ceil(true);
        assertIs(LINE.avgPool1d(window, true), 0.5, 4, 3);
        assertIs(LINE.avgPool1d(window, false), 1, 4, 3);
        Window standing = Window.of(3).stride(2).padding(1).ceil(true);
        Tensor four = Tensor.linspace(1, 4, 4).reshape(1, 1, 4);
        assertIs(four.avgPool1d(standing, true), 1, 3, 2); // the last window stands out by two, of which one is padding
        assertIs(four.avgPool1d(standing, false), 1.5, 3, 4);
        assertIs(IMAGE.avgPool2d(2), 4, 6, 14, 16);
        assertIs(IMAGE.avgPool2d(Window.of(2), 8), 2, 3, 7, 8);
        assertIs(IMAGE.avgPool2d(Window.of(4, 5).padding(2, 0).stride(4), false), 5.5, 15.5);
        assertThrows(IllegalArgumentException.class, () -> IMAGE.avgPool2d(Window.of(2), 0));
        assertThrows(
                IllegalArgumentException.class,
                () -> IMAGE.avgPool2d(Window.of(2).dilation(2), true));
    }

    @Test
    void adaptiveWindowsShareTheAxis() {
        assertIs(LINE.adaptiveAvgPool1d(2), 3, 3);
        assertIs(LINE.adaptiveAvgPool1d(3), 3, 10 / 3.0, 3);
        assertIs(LINE.adaptiveMaxPool1d(3), 5, 5, 4);
        assertIs(IMAGE.adaptiveAvgPool2d(1), 10.5);
        assertEquals(Shape.of(1, 1, 3, 7), IMAGE.adaptiveAvgPool2d(3, 7).shape());
        assertIs(IMAGE.adaptiveMaxPool2d(2, 1), 10, 20);
        assertThrows(IllegalArgumentException.class, () -> LINE.adaptiveAvgPool1d(0));
    }

    @Test
    void foldingIsTheTransposeOfUnfolding() {
        Window window = Window.of(2, 3).stride(1, 2).padding(1).dilation(2, 1);
        Tensor x = image(1, 2, 3, 4, 5);
        Tensor columns = x.unfold(window);
        Tensor g = image(2, columns.shape().toArray());
        double inner = columns.mul(g).sum().item();
        assertEquals(inner, g.fold(window, 4, 5).mul(x).sum().item(), 1e-12);
        assertIs(Tensor.linspace(1, 4, 4).reshape(1, 2, 2).unfold(Window.of(2, 1)), 1, 2, 3, 4);
        assertEquals(
                Shape.of(1, 2, 2), image(3, 2, 4).fold(Window.of(1), 2).shape().with(0, 1));
        assertThrows(ShapeException.class, () -> g.fold(window, 5, 5));
    }

    @Test
    void convolutionIsAProductWithUnfoldedWindows() {
        Tensor x = image(1, 2, 3, 6, 5);
        Tensor w = image(2, 4, 3, 2, 3);
        Window window = Window.of(2, 3).padding(1).stride(2);
        Tensor want = w.reshape(4, 18).matmul(x.unfold(window));
        Tensor got = x.conv2d(w, null, ConvOptions.defaults().padding(1).stride(2));
        assertTrue(got.reshape(want.shape()).allClose(want, 1e-12, 1e-12));
    }

    @Test
    void nearestElementsAreRepeated() {
        Tensor x = Tensor.of(new double[] {1, 2, 3}, Shape.of(1, 1, 3));
        assertIs(x.interpolate(InterpolationMode.NEAREST, false, 5), 1, 1, 2, 2, 3);
        assertIs(x.interpolateBy(InterpolationMode.NEAREST, false, 2), 1, 1, 2, 2, 3, 3);
        assertIs(x.interpolate(InterpolationMode.NEAREST, false, 2), 1, 2);
        assertIs(x.interpolate(InterpolationMode.NEAREST_EXACT, false, 2), 1, 3);
        assertIs(x.interpolate(InterpolationMode.AREA, false, 2), 1.5, 2.5);
        assertThrows(IllegalArgumentException.class, () -> x.interpolate(InterpolationMode.NEAREST, true, 2));
    }

    @Test
    void neighboursAreWeightedByTheirCloseness() {
        Tensor x = Tensor.of(new double[] {1, 2, 4}, Shape.of(1, 1, 3));
        assertIs(x.interpolate(InterpolationMode.LINEAR, true, 5), 1, 1.5, 2, 3, 4);
        assertIs(x.interpolate(InterpolationMode.LINEAR, false, 6), 1, 1.25, 1.75, 2.5, 3.5, 4);
        assertIs(x.interpolateBy(InterpolationMode.LINEAR, false, 2), 1, 1.25, 1.75, 2.5, 3.5, 4);
        assertIs(x.interpolate(InterpolationMode.LINEAR, true, 1), 1);
        Tensor constant = Tensor.full(DType.FLOAT64, Shape.of(1, 1, 3, 4), 2.5);
        assertTrue(constant.interpolate(InterpolationMode.CUBIC, false, 7, 5)
                .allClose(Tensor.full(DType.FLOAT64, Shape.of(1, 1, 7, 5), 2.5), 1e-14, 0));
        Tensor ramp = Tensor.linspace(0, 7, 8).reshape(1, 1, 8);
        assertEquals(3.5, ramp.interpolate(InterpolationMode.CUBIC, true, 3).get(0, 0, 1), 1e-14);
    }

    @Test
    void pixelsMoveBetweenChannelsAndPlaces() {
        Tensor x = Tensor.linspace(1, 8, 8).reshape(1, 4, 1, 2);
        assertIs(x.pixelShuffle(2), 1, 3, 2, 4, 5, 7, 6, 8);
        assertIs(x.pixelShuffle(2).pixelUnshuffle(2), 1, 2, 3, 4, 5, 6, 7, 8);
        assertEquals(Shape.of(1, 2, 4), image(1, 4, 1, 2).pixelShuffle(2).shape());
        assertThrows(ShapeException.class, () -> x.pixelShuffle(3));
        assertThrows(ShapeException.class, () -> x.pixelUnshuffle(2));
    }

    @Test
    void derivativesAgreeWithDifferences() {
        Tensor x = image(4, 2, 2, 4, 5);
        GradientCheck.of((Tensor z) ->
                        z.maxPool2d(Window.of(3, 2).stride(1, 2).padding(1)).square())
                .at(x)
                .run();
        GradientCheck.of((Tensor z) -> z.avgPool2d(
                                Window.of(3).padding(1).ceil(true).stride(2), true)
                        .square())
                .at(x)
                .run();
        GradientCheck.of((Tensor z) -> z.adaptiveAvgPool2d(3, 2).square()).at(x).run();
        GradientCheck.of((Tensor z) -> z.adaptiveMaxPool2d(3, 2).square()).at(x).run();
        GradientCheck.of((Tensor z) -> z.unfold(Window.of(2).padding(1)).square())
                .at(x)
                .run();
        for (InterpolationMode mode : InterpolationMode.values()) {
            GradientCheck.of((Tensor z) -> z.interpolate(mode, false, 6, 3).square())
                    .at(x)
                    .run();
        }
    }

    @Test
    void whatDoesNotFitIsNamed() {
        assertThrows(ShapeException.class, () -> LINE.maxPool1d(Window.of(6)));
        assertThrows(ShapeException.class, () -> LINE.maxPool2d(2).maxPool3d(Window.of(2)));
        assertThrows(ShapeException.class, () -> Tensor.of(1.0).maxPool2d(2));
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> LINE.maxPool1d(Window.of(2).padding(2)));
        assertTrue(e.getMessage().startsWith("maxPool1d: "));
        assertThrows(IllegalArgumentException.class, () -> Window.of(0));
        assertThrows(IllegalArgumentException.class, () -> Window.of());
        assertThrows(IllegalArgumentException.class, () -> IMAGE.maxPool2d(Window.of(1, 1, 1)));
        assertThrows(
                ShapeException.class,
                () -> Tensor.ones(DType.FLOAT64, 1, 1, 1)
                        .maxPool1d(Window.of(2).padding(1).dilation(2)));
        assertThrows(ShapeException.class, () -> LINE.interpolate(InterpolationMode.LINEAR, false, 2, 2));
    }
}

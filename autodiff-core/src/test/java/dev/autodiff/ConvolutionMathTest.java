package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.check.GradientCheck;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.DTypeException;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ConvolutionMathTest {
    /** Sums of some thousand products in another order. */
    private static final double TOLERANCE = 1e-12;

    private static Tensor normal(long seed, int... shape) {
        return Tensor.normal(Generator.seeded(seed), DType.FLOAT64, Shape.of(shape), 0, 1);
    }

    /** The definition, element by element; padding is before and output the number of windows, both for all axes. */
    private static Tensor defined(
            Tensor x, Tensor w, int[] stride, int[] before, int[] dilation, int[] out, int groups) {
        int batch = x.size(0);
        int perGroup = w.size(1);
        int outs = w.size(0);
        Tensor result = Tensor.zeros(DType.FLOAT64, batch, outs, out[0], out[1], out[2]);
        double[] values = result.toDoubleArray();
        int at = 0;
        for (int n = 0; n < batch; n++) {
            for (int o = 0; o < outs; o++) {
                for (int p = 0; p < out[0] * out[1] * out[2]; p++) {
                    int[] place = {p / out[2] / out[1], p / out[2] % out[1], p % out[2]};
                    double sum = 0;
                    for (int c = 0; c < perGroup; c++) {
                        for (int i = 0; i < w.size(2); i++) {
                            for (int j = 0; j < w.size(3); j++) {
                                for (int k = 0; k < w.size(4); k++) {
                                    int d = place[0] * stride[0] - before[0] + i * dilation[0];
                                    int h = place[1] * stride[1] - before[1] + j * dilation[1];
                                    int v = place[2] * stride[2] - before[2] + k * dilation[2];
                                    boolean inside = d >= 0
                                            && d < x.size(2)
                                            && h >= 0
                                            && h < x.size(3)
                                            && v >= 0
                                            && v < x.size(4);
                                    if (inside) {
                                        int channel = o / (outs / groups) * perGroup + c;
                                        sum += w.get(o, c, i, j, k) * x.get(n, channel, d, h, v);
                                    }
                                }
                            }
                        }
                    }
                    values[at++] = sum;
                }
            }
        }
        return Tensor.of(values, result.shape());
    }

    @Property(tries = 60)
    void convolutionsAreTheirDefinition(@ForAll long seed) {
        Generator random = Generator.seeded(seed);
        int[] stride = new int[3];
        int[] padding = new int[3];
        int[] dilation = new int[3];
        int[] size = new int[3];
        int[] kernel = new int[3];
        int[] out = new int[3];
        for (int d = 0; d < 3; d++) {
            stride[d] = 1 + random.nextInt(3);
            padding[d] = random.nextInt(3);
            dilation[d] = 1 + random.nextInt(2);
            kernel[d] = 1 + random.nextInt(3);
            size[d] = dilation[d] * (kernel[d] - 1) + 1 + random.nextInt(4);
            out[d] = (size[d] + 2 * padding[d] - dilation[d] * (kernel[d] - 1) - 1) / stride[d] + 1;
        }
        int groups = 1 + random.nextInt(3);
        Tensor x = normal(seed + 1, 2, 2 * groups, size[0], size[1], size[2]);
        Tensor w = normal(seed + 2, groups * 2, 2, kernel[0], kernel[1], kernel[2]);
        ConvOptions options = ConvOptions.defaults()
                .stride(stride)
                .padding(padding)
                .dilation(dilation)
                .groups(groups);
        Tensor got = x.conv3d(w, null, options);
        Tensor want = defined(x, w, stride, padding, dilation, out, groups);
        assertTrue(got.allClose(want, TOLERANCE, TOLERANCE), () -> "seed " + seed + ": " + got + ", want " + want);
    }

    @Test
    void manyChannelsAreConvolvedInBlocks() {
        int[] one = {1, 1, 1};
        Tensor x = normal(1, 2, 64, 1, 14, 15);
        Tensor w = normal(2, 5, 64, 1, 5, 5); // 1600 elements in a window, so that the 187 windows take three blocks
        Tensor want = defined(x, w, one, new int[] {0, 1, 2}, one, new int[] {1, 12, 15}, 1);
        ConvOptions options = ConvOptions.defaults().padding(0, 1, 2);
        assertTrue(x.conv3d(w, null, options).allClose(want, 1e-11, 1e-11));
        Tensor g = normal(3, 2, 5, 1, 12, 15);
        Tensor leafX = x.requireGrad();
        Tensor leafW = w.requireGrad();
        leafX.conv3d(leafW, null, options).backward(g);
        double inner = want.mul(g).sum().item();
        assertEquals(inner, x.mul(leafX.grad()).sum().item(), 1e-9 * Math.abs(inner));
        assertEquals(inner, w.mul(leafW.grad()).sum().item(), 1e-9 * Math.abs(inner));
    }

    @Test
    void paddingOfEqualSizePutsTheOddZeroBehind() {
        Tensor x = Tensor.of(new double[] {1, 2, 3}, Shape.of(1, 1, 3));
        Tensor w = Tensor.of(new double[] {1, 10}, Shape.of(1, 1, 2));
        ConvOptions same = ConvOptions.defaults().samePadding();
        assertArrayEquals(new double[] {21, 32, 3}, x.conv1d(w, null, same).toDoubleArray());
        assertEquals(Shape.of(1, 1, 3), x.conv1d(w, null, same.dilation(3)).shape());
        assertArrayEquals(
                new double[] {20, 31, 2}, x.conv1d(w, null, same.dilation(2)).toDoubleArray());
        assertThrows(IllegalArgumentException.class, () -> x.conv1d(w, null, same.stride(2)));
    }

    @Test
    void aSingleImageNeedsNoBatchAxis() {
        Tensor x = normal(1, 2, 5, 6);
        Tensor w = normal(2, 3, 2, 2, 3);
        Tensor bias = normal(3, 3);
        Tensor y = x.conv2d(w, bias, ConvOptions.defaults());
        assertEquals(Shape.of(3, 4, 4), y.shape());
        assertTrue(y.expandDims(0).allClose(x.expandDims(0).conv2d(w, bias, ConvOptions.defaults()), 0, 0));
        assertEquals(Shape.of(2, 5, 6), y.convTranspose2d(w).shape());
    }

    @Test
    void theTransposedConvolutionIsTheGradientByTheInput() {
        ConvOptions options =
                ConvOptions.defaults().stride(2, 3).padding(1, 0).dilation(1, 2).groups(2);
        Tensor w = normal(1, 4, 3, 3, 2);
        Tensor x = normal(2, 2, 6, 8, 9);
        Tensor y = x.conv2d(w, null, options);
        Tensor g = normal(3, y.shape().toArray());
        Tensor turned = g.convTranspose2d(w, null, options.outputPadding(1, 0));
        assertEquals(x.shape(), turned.shape());
        double inner = y.mul(g).sum().item();
        assertEquals(inner, x.mul(turned).sum().item(), 1e-10);
        Tensor line = Tensor.of(new double[] {1, 2}, Shape.of(1, 1, 2));
        Tensor kernel = Tensor.of(new double[] {1, 10}, Shape.of(1, 1, 2));
        assertArrayEquals(new double[] {1, 12, 20}, line.convTranspose1d(kernel).toDoubleArray());
        assertArrayEquals(
                new double[] {1, 10, 0, 2, 20, 0},
                line.convTranspose1d(
                                kernel, null, ConvOptions.defaults().stride(3).outputPadding(1))
                        .toDoubleArray());
    }

    @Test
    void derivativesAgreeWithDifferences() {
        Tensor w = normal(1, 4, 1, 2, 2);
        Tensor bias = normal(2, 4);
        ConvOptions options = ConvOptions.defaults().groups(2).padding(1).stride(2, 1);
        GradientCheck.ofSeveral(
                        xs -> xs.get(0).conv2d(xs.get(1), xs.get(2), options).square())
                .at(normal(3, 2, 2, 3, 4), w, bias)
                .run();
        GradientCheck.ofSeveral(xs -> xs.get(0)
                        .convTranspose2d(
                                xs.get(1), xs.get(2), ConvOptions.defaults().groups(2))
                        .square())
                .at(normal(3, 1, 4, 2, 3), w, normal(5, 2))
                .run();
    }

    @Test
    void theGradientByAnInputThatNeedsNoneIsNotComputed() {
        List<String> ran = new ArrayList<>();
        OpListener listener = new OpListener() {
            @Override
            public void ran(Op op, Tensor[] inputs, Tensor out) {
                ran.add(op.label());
            }

            @Override
            public void contributed(Node node, int input, Tensor contribution) {}

            @Override
            public boolean hearsRules() {
                return true;
            }
        };
        Tensor w = normal(1, 2, 1, 3, 3).requireGrad();
        Tensor y = normal(2, 1, 1, 5, 5).conv2d(w);
        Mode.current().listening(listener, () -> {
            y.sum().backward();
            return Boolean.TRUE;
        });
        assertTrue(ran.contains("convByWeight"), ran::toString);
        assertFalse(ran.contains("convTranspose"), ran::toString);
    }

    @Test
    void anEmptyBatchHasAnEmptyResultAndZeroGradients() {
        Tensor w = normal(1, 2, 1, 3, 3).requireGrad();
        Tensor y = Tensor.zeros(DType.FLOAT64, 0, 1, 5, 5).conv2d(w);
        assertEquals(Shape.of(0, 2, 3, 3), y.shape());
        y.sum().backward();
        assertTrue(w.zerosLike().allClose(Objects.requireNonNull(w.grad()), 0, 0));
    }

    @Test
    void shapesThatDoNotFitAreNamed() {
        Tensor x = Tensor.zeros(DType.FLOAT64, 1, 3, 4, 4);
        ShapeException e = assertThrows(ShapeException.class, () -> x.conv2d(Tensor.zeros(DType.FLOAT64, 2, 2, 3, 3)));
        assertTrue(
                e.getMessage().startsWith("conv2d: expected weight [out, 3 channels, kernel…] for input [1, 3, 4, 4]"));
        Tensor w = Tensor.zeros(DType.FLOAT64, 2, 3, 3, 3);
        assertThrows(ShapeException.class, () -> x.conv2d(Tensor.zeros(DType.FLOAT64, 2, 3, 5, 1)));
        assertThrows(ShapeException.class, () -> x.conv1d(w));
        assertThrows(
                ShapeException.class,
                () -> x.conv2d(w, null, ConvOptions.defaults().groups(2)));
        assertThrows(ShapeException.class, () -> x.conv2d(w, Tensor.zeros(DType.FLOAT64, 3), ConvOptions.defaults()));
        assertThrows(
                IllegalArgumentException.class,
                () -> x.conv2d(w, null, ConvOptions.defaults().stride(1, 2, 3)));
        assertThrows(
                IllegalArgumentException.class, () -> ConvOptions.defaults().stride(0));
        assertThrows(
                IllegalArgumentException.class, () -> ConvOptions.defaults().groups(0));
        assertThrows(
                IllegalArgumentException.class, () -> ConvOptions.defaults().padding(-1));
        assertThrows(
                IllegalArgumentException.class,
                () -> x.conv2d(w, null, ConvOptions.defaults().stride(2).outputPadding(1)));
        assertThrows(DTypeException.class, () -> x.conv2d(w.to(DType.FLOAT32)));
        assertThrows(ShapeException.class, () -> x.convTranspose2d(w));
        assertThrows(
                IllegalArgumentException.class,
                () -> x.convTranspose2d(
                        Tensor.zeros(DType.FLOAT64, 3, 1, 2, 2),
                        null,
                        ConvOptions.defaults().stride(2).outputPadding(2)));
        assertThrows(
                IllegalArgumentException.class,
                () -> x.convTranspose2d(w, null, ConvOptions.defaults().samePadding()));
    }
}

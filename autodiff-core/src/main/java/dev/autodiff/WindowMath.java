package dev.autodiff;

import dev.autodiff.kernel.WindowAxis;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * Pooling, unfolding and resampling over one to three spatial axes, which are the last ones: the input is [batch, channels, spatial…], or
 * [channels, spatial…] for a single image. Shapes that do not fit are a {@link ShapeException}, a padding of more than half of a pooled
 * window is an {@link IllegalArgumentException}.
 */
public sealed interface WindowMath permits Tensor {

    // ---- pooling ----

    /**
     * {@code out[…, p] = max x[…, i]} over the positions i of window p; the padding never is the largest. NaN if any is; of equal elements
     * the first gets the gradient.
     */
    default Tensor maxPool1d(Window window) {
        return maxPool("maxPool1d", 1, window);
    }

    /** As {@link #maxPool1d} over two spatial axes. */
    default Tensor maxPool2d(Window window) {
        return maxPool("maxPool2d", 2, window);
    }

    /** The largest of each square of {@code size·size} elements, see {@link #maxPool2d(Window)}. */
    default Tensor maxPool2d(int size) {
        return maxPool2d(Window.of(size));
    }

    /** As {@link #maxPool1d} over three spatial axes. */
    default Tensor maxPool3d(Window window) {
        return maxPool("maxPool3d", 3, window);
    }

    private Tensor maxPool(String operation, int axes, Window window) {
        return batched(operation, axes, x -> {
            List<WindowAxis> windows = List.copyOf(window.axes(operation, spatial(x, axes), true));
            for (WindowAxis axis : windows) {
                for (int o = 0; o < axis.output(); o++) {
                    if (axis.first(o) >= axis.end(o)) {
                        throw new ShapeException(operation + ": window " + o + " covers only padding for input "
                                + x.shape() + " and " + window);
                    }
                }
            }
            return largest(x, windows);
        });
    }

    private static Tensor largest(Tensor x, List<WindowAxis> windows) {
        Tensor places = Engine.apply(new Windows.LargestPlaces(windows), x.detach());
        Shape spatial = x.shape().slice(x.rank() - windows.size(), x.rank());
        return Engine.apply(new Windows.PickPlaces(spatial), x, places);
    }

    /**
     * {@code out[…, p] = Σ x[…, i] / n} over the positions i of window p. With {@code countPadding}, n counts the zeros of the padding as
     * well, but nothing that stands out behind it; else only what is inside.
     *
     * @throws IllegalArgumentException if the window has a dilation
     */
    default Tensor avgPool1d(Window window, boolean countPadding) {
        return avgPool("avgPool1d", 1, window, countPadding, 0);
    }

    /** As {@link #avgPool1d} over two spatial axes. */
    default Tensor avgPool2d(Window window, boolean countPadding) {
        return avgPool("avgPool2d", 2, window, countPadding, 0);
    }

    /** The mean of each square of {@code size·size} elements, see {@link #avgPool2d(Window, boolean)}. */
    default Tensor avgPool2d(int size) {
        return avgPool2d(Window.of(size), true);
    }

    /**
     * {@code out[…, p] = Σ x[…, i] / divisor} over the positions i of window p.
     *
     * @param divisor not 0
     */
    default Tensor avgPool2d(Window window, int divisor) {
        return avgPool("avgPool2d", 2, window, true, checkedDivisor("avgPool2d", divisor));
    }

    /** As {@link #avgPool1d} over three spatial axes. */
    default Tensor avgPool3d(Window window, boolean countPadding) {
        return avgPool("avgPool3d", 3, window, countPadding, 0);
    }

    /** As {@link #avgPool2d(Window, int)} over three spatial axes. */
    default Tensor avgPool3d(Window window, int divisor) {
        return avgPool("avgPool3d", 3, window, true, checkedDivisor("avgPool3d", divisor));
    }

    private static int checkedDivisor(String operation, int divisor) {
        if (divisor == 0) {
            throw new IllegalArgumentException(operation + ": the divisor must not be 0");
        }
        return divisor;
    }

    private Tensor avgPool(String operation, int axes, Window window, boolean countPadding, int divisor) {
        if (window.dilation().stream().anyMatch(d -> d != 1)) {
            throw new IllegalArgumentException(
                    operation + ": expected windows without dilation, got " + window.dilation());
        }
        return batched(operation, axes, x -> {
            List<WindowAxis.Sliding> windows = window.axes(operation, spatial(x, axes), true);
            Tensor sum = Engine.apply(new Windows.SumWindows(List.copyOf(windows)), x);
            if (divisor != 0) {
                return sum.div(divisor);
            }
            List<double[]> counts = new ArrayList<>();
            for (WindowAxis.Sliding axis : windows) {
                double[] count = new double[axis.output()];
                for (int o = 0; o < count.length; o++) {
                    int start = o * axis.stride() - axis.padding();
                    count[o] = countPadding
                            ? Math.min(start + axis.kernel(), axis.input() + axis.padding()) - start
                            : Math.max(1, axis.end(o) - axis.first(o)); // the sum over nothing is 0 all the same
                }
                counts.add(count);
            }
            return divided(sum, counts);
        });
    }

    /** Divides by the product of a number for each place along each of the last axes; the numbers follow from the shapes alone. */
    private static Tensor divided(Tensor sum, List<double[]> counts) {
        boolean uniform = true;
        double all = 1;
        Tensor divisors = null;
        for (double[] count : counts) {
            uniform &= Arrays.stream(count).allMatch(n -> n == count[0]);
            all *= count[0];
        }
        if (uniform) {
            return sum.div(all);
        }
        for (double[] count : counts) {
            Tensor along = Tensor.of(count).to(sum.dtype());
            divisors = divisors == null ? along : divisors.expandDims(-1).mul(along);
        }
        return sum.div(Objects.requireNonNull(divisors));
    }

    /** {@code out[…, p]}: the mean of x over ⌊p·size/outputSize⌋ to before ⌈(p + 1)·size/outputSize⌉. */
    default Tensor adaptiveAvgPool1d(int outputSize) {
        return adaptiveAvgPool("adaptiveAvgPool1d", 1, outputSize);
    }

    /** As {@link #adaptiveAvgPool1d} over two spatial axes; one size is for both. */
    default Tensor adaptiveAvgPool2d(int... outputSize) {
        return adaptiveAvgPool("adaptiveAvgPool2d", 2, outputSize);
    }

    /** As {@link #adaptiveAvgPool1d} over three spatial axes; one size is for all. */
    default Tensor adaptiveAvgPool3d(int... outputSize) {
        return adaptiveAvgPool("adaptiveAvgPool3d", 3, outputSize);
    }

    private Tensor adaptiveAvgPool(String operation, int axes, int... outputSize) {
        return batched(operation, axes, x -> {
            List<WindowAxis> windows = adaptive(operation, x, axes, outputSize);
            List<double[]> counts = new ArrayList<>();
            for (WindowAxis axis : windows) {
                double[] count = new double[axis.output()];
                Arrays.setAll(count, o -> axis.end(o) - axis.first(o));
                counts.add(count);
            }
            return divided(Engine.apply(new Windows.SumWindows(windows), x), counts);
        });
    }

    /** {@code out[…, p]}: the largest x over ⌊p·size/outputSize⌋ to before ⌈(p + 1)·size/outputSize⌉; of equal ones the first gets the gradient. */
    default Tensor adaptiveMaxPool1d(int outputSize) {
        return batched("adaptiveMaxPool1d", 1, x -> largest(x, adaptive("adaptiveMaxPool1d", x, 1, outputSize)));
    }

    /** As {@link #adaptiveMaxPool1d} over two spatial axes; one size is for both. */
    default Tensor adaptiveMaxPool2d(int... outputSize) {
        return batched("adaptiveMaxPool2d", 2, x -> largest(x, adaptive("adaptiveMaxPool2d", x, 2, outputSize)));
    }

    /** As {@link #adaptiveMaxPool1d} over three spatial axes; one size is for all. */
    default Tensor adaptiveMaxPool3d(int... outputSize) {
        return batched("adaptiveMaxPool3d", 3, x -> largest(x, adaptive("adaptiveMaxPool3d", x, 3, outputSize)));
    }

    private static List<WindowAxis> adaptive(String operation, Tensor x, int axes, int... outputSize) {
        if ((outputSize.length != 1 && outputSize.length != axes)
                || Arrays.stream(outputSize).anyMatch(n -> n < 1)) {
            throw new IllegalArgumentException(operation + ": expected a positive output size, or one for each of "
                    + axes + " spatial axes, got " + Arrays.toString(outputSize));
        }
        List<WindowAxis> result = new ArrayList<>();
        for (int d = 0; d < axes; d++) {
            int size = x.size(x.rank() - axes + d);
            if (size == 0) {
                throw new ShapeException(operation + ": expected spatial axes with elements, got " + x.shape());
            }
            result.add(new WindowAxis.Adaptive(size, outputSize[outputSize.length == 1 ? 0 : d]));
        }
        return List.copyOf(result);
    }

    // ---- windows as columns ----

    /**
     * {@code out[n, c·kernel + j, o]}: element j of window o of x[n, c, …], 0 in the padding; elements and windows in row-major order. x
     * [batch, channels, spatial…] gives [batch, channels·kernel, windows]; a single image has no batch axis.
     */
    default Tensor unfold(Window window) {
        int axes = window.kernel().size() == 1 ? 2 : window.kernel().size();
        return batched(
                "unfold",
                axes,
                x -> Engine.apply(new Windows.Unfold(window.axes("unfold", spatial(x, axes), false)), x));
    }

    /**
     * The transpose of {@link #unfold(Window)}: columns [batch, channels·kernel, windows] added back to the positions of their windows.
     *
     * @param outputSize the spatial sizes of the result, two or as many as the kernel has; one is for both
     */
    default Tensor fold(Window window, int... outputSize) {
        Tensor x = (Tensor) this;
        int axes = Math.max(window.kernel().size(), outputSize.length);
        if (axes == 1) {
            axes = 2;
        }
        if (outputSize.length != 1 && outputSize.length != axes) {
            throw new IllegalArgumentException("fold: expected one output size, or one for each of " + axes
                    + " spatial axes, got " + Arrays.toString(outputSize));
        }
        int[] sizes = new int[axes];
        Arrays.setAll(sizes, d -> outputSize[outputSize.length == 1 ? 0 : d]);
        List<WindowAxis.Sliding> windows = window.axes("fold", sizes, false);
        int kernel = 1;
        int count = 1;
        for (WindowAxis.Sliding axis : windows) {
            kernel *= axis.kernel();
            count *= axis.output();
        }
        Engine.floating("fold", x);
        boolean single = x.rank() == 2;
        if ((!single && x.rank() != 3) || x.size(-2) % kernel != 0 || x.size(-1) != count) {
            throw new ShapeException("fold: expected columns [batch, a multiple of " + kernel + ", " + count
                    + "] for output sizes " + Arrays.toString(sizes) + ", got " + x.shape());
        }
        Tensor out = Engine.apply(new Windows.Fold(windows), single ? x.expandDims(0) : x);
        return single ? out.squeeze(0) : out;
    }

    // ---- resampling ----

    /**
     * x [batch, channels, spatial…] resampled to other spatial sizes.
     *
     * @param alignCorners whether the first and last elements keep their places, so that the distance of the new elements is {@code (size −
     *     1) / (newSize − 1)}; else each element stands for its surroundings and the distance is {@code size / newSize}. Only for LINEAR and
     *     CUBIC
     * @param sizes one for each spatial axis, or one for all
     */
    default Tensor interpolate(InterpolationMode mode, boolean alignCorners, int... sizes) {
        Tensor x = (Tensor) this;
        int axes = x.rank() - 2;
        if (axes < 1
                || (sizes.length != 1 && sizes.length != axes)
                || Arrays.stream(sizes).anyMatch(n -> n < 1)) {
            throw new ShapeException(
                    "interpolate: expected input [batch, channels, spatial…] and a positive size, or one for"
                            + " each spatial axis, got " + x.shape() + " and " + Arrays.toString(sizes));
        }
        int[] counts = new int[axes];
        double[] scales = new double[axes];
        for (int d = 0; d < axes; d++) {
            counts[d] = sizes[sizes.length == 1 ? 0 : d];
            scales[d] = (double) x.size(d + 2) / counts[d];
        }
        return interpolate(mode, alignCorners, counts, scales);
    }

    /**
     * x [batch, channels, spatial…] resampled to {@code ⌊size·factor⌋} along each spatial axis, at the distance {@code 1 / factor}.
     *
     * @param factors one for each spatial axis, or one for all
     */
    default Tensor interpolateBy(InterpolationMode mode, boolean alignCorners, double... factors) {
        Tensor x = (Tensor) this;
        int axes = x.rank() - 2;
        if (axes < 1 || (factors.length != 1 && factors.length != axes)) {
            throw new ShapeException(
                    "interpolate: expected input [batch, channels, spatial…] and one factor, or one for"
                            + " each spatial axis, got " + x.shape() + " and " + Arrays.toString(factors));
        }
        int[] counts = new int[axes];
        double[] scales = new double[axes];
        for (int d = 0; d < axes; d++) {
            double factor = factors[factors.length == 1 ? 0 : d];
            counts[d] = (int) Math.floor(x.size(d + 2) * factor);
            scales[d] = 1 / factor;
            if (!(factor > 0) || counts[d] < 1) {
                throw new IllegalArgumentException("interpolate: expected factors that leave at least one element of "
                        + x.shape() + ", got " + Arrays.toString(factors));
            }
        }
        return interpolate(mode, alignCorners, counts, scales);
    }

    private Tensor interpolate(InterpolationMode mode, boolean alignCorners, int[] counts, double[] scales) {
        Tensor x = (Tensor) this;
        Engine.floating("interpolate", x);
        if (alignCorners && mode != InterpolationMode.LINEAR && mode != InterpolationMode.CUBIC) {
            throw new IllegalArgumentException(
                    "interpolate: corners are aligned for LINEAR and CUBIC alone, not " + mode);
        }
        for (int d = 0; d < counts.length; d++) {
            if (x.size(d + 2) == 0) {
                throw new ShapeException("interpolate: expected spatial axes with elements, got " + x.shape());
            }
        }
        if (mode == InterpolationMode.AREA) {
            return switch (counts.length) {
                case 1 -> x.adaptiveAvgPool1d(counts[0]);
                case 2 -> x.adaptiveAvgPool2d(counts);
                default -> x.adaptiveAvgPool3d(counts);
            };
        }
        Tensor out = x;
        for (int d = 0; d < counts.length; d++) {
            out = Interpolation.along(out, d + 2, counts[d], scales[d], mode, alignCorners);
        }
        return out;
    }

    /**
     * {@code out[…, c, h·r + i, w·r + j] = x[…, c·r² + i·r + j, h, w]} for the factor r: [batch, channels·r², height, width] becomes [batch,
     * channels, height·r, width·r].
     */
    default Tensor pixelShuffle(int factor) {
        Tensor x = (Tensor) this;
        int rank = x.rank();
        if (rank < 3 || factor < 1 || x.size(-3) % (factor * factor) != 0) {
            throw new ShapeException("pixelShuffle: expected [batch, channels·factor², height, width] for factor "
                    + factor + ", got " + x.shape());
        }
        int channels = x.size(-3) / (factor * factor);
        Shape before = x.shape().slice(0, rank - 3);
        int h = x.size(-2);
        int w = x.size(-1);
        Tensor split = x.reshape(Shape.of(before.size(), channels, factor, factor, h, w));
        return split.permute(0, 1, 4, 2, 5, 3).reshape(before.concat(Shape.of(channels, h * factor, w * factor)));
    }

    /** The inverse of {@link #pixelShuffle}: [batch, channels, height·r, width·r] becomes [batch, channels·r², height, width]. */
    default Tensor pixelUnshuffle(int factor) {
        Tensor x = (Tensor) this;
        int rank = x.rank();
        if (rank < 3 || factor < 1 || x.size(-2) % factor != 0 || x.size(-1) % factor != 0) {
            throw new ShapeException(
                    "pixelUnshuffle: expected [batch, channels, height·factor, width·factor] for factor " + factor
                            + ", got " + x.shape());
        }
        Shape before = x.shape().slice(0, rank - 3);
        int channels = x.size(-3);
        int h = x.size(-2) / factor;
        int w = x.size(-1) / factor;
        Tensor split = x.reshape(Shape.of(before.size(), channels, h, factor, w, factor));
        return split.permute(0, 1, 3, 5, 2, 4).reshape(before.concat(Shape.of(channels * factor * factor, h, w)));
    }

    private static int[] spatial(Tensor x, int axes) {
        return x.shape().slice(x.rank() - axes, x.rank()).toArray();
    }

    /** Gives a single image [channels, spatial…] its batch axis, and takes it off again. */
    private Tensor batched(String operation, int axes, Function<Tensor, Tensor> pooling) {
        Tensor x = (Tensor) this;
        Engine.floating(operation, x);
        if (x.rank() == axes + 1) {
            return pooling.apply(x.expandDims(0)).squeeze(0);
        }
        if (x.rank() != axes + 2) {
            throw new ShapeException(operation + ": expected [batch, channels, spatial…] or [channels, spatial…] with "
                    + axes + (axes == 1 ? " spatial axis" : " spatial axes") + ", got " + x.shape());
        }
        return pooling.apply(x);
    }
}

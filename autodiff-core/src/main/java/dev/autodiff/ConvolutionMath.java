package dev.autodiff;

import dev.autodiff.kernel.WindowAxis;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions over one to three spatial axes, as cross-correlations: the kernel is not turned around. The input is [batch, channels,
 * spatial…], or [channels, spatial…] for a single image, whose result has no batch axis either. Shapes that do not fit are a {@link
 * ShapeException}.
 */
public sealed interface ConvolutionMath permits Tensor {

    /** {@code out[n, o, p] = Σ_{c, j} weight[o, c, j]·x[n, c, p + j]}, for a weight [out, channels, kernel]. */
    default Tensor conv1d(Tensor weight) {
        return conv1d(weight, null, ConvOptions.defaults());
    }

    /**
     * {@code out[n, o, p] = bias[o] + Σ_{c, j} weight[o, c, j]·x[n, c, p·stride − padding + j·dilation]}, for a weight [out, channels /
     * groups, kernel] and a bias [out] or none; x is 0 outside.
     */
    default Tensor conv1d(Tensor weight, @Nullable Tensor bias, ConvOptions options) {
        return conv("conv1d", 1, weight, bias, options);
    }

    /** {@code out[n, o, p, q] = Σ_{c, j, k} weight[o, c, j, k]·x[n, c, p + j, q + k]}, for a weight [out, channels, height, width]. */
    default Tensor conv2d(Tensor weight) {
        return conv2d(weight, null, ConvOptions.defaults());
    }

    /** As {@link #conv1d(Tensor, Tensor, ConvOptions)} over two spatial axes, for a weight [out, channels / groups, height, width]. */
    default Tensor conv2d(Tensor weight, @Nullable Tensor bias, ConvOptions options) {
        return conv("conv2d", 2, weight, bias, options);
    }

    /** As {@link #conv2d(Tensor)} over three spatial axes, for a weight [out, channels, depth, height, width]. */
    default Tensor conv3d(Tensor weight) {
        return conv3d(weight, null, ConvOptions.defaults());
    }

    /** As {@link #conv1d(Tensor, Tensor, ConvOptions)} over three spatial axes, for a weight [out, channels / groups, depth, height, width]. */
    default Tensor conv3d(Tensor weight, @Nullable Tensor bias, ConvOptions options) {
        return conv("conv3d", 3, weight, bias, options);
    }

    /** As {@link #convTranspose1d(Tensor, Tensor, ConvOptions)} with the default options and no bias. */
    default Tensor convTranspose1d(Tensor weight) {
        return convTranspose1d(weight, null, ConvOptions.defaults());
    }

    /**
     * The transposed convolution {@code out[n, o, i] = bias[o] + Σ weight[c, o, j]·x[n, c, p]} over all c, j and p with {@code p·stride −
     * padding + j·dilation = i}: the gradient of a convolution by its input, for a weight [channels, out / groups, kernel]. The result has
     * {@code (size − 1)·stride − 2·padding + dilation·(kernel − 1) + outputPadding + 1} elements along the axis.
     *
     * @throws IllegalArgumentException if outputPadding is not below the stride or the dilation, or the padding is to be chosen
     */
    default Tensor convTranspose1d(Tensor weight, @Nullable Tensor bias, ConvOptions options) {
        return convTranspose("convTranspose1d", 1, weight, bias, options);
    }

    /** As {@link #convTranspose2d(Tensor, Tensor, ConvOptions)} with the default options and no bias. */
    default Tensor convTranspose2d(Tensor weight) {
        return convTranspose2d(weight, null, ConvOptions.defaults());
    }

    /** As {@link #convTranspose1d(Tensor, Tensor, ConvOptions)} over two spatial axes. */
    default Tensor convTranspose2d(Tensor weight, @Nullable Tensor bias, ConvOptions options) {
        return convTranspose("convTranspose2d", 2, weight, bias, options);
    }

    /** As {@link #convTranspose3d(Tensor, Tensor, ConvOptions)} with the default options and no bias. */
    default Tensor convTranspose3d(Tensor weight) {
        return convTranspose3d(weight, null, ConvOptions.defaults());
    }

    /** As {@link #convTranspose1d(Tensor, Tensor, ConvOptions)} over three spatial axes. */
    default Tensor convTranspose3d(Tensor weight, @Nullable Tensor bias, ConvOptions options) {
        return convTranspose("convTranspose3d", 3, weight, bias, options);
    }

    private Tensor conv(String operation, int axes, Tensor weight, @Nullable Tensor bias, ConvOptions options) {
        return batched(operation, axes, weight, bias, (x, w) -> {
            int channels = x.size(1);
            int groups = options.groups();
            String expected = "[out, " + (groups == 1 ? "" : groups + " groups of ")
                    + (channels % groups == 0 ? channels / groups : channels + "/" + groups) + " channels"
                    + ", kernel…]";
            if (channels % groups != 0 || w.size(1) != channels / groups || w.size(0) % groups != 0) {
                throw new ShapeException(operation + ": expected weight " + expected + " for input " + x.shape()
                        + " with " + groups + (groups == 1 ? " group" : " groups") + ", got " + w.shape()
                        + "; a weight is [out, channels / groups, kernel…], and groups divide channels and out");
            }
            checkBias(operation, bias, w.size(0));
            return Engine.apply(new Convolution.Forward(windows(operation, axes, x, w, options), groups), x, w);
        });
    }

    private static List<WindowAxis.Sliding> windows(
            String operation, int axes, Tensor x, Tensor w, ConvOptions options) {
        int[] stride = Window.spread(operation, "stride", options.stride(), axes);
        int[] padding = Window.spread(operation, "padding", options.padding(), axes);
        int[] dilation = Window.spread(operation, "dilation", options.dilation(), axes);
        if (options.outputPadding().stream().anyMatch(p -> p != 0)) {
            throw new IllegalArgumentException(operation + ": expected no outputPadding, which is for transposed"
                    + " convolutions alone, got " + options.outputPadding());
        }
        List<WindowAxis.Sliding> result = new ArrayList<>();
        for (int d = 0; d < axes; d++) {
            int kernel = w.size(d + 2);
            int size = x.size(d + 2);
            int span = Math.toIntExact(dilation[d] * (kernel - 1L) + 1);
            if (options.same() && stride[d] != 1) {
                throw new IllegalArgumentException(
                        operation + ": expected stride 1 with the padding of equal size, got " + stride[d]);
            }
            long room = options.same() ? size - 1 : size + 2L * padding[d] - span;
            if (kernel == 0 || room < 0) {
                throw new ShapeException(operation + ": expected a kernel that fits into input " + x.shape()
                        + " with padding " + padding[d] + ", got weight " + w.shape() + " with dilation "
                        + dilation[d]);
            }
            int before = options.same() ? (span - 1) / 2 : padding[d];
            result.add(
                    new WindowAxis.Sliding(size, (int) (room / stride[d] + 1), kernel, stride[d], dilation[d], before));
        }
        return List.copyOf(result);
    }

    private Tensor convTranspose(
            String operation, int axes, Tensor weight, @Nullable Tensor bias, ConvOptions options) {
        return batched(operation, axes, weight, bias, (x, w) -> {
            int groups = options.groups();
            if (w.size(0) != x.size(1) || x.size(1) % groups != 0) {
                throw new ShapeException(operation + ": expected weight [" + x.size(1)
                        + " channels, out / groups, kernel…] for input " + x.shape() + " with " + groups
                        + (groups == 1 ? " group" : " groups") + ", got " + w.shape()
                        + "; groups divide the channels");
            }
            checkBias(operation, bias, w.size(1) * groups);
            return Engine.apply(new Convolution.ByInput(spreadWindows(operation, axes, x, w, options), groups), x, w);
        });
    }

    private static List<WindowAxis.Sliding> spreadWindows(
            String operation, int axes, Tensor x, Tensor w, ConvOptions options) {
        if (options.same()) {
            throw new IllegalArgumentException(
                    operation + ": expected a padding in numbers; that of equal size is for convolutions alone");
        }
        int[] stride = Window.spread(operation, "stride", options.stride(), axes);
        int[] padding = Window.spread(operation, "padding", options.padding(), axes);
        int[] dilation = Window.spread(operation, "dilation", options.dilation(), axes);
        int[] extra = Window.spread(operation, "outputPadding", options.outputPadding(), axes);
        List<WindowAxis.Sliding> result = new ArrayList<>();
        for (int d = 0; d < axes; d++) {
            if (extra[d] >= stride[d] && extra[d] >= dilation[d]) {
                throw new IllegalArgumentException(operation + ": expected an outputPadding below stride " + stride[d]
                        + " or dilation " + dilation[d] + ", got " + extra[d]);
            }
            int kernel = w.size(d + 2);
            int windows = x.size(d + 2);
            long size = (windows - 1L) * stride[d] - 2L * padding[d] + dilation[d] * (kernel - 1L) + extra[d] + 1;
            if (kernel == 0 || windows == 0 || size < 1 || size > Integer.MAX_VALUE) {
                throw new ShapeException(operation + ": expected a result of at least one element, got size " + size
                        + " from input " + x.shape() + " and weight " + w.shape());
            }
            result.add(new WindowAxis.Sliding((int) size, windows, kernel, stride[d], dilation[d], padding[d]));
        }
        return List.copyOf(result);
    }

    /** Adds the batch axis to a single image, checks the ranks, adds the bias. */
    private Tensor batched(
            String operation,
            int axes,
            Tensor weight,
            @Nullable Tensor bias,
            BiFunction<Tensor, Tensor, Tensor> convolution) {
        Tensor x = (Tensor) this;
        Operands.check(operation, 1, weight);
        Engine.floating(operation, x, weight);
        boolean single = x.rank() == axes + 1;
        if ((!single && x.rank() != axes + 2) || weight.rank() != axes + 2) {
            throw new ShapeException(operation + ": expected input [batch, channels, spatial…] or [channels, spatial…]"
                    + " and weight [out, channels, kernel…] with " + axes
                    + (axes == 1 ? " spatial axis" : " spatial axes")
                    + ", got input " + x.shape() + " and weight " + weight.shape());
        }
        Tensor y = convolution.apply(single ? x.expandDims(0) : x, weight);
        if (bias != null) {
            Engine.floating(operation, x, bias);
            int[] perChannel = new int[axes + 1];
            Arrays.fill(perChannel, 1);
            perChannel[0] = bias.size();
            y = y.add(bias.reshape(Shape.of(perChannel)));
        }
        return single ? y.squeeze(0) : y;
    }

    private static void checkBias(String operation, @Nullable Tensor bias, int channels) {
        if (bias != null && !bias.shape().equals(Shape.of(channels))) {
            throw new ShapeException(operation + ": expected a bias of shape [" + channels + "], got " + bias.shape());
        }
    }
}

package dev.autodiff;

import dev.autodiff.kernel.WindowAxis;
import dev.autodiff.shape.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How the windows of a pooling or an unfolding lie. Each list has a number for each spatial axis, or one for all of them:
 *
 * <pre>{@code
 * x.maxPool2d(Window.of(3).stride(2).padding(1));
 * }</pre>
 *
 * @param kernel the elements of a window, from 1
 * @param stride the distance of the windows, from 1; empty for the default: pooling takes the kernel's size, unfolding 1
 * @param padding what is added on either side, from 0; default 0
 * @param dilation the distance of the elements of a window, from 1; default 1
 * @param ceil whether a last window that begins inside the axis or the padding before it may stand out behind; default false
 */
public record Window(
        List<Integer> kernel, List<Integer> stride, List<Integer> padding, List<Integer> dilation, boolean ceil) {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public Window {
        kernel = checked("window: kernel", kernel, 1);
        stride = stride.isEmpty() ? List.of() : checked("window: stride", stride, 1);
        padding = checked("window: padding", padding, 0);
        dilation = checked("window: dilation", dilation, 1);
    }

    /** Returns windows of a size. */
    public static Window of(int... kernel) {
        return new Window(list(kernel), List.of(), List.of(0), List.of(1), false);
    }

    private static List<Integer> list(int... numbers) {
        return Arrays.stream(numbers).boxed().collect(Collectors.toUnmodifiableList());
    }

    /** Returns the same with another stride. */
    public Window stride(int... stride) {
        return new Window(kernel, list(stride), padding, dilation, ceil);
    }

    /** Returns the same with another padding. */
    public Window padding(int... padding) {
        return new Window(kernel, stride, list(padding), dilation, ceil);
    }

    /** Returns the same with another dilation. */
    public Window dilation(int... dilation) {
        return new Window(kernel, stride, padding, list(dilation), ceil);
    }

    /** Returns the same with or without a last window that stands out. */
    public Window ceil(boolean ceil) {
        return new Window(kernel, stride, padding, dilation, ceil);
    }

    /** Checks a list of numbers that must not be below a bound. */
    static List<Integer> checked(String what, List<Integer> numbers, int least) {
        List<Integer> copy = List.copyOf(numbers);
        if (copy.isEmpty() || copy.stream().anyMatch(n -> n < least)) {
            throw new IllegalArgumentException(
                    what + " must be one number, or one for each axis, from " + least + " on, got " + numbers);
        }
        return copy;
    }

    /** Returns one number for each axis. */
    static int[] spread(String operation, String what, List<Integer> numbers, int axes) {
        if (numbers.size() != 1 && numbers.size() != axes) {
            throw new IllegalArgumentException(operation + ": expected one " + what + ", or one for each of " + axes
                    + " spatial axes, got " + numbers);
        }
        int[] result = new int[axes];
        for (int d = 0; d < axes; d++) {
            result[d] = numbers.get(numbers.size() == 1 ? 0 : d);
        }
        return result;
    }

    /**
     * Returns the windows of an operation along each of some spatial axes.
     *
     * @param pooled whether the stride's default is the kernel's size, and the padding at most half of it
     */
    List<WindowAxis.Sliding> axes(String operation, int[] sizes, boolean pooled) {
        int axes = sizes.length;
        int[] kernels = spread(operation, "kernel size", kernel, axes);
        int[] strides = stride.isEmpty() ? (pooled ? kernels : ones(axes)) : spread(operation, "stride", stride, axes);
        int[] paddings = spread(operation, "padding", padding, axes);
        int[] dilations = spread(operation, "dilation", dilation, axes);
        List<WindowAxis.Sliding> result = new ArrayList<>();
        for (int d = 0; d < axes; d++) {
            if (pooled && 2 * paddings[d] > kernels[d]) {
                throw new IllegalArgumentException(
                        operation + ": expected a padding of at most half of the kernel size " + kernels[d] + ", got "
                                + paddings[d]);
            }
            long room = sizes[d] + 2L * paddings[d] - (dilations[d] * (kernels[d] - 1L) + 1);
            long count = Math.floorDiv(room + (ceil ? strides[d] - 1 : 0), strides[d]) + 1;
            if (ceil && (count - 1) * strides[d] >= (long) sizes[d] + paddings[d]) {
                count--; // it would begin in the padding behind
            }
            if (count < 1) {
                throw new ShapeException(operation + ": expected spatial sizes that hold a window of " + kernels[d]
                        + " elements at distance " + dilations[d] + ", got " + Arrays.toString(sizes)
                        + " with padding " + paddings[d]);
            }
            result.add(
                    new WindowAxis.Sliding(sizes[d], (int) count, kernels[d], strides[d], dilations[d], paddings[d]));
        }
        return List.copyOf(result);
    }

    private static int[] ones(int count) {
        int[] result = new int[count];
        Arrays.fill(result, 1);
        return result;
    }
}

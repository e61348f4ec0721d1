package dev.autodiff;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How the windows of a convolution lie. Each list has a number for each spatial axis, or one for all of them:
 *
 * <pre>{@code
 * x.conv2d(weight, bias, ConvOptions.defaults().stride(2).padding(1));
 * }</pre>
 *
 * @param stride the distance of the windows, from 1; default 1
 * @param padding the zeros on either side, from 0; default 0
 * @param same whether the padding is chosen, in place of {@code padding}, so that the output has the size of the input; where that takes
 *     an odd number of zeros, one more stands behind. The stride must be 1
 * @param dilation the distance of the elements of a window, from 1; default 1
 * @param outputPadding how much longer the result of a transposed convolution is: several sizes give the same number of windows;
 *     default 0
 * @param groups into how many groups the channels are cut, which are convolved independently; default 1
 */
public record ConvOptions(
        List<Integer> stride,
        List<Integer> padding,
        boolean same,
        List<Integer> dilation,
        List<Integer> outputPadding,
        int groups) {
    private static final ConvOptions DEFAULTS =
            new ConvOptions(List.of(1), List.of(0), false, List.of(1), List.of(0), 1);

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public ConvOptions {
        stride = Window.checked("conv: stride", stride, 1);
        padding = Window.checked("conv: padding", padding, 0);
        dilation = Window.checked("conv: dilation", dilation, 1);
        outputPadding = Window.checked("conv: outputPadding", outputPadding, 0);
        if (groups < 1) {
            throw new IllegalArgumentException("conv: groups must be at least 1, got " + groups);
        }
    }

    /** Returns the options that a convolution has unless told otherwise. */
    public static ConvOptions defaults() {
        return DEFAULTS;
    }

    private static List<Integer> list(int... numbers) {
        return Arrays.stream(numbers).boxed().collect(Collectors.toUnmodifiableList());
    }

    /** Returns the same with another stride. */
    public ConvOptions stride(int... stride) {
        return new ConvOptions(list(stride), padding, same, dilation, outputPadding, groups);
    }

    /** Returns the same with another padding. */
    public ConvOptions padding(int... padding) {
        return new ConvOptions(stride, list(padding), false, dilation, outputPadding, groups);
    }

    /** Returns the same with the padding that leaves the sizes as they are. */
    public ConvOptions samePadding() {
        return new ConvOptions(stride, padding, true, dilation, outputPadding, groups);
    }

    /** Returns the same with another dilation. */
    public ConvOptions dilation(int... dilation) {
        return new ConvOptions(stride, padding, same, list(dilation), outputPadding, groups);
    }

    /** Returns the same with another padding of the output, which only a transposed convolution reads. */
    public ConvOptions outputPadding(int... outputPadding) {
        return new ConvOptions(stride, padding, same, dilation, list(outputPadding), groups);
    }

    /** Returns the same with another number of groups. */
    public ConvOptions groups(int groups) {
        return new ConvOptions(stride, padding, same, dilation, outputPadding, groups);
    }
}

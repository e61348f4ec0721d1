package dev.autodiff;

import dev.autodiff.kernel.WindowAxis;
import dev.autodiff.shape.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;

/** Random inputs for the operations over windows, convolutions and normalisations. */
final class WindowSamples {
    private final Generator random;
    private final Samples samples;

    WindowSamples(Generator random, Samples samples) {
        this.random = random;
        this.samples = samples;
    }

    Samples.Sample of(Class<?> type, Shape shape) {
        if (Windows.class.isAssignableFrom(type)) {
            return windows(type);
        }
        if (Convolution.class.isAssignableFrom(type)) {
            return convolution(type);
        }
        return standardization(type, shape.insert(0, 1 + random.nextInt(3)));
    }

    private Tensor numbers(Shape shape, int input) {
        return samples.numbers(shape, input);
    }

    /** Returns one to three axes of windows that slide, also beyond the end, and over fewer elements than they could. */
    private List<WindowAxis.Sliding> sliding() {
        List<WindowAxis.Sliding> axes = new ArrayList<>();
        int count = 1 + random.nextInt(3);
        for (int d = 0; d < count; d++) {
            int input = 1 + random.nextInt(count == 3 ? 3 : 5);
            int kernel = 1 + random.nextInt(3);
            int stride = 1 + random.nextInt(3);
            int dilation = 1 + random.nextInt(2);
            int padding = random.nextInt(3);
            int most = Math.max(1, (input + padding - 1) / stride + 1);
            axes.add(new WindowAxis.Sliding(input, 1 + random.nextInt(most), kernel, stride, dilation, padding));
        }
        return List.copyOf(axes);
    }

    private List<WindowAxis> adaptive() {
        List<WindowAxis> axes = new ArrayList<>();
        int count = 1 + random.nextInt(3);
        for (int d = 0; d < count; d++) {
            axes.add(new WindowAxis.Adaptive(1 + random.nextInt(4), 1 + random.nextInt(4)));
        }
        return List.copyOf(axes);
    }

    private static Shape sizes(List<? extends WindowAxis> axes, ToIntFunction<WindowAxis> size) {
        return Shape.of(axes.stream().mapToInt(size).toArray());
    }

    private Samples.Sample windows(Class<?> type) {
        List<WindowAxis.Sliding> sliding = sliding();
        List<WindowAxis> axes = random.nextInt(2) == 0 ? List.copyOf(sliding) : adaptive();
        Shape planes = samples.shape(2);
        Shape inputs = planes.concat(sizes(axes, WindowAxis::input));
        Shape outputs = planes.concat(sizes(axes, WindowAxis::output));
        if (type == Windows.SumWindows.class) {
            return new Samples.Sample(new Windows.SumWindows(axes), List.of(numbers(inputs, 0)));
        }
        if (type == Windows.SpreadWindows.class) {
            return new Samples.Sample(new Windows.SpreadWindows(axes), List.of(numbers(outputs, 0)));
        }
        if (type == Windows.LargestPlaces.class) {
            return new Samples.Sample(new Windows.LargestPlaces(axes), List.of(numbers(inputs, 0)));
        }
        int kernel = sliding.stream().mapToInt(WindowAxis.Sliding::kernel).reduce(1, (a, b) -> a * b);
        Shape images = Shape.of(random.nextInt(3), 1 + random.nextInt(2));
        if (type == Windows.Unfold.class) {
            Tensor x = numbers(images.concat(sizes(sliding, WindowAxis::input)), 0);
            return new Samples.Sample(new Windows.Unfold(sliding), List.of(x));
        }
        if (type == Windows.Fold.class) {
            int windows = sizes(sliding, WindowAxis::output).size();
            Tensor x = numbers(Shape.of(images.size(0), images.size(1) * kernel, windows), 0);
            return new Samples.Sample(new Windows.Fold(sliding), List.of(x));
        }
        Shape spatial = sizes(axes, WindowAxis::input);
        long[] numbers = new long[outputs.size()];
        Arrays.setAll(numbers, i -> random.nextInt(spatial.size()));
        Tensor places = Tensor.of(numbers, outputs);
        if (type == Windows.PickPlaces.class) {
            return new Samples.Sample(new Windows.PickPlaces(spatial), List.of(numbers(inputs, 0), places));
        }
        if (type == Windows.DropPlaces.class) {
            return new Samples.Sample(new Windows.DropPlaces(spatial), List.of(numbers(outputs, 0), places));
        }
        throw new AssertionError("no sample for " + type + "; add one");
    }

    private Samples.Sample convolution(Class<?> type) {
        List<WindowAxis.Sliding> axes = sliding();
        int groups = 1 + random.nextInt(2);
        int channels = groups * (1 + random.nextInt(2));
        int out = groups * (1 + random.nextInt(2));
        int batch = random.nextInt(3);
        Shape kernel =
                Shape.of(axes.stream().mapToInt(WindowAxis.Sliding::kernel).toArray());
        Tensor x = numbers(Shape.of(batch, channels).concat(sizes(axes, WindowAxis::input)), 0);
        Tensor w = numbers(Shape.of(out, channels / groups).concat(kernel), 1);
        Tensor g = numbers(Shape.of(batch, out).concat(sizes(axes, WindowAxis::output)), 2);
        if (type == Convolution.Forward.class) {
            return new Samples.Sample(new Convolution.Forward(axes, groups), List.of(x, w));
        }
        if (type == Convolution.ByInput.class) {
            return new Samples.Sample(new Convolution.ByInput(axes, groups), List.of(g, w));
        }
        if (type == Convolution.ByWeight.class) {
            return new Samples.Sample(new Convolution.ByWeight(axes, groups), List.of(x, g));
        }
        throw new AssertionError("no sample for " + type + "; add one");
    }

    private Samples.Sample standardization(Class<?> type, Shape shape) {
        int from = random.nextInt(shape.rank() + 1);
        int to = from + random.nextInt(shape.rank() + 1 - from);
        double epsilon = 0.1 + random.nextDouble();
        Tensor x = numbers(shape, 0);
        if (type == Standardization.Standardize.class) {
            return new Samples.Sample(new Standardization.Standardize(from, to, epsilon), List.of(x));
        }
        if (type == Standardization.Gradient.class) {
            return new Samples.Sample(new Standardization.Gradient(from, to, epsilon), List.of(numbers(shape, 1), x));
        }
        throw new AssertionError("no sample for " + type + "; add one");
    }
}

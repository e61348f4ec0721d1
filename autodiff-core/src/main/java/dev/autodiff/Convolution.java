package dev.autodiff;

import dev.autodiff.kernel.ConvolutionPlan;
import dev.autodiff.kernel.Convolutions;
import dev.autodiff.kernel.Product;
import dev.autodiff.kernel.WindowAxis;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The three partial gradients of one trilinear form, {@code T(x, w, g) = Σ g[n, o, p]·w[o, c, j]·x[n, c, p·stride − padding +
 * j·dilation]}, for x [batch, channels, input…], w [out, channels / groups, kernel…] and g [batch, out, output…]. Each is bilinear, and
 * the derivatives of each are the other two.
 */
sealed interface Convolution extends Primitive {
    List<WindowAxis.Sliding> axes();

    int groups();

    @Override
    default Keep keeps() {
        return Keep.INPUTS;
    }

    @Override
    default Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
        Tensor s = tangents[0];
        Tensor t = tangents[1];
        Tensor byFirst = s == null ? null : Engine.apply(this, s, saved.input(1));
        Tensor bySecond = t == null ? null : Engine.apply(this, saved.input(0), t);
        if (byFirst == null || bySecond == null) {
            Tensor one = byFirst == null ? bySecond : byFirst;
            if (one == null) {
                throw new IllegalArgumentException(label() + ": at least one tangent must be given");
            }
            return one;
        }
        return byFirst.add(bySecond);
    }

    /** What the three have in common: find the sizes, allocate, run. */
    private Tensor computed(Tensor[] in, Kernel kernel, Shape shape, int batch, int channels, int out) {
        DType dtype = Engine.floating(label(), in);
        Tensor result = Tensor.allocate(shape, dtype);
        if (result.size() > 0 && in[0].size() > 0 && in[1].size() > 0) {
            ConvolutionPlan plan = new ConvolutionPlan(axes(), groups(), batch, channels / groups(), out / groups());
            kernel.run(
                    Floats.of(dtype).convolutions(),
                    plan,
                    Floats.of(dtype).product(),
                    in[0].array(),
                    in[1].array(),
                    result.array());
        }
        return result;
    }

    /** One of the kernels, as a reference to its method. */
    interface Kernel {
        void run(
                Convolutions<Object> kernels,
                ConvolutionPlan plan,
                Product<Object> product,
                Object first,
                Object second,
                Object out);
    }

    /** {@code out[n, o, p] = Σ_{c, j} w[o, c, j]·x[n, c, p·stride − padding + j·dilation]}; inputs x and w. */
    @PyTorchName("conv1d, conv2d, conv3d")
    record Forward(List<WindowAxis.Sliding> axes, int groups) implements Convolution {
        @Override
        public String label() {
            return "conv";
        }

        @Override
        public String formula() {
            return "out[n,o,p] = Σ w[o,c,j]·x[n,c,p·stride − padding + j·dilation]";
        }

        @Override
        public Tensor forward(Tensor[] in) {
            int batch = in[0].shape().size(0);
            int out = in[1].shape().size(0);
            Shape spatial = Shape.of(axes.stream().mapToInt(WindowAxis::output).toArray());
            Shape shape = Shape.of(batch, out).concat(spatial);
            return ((Convolution) this)
                    .computed(
                            in,
                            Convolutions::forward,
                            shape,
                            batch,
                            in[0].shape().size(1),
                            out);
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            return new Tensor[] {
                saved.needs(0) ? Engine.apply(new ByInput(axes, groups), g, saved.input(1)) : null,
                saved.needs(1) ? Engine.apply(new ByWeight(axes, groups), saved.input(0), g) : null
            };
        }
    }

    /** {@code out = ∂T/∂x}, which is also the transposed convolution of g by w; inputs g and w. */
    @PyTorchName("conv_transpose1d, …")
    record ByInput(List<WindowAxis.Sliding> axes, int groups) implements Convolution {
        @Override
        public String label() {
            return "convTranspose";
        }

        @Override
        public String formula() {
            return "out[n,c,i] = Σ w[o,c,j]·x[n,o,p] over p·stride − padding + j·dilation = i";
        }

        @Override
        public Tensor forward(Tensor[] in) {
            int batch = in[0].shape().size(0);
            int channels = in[1].shape().size(1) * groups;
            Shape spatial = Shape.of(axes.stream().mapToInt(WindowAxis::input).toArray());
            Shape shape = Shape.of(batch, channels).concat(spatial);
            return ((Convolution) this)
                    .computed(
                            in,
                            Convolutions::byInput,
                            shape,
                            batch,
                            channels,
                            in[1].shape().size(0));
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            return new Tensor[] {
                saved.needs(0) ? Engine.apply(new Forward(axes, groups), g, saved.input(1)) : null,
                saved.needs(1) ? Engine.apply(new ByWeight(axes, groups), g, saved.input(0)) : null
            };
        }
    }

    /** {@code out = ∂T/∂w}; inputs x and g. */
    @PyTorchName("")
    record ByWeight(List<WindowAxis.Sliding> axes, int groups) implements Convolution {
        @Override
        public String label() {
            return "convByWeight";
        }

        @Override
        public String formula() {
            return "out[o,c,j] = Σ y[n,o,p]·x[n,c,p·stride − padding + j·dilation]";
        }

        @Override
        public Tensor forward(Tensor[] in) {
            int channels = in[0].shape().size(1);
            int out = in[1].shape().size(1);
            Shape kernel =
                    Shape.of(axes.stream().mapToInt(WindowAxis.Sliding::kernel).toArray());
            Shape shape = Shape.of(out, channels / groups).concat(kernel);
            return ((Convolution) this)
                    .computed(in, Convolutions::byWeight, shape, in[0].shape().size(0), channels, out);
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            return new Tensor[] {
                saved.needs(0) ? Engine.apply(new ByInput(axes, groups), saved.input(1), g) : null,
                saved.needs(1) ? Engine.apply(new Forward(axes, groups), saved.input(0), g) : null
            };
        }
    }
}

package dev.autodiff;

import dev.autodiff.kernel.ConvolutionPlan;
import dev.autodiff.kernel.Convolutions;
import dev.autodiff.kernel.Product;
import dev.autodiff.kernel.WindowAxis;
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
        return Tangents.sum(
                tangents,
                (i, t) -> i == 0 ? Engine.apply(this, t, saved.input(1)) : Engine.apply(this, saved.input(0), t));
    }

    /** Runs a kernel for sizes that the inputs have. */
    private void compute(Tensor[] in, Tensor result, Kernel kernel, int batch, int channels, int out) {
        if (in[0].size() == 0 || in[1].size() == 0) {
            result.storage().clear();
        } else if (result.size() > 0) {
            ConvolutionPlan plan = new ConvolutionPlan(axes(), groups(), batch, channels / groups(), out / groups());
            kernel.run(
                    Floats.of(result.dtype()).convolutions(),
                    plan,
                    Floats.of(result.dtype()).product(),
                    in[0].array(),
                    in[1].array(),
                    result.array());
        }
    }

    /** Returns the shape of the value. */
    Shape shape(Shape first, Shape second);

    @Override
    default Tensor forward(Tensor[] in) {
        Tensor out = Tensor.unwritten(shape(in[0].shape(), in[1].shape()), Engine.floating(label(), in));
        compute(in, out);
        return out;
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
        public Shape shape(Shape x, Shape w) {
            return Shape.of(x.size(0), w.size(0))
                    .concat(Shape.of(axes.stream().mapToInt(WindowAxis::output).toArray()));
        }

        @Override
        public void compute(Tensor[] in, Tensor out) {
            Shape x = in[0].shape();
            ((Convolution) this)
                    .compute(
                            in,
                            out,
                            Convolutions::forward,
                            x.size(0),
                            x.size(1),
                            in[1].shape().size(0));
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
        public Shape shape(Shape g, Shape w) {
            return Shape.of(g.size(0), w.size(1) * groups)
                    .concat(Shape.of(axes.stream().mapToInt(WindowAxis::input).toArray()));
        }

        @Override
        public void compute(Tensor[] in, Tensor out) {
            Shape w = in[1].shape();
            ((Convolution) this)
                    .compute(in, out, Convolutions::byInput, in[0].shape().size(0), w.size(1) * groups, w.size(0));
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
        public Shape shape(Shape x, Shape g) {
            return Shape.of(g.size(1), x.size(1) / groups)
                    .concat(Shape.of(
                            axes.stream().mapToInt(WindowAxis.Sliding::kernel).toArray()));
        }

        @Override
        public void compute(Tensor[] in, Tensor out) {
            Shape x = in[0].shape();
            ((Convolution) this)
                    .compute(
                            in,
                            out,
                            Convolutions::byWeight,
                            x.size(0),
                            x.size(1),
                            in[1].shape().size(1));
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

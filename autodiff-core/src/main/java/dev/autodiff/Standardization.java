package dev.autodiff;

import dev.autodiff.shape.Shape;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Standardising: to mean 0 and variance 1 for each index along the kept axes {@code from} to {@code to} − 1, with mean and variance over
 * all others. Operations of their own, since the composition of differences, squares, means and roots passes over the tensor six times
 * forward and some fifteen times backward. With r = 1/√(variance + ε), the variance being the mean of the squared deviations, the Jacobian
 * {@code J·g = r·(g − mean(g) − y·mean(g·y))} is symmetric.
 */
sealed interface Standardization extends Primitive {
    int from();

    int to();

    double epsilon();

    @Override
    default Keep keeps() {
        return Keep.INPUTS;
    }

    /** Means over the axes that are not kept, which stay with size 1. */
    private Tensor mean(Tensor x) {
        Shape shape = x.shape();
        Tensor flat = x.reshape(Shape.of(
                shape.slice(0, from()).size(),
                shape.slice(from(), to()).size(),
                shape.slice(to(), shape.rank()).size()));
        int[] ones = new int[shape.rank()];
        for (int d = 0; d < ones.length; d++) {
            ones[d] = d >= from() && d < to() ? shape.size(d) : 1;
        }
        double count = (double) flat.shape().size(0) * flat.shape().size(2);
        return flat.sum(2).sum(0).div(count).reshape(Shape.of(ones));
    }

    /** Returns J(x)·g. */
    private Tensor push(Tensor g, Tensor x) {
        return Engine.apply(new Gradient(from(), to(), epsilon()), g, x);
    }

    /**
     * Returns the derivative of {@code h·J(x)·g} by x, given {@code jg = J(x)·g}: {@code −r·(y·mean(h·Jg) + Jh·mean(g·y) + Jg·mean(h·y))}. The
     * formula is symmetric in all three directions, and so serves the JVP as well.
     */
    private Tensor bend(Tensor h, Tensor g, Tensor jg, Tensor x) {
        Tensor y = Engine.apply(new Standardize(from(), to(), epsilon()), x);
        Tensor r = mean(x.sub(mean(x)).square()).add(epsilon()).rsqrt();
        return y.mul(mean(h.mul(jg)))
                .add(push(h, x).mul(mean(g.mul(y))))
                .add(jg.mul(mean(h.mul(y))))
                .mul(r)
                .neg();
    }

    @Override
    default Tensor forward(Tensor[] in) {
        Tensor out = Tensor.unwritten(in[0].shape(), Engine.floating(label(), in));
        compute(in, out);
        return out;
    }

    /** Runs one of the kernels on the tensor as [outer, kept, inner]. */
    @Override
    default void compute(Tensor[] in, Tensor out) {
        Shape shape = out.shape();
        int outer = shape.slice(0, from()).size();
        int kept = shape.slice(from(), to()).size();
        int inner = shape.slice(to(), shape.rank()).size();
        if (out.size() > 0) {
            var kernels = Floats.of(out.dtype()).standardizations();
            if (in.length == 1) {
                kernels.standardize(epsilon(), in[0].array(), out.array(), outer, kept, inner);
            } else {
                kernels.gradient(epsilon(), in[0].array(), in[1].array(), out.array(), outer, kept, inner);
            }
        }
    }

    /** {@code y = (x − mean)·r}. Where x is constant, y is 0, and for ε = 0 NaN. */
    @PyTorchName("layer_norm, … (without weights)")
    record Standardize(int from, int to, double epsilon) implements Standardization {
        @Override
        public String label() {
            return "standardize";
        }

        @Override
        public String formula() {
            return "(x − mean) / √(variance + ε)";
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            return new Tensor[] {((Standardization) this).push(g, saved.input(0))};
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            return ((Standardization) this).push(Objects.requireNonNull(tangents[0]), saved.input(0));
        }
    }

    /** {@code J(x)·g = r·(g − mean(g) − y·mean(g·y))}; inputs g and x. */
    @PyTorchName("")
    record Gradient(int from, int to, double epsilon) implements Standardization {
        @Override
        public String label() {
            return "standardizeGradient";
        }

        @Override
        public String formula() {
            return "r·(x − mean(x) − z·mean(x·z)) with z = (y − mean(y))·r, r = 1/√(variance(y) + ε)";
        }

        @Override
        public Keep keeps() {
            return Keep.BOTH;
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor h, Saved saved) {
            Standardization self = this;
            Tensor x = saved.input(1);
            return new Tensor[] {
                saved.needs(0) ? self.push(h, x) : null,
                saved.needs(1) ? self.bend(h, saved.input(0), saved.output(), x) : null
            };
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            Standardization self = this;
            Tensor x = saved.input(1);
            return Tangents.sum(
                    tangents, (i, t) -> i == 0 ? self.push(t, x) : self.bend(t, saved.input(0), saved.output(), x));
        }
    }
}

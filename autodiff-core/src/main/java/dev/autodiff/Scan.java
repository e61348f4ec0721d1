package dev.autodiff;

import dev.autodiff.kernel.Scans;
import dev.autodiff.shape.Axes;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Running results along an axis: each element depends on those before it, or after it if {@code reverse}. */
sealed interface Scan extends Primitive {
    /** Returns the axis, counted from 0. */
    int axis();

    /** Runs the kernel on arrays of shape [outer, n, inner]. */
    void run(Scans<Object> kernels, Tensor[] in, Tensor out, int outer, int n, int inner);

    @Override
    default Tensor forward(Tensor[] in) {
        Shape shape = in[0].shape();
        Tensor out = Tensor.unwritten(shape, Engine.floating(label(), in));
        for (Tensor x : in) {
            if (!x.shape().equals(shape)) {
                throw new ShapeException(label() + ": shapes " + shape + " and " + x.shape() + " differ");
            }
        }
        compute(in, out);
        return out;
    }

    @Override
    default void compute(Tensor[] in, Tensor out) {
        Shape shape = out.shape();
        int inner = shape.slice(axis() + 1, shape.rank()).size();
        int outer = shape.slice(0, axis()).size();
        run(Floats.of(out.dtype()).scans(), in, out, outer, shape.size(axis()), inner);
    }

    /** {@code out_k = Σ x_j} over the j up to k, or from k on if {@code reverse}. */
    @PyTorchName("cumsum")
    record CumSum(int axis, boolean reverse) implements Scan {
        @Override
        public String label() {
            return "cumSum";
        }

        @Override
        public String formula() {
            return "out_k = Σ x_j for j ≤ k";
        }

        @Override
        public void run(Scans<Object> kernels, Tensor[] in, Tensor out, int outer, int n, int inner) {
            kernels.cumulativeSum(in[0].array(), out.array(), outer, n, inner, reverse);
        }

        @Override
        public Keep keeps() {
            return Keep.NOTHING;
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            return new Tensor[] {Engine.apply(new CumSum(axis, !reverse), g)};
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            return Engine.apply(this, Objects.requireNonNull(tangents[0]));
        }
    }

    /**
     * {@code out[k] = a[k]·out[k − 1] + b[k]}, beginning with b alone; from the last element to the first if {@code reverse}. Inputs: a, b of one
     * shape.
     *
     * <p>Its adjoint is a recurrence too: {@code δ[k] = g[k] + a[k + 1]·δ[k + 1]} is the gradient by b[k], and {@code δ[k]·out[k − 1]} that by a[k].
     * So products and their derivatives of every order are sums of products, exact at zeros and without a division.
     */
    @PyTorchName("")
    record LinearRecurrence(int axis, boolean reverse) implements Scan {
        @Override
        public String label() {
            return "linearRecurrence";
        }

        @Override
        public String formula() {
            return "out[k] = a[k]·out[k − 1] + b[k]";
        }

        @Override
        public void run(Scans<Object> kernels, Tensor[] in, Tensor out, int outer, int n, int inner) {
            kernels.recurrence(in[0].array(), in[1].array(), out.array(), outer, n, inner, reverse);
        }

        @Override
        public Keep keeps() {
            return Keep.BOTH;
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            Tensor next = shifted(saved.input(0), axis, reverse ? 1 : -1);
            Tensor delta = Engine.apply(new LinearRecurrence(axis, !reverse), next, g);
            return new Tensor[] {
                saved.needs(0) ? delta.mul(before(saved.output())) : null, saved.needs(1) ? delta : null
            };
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            Tensor byA = tangents[0] == null ? null : tangents[0].mul(before(saved.output()));
            Tensor byB = tangents[1];
            Tensor driven = byA == null ? byB : byB == null ? byA : byA.add(byB);
            return Engine.apply(
                    this,
                    saved.input(0),
                    Objects.requireNonNull(driven, "linearRecurrence: at least one tangent must be given"));
        }

        /** Returns the result one step before, 0 at the beginning. */
        private Tensor before(Tensor out) {
            return shifted(out, axis, reverse ? -1 : 1);
        }
    }

    /**
     * {@code out_k = log Σ exp x_j} over the j ≤ k. With the weights {@code w[k] = exp(out[k − 1] − out[k])} and {@code v[k] = exp(x[k] − out[k])}, which are at
     * most 1, its tangent is the recurrence {@code w[k]·t[k − 1] + v[k]·t_x[k]}. NaN where all of x so far is −∞, as the derivative of
     * {@code logSumExp} is.
     */
    @PyTorchName("logcumsumexp")
    record LogCumSumExp(int axis) implements Scan {
        @Override
        public String label() {
            return "logCumSumExp";
        }

        @Override
        public String formula() {
            return "out_k = log Σ exp x_j for j ≤ k";
        }

        @Override
        public void run(Scans<Object> kernels, Tensor[] in, Tensor out, int outer, int n, int inner) {
            kernels.logCumulativeSumExp(in[0].array(), out.array(), outer, n, inner);
        }

        @Override
        public Keep keeps() {
            return Keep.BOTH;
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            Tensor next = shifted(kept(saved.output()), axis, -1);
            return new Tensor[] {
                Engine.apply(new LinearRecurrence(axis, true), next, g).mul(own(saved))
            };
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            return Engine.apply(
                    new LinearRecurrence(axis, false),
                    kept(saved.output()),
                    own(saved).mul(Objects.requireNonNull(tangents[0])));
        }

        /** Returns v: how much of each result is due to its own element. */
        private static Tensor own(Saved saved) {
            return saved.input(0).sub(saved.output()).exp();
        }

        /** Returns w: how much of each result is due to the one before; 1 where both are the same infinity, whose difference would be NaN. */
        private Tensor kept(Tensor out) {
            int n = out.size(axis);
            Tensor before = n == 0 ? out : Tensor.concat(axis, out.narrow(axis, 0, 1), out.narrow(axis, 0, n - 1));
            return Tensor.where(before.eq(out), out.scalarLike(0), before.sub(out))
                    .exp();
        }
    }

    /** Returns x moved by one step along an axis, towards its end if {@code by} is 1 and towards its beginning if −1; 0 comes in. */
    private static Tensor shifted(Tensor x, int axis, int by) {
        Shape shape = x.shape();
        int n = shape.size(axis);
        if (n == 0) {
            return x;
        }
        int[] start = new int[shape.rank()];
        int[] step = new int[shape.rank()];
        Arrays.fill(step, 1);
        start[axis] = by > 0 ? 1 : 0;
        Tensor part = x.narrow(axis, by > 0 ? 0 : 1, n - 1);
        Axes counts = Axes.of(part.shape().toArray());
        return Engine.apply(
                new ShapeMove.Embed(shape, new ShapeMove.Slice(Axes.of(start), counts, Axes.of(step))), part);
    }
}

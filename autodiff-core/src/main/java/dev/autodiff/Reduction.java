package dev.autodiff;

import dev.autodiff.kernel.FloatKernels;
import dev.autodiff.kernel.Reductions.Kind;
import dev.autodiff.shape.Axes;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reductions over axes, which stay with size 1 if {@code keepAxes}. */
sealed interface Reduction extends Primitive {
    Axes axes();

    boolean keepAxes();

    /** Runs the kernel over x, of shape [outer, n, inner]. */
    void run(FloatKernels<Object> kernels, Object x, Object out, int outer, int n, int inner);

    /** Tells whether there is no value without elements. */
    default boolean needsElements() {
        return false;
    }

    @Override
    default Tensor forward(Tensor[] in) {
        Tensor x = in[0];
        Engine.floating(label(), x);
        Shape reduced = x.shape().reduce(axes(), keepAxes());
        if (needsElements() && x.size() == 0 && reduced.size() > 0) {
            throw new ShapeException(
                    label() + ": there is no largest, smallest or middle one of no elements; the shape is " + x.shape()
                            + ", reduced over axes " + axes());
        }
        Tensor out = Tensor.unwritten(reduced, x.dtype());
        compute(in, out);
        return out;
    }

    @Override
    default void compute(Tensor[] in, Tensor out) {
        Tensor x = in[0];
        if (out.size() == 0) {
            return;
        }
        Axes axes = axes();
        FloatKernels<Object> kernels = Floats.of(x.dtype());
        if (ReducedAxes.areNeighbours(axes)) { // a plan would be the only thing that a replay allocates here
            Shape shape = x.shape();
            int first = axes.get(0);
            int end = first + axes.count();
            int inner = shape.size(end, shape.rank());
            run(kernels, x.array(), out.array(), shape.size(0, first), shape.size(first, end), inner);
        } else {
            ReducedAxes plan = ReducedAxes.of(x, axes);
            run(kernels, plan.source().array(), out.array(), plan.outer(), plan.n(), plan.inner());
        }
    }

    /** Brings a tensor that lacks the reduced axes into a form that broadcasts against the input. */
    default Tensor restoreAxes(Tensor reduced, Shape input) {
        return keepAxes() ? reduced : reduced.reshape(input.reduce(axes(), true));
    }

    /** {@code out = Σ x}; 0 over no elements. */
    record Sum(Axes axes, boolean keepAxes) implements Reduction {
        @Override
        public String label() {
            return "sum";
        }

        @Override
        public String formula() {
            return "Σ x over the axes";
        }

        /** Sums over the axes before and behind the kept ones, as of a bias of channels, need no copy in another order. */
        @Override
        public void compute(Tensor[] in, Tensor out) {
            Shape shape = in[0].shape();
            int before = 0;
            while (before < axes.count() && axes.get(before) == before) {
                before++;
            }
            int kept = shape.rank() - axes.count();
            boolean around = before > 0 && before < axes.count() && axes.get(before) == before + kept;
            if (!around) {
                if (out.size() != 1 || !Lazy.sum(in[0], out)) {
                    Reduction.super.compute(in, out);
                }
                return;
            }
            int outer = shape.size(0, before);
            int end = before + kept;
            int inner = shape.size(end, shape.rank());
            Floats.of(out.dtype())
                    .reductions()
                    .sumAround(in[0].array(), out.array(), outer, shape.size(before, end), inner);
        }

        @Override
        public void run(FloatKernels<Object> kernels, Object x, Object out, int outer, int n, int inner) {
            kernels.reductions().reduce(Kind.SUM, x, out, outer, n, inner);
        }

        @Override
        public Keep keeps() {
            return Keep.NOTHING;
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            Shape input = saved.inputShape(0);
            return new Tensor[] {restoreAxes(g, input).broadcastTo(input)};
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            return Engine.apply(this, Objects.requireNonNull(tangents[0]));
        }
    }

    /** Reductions whose derivative by each element is a weight: the VJP spreads the cotangent by it, the JVP sums the tangents by it. */
    sealed interface Weighted extends Reduction {
        /** Returns ∂out/∂x, of x's shape. */
        Tensor weights(Saved saved);

        @Override
        default Keep keeps() {
            return Keep.BOTH;
        }

        @Override
        default @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            return new Tensor[] {weights(saved).mul(restoreAxes(g, saved.inputShape(0)))};
        }

        @Override
        default Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            return Engine.apply(new Sum(axes(), keepAxes()), weights(saved).mul(Objects.requireNonNull(tangents[0])));
        }
    }

    /** The value of one of the elements; equal ones share the gradient evenly. */
    sealed interface Chosen extends Weighted {
        @Override
        default boolean needsElements() {
            return true;
        }

        /** 1 over the number of elements that equal the result at each of them, else 0. */
        @Override
        default Tensor weights(Saved saved) {
            Tensor x = saved.input(0);
            return evenly(x.eq(restoreAxes(saved.output(), x.shape())), x, axes());
        }
    }

    /** Returns 1 over the number of hits at each of them, else 0. */
    private static Tensor evenly(Tensor hits, Tensor x, Axes axes) {
        Tensor ones = hits.to(x.dtype());
        return ones.div(Engine.apply(new Sum(axes, true), ones));
    }

    /** {@code out = max x} or {@code min x}; equal extremes share the gradient evenly, as PyTorch's amax and amin do. */
    @PyTorchName("amax, amin")
    record Extreme(boolean largest, Axes axes, boolean keepAxes) implements Chosen {
        @Override
        public String label() {
            return largest ? "max" : "min";
        }

        @Override
        public String formula() {
            return largest ? "max x over the axes" : "min x over the axes";
        }

        @Override
        public void run(FloatKernels<Object> kernels, Object x, Object out, int outer, int n, int inner) {
            kernels.reductions().reduce(largest ? Kind.MAX : Kind.MIN, x, out, outer, n, inner);
        }
    }

    /**
     * {@code out} = the lower median of x, NaN if there is one; equal ones share the gradient evenly, as in PyTorch's median of all elements, and
     * so do NaNs.
     */
    record Median(Axes axes, boolean keepAxes) implements Chosen {
        @Override
        public String label() {
            return "median";
        }

        @Override
        public String formula() {
            return "the element number ⌊(n − 1)/2⌋ in ascending order";
        }

        @Override
        public void run(FloatKernels<Object> kernels, Object x, Object out, int outer, int n, int inner) {
            kernels.ranks().median(x, out, outer, n, inner);
        }

        @Override
        public Tensor weights(Saved saved) {
            Tensor x = saved.input(0);
            Tensor hits = x.eq(restoreAxes(saved.output(), x.shape()));
            return evenly(hits.logicalOr(x.isNaN()), x, axes);
        }
    }

    /**
     * {@code out = Σ (x − m)²} with the mean m, in two passes that lose nothing where m is far larger than the deviations: as a
     * composition, float32 would round m first.
     */
    @PyTorchName("")
    record SquaredDeviations(Axes axes, boolean keepAxes) implements Weighted {
        @Override
        public String label() {
            return "squaredDeviations";
        }

        @Override
        public String formula() {
            return "Σ (x − mean x)² over the axes";
        }

        @Override
        public void run(FloatKernels<Object> kernels, Object x, Object out, int outer, int n, int inner) {
            kernels.norms().squaredDeviations(x, out, outer, n, inner);
        }

        @Override
        public Keep keeps() {
            return Keep.INPUTS;
        }

        /** {@code 2·(x − m)}, centred twice: what m was rounded by is left in the first differences. */
        @Override
        public Tensor weights(Saved saved) {
            return centred(centred(saved.input(0))).mul(2);
        }

        private Tensor centred(Tensor x) {
            Tensor sum = Engine.apply(new Sum(axes, true), x);
            return x.sub(sum.div((double) x.size() / sum.size()));
        }
    }

    /**
     * {@code out = (Σ |x|^p)^(1/p)}, scaled so that the powers neither overflow nor underflow. The derivative is that of PyTorch: 0 where the
     * result is 0, and shared by equal extremes for p = ±∞.
     */
    @PyTorchName("linalg.vector_norm")
    record Norm(double p, Axes axes, boolean keepAxes) implements Weighted {
        @Override
        public String label() {
            return "norm";
        }

        @Override
        public String formula() {
            return "(Σ |x|^p)^(1/p) over the axes";
        }

        @Override
        public boolean needsElements() {
            return p == Double.NEGATIVE_INFINITY;
        }

        @Override
        public void run(FloatKernels<Object> kernels, Object x, Object out, int outer, int n, int inner) {
            kernels.norms().norm(p, x, out, outer, n, inner);
        }

        /** {@code sign x·(|x| / out)^(p − 1)}: the powers of numbers up to 1. */
        @Override
        public Tensor weights(Saved saved) {
            Tensor x = saved.input(0);
            if (p == 0) {
                return x.zerosLike();
            }
            if (p == 1) {
                return x.sign();
            }
            Tensor out = restoreAxes(saved.output(), x.shape());
            if (Double.isInfinite(p)) {
                return x.sign().mul(evenly(x.abs().eq(out), x, axes));
            }
            Tensor zero = x.scalarLike(0);
            Tensor safe = Tensor.where(out.eq(0), out.scalarLike(1), out);
            if (p == 2) {
                return Tensor.where(out.eq(0), zero, x.div(safe));
            }
            // at 0 the powers below p = 2 have no slope, and those below p = 1 no value; one 0 is the norm itself for p
            // < 0
            Tensor at0 = x.eq(0).logicalOr(out.eq(0));
            Tensor ratio = Tensor.where(at0, x.scalarLike(1), x.abs()).div(safe);
            return Tensor.where(at0, zero, x.sign().mul(ratio.pow(p - 1)));
        }
    }

    /** {@code out = log Σ eˣ}, shifted by the maximum so that nothing overflows; −∞ over no elements. */
    @PyTorchName("logsumexp")
    record LogSumExp(Axes axes, boolean keepAxes) implements Weighted {
        @Override
        public String label() {
            return "logSumExp";
        }

        @Override
        public String formula() {
            return "log Σ eˣ over the axes";
        }

        @Override
        public void run(FloatKernels<Object> kernels, Object x, Object out, int outer, int n, int inner) {
            kernels.reductions().reduce(Kind.LOG_SUM_EXP, x, out, outer, n, inner);
        }

        /** The softmax over the axes; NaN where all of x is −∞, as in PyTorch. */
        @Override
        public Tensor weights(Saved saved) {
            Tensor x = saved.input(0);
            return x.sub(restoreAxes(saved.output(), x.shape())).exp();
        }
    }
}

package dev.autodiff;

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

    Kind kind();

    @Override
    default Tensor forward(Tensor[] in) {
        Tensor x = in[0];
        Engine.floating(label(), x);
        boolean needsElements = kind() == Kind.MAX || kind() == Kind.MIN;
        Shape reduced = x.shape().reduce(axes(), keepAxes());
        if (needsElements && x.size() == 0 && reduced.size() > 0) {
            throw new ShapeException(label() + ": there is no largest or smallest of no elements; the shape is "
                    + x.shape() + ", reduced over axes " + axes());
        }
        Tensor out = Tensor.allocate(reduced, x.dtype());
        compute(in, out);
        return out;
    }

    @Override
    default void compute(Tensor[] in, Tensor out) {
        Tensor x = in[0];
        ReducedAxes plan = ReducedAxes.of(x, axes());
        Floats.of(x.dtype())
                .reductions()
                .reduce(kind(), plan.source().array(), out.array(), plan.outer(), plan.n(), plan.inner());
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

        @Override
        public Kind kind() {
            return Kind.SUM;
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

    /** {@code out = max x} or {@code min x}; equal extremes share the gradient evenly, as PyTorch's amax and amin do. */
    record Extreme(boolean largest, Axes axes, boolean keepAxes) implements Weighted {
        @Override
        public String label() {
            return largest ? "max" : "min";
        }

        @Override
        public String formula() {
            return largest ? "max x over the axes" : "min x over the axes";
        }

        @Override
        public Kind kind() {
            return largest ? Kind.MAX : Kind.MIN;
        }

        /** 1 over the number of equal extremes at each of them, else 0. */
        @Override
        public Tensor weights(Saved saved) {
            Tensor x = saved.input(0).detach();
            Tensor hits = x.eq(restoreAxes(saved.output().detach(), x.shape())).to(x.dtype());
            return hits.div(Engine.apply(new Sum(axes, true), hits));
        }
    }

    /** {@code out = log Σ eˣ}, shifted by the maximum so that nothing overflows; −∞ over no elements. */
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
        public Kind kind() {
            return Kind.LOG_SUM_EXP;
        }

        /** The softmax over the axes; NaN where all of x is −∞, as in PyTorch. */
        @Override
        public Tensor weights(Saved saved) {
            Tensor x = saved.input(0);
            return x.sub(restoreAxes(saved.output(), x.shape())).exp();
        }
    }
}

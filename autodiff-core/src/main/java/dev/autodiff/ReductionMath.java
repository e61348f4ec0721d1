package dev.autodiff;

import dev.autodiff.shape.Axes;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;

/**
 * Sums, means and extremes over axes, and what works along one axis. No axes mean all of them; a negative axis counts from the
 * end; {@code keepAxes} leaves the reduced axes with size 1, so that the result broadcasts against the tensor. An axis that
 * does not exist is an {@link dev.autodiff.shape.AxisException}.
 */
public sealed interface ReductionMath permits Tensor {

    /** {@code Σ x}; 0 over no elements. Added pairwise, float32 in double precision. */
    default Tensor sum(int... axes) {
        return sum(false, axes);
    }

    /** {@code Σ x}; 0 over no elements. */
    default Tensor sum(boolean keepAxes, int... axes) {
        Tensor x = (Tensor) this;
        return Engine.apply(new Reduction.Sum(Axes.normalize("sum", x.shape(), axes), keepAxes), x);
    }

    /** {@code Σ x / n}; NaN over no elements. */
    default Tensor mean(int... axes) {
        return mean(false, axes);
    }

    /** {@code Σ x / n}; NaN over no elements. */
    default Tensor mean(boolean keepAxes, int... axes) {
        Tensor x = (Tensor) this;
        Axes reduced = Axes.normalize("mean", x.shape(), axes);
        int n = 1;
        for (int i = 0; i < reduced.count(); i++) {
            n *= x.shape().size(reduced.get(i));
        }
        return Engine.apply(new Reduction.Sum(reduced, keepAxes), x).div(n);
    }

    /** {@code max x}, NaN if any is; equal ones share the gradient evenly. No elements are a {@link ShapeException}. */
    default Tensor max(int... axes) {
        return max(false, axes);
    }

    /** {@code max x}, NaN if any is; equal ones share the gradient evenly. */
    default Tensor max(boolean keepAxes, int... axes) {
        Tensor x = (Tensor) this;
        return Engine.apply(new Reduction.Extreme(true, Axes.normalize("max", x.shape(), axes), keepAxes), x);
    }

    /** {@code min x}, NaN if any is; equal ones share the gradient evenly. No elements are a {@link ShapeException}. */
    default Tensor min(int... axes) {
        return min(false, axes);
    }

    /** {@code min x}, NaN if any is; equal ones share the gradient evenly. */
    default Tensor min(boolean keepAxes, int... axes) {
        Tensor x = (Tensor) this;
        return Engine.apply(new Reduction.Extreme(false, Axes.normalize("min", x.shape(), axes), keepAxes), x);
    }

    /** {@code log Σ eˣ}, without overflow; −∞ over no elements. */
    default Tensor logSumExp(int... axes) {
        Tensor x = (Tensor) this;
        return Engine.apply(new Reduction.LogSumExp(Axes.normalize("logSumExp", x.shape(), axes), false), x);
    }

    /**
     * The index of the largest element along an axis, the first of equal ones, as int64 without that axis.
     *
     * @throws ShapeException if the axis has no elements
     */
    default Tensor argmax(int axis) {
        return argument("argmax", true, axis);
    }

    /** The index of the smallest element along an axis, the first of equal ones, as int64 without that axis. */
    default Tensor argmin(int axis) {
        return argument("argmin", false, axis);
    }

    private Tensor argument(String operation, boolean largest, int axis) {
        Tensor x = (Tensor) this;
        Engine.floating(operation, x);
        Axes axes = Axes.of(x.shape().axis(operation, axis));
        Shape shape = x.shape().reduce(axes, false);
        if (x.shape().size(axis) == 0) {
            throw new ShapeException(operation + ": axis " + axis + " of shape " + x.shape() + " has no elements");
        }
        long[] out = new long[shape.size()];
        ReducedAxes plan = ReducedAxes.of(x, axes);
        Floats.of(x.dtype())
                .reductions()
                .argument(largest, plan.source().array(), out, plan.outer(), plan.n(), plan.inner());
        return Tensor.wrap(shape, out);
    }

    /** {@code exp(x_j) / Σ_k exp(x_k)} along an axis, shifted by the maximum. */
    default Tensor softmax(int axis) {
        return alongLast("softmax", RowOp.SOFTMAX, axis);
    }

    /** {@code x_j − log Σ_k exp(x_k)} along an axis, shifted by the maximum. */
    default Tensor logSoftmax(int axis) {
        return alongLast("logSoftmax", RowOp.LOG_SOFTMAX, axis);
    }

    private Tensor alongLast(String operation, RowOp op, int axis) {
        Tensor x = (Tensor) this;
        int last = x.rank() - 1;
        int along = x.rank() == 0 ? -1 : x.shape().axis(operation, axis);
        return along == last
                ? Engine.apply(op, x)
                : Engine.apply(op, x.transpose(along, last)).transpose(along, last);
    }

    /**
     * The cross-entropy of logits x […, classes] against a target y: {@code −Σ_j y_j·log softmax(x)_j}, one loss for each row. Computed
     * from the logits in one step, so that nothing overflows; the gradient by the logits is {@code softmax(x) − y}.
     *
     * @param y class numbers (int64, […]) or probabilities (of x's shape and type)
     * @throws IndexOutOfBoundsException if a class number is not from 0 to classes − 1
     */
    default Tensor softmaxCrossEntropy(Tensor y) {
        return Engine.apply(RowOp.CROSS_ENTROPY, (Tensor) this, y);
    }

    /** Half the squared Euclidean distance, {@code ½·Σ (x − y)²} over all elements; the gradient by x is {@code x − y}. */
    default Tensor squaredError(Tensor y) {
        return ((Tensor) this).sub(y).square().sum().mul(0.5);
    }

    /** Sums away what broadcasting from {@code shape} to this tensor's shape has repeated. */
    default Tensor sumTo(Shape shape) {
        Tensor x = (Tensor) this;
        Shape own = x.shape();
        if (own.equals(shape)) {
            return x;
        }
        if (!shape.broadcastsTo(own)) {
            throw new ShapeException("sumTo: shape " + shape + " does not broadcast to " + own);
        }
        int leading = own.rank() - shape.rank();
        int[] axes = new int[own.rank()];
        int count = 0;
        for (int i = 0; i < own.rank(); i++) {
            if (i < leading || (shape.size(i - leading) == 1 && own.size(i) != 1)) {
                axes[count++] = i;
            }
        }
        Tensor sum = Engine.apply(new Reduction.Sum(Axes.of(java.util.Arrays.copyOf(axes, count)), false), x);
        return sum.shape().equals(shape) ? sum : sum.reshape(shape);
    }
}

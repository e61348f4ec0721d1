package dev.autodiff;

import dev.autodiff.shape.Axes;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.Arrays;

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
        return Engine.apply(new Reduction.Sum(reduced, keepAxes), x).div(count(x.shape(), reduced));
    }

    /** Returns how many elements each result is made of. */
    private static double count(Shape shape, Axes axes) {
        double n = 1;
        for (int i = 0; i < axes.count(); i++) {
            n *= shape.size(axes.get(i));
        }
        return n;
    }

    /** {@code Π x}; 1 over no elements. The derivatives are exact at zeros too. */
    default Tensor prod(int... axes) {
        return prod(false, axes);
    }

    /** {@code Π x}; 1 over no elements. */
    default Tensor prod(boolean keepAxes, int... axes) {
        Tensor x = (Tensor) this;
        Axes reduced = Axes.normalize("prod", x.shape(), axes);
        Shape shape = x.shape().reduce(reduced, keepAxes);
        int count = reduced.count();
        if (count == 0) {
            return x.identity();
        }
        int[] last = new int[count];
        for (int i = 0; i < count; i++) {
            last[i] = i - count;
        }
        Tensor factors = x.moveAxis(reduced.toArray(), last).flatten(-count, -1);
        // a product of none is 1, which the sum of none makes of the right shape
        return factors.size(-1) == 0
                ? factors.sum(-1).add(1).reshape(shape)
                : factors.cumProd(-1).select(-1, -1).reshape(shape);
    }

    /** {@code Σ (x − mean x)² / (n − 1)}: the unbiased variance; NaN over fewer than two elements. */
    default Tensor var(int... axes) {
        return var(1, false, axes);
    }

    /**
     * {@code Σ (x − mean x)² / (n − correction)}, in two passes; NaN over no elements.
     *
     * @param correction 1 for the unbiased variance, 0 for that of the elements themselves
     */
    default Tensor var(double correction, boolean keepAxes, int... axes) {
        return variance("var", correction, keepAxes, axes);
    }

    private Tensor variance(String operation, double correction, boolean keepAxes, int... axes) {
        Tensor x = (Tensor) this;
        Axes reduced = Axes.normalize(operation, x.shape(), axes);
        return Engine.apply(new Reduction.SquaredDeviations(reduced, keepAxes), x)
                .div(Math.max(0, count(x.shape(), reduced) - correction));
    }

    /** The square root of the {@linkplain #var unbiased variance}. */
    default Tensor std(int... axes) {
        return std(1, false, axes);
    }

    /** The square root of the {@linkplain #var(double, boolean, int...) variance}; where it is 0, so are its derivatives, as in PyTorch. */
    default Tensor std(double correction, boolean keepAxes, int... axes) {
        Tensor variance = variance("std", correction, keepAxes, axes);
        Tensor constant = variance.eq(0);
        Tensor safe = Tensor.where(constant, variance.scalarLike(1), variance);
        return Tensor.where(constant, variance.scalarLike(0), safe.sqrt());
    }

    /** The {@linkplain #var(double, boolean, int...) variance} and the mean. */
    default VarianceAndMean varMean(double correction, boolean keepAxes, int... axes) {
        return new VarianceAndMean(variance("varMean", correction, keepAxes, axes), mean(keepAxes, axes));
    }

    /**
     * The median, of two in the middle the lower one; NaN if any is; equal ones share the gradient evenly. No elements are a
     * {@link ShapeException}.
     */
    default Tensor median(int... axes) {
        return median(false, axes);
    }

    /** The median, of two in the middle the lower one; NaN if any is; equal ones share the gradient evenly. */
    default Tensor median(boolean keepAxes, int... axes) {
        Tensor x = (Tensor) this;
        return Engine.apply(new Reduction.Median(Axes.normalize("median", x.shape(), axes), keepAxes), x);
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
        return logSumExp(false, axes);
    }

    /** {@code log Σ eˣ}, without overflow; −∞ over no elements. */
    default Tensor logSumExp(boolean keepAxes, int... axes) {
        Tensor x = (Tensor) this;
        return Engine.apply(new Reduction.LogSumExp(Axes.normalize("logSumExp", x.shape(), axes), keepAxes), x);
    }

    /** {@code exp(x_j) / Σ_k exp(x_k)} along an axis, shifted by the maximum. */
    default Tensor softmax(int axis) {
        return alongLast("softmax", RowOp.SOFTMAX, axis);
    }

    /** {@code exp(−x_j) / Σ_k exp(−x_k)} along an axis, shifted by the minimum. */
    default Tensor softmin(int axis) {
        ReductionMath negative = ((Tensor) this).neg();
        return negative.alongLast("softmin", RowOp.SOFTMAX, axis);
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
        Operands.check("squaredError", 1, y);
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
        Tensor sum = Engine.apply(new Reduction.Sum(Axes.of(Arrays.copyOf(axes, count)), false), x);
        return sum.shape().equals(shape) ? sum : sum.reshape(shape);
    }
}

package dev.autodiff.nn;

import dev.autodiff.Tensor;
import dev.autodiff.shape.Axes;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.DTypeException;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Class numbers as targets of a loss, of which some may be ignored and each counts with the weight of its class.
 *
 * @param labels class numbers, 0 in place of ignored ones
 * @param kept false where a target is ignored; null if none can be
 * @param weights of each target; null if all count the same
 */
record ClassTargets(
        Tensor labels, @Nullable Tensor kept, @Nullable Tensor weights) {

    /**
     * @param rows the shape that the class numbers must have
     * @param classWeights [classes]
     * @param ignoreIndex the class number that does not count
     */
    static ClassTargets of(
            String loss, Tensor target, Shape rows, @Nullable Tensor classWeights, @Nullable Integer ignoreIndex) {
        if (target.dtype() != DType.INT64) {
            throw new DTypeException(loss + ": expected class numbers (int64), got " + target.dtype()
                    + "; convert with to(DType.INT64)");
        }
        if (!target.shape().equals(rows)) {
            throw new ShapeException(loss + ": expected class numbers of shape " + rows + ", got " + target.shape());
        }
        Tensor labels = target;
        Tensor kept = null;
        if (ignoreIndex != null) {
            kept = target.ne(ignoreIndex);
            // Any class number will do where the loss is not taken; float64 holds them all exactly.
            labels = target.to(DType.FLOAT64).mul(kept.to(DType.FLOAT64)).to(DType.INT64);
        }
        Tensor counted = labels;
        return new ClassTargets(
                labels, kept, classWeights == null ? null : named(loss, () -> classWeights.take(0, counted)));
    }

    /** Lets the loss that the user called, not an operation in it, say that there is no such class. */
    static Tensor named(String loss, Supplier<Tensor> values) {
        try {
            return values.get();
        } catch (IndexOutOfBoundsException e) {
            String rest = String.valueOf(e.getMessage()).replaceFirst("^\\w+", "");
            throw (IndexOutOfBoundsException) new IndexOutOfBoundsException(loss + rest).initCause(e);
        }
    }

    /** Returns the axis of the classes: 1, or 0 of a single row. */
    static int classAxis(String loss, Tensor scores) {
        int axis = scores.rank() == 1 ? 0 : 1;
        if (scores.rank() == 0 || scores.size(axis) == 0) {
            throw new ShapeException(
                    loss + ": expected [n, classes], [classes] or [n, classes, d1, …] with at least one"
                            + " class, got " + scores.shape());
        }
        return axis;
    }

    /** Returns the shape without the axis of the classes. */
    static Shape rows(Tensor scores, int classAxis) {
        return scores.shape().reduce(Axes.of(classAxis), false);
    }

    static void checkWeights(String loss, @Nullable Tensor classWeights, int classes) {
        if (classWeights != null && !classWeights.shape().equals(Shape.of(classes))) {
            throw new ShapeException(loss + ": expected a weight for each of " + classes + " classes, of shape ["
                    + classes + "], got " + classWeights.shape());
        }
    }

    /** Multiplies each loss by the weight of its class. */
    Tensor weigh(Tensor losses) {
        return weights == null ? losses : losses.mul(weights);
    }

    /** Leaves out what is ignored; the mean is that of the others, with the weights of their classes. */
    Tensor reduce(Tensor losses, Reduction reduction) {
        // Chosen, not multiplied: what is ignored gets the gradient 0 also where the mean is 0/0.
        Tensor counted = kept == null ? losses : Tensor.where(kept, losses, losses.zerosLike());
        if (reduction != Reduction.MEAN || (kept == null && weights == null)) {
            return reduction.of(counted);
        }
        Tensor parts = weights == null ? losses.onesLike() : weights;
        Tensor total = (kept == null ? parts : Tensor.where(kept, parts, parts.zerosLike())).sum();
        return counted.sum().div(total);
    }
}

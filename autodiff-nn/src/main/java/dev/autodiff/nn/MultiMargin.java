package dev.autodiff.nn;

import dev.autodiff.Tensor;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import org.jspecify.annotations.Nullable;

/**
 * The multi-class margin loss of scores s against class numbers t, {@code Σ_{j≠t} w[t]·max(0, margin − s_t + s_j)^p / classes} for each row: every
 * wrong class is to score less than the right one, by a margin. At the margin the slope is 0.
 *
 * @param p 1 or 2
 * @param margin usually 1
 * @param classWeights w, of shape [classes]; null for ones
 * @param reduction what becomes of the rows' losses; the mean divides by the number of rows, also with weights
 */
public record MultiMargin(int p, double margin, @Nullable Tensor classWeights, Reduction reduction) implements Loss {
    private static final String NAME = "multiMargin";

    /** Checks the power. */
    public MultiMargin {
        if (p != 1 && p != 2) {
            throw new IllegalArgumentException("multiMargin: p must be 1 or 2, got " + p);
        }
    }

    /** The mean with p = 1 and margin 1. */
    public MultiMargin() {
        this(1, 1, null, Reduction.MEAN);
    }

    /** Returns this loss with squared excesses. */
    public MultiMargin squared() {
        return new MultiMargin(2, margin, classWeights, reduction);
    }

    /** Returns this loss with another margin. */
    public MultiMargin withMargin(double other) {
        return new MultiMargin(p, other, classWeights, reduction);
    }

    /** Returns this loss with a weight for each class. */
    public MultiMargin withClassWeights(Tensor weights) {
        return new MultiMargin(p, margin, weights, reduction);
    }

    /** Returns this loss with another reduction. */
    public MultiMargin withReduction(Reduction other) {
        return new MultiMargin(p, margin, classWeights, other);
    }

    /**
     * Compares scores with class numbers.
     *
     * @param scores [n, classes], or [classes] of a single row
     * @param target int64, [n] or []
     * @return the losses of the target's shape, reduced
     * @throws IndexOutOfBoundsException if a class number is not from 0 to classes − 1
     */
    @Override
    public Tensor of(Tensor scores, Tensor target) {
        if (scores.rank() > 2) {
            throw new ShapeException(NAME + ": expected scores [n, classes] or [classes], got " + scores.shape());
        }
        int axis = ClassTargets.classAxis(NAME, scores);
        int classes = scores.size(axis);
        ClassTargets.checkWeights(NAME, classWeights, classes);
        Shape rows = ClassTargets.rows(scores, axis);
        ClassTargets targets = ClassTargets.of(NAME, target, rows, classWeights, null);
        Tensor places = targets.labels().expandDims(-1);
        Tensor own = ClassTargets.named(NAME, () -> scores.gather(axis, places));
        Tensor excess = scores.sub(own).add(margin).relu();
        Tensor wrong = Tensor.range(0, classes).ne(places); // broadcasts to [n, classes]
        Tensor counted = Tensor.where(wrong, p == 1 ? excess : excess.square(), scores.zerosLike());
        return reduction.of(targets.weigh(counted.sum(-1).div(classes)));
    }
}

package dev.autodiff.nn;

import dev.autodiff.Tensor;
import dev.autodiff.shape.ShapeException;
import org.jspecify.annotations.Nullable;

/**
 * The cross-entropy of logits against class numbers or probabilities, {@code −Σ_j w_j·y_j·log softmax(x)_j} for each row.
 *
 * <p>A class number t stands for y_j = 1 at j = t, else 0. The mean over class numbers is the weighted one, {@code Σ_i loss_i / Σ_i w[t_i]} over
 * the rows that are not ignored, NaN if all are; over probabilities it is that of the rows. Ignored rows have loss and gradient 0. Label
 * smoothing ε replaces y by {@code (1 − ε)·y + ε/classes}; Szegedy et al., "Rethinking the Inception Architecture", 2016, §7.
 *
 * @param classWeights w, of shape [classes]; null for ones
 * @param ignoreIndex the class number of rows that do not count, often −100; null if all do
 * @param labelSmoothing ε, from 0 to 1
 * @param reduction what becomes of the rows' losses
 */
public record CrossEntropy(
        @Nullable Tensor classWeights, @Nullable Integer ignoreIndex, double labelSmoothing, Reduction reduction)
        implements Loss {
    private static final String NAME = "crossEntropy";

    /** Checks the range of the label smoothing. */
    public CrossEntropy {
        if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
            throw new IllegalArgumentException(
                    "crossEntropy: label smoothing must be from 0 to 1, got " + labelSmoothing);
        }
    }

    /** The mean of all rows, without weights and smoothing. */
    public CrossEntropy() {
        this(null, null, 0, Reduction.MEAN);
    }

    /** Returns this loss with a weight for each class. */
    public CrossEntropy withClassWeights(Tensor weights) {
        return new CrossEntropy(weights, ignoreIndex, labelSmoothing, reduction);
    }

    /** Returns this loss without the rows of one class number, which need not be that of a class. */
    public CrossEntropy withIgnoreIndex(int classNumber) {
        return new CrossEntropy(classWeights, classNumber, labelSmoothing, reduction);
    }

    /** Returns this loss with smoothed targets. */
    public CrossEntropy withLabelSmoothing(double epsilon) {
        return new CrossEntropy(classWeights, ignoreIndex, epsilon, reduction);
    }

    /** Returns this loss with another reduction. */
    public CrossEntropy withReduction(Reduction other) {
        return new CrossEntropy(classWeights, ignoreIndex, labelSmoothing, other);
    }

    /**
     * Compares logits with their targets.
     *
     * @param logits [n, classes], [classes] of a single row, or [n, classes, d1, …]
     * @param target class numbers (int64, of the logits' shape without the axis of the classes) or probabilities (of the logits' shape and
     *     type)
     * @return the losses of that shape without the axis of the classes, reduced
     * @throws IndexOutOfBoundsException if a class number that is not ignored is not from 0 to classes − 1
     */
    @Override
    public Tensor of(Tensor logits, Tensor target) {
        int axis = ClassTargets.classAxis(NAME, logits);
        int classes = logits.size(axis);
        ClassTargets.checkWeights(NAME, classWeights, classes);
        Tensor x = last(logits, axis);
        if (target.dtype().isFloating()) {
            return reduction.of(x.softmaxCrossEntropy(probabilities(logits, target, axis)));
        }
        ClassTargets targets =
                ClassTargets.of(NAME, target, ClassTargets.rows(logits, axis), classWeights, ignoreIndex);
        Tensor losses = targets.weigh(ClassTargets.named(NAME, () -> x.softmaxCrossEntropy(targets.labels())));
        if (labelSmoothing > 0) {
            Tensor uniform = classWeights == null ? Tensor.ones(x.dtype(), classes) : classWeights;
            Tensor spread = uniform.mul(labelSmoothing / classes).broadcastTo(x.shape());
            losses = losses.mul(1 - labelSmoothing).add(x.softmaxCrossEntropy(spread));
        }
        return targets.reduce(losses, reduction);
    }

    private Tensor probabilities(Tensor logits, Tensor target, int axis) {
        if (ignoreIndex != null) {
            throw new IllegalArgumentException(
                    "crossEntropy: class number " + ignoreIndex
                            + " cannot be ignored among probabilities; give class numbers (int64), or leave withIgnoreIndex away");
        }
        if (!target.shape().equals(logits.shape())) {
            throw new ShapeException(NAME + ": logits of shape " + logits.shape()
                    + " need probabilities of the same shape, got " + target.shape()
                    + "; or class numbers (int64) of shape "
                    + ClassTargets.rows(logits, axis));
        }
        Tensor y = last(target, axis);
        if (labelSmoothing > 0) {
            y = y.mul(1 - labelSmoothing).add(labelSmoothing / y.size(-1));
        }
        return classWeights == null ? y : y.mul(classWeights);
    }

    /** Moves the axis of the classes to the end, where the fused operation has it. */
    private static Tensor last(Tensor x, int axis) {
        int[] order = new int[x.rank()];
        for (int i = 0; i < order.length; i++) {
            order[i] = i < axis ? i : i + 1;
        }
        order[order.length - 1] = axis;
        return x.permute(order);
    }
}

package dev.autodiff.nn;

import dev.autodiff.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The negative log-likelihood {@code −w[t_i]·l[i, t_i]} of log-probabilities l against class numbers t. The mean is {@code Σ_i loss_i / Σ_i w[t_i]}
 * over the rows that are not ignored, NaN if all are. {@link CrossEntropy} is the same for logits, in one step.
 *
 * @param classWeights w, of shape [classes]; null for ones
 * @param ignoreIndex the class number of rows that do not count, often −100; null if all do
 * @param reduction what becomes of the rows' losses
 */
public record Nll(@Nullable Tensor classWeights, @Nullable Integer ignoreIndex, Reduction reduction) implements Loss {
    private static final String NAME = "nll";

    /** The mean of all rows, without weights. */
    public Nll() {
        this(null, null, Reduction.MEAN);
    }

    /** Returns this loss with a weight for each class. */
    public Nll withClassWeights(Tensor weights) {
        return new Nll(weights, ignoreIndex, reduction);
    }

    /** Returns this loss without the rows of one class number, which need not be that of a class. */
    public Nll withIgnoreIndex(int classNumber) {
        return new Nll(classWeights, classNumber, reduction);
    }

    /** Returns this loss with another reduction. */
    public Nll withReduction(Reduction other) {
        return new Nll(classWeights, ignoreIndex, other);
    }

    /**
     * Compares log-probabilities with class numbers.
     *
     * @param logProbabilities [n, classes], [classes] of a single row, or [n, classes, d1, …]
     * @param target int64, of that shape without the axis of the classes
     * @return the losses of the target's shape, reduced
     * @throws IndexOutOfBoundsException if a class number that is not ignored is not from 0 to classes − 1
     */
    @Override
    public Tensor of(Tensor logProbabilities, Tensor target) {
        int axis = ClassTargets.classAxis(NAME, logProbabilities);
        ClassTargets.checkWeights(NAME, classWeights, logProbabilities.size(axis));
        ClassTargets targets =
                ClassTargets.of(NAME, target, ClassTargets.rows(logProbabilities, axis), classWeights, ignoreIndex);
        Tensor places = targets.labels().expandDims(axis);
        Tensor picked = ClassTargets.named(NAME, () -> logProbabilities.gather(axis, places))
                .squeeze(axis);
        return targets.reduce(targets.weigh(picked.neg()), reduction);
    }
}

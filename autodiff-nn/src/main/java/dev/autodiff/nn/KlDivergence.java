package dev.autodiff.nn;

import dev.autodiff.Tensor;

/**
 * The Kullback-Leibler divergence {@code y·(log y − l)} of probabilities y from those whose logarithms are l, 0 where y = 0.
 *
 * @param logTarget whether targets are the logarithms of y
 * @param reduction what becomes of the elements' losses; the divergence of distributions is their sum over each row, so that the mean over
 *     rows is {@link Reduction#BATCH_MEAN}, while {@link Reduction#MEAN} divides by the number of elements, as in PyTorch
 */
public record KlDivergence(boolean logTarget, Reduction reduction) implements Loss {

    /** The mean over rows, for targets that are probabilities. */
    public KlDivergence() {
        this(false, Reduction.BATCH_MEAN);
    }

    /** Returns this loss for targets that are logarithms of probabilities. */
    public KlDivergence withLogTarget() {
        return new KlDivergence(true, reduction);
    }

    /** Returns this loss with another reduction. */
    public KlDivergence withReduction(Reduction other) {
        return new KlDivergence(logTarget, other);
    }

    /**
     * Compares log-probabilities with their targets.
     *
     * @param logProbabilities l, [rows, …]
     * @param target y or log y, of the same shape and type
     */
    @Override
    public Tensor of(Tensor logProbabilities, Tensor target) {
        Losses.match("klDivergence", logProbabilities, target);
        return reduction.of(
                logTarget
                        ? target.exp().mul(target.sub(logProbabilities))
                        : target.xlogy(target).sub(target.mul(logProbabilities)));
    }
}

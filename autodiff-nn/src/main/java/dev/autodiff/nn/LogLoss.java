package dev.autodiff.nn;

import dev.autodiff.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The log loss (binary cross-entropy) of probabilities p, {@code −w·(y·log p + (1 − y)·log(1 − p))}, the logarithms cut at −100. The mean
 * divides by the number of elements, also with weights.
 *
 * @param weight w, of a shape that broadcasts to that of the probabilities; null for ones
 * @param reduction what becomes of the elements' losses
 */
public record LogLoss(@Nullable Tensor weight, Reduction reduction) implements Loss {

    /** The mean without weights. */
    public LogLoss() {
        this(null, Reduction.MEAN);
    }

    /** Returns this loss with weights of its elements. */
    public LogLoss withWeight(Tensor weights) {
        return new LogLoss(weights, reduction);
    }

    /** Returns this loss with another reduction. */
    public LogLoss withReduction(Reduction other) {
        return new LogLoss(weight, other);
    }

    /**
     * Compares probabilities with their targets.
     *
     * @param probabilities from 0 to 1
     * @param y targets from 0 to 1, of the same shape and type
     * @throws IllegalArgumentException if a probability is not from 0 to 1
     */
    @Override
    public Tensor of(Tensor probabilities, Tensor y) {
        Losses.match("logLoss", probabilities, y);
        probabilities.checkRange("logLoss: probabilities", 0, 1);
        return reduction.of(Losses.weighted("logLoss", probabilities.logLoss(y), weight));
    }
}

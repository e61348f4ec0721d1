package dev.autodiff.nn;

import dev.autodiff.Tensor;
import dev.autodiff.shape.ShapeException;
import org.jspecify.annotations.Nullable;

/**
 * The log loss of logits x, whose probabilities are {@code σ(x)}: {@code −w·(q·y·log σ(x) + (1 − y)·log σ(−x))}, without overflow. The mean divides
 * by the number of elements, also with weights.
 *
 * @param weight w, of a shape that broadcasts to that of the logits; null for ones
 * @param positiveWeight q, of a shape that broadcasts to that of the logits, [classes] for example; above 1 it favours finding all
 *     positives, below 1 being right about them; null for ones
 * @param reduction what becomes of the elements' losses
 */
public record LogLossWithLogits(
        @Nullable Tensor weight, @Nullable Tensor positiveWeight, Reduction reduction) implements Loss {
    private static final String NAME = "logLossWithLogits";

    /** The mean without weights. */
    public LogLossWithLogits() {
        this(null, null, Reduction.MEAN);
    }

    /** Returns this loss with weights of its elements. */
    public LogLossWithLogits withWeight(Tensor weights) {
        return new LogLossWithLogits(weights, positiveWeight, reduction);
    }

    /** Returns this loss with weights of its positive targets. */
    public LogLossWithLogits withPositiveWeight(Tensor weights) {
        return new LogLossWithLogits(weight, weights, reduction);
    }

    /** Returns this loss with another reduction. */
    public LogLossWithLogits withReduction(Reduction other) {
        return new LogLossWithLogits(weight, positiveWeight, other);
    }

    /**
     * Compares logits with their targets.
     *
     * @param y targets from 0 to 1, of the logits' shape and type
     */
    @Override
    public Tensor of(Tensor logits, Tensor y) {
        Losses.match(NAME, logits, y);
        Tensor losses = logits.logLossWithLogits(y);
        if (positiveWeight != null) {
            if (!positiveWeight.shape().broadcastsTo(logits.shape())) {
                throw new ShapeException(NAME + ": expected a positive weight that broadcasts to the shape "
                        + logits.shape() + " of the logits, got " + positiveWeight.shape());
            }
            // The plain loss and what the positives weigh more or less: no difference of large numbers.
            losses = losses.sub(positiveWeight.sub(1).mul(y).mul(logits.logSigmoid()));
        }
        return reduction.of(Losses.weighted(NAME, losses, weight));
    }
}

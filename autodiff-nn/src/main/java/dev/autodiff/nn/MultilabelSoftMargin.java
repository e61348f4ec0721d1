package dev.autodiff.nn;

import dev.autodiff.Tensor;
import dev.autodiff.shape.ShapeException;
import org.jspecify.annotations.Nullable;

/**
 * The mean over the classes of the log loss of each logit, {@code −(1/classes)·Σ_j w_j·(y_j·log σ(x_j) + (1 − y_j)·log σ(−x_j))} for each row, for
 * rows that belong to several classes at once.
 *
 * @param weight w, of a shape that broadcasts to that of the logits, [classes] for example; null for ones
 * @param reduction what becomes of the rows' losses
 */
public record MultilabelSoftMargin(@Nullable Tensor weight, Reduction reduction) implements Loss {
    private static final String NAME = "multilabelSoftMargin";

    /** The mean without weights. */
    public MultilabelSoftMargin() {
        this(null, Reduction.MEAN);
    }

    /** Returns this loss with weights of the classes. */
    public MultilabelSoftMargin withWeight(Tensor weights) {
        return new MultilabelSoftMargin(weights, reduction);
    }

    /** Returns this loss with another reduction. */
    public MultilabelSoftMargin withReduction(Reduction other) {
        return new MultilabelSoftMargin(weight, other);
    }

    /**
     * Compares logits with their targets.
     *
     * @param logits […, classes]
     * @param y targets from 0 to 1, of the same shape and type
     * @return the losses […], reduced
     */
    @Override
    public Tensor of(Tensor logits, Tensor y) {
        Losses.match(NAME, logits, y);
        if (logits.rank() == 0) {
            throw new ShapeException(NAME + ": expected logits […, classes], got shape []");
        }
        return reduction.of(
                Losses.weighted(NAME, logits.logLossWithLogits(y), weight).mean(-1));
    }
}

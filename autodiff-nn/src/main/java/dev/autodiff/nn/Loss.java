package dev.autodiff.nn;

import dev.autodiff.Tensor;

/**
 * How wrong a prediction is, as a setting of a training loop: a method of {@link Losses} or one of the records with options.
 *
 * <pre>{@code
 * Loss plain = Losses::crossEntropy;
 * Loss smoothed = new CrossEntropy().withLabelSmoothing(0.1).withIgnoreIndex(-100);
 * smoothed.of(logits, classes).backward();
 * }</pre>
 */
@FunctionalInterface
public interface Loss {

    /** Compares a prediction with its target. The shapes are those of the loss; no loss broadcasts one to the other. */
    Tensor of(Tensor prediction, Tensor target);
}

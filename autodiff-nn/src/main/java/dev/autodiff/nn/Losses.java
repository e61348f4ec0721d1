package dev.autodiff.nn;

import dev.autodiff.Tensor;
import dev.autodiff.shape.ShapeException;

/** How wrong predictions are, as one number of shape [] to be minimised. The operations on single elements are those of {@link Tensor}. */
public final class Losses {
    private Losses() {}

    /**
     * The mean cross-entropy of logits x against a target y, {@code −(1/n)·Σ_i Σ_j y_ij·log softmax(x_i)_j}. The gradient by the
     * logits is {@code (softmax(x) − y) / n}.
     *
     * @param logits […, classes], n rows
     * @param target class numbers (int64, […]) or probabilities (of the logits' shape and type)
     * @throws IndexOutOfBoundsException if a class number is not from 0 to classes − 1
     */
    public static Tensor crossEntropy(Tensor logits, Tensor target) {
        return logits.softmaxCrossEntropy(target).mean();
    }

    /** The mean squared error {@code (1/n)·Σ (x − y)²} over all n elements of two tensors of one shape. */
    public static Tensor meanSquaredError(Tensor x, Tensor y) {
        match("meanSquaredError", x, y);
        return x.sub(y).square().mean();
    }

    /** Half the squared Euclidean distance {@code ½·Σ (x − y)²} of two tensors of one shape; the gradient by x is {@code x − y}. */
    public static Tensor squaredError(Tensor x, Tensor y) {
        match("squaredError", x, y);
        return x.squaredError(y);
    }

    /** The sum of squared errors {@code Σ (x − y)²} over all elements of two tensors of one shape. */
    public static Tensor sumOfSquaredErrors(Tensor x, Tensor y) {
        match("sumOfSquaredErrors", x, y);
        return x.sub(y).square().sum();
    }

    /**
     * The mean log loss (binary cross-entropy) of probabilities p, {@code −(1/n)·Σ (y·log p + (1 − y)·log(1 − p))}, the logarithms cut at
     * −100.
     *
     * @param probabilities from 0 to 1
     * @param y targets from 0 to 1, of the same shape and type
     */
    public static Tensor logLoss(Tensor probabilities, Tensor y) {
        match("logLoss", probabilities, y);
        return probabilities.logLoss(y).mean();
    }

    /**
     * The mean log loss of logits x, whose probabilities are {@code σ(x)}, without overflow; the gradient by the logits is
     * {@code (σ(x) − y) / n}.
     *
     * @param y targets from 0 to 1, of the logits' shape and type
     */
    public static Tensor logLossWithLogits(Tensor logits, Tensor y) {
        match("logLossWithLogits", logits, y);
        return logits.logLossWithLogits(y).mean();
    }

    /** Refuses to broadcast: [n] against [n, 1] would compare every prediction with every target. */
    private static void match(String loss, Tensor x, Tensor y) {
        if (!x.shape().equals(y.shape())) {
            throw new ShapeException(loss + ": expected two tensors of one shape, got " + x.shape() + " and "
                    + y.shape() + "; bring one to the other's shape with reshape or broadcastTo");
        }
    }
}

package dev.autodiff.nn;

import dev.autodiff.Tensor;
import dev.autodiff.shape.ShapeException;

/**
 * The triplet loss {@code max(0, margin + d(a, p) − d(a, n))} of each row, with the distance {@code d(x, y) = ‖x − y + eps‖_p}: an anchor a is to
 * be closer to the positive row p than to the negative one n, by a margin. Balntas et al., "Learning shallow convolutional feature
 * descriptors with triplet losses", 2016.
 *
 * @param margin usually 1, above 0
 * @param p the order of the norm, above 0, infinite for the largest difference
 * @param eps keeps the derivative of the distance finite where two rows are equal
 * @param swap whether {@code d(p, n)} takes the place of {@code d(a, n)} where it is smaller
 * @param reduction what becomes of the rows' losses
 */
public record TripletMargin(double margin, double p, double eps, boolean swap, Reduction reduction) {
    private static final String NAME = "tripletMargin";

    /** Checks the ranges. */
    public TripletMargin {
        Losses.above(NAME, "margin", margin);
        Losses.above(NAME, "p", p);
        Losses.atLeastZero(NAME, "eps", eps);
    }

    /** The mean with margin 1 and Euclidean distances, eps = 10⁻⁶, without swapping. */
    public TripletMargin() {
        this(1, 2, 1e-6, false, Reduction.MEAN);
    }

    /** Returns this loss with another margin. */
    public TripletMargin withMargin(double other) {
        return new TripletMargin(other, p, eps, swap, reduction);
    }

    /** Returns this loss with another norm. */
    public TripletMargin withNorm(double order) {
        return new TripletMargin(margin, order, eps, swap, reduction);
    }

    /** Returns this loss with another eps. */
    public TripletMargin withEps(double other) {
        return new TripletMargin(margin, p, other, swap, reduction);
    }

    /** Returns this loss with the smaller one of the negative's distances. */
    public TripletMargin withSwap() {
        return new TripletMargin(margin, p, eps, true, reduction);
    }

    /** Returns this loss with another reduction. */
    public TripletMargin withReduction(Reduction other) {
        return new TripletMargin(margin, p, eps, swap, other);
    }

    /**
     * Compares distances.
     *
     * @param anchor […, d]
     * @param positive of the same shape
     * @param negative of the same shape
     * @return the losses […], reduced
     */
    public Tensor of(Tensor anchor, Tensor positive, Tensor negative) {
        Losses.match(NAME, anchor, positive);
        Losses.match(NAME, anchor, negative);
        if (anchor.rank() == 0) {
            throw new ShapeException(NAME + ": expected rows […, d], got shape []");
        }
        Tensor far = distance(anchor, negative);
        if (swap) {
            far = far.minimum(distance(positive, negative));
        }
        return reduction.of(Losses.hinge(distance(anchor, positive).sub(far).add(margin)));
    }

    private Tensor distance(Tensor x, Tensor y) {
        return x.pairwiseDistance(y, p, eps, false);
    }
}

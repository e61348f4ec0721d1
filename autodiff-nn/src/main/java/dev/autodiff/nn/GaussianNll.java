package dev.autodiff.nn;

import dev.autodiff.Tensor;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;

/**
 * The negative log-likelihood of numbers y under normal distributions with mean x and variance v, {@code ½·(log v + (x − y)²/v)}. Nix and
 * Weigend, "Estimating the Mean and Variance of the Target Probability Distribution", 1994.
 *
 * <p>A variance below eps counts as eps, but gets the gradient as if it had not been raised, so that it can recover.
 *
 * @param full whether to add the constant {@code ½·log 2π}
 * @param eps the least variance, above 0
 * @param reduction what becomes of the elements' losses
 */
public record GaussianNll(boolean full, double eps, Reduction reduction) {

    /** Checks the range of eps. */
    public GaussianNll {
        Losses.above("gaussianNll", "eps", eps);
    }

    /** The mean without the constant, with eps = 10⁻⁶. */
    public GaussianNll() {
        this(false, 1e-6, Reduction.MEAN);
    }

    /** Returns this loss with the constant. */
    public GaussianNll withConstant() {
        return new GaussianNll(true, eps, reduction);
    }

    /** Returns this loss with another least variance. */
    public GaussianNll withEps(double other) {
        return new GaussianNll(full, other, reduction);
    }

    /** Returns this loss with another reduction. */
    public GaussianNll withReduction(Reduction other) {
        return new GaussianNll(full, eps, other);
    }

    /**
     * Compares means and variances with what came.
     *
     * @param x means
     * @param y targets, of the same shape and type
     * @param variance v, of the shape of x, or with size 1 in the last axis, or without it: one for all numbers of a row
     * @throws IllegalArgumentException if a variance is negative or NaN
     */
    public Tensor of(Tensor x, Tensor y, Tensor variance) {
        Losses.match("gaussianNll", x, y);
        Tensor given =
                perElement(x.shape(), variance).checkRange("gaussianNll: variances", 0, Double.POSITIVE_INFINITY);
        // The value eps with the gradient of v: what is added is 0 and its slope 1.
        Tensor raised = given.sub(given.detach()).add(eps);
        Tensor tooSmall = given.lt(eps);
        Tensor v = Tensor.where(tooSmall, raised, given);
        Tensor losses = v.log().add(x.sub(y).square().div(v)).mul(0.5);
        return reduction.of(full ? losses.add(0.5 * Math.log(2 * Math.PI)) : losses);
    }

    private static Tensor perElement(Shape shape, Tensor variance) {
        Shape v = variance.shape();
        if (v.equals(shape)) {
            return variance;
        }
        if (shape.rank() > 0) {
            Shape rows = shape.slice(0, shape.rank() - 1);
            if (v.equals(rows)) {
                return variance.expandDims(-1);
            }
            if (v.equals(rows.concat(Shape.of(1)))) {
                return variance;
            }
        }
        throw new ShapeException("gaussianNll: expected a variance of the shape " + shape
                + " of the means, or without or with size 1 in the last axis, got " + v);
    }
}

package dev.autodiff.nn;

import dev.autodiff.Tensor;

/**
 * The negative log-likelihood of counts y under Poisson distributions: {@code eˣ − y·x} for logarithms x of rates, or
 * {@code r − y·log(r + eps)} for rates r.
 *
 * @param logInput whether inputs are logarithms of rates
 * @param full whether to add Stirling's approximation of log y!, {@code y·log y − y + ½·log(2π·y)} where y &gt; 1
 * @param eps keeps the logarithm of a rate of 0 finite
 * @param reduction what becomes of the elements' losses
 */
public record PoissonNll(boolean logInput, boolean full, double eps, Reduction reduction) implements Loss {

    /** Checks the range of eps. */
    public PoissonNll {
        Losses.atLeastZero("poissonNll", "eps", eps);
    }

    /** The mean for logarithms of rates, without Stirling's approximation, with eps = 10⁻⁸. */
    public PoissonNll() {
        this(true, false, 1e-8, Reduction.MEAN);
    }

    /** Returns this loss for rates in place of their logarithms. */
    public PoissonNll ofRates() {
        return new PoissonNll(false, full, eps, reduction);
    }

    /** Returns this loss with Stirling's approximation of what depends on the targets alone. */
    public PoissonNll withStirling() {
        return new PoissonNll(logInput, true, eps, reduction);
    }

    /** Returns this loss with another eps. */
    public PoissonNll withEps(double other) {
        return new PoissonNll(logInput, full, other, reduction);
    }

    /** Returns this loss with another reduction. */
    public PoissonNll withReduction(Reduction other) {
        return new PoissonNll(logInput, full, eps, other);
    }

    /**
     * Compares rates with counts.
     *
     * @param x logarithms of rates, or rates
     * @param y counts, of the same shape and type
     */
    @Override
    public Tensor of(Tensor x, Tensor y) {
        Losses.match("poissonNll", x, y);
        Tensor losses =
                logInput ? x.exp().sub(y.mul(x)) : x.sub(y.mul(x.add(eps).log()));
        return reduction.of(full ? losses.add(stirling(y)) : losses);
    }

    private static Tensor stirling(Tensor y) {
        Tensor large = y.gt(1);
        Tensor n =
                Tensor.where(large, y, y.onesLike()); // the logarithm of 0 would spoil the gradient that is not taken
        Tensor approximation =
                n.mul(n.log()).sub(n).add(n.mul(2 * Math.PI).log().mul(0.5));
        return Tensor.where(large, approximation, y.zerosLike());
    }
}

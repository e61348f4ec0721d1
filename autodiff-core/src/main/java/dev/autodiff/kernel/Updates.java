package dev.autodiff.kernel;

/**
 * In-place steps of optimizers over n elements from index 0: one pass over the arrays and no temporaries. Coefficients are
 * doubles and are rounded to the arrays' type before the loop.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public interface Updates<A> {
    /** Sets {@code p = p − lr·(g + weightDecay·p)}. Modified: p. */
    void sgd(A p, A g, double lr, double weightDecay, int n);

    /**
     * Sets {@code d = g + weightDecay·p; b = momentum·b + (1 − dampening)·d; p = p − lr·(nesterov ? d + momentum·b : b)}; on
     * the first step b = d. Modified: p, b.
     */
    void momentum(
            A p,
            A g,
            A b,
            double lr,
            double weightDecay,
            double momentum,
            double dampening,
            boolean nesterov,
            boolean first,
            int n);

    /**
     * Sets {@code d = g + weightDecay·p; m = beta1·m + (1 − beta1)·d; v = beta2·v + (1 − beta2)·d²;
     * p = p·(1 − decoupledDecay) − stepSize·m / (√v / rootCorrection + eps)}. Modified: p, m, v.
     */
    void adam(
            A p,
            A g,
            A m,
            A v,
            double stepSize,
            double rootCorrection,
            double beta1,
            double beta2,
            double eps,
            double weightDecay,
            double decoupledDecay,
            int n);
}

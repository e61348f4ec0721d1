package dev.autodiff.kernel;

/**
 * Norms and spreads of the middle axis of an array of shape [outer, n, inner], reduced to [outer, inner].
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public interface Norms<A> {
    /**
     * Sets {@code out[o, i] = (Σ |x[o, :, i]|^p)^(1/p)}, scaled where the powers would leave the range; the largest |x| for
     * p = ∞ and the smallest for −∞, the number of those that are not 0 for p = 0. For n = 0 it is 0 unless p is −∞. Modified: out.
     */
    void norm(double p, A x, A out, int outer, int n, int inner);

    /** Sets {@code out[o, i] = Σ (x − m)²} over {@code x[o, :, i]} with their mean m; 0 for n = 0. Modified: out. */
    void squaredDeviations(A x, A out, int outer, int n, int inner);
}

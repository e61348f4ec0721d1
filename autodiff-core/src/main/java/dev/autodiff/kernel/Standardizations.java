package dev.autodiff.kernel;

/**
 * Standardising over axes: all arrays but those of shape [kept] are [outer, kept, inner], and mean and variance of each k are over
 * {@code x[:, k, :]}, in wide precision, the variance from the deviations. With {@code r = 1/√(variance + ε)}.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public interface Standardizations<A> {
    /** Sets {@code out = (x − mean)·r}. Modified: out. */
    void standardize(double epsilon, A x, A out, int outer, int kept, int inner);

    /** Sets {@code out = r·(g − mean(g) − y·mean(g·y))} with {@code y = (x − mean)·r}. Modified: out. */
    void gradient(double epsilon, A g, A x, A out, int outer, int kept, int inner);
}

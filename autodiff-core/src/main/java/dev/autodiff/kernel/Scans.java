package dev.autodiff.kernel;

/**
 * Running results along the middle axis of arrays of shape [outer, n, inner], from its first element to its last, or the other
 * way round if {@code reverse}. The running value is a double, in float32 too.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public interface Scans<A> {
    /** Sets {@code out[o, k, i] = Σ x[o, j, i]} over the j up to k; compensated, so that errors do not grow with n. Modified: out. */
    void cumulativeSum(A x, A out, int outer, int n, int inner, boolean reverse);

    /**
     * Sets {@code out[o, k, i] = a[o, k, i]·out[o, k − 1, i] + b[o, k, i]}, and {@code b} itself at the element where the scan
     * begins, whose a is not read. Modified: out.
     */
    void recurrence(A a, A b, A out, int outer, int n, int inner, boolean reverse);

    /** Sets {@code out[o, k, i] = log Σ exp x[o, j, i]} over the j up to k, shifted by the maximum so far. Modified: out. */
    void logCumulativeSumExp(A x, A out, int outer, int n, int inner);
}

package dev.autodiff.kernel;

/**
 * Orders along the middle axis of an array of shape [outer, n, inner]. NaN is above everything, and 0 and −0 are equal.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public interface Ranks<A> {
    /** Sets {@code out[o, :, i]} to the indices that sort {@code x[o, :, i]}; equal ones keep their order. Modified: out [outer, n, inner]. */
    void sort(boolean descending, A x, long[] out, int outer, int n, int inner);

    /**
     * Sets {@code out[o, k, i]} to the last index up to k of the largest (or smallest) of {@code x[o, : k + 1, i]}; a NaN counts as
     * both. Modified: out [outer, n, inner].
     */
    void running(boolean largest, A x, long[] out, int outer, int n, int inner);

    /**
     * Sets {@code out[o, i]} to the index of the element number (n − 1) / 2 in ascending order, the lower one of two in the middle, the
     * first of equal ones; of the first NaN if there is one. n must not be 0. Modified: out [outer, inner].
     */
    void argMedian(A x, long[] out, int outer, int n, int inner);

    /** Sets {@code out[o, i]} to the element that {@link #argMedian} finds. Modified: out [outer, inner]. */
    void median(A x, A out, int outer, int n, int inner);
}

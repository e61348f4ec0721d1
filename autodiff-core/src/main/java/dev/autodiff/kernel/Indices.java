package dev.autodiff.kernel;

/**
 * Sums by index, in an order that the indices alone decide.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public interface Indices<A> {
    /**
     * Adds rows up along the middle axis: {@code out[o, j, i] = Σ over k with index[k] = j of x[o, k, i]} for x of shape
     * [outer, index.length, inner] and out of shape [outer, size, inner]; the indices are from 0 to size − 1. What no index
     * names stays as it is. Equal indices are added pairwise, float32 in double. Modified: out.
     */
    void put(A x, long[] index, A out, int outer, int size, int inner);
}

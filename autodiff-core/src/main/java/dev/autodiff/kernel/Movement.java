package dev.autodiff.kernel;

/**
 * Moving elements of any type without arithmetic.
 *
 * @param <A> {@code float[]}, {@code double[]}, {@code long[]} or {@code boolean[]}
 */
public interface Movement<A> {
    /**
     * Copies a box of elements: {@code to[toOffset + Σ i_d·toStrides[d]] = from[fromOffset + Σ i_d·fromStrides[d]]} for all
     * indices i below {@code sizes}. A stride may be 0 in the source (repetition) and negative in either. Modified: to.
     */
    void copy(int[] sizes, A from, int fromOffset, int[] fromStrides, A to, int toOffset, int[] toStrides);

    /**
     * Picks rows along the middle axis: {@code to[o, k, i] = from[o, index[k], i]} for x of shape [outer, size, inner] and to of
     * shape [outer, index.length, inner]; the indices are from 0 to size − 1. Modified: to.
     */
    void take(A from, long[] index, A to, int outer, int size, int inner);

    /** Sets n elements from {@code offset} to {@code from[fromOffset]}. Modified: to. */
    void fill(A from, int fromOffset, A to, int offset, int n);
}

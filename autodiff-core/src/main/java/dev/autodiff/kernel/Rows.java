package dev.autodiff.kernel;

/**
 * Softmax and what belongs to it, over rows: all arrays are [rows, n] unless said otherwise, row-major from index 0.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public interface Rows<A> {
    /** Sets {@code y[r, j] = y[r, j] + x[j]}, with x of shape [n]. Modified: y. */
    void add(A y, A x, int rows, int n);

    /** Sets {@code out[r, j] = exp(x[r, j] − m_r) / Σ_k exp(x[r, k] − m_r)} with m_r the largest of the row. Modified: out. */
    void softmax(A x, A out, int rows, int n);

    /** Sets {@code out[r, j] = x[r, j] − log Σ_k exp(x[r, k])}, shifted by the maximum. Modified: out. */
    void logSoftmax(A x, A out, int rows, int n);

    /** Sets {@code out[r, j] = s[r, j]·(g[r, j] − Σ_k g[r, k]·s[r, k])}, where s is a softmax. Modified: out. */
    void softmaxGradient(A g, A s, A out, int rows, int n);

    /** Sets {@code out[r, j] = g[r, j] − exp(l[r, j])·Σ_k g[r, k]}, where l is a log-softmax. Modified: out. */
    void logSoftmaxGradient(A g, A l, A out, int rows, int n);

    /** Sets {@code loss[r] = −logSoftmax(x)[r, label[r]]}, for labels from 0 to n − 1. Modified: loss [rows]. */
    void crossEntropy(A x, long[] label, A loss, int rows, int n);

    /** Sets {@code out[r, j] = g[r]·(softmax(x)[r, j] − [j = label[r]])}, with g of shape [rows]. Modified: out. */
    void crossEntropyGradient(A g, A x, long[] label, A out, int rows, int n);

    /** Sets {@code loss[r] = −Σ_j target[r, j]·logSoftmax(x)[r, j]}. Modified: loss [rows]. */
    void crossEntropy(A x, A target, A loss, int rows, int n);

    /** Sets {@code out[r, j] = g[r]·(softmax(x)[r, j]·Σ_k target[r, k] − target[r, j])}, with g of shape [rows]. Modified: out. */
    void crossEntropyGradient(A g, A x, A target, A out, int rows, int n);
}

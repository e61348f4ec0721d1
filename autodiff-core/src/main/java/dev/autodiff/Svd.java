package dev.autodiff;

/**
 * A singular value decomposition, {@code x = u·diag(s)·vt}, with k = min(m, n).
 *
 * @param u the left singular vectors as columns, the largest component of each positive, […, m, k]
 * @param s the singular values in descending order, […, k]
 * @param vt the right singular vectors as rows, […, k, n]
 */
public record Svd(Tensor u, Tensor s, Tensor vt) {}

package dev.autodiff;

/**
 * The eigenvalues and eigenvectors of symmetric matrices, {@code x = vectors·diag(values)·vectorsᵀ}.
 *
 * @param values the eigenvalues in ascending order, […, n]
 * @param vectors an eigenvector of length 1 in each column, its largest component positive, […, n, n]
 */
public record Eigh(Tensor values, Tensor vectors) {}

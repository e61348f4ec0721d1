package dev.autodiff;

/**
 * An orthogonal and an upper triangular factor, {@code x = q·r}.
 *
 * @param q orthonormal columns, […, m, k]
 * @param r upper triangular, […, k, n]
 */
public record Qr(Tensor q, Tensor r) {}

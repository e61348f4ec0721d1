package dev.autodiff;

/**
 * A determinant as {@code sign·exp(logAbsDet)}, which neither overflows nor underflows.
 *
 * @param sign −1, 0 or 1
 * @param logAbsDet the logarithm of its absolute value, −∞ if the matrix is singular
 */
public record SignLogDet(Tensor sign, Tensor logAbsDet) {}

package dev.autodiff;

/** The norms of a matrix that {@link LinearAlgebraMath#matrixNorm} knows; s are the singular values. */
public enum MatrixNorm {
    /** {@code √Σ x²}; the gradient at 0 is 0. */
    FROBENIUS,
    /** {@code Σ s}. */
    NUCLEAR,
    /** The largest sum of absolute values of a column, {@code ord=1}. */
    ONE,
    /** The smallest sum of absolute values of a column, {@code ord=-1}. */
    MINUS_ONE,
    /** The largest singular value, {@code ord=2}. */
    TWO,
    /** The smallest singular value, {@code ord=-2}. */
    MINUS_TWO,
    /** The largest sum of absolute values of a row, {@code ord=inf}. */
    INFINITY,
    /** The smallest sum of absolute values of a row, {@code ord=-inf}. */
    MINUS_INFINITY
}

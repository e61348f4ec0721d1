package dev.autodiff;

/** What keeps {@link DistanceMath}'s norms away from 0 unless the caller says it; PyTorch's values. */
final class NormDefaults {
    /** The least norm that {@code normalize} divides by: rows of zeros stay zeros, and no ordinary row is that short. */
    static final double LEAST = 1e-12;

    /** The least norm of each vector of a cosine: that with a vector of zeros is 0. */
    static final double LEAST_OF_COSINE = 1e-8;

    /** What is added to each difference of a pairwise distance, so that its derivative is finite where two vectors are equal. */
    static final double ADDED = 1e-6;

    private NormDefaults() {}
}

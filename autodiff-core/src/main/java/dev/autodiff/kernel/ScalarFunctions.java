package dev.autodiff.kernel;

/** Scalar functions that java.lang.Math lacks and that are too long for one expression; double precision. */
public final class ScalarFunctions {
    private ScalarFunctions() {}

    /** Returns {@code 1 / (1 + e⁻ˣ)}. */
    public static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x)); // e⁻ˣ = ∞ gives the right 0
    }

    /** Returns {@code log(1 + e^(beta·x)) / beta}, or x itself where {@code beta·x > threshold}. */
    public static double softplus(double x, double beta, double threshold) {
        double scaled = x * beta;
        if (scaled > threshold) {
            return x;
        }
        return (Math.max(scaled, 0) + Math.log1p(Math.exp(-Math.abs(scaled)))) / beta; // no overflow for large scaled
    }
}

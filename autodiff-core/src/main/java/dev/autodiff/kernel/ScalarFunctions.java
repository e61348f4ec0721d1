package dev.autodiff.kernel;

/** Scalar functions that java.lang.Math lacks and that are too long for one expression; double precision, unless they say otherwise. */
public final class ScalarFunctions {
    private static final double SQRT_HALF = Math.sqrt(0.5);
    private static final double DENSITY_AT_0 = 1 / Math.sqrt(2 * Math.PI);
    private static final double TWICE_SQRT_2_OVER_PI = 2 * Math.sqrt(2 / Math.PI);
    private static final double CUBIC = 0.044715 * TWICE_SQRT_2_OVER_PI;
    private static final long NEGATIVE_INFINITY = Double.doubleToRawLongBits(Double.NEGATIVE_INFINITY);
    private static final int NEGATIVE_INFINITY_32 = Float.floatToRawIntBits(Float.NEGATIVE_INFINITY);

    private ScalarFunctions() {}

    /** Returns {@code 1 / (1 + e⁻ˣ)}. */
    public static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x)); // e⁻ˣ = ∞ gives the right 0
    }

    /**
     * Returns {@code y <= 0 ? 0 : x}, bit by bit, without a branch, which the processor would guess wrong half of the time for random signs: as integers,
     * the y to let through are those above 0, and the negative ones behind −∞, which are NaN.
     */
    public static double unlessAtMost0(double x, double y) {
        long bits = Double.doubleToRawLongBits(y);
        long above = ~((bits | (bits - 1)) >> 63);
        long nan = (bits >> 63) & ((NEGATIVE_INFINITY - bits) >> 63);
        return Double.longBitsToDouble(Double.doubleToRawLongBits(x) & (above | nan));
    }

    /** The same in single precision. */
    public static float unlessAtMost0(float x, float y) {
        int bits = Float.floatToRawIntBits(y);
        int above = ~((bits | (bits - 1)) >> 31);
        int nan = (bits >> 31) & ((NEGATIVE_INFINITY_32 - bits) >> 31);
        return Float.intBitsToFloat(Float.floatToRawIntBits(x) & (above | nan));
    }

    /** Returns {@code log(1 + e^(beta·x)) / beta}, or x itself where {@code beta·x > threshold}. */
    public static double softplus(double x, double beta, double threshold) {
        double scaled = x * beta;
        if (scaled > threshold) {
            return x;
        }
        return (Math.max(scaled, 0) + Math.log1p(Math.exp(-Math.abs(scaled)))) / beta; // no overflow for large scaled
    }

    /** Returns the derivative of {@code x·sigmoid(x)} times g. */
    public static double siluGradient(double g, double x) {
        double s = sigmoid(x);
        return g * s * (1 + x * (1 - s));
    }

    /** Returns {@code x·tanh(log(1 + eˣ))}, as a fraction of powers of e^(−|x|), so that nothing overflows or cancels. */
    public static double mish(double x) {
        double e = Math.exp(-Math.abs(x));
        return x > 0 ? x * (1 + 2 * e) / (1 + 2 * e * (1 + e)) : x * e * (e + 2) / (e * (e + 2) + 2);
    }

    /** Returns the derivative of mish times g: {@code t + x·w} with t = tanh(log(1 + eˣ)) and w = dt/dx. */
    public static double mishGradient(double g, double x) {
        double e = Math.exp(-Math.abs(x));
        double d = x > 0 ? 1 + 2 * e * (1 + e) : e * (e + 2) + 2;
        double t = (x > 0 ? 1 + 2 * e : e * (e + 2)) / d;
        double w = 4 * e * (1 + e) * (x > 0 ? e : 1) / (d * d);
        return g * (t + x * w);
    }

    /** Returns {@code x·Φ(x)}, Φ the normal distribution; by erfc, since 1 + erf would cancel for negative x. */
    public static double gelu(double x) {
        return 0.5 * x * SpecialFunctions.erfc(-x * SQRT_HALF);
    }

    /** Returns the derivative of gelu times g: {@code Φ(x) + x·φ(x)}. */
    public static double geluGradient(double g, double x) {
        return g * (0.5 * SpecialFunctions.erfc(-x * SQRT_HALF) + x * Math.exp(-0.5 * x * x) * DENSITY_AT_0);
    }

    /** Returns {@code x·(1 + tanh u) / 2 = x·sigmoid(2u)} with {@code u = √(2/π)·(x + 0.044715·x³)}. */
    public static double geluTanh(double x) {
        return x * sigmoid(x * (TWICE_SQRT_2_OVER_PI + CUBIC * x * x));
    }

    /** Returns the derivative of geluTanh times g. */
    public static double geluTanhGradient(double g, double x) {
        double square = x * x;
        double s = sigmoid(x * (TWICE_SQRT_2_OVER_PI + CUBIC * square));
        double slope = s * (1 - s);
        // where the slope is 0 the rest may be infinite
        return g * (slope == 0 ? s : s + x * slope * (TWICE_SQRT_2_OVER_PI + 3 * CUBIC * square));
    }
}

package dev.autodiff.kernel;

/** The logarithm of the gamma function and its derivatives, in double precision; sources in the NIST Digital Library (DLMF). */
public final class GammaFunctions {
    private static final double ONE_MINUS_EULER = 0.42278433509846713;
    private static final double HALF_LOG_2_PI = 0.9189385332046728;
    private static final double LOG_PI = 1.1447298858494002;

    /** Coefficients of (log Γ(2 + z)/z − 1 + γ)/z for |z| ≤ ½, highest power first; interpolated at Chebyshev's points from 90 digits. */
    private static final double[] LOG_GAMMA = {
        -1.3029870239068415e-07,
        2.7475390051909663e-07,
        -4.3454173670260496e-07,
        9.242852225162277e-07,
        -2.043022895180944e-06,
        4.3828545383846665e-06,
        -9.43891959627718e-06,
        2.050601970174762e-05,
        -4.492628637818162e-05,
        9.945761692157133e-05,
        -0.00022315475602710603,
        0.0005096695196526673,
        -0.00119275391176255,
        0.002890510330865901,
        -0.007385551028673429,
        0.02058080842778338,
        -0.0673523010531981,
        0.3224670334241132,
    };

    /** {@code B₂ₖ / (2k·(2k − 1))}: Stirling's series, DLMF 5.11.1. */
    private static final double[] STIRLING = {
        1 / 12.0, -1 / 360.0, 1 / 1260.0, -1 / 1680.0, 1 / 1188.0, -691 / 360360.0, 1 / 156.0, -3617 / 122400.0,
    };

    /** {@code B₂ₖ / (2k)!}: Euler and Maclaurin's formula, DLMF 2.10.1. */
    private static final double[] EULER_MACLAURIN = {
        1 / 12.0,
        -1 / 720.0,
        1 / 30240.0,
        -1 / 1209600.0,
        1 / 47900160.0,
        -691 / 1307674368000.0,
        1 / 74724249600.0,
        -3617 / 10670622842880000.0,
        43867 / 5109094217170944000.0,
        -174611 / 802857662698291200000.0,
    };

    /** From here on Stirling's series has all digits. */
    private static final double LARGE = 10;

    private GammaFunctions() {}

    /** Returns {@code log |Γ(x)|}: ∞ at 0, −1, −2, … and ±∞. To about 4 ulps, and 10⁻¹⁵ near the zeros below 0. */
    public static double logGamma(double x) {
        if (Double.isNaN(x) || Double.isInfinite(x)) {
            return Math.abs(x);
        }
        if (x >= LARGE) {
            double series = 0;
            double square = 1 / (x * x);
            for (int k = STIRLING.length - 1; k >= 0; k--) {
                series = series * square + STIRLING[k];
            }
            double log = Math.log(x);
            return x * (log - 1) - log / 2 + HALF_LOG_2_PI + series / x;
        }
        if (x >= 1.5) {
            double product = 1;
            double y = x;
            while (y > 2.5) {
                y -= 1;
                product *= y;
            }
            return ofTwoAnd(y - 2) + Math.log(product);
        }
        if (x >= 0.5) {
            return ofTwoAnd(x - 1) - Math.log1p(x - 1); // Γ(x) = Γ(x + 1) / x
        }
        if (x > -0.5) {
            return x == 0 ? Double.POSITIVE_INFINITY : ofTwoAnd(x) - Math.log1p(x) - Math.log(Math.abs(x));
        }
        double fraction = x - Math.rint(x);
        if (fraction == 0) {
            return Double.POSITIVE_INFINITY;
        }
        // the reflection, DLMF 5.5.3: Γ(x)·Γ(1 − x) = π / sin(π·x)
        return LOG_PI - Math.log(Math.abs(Math.sin(Math.PI * fraction))) - logGamma(1 - x);
    }

    /** Returns {@code log Γ(2 + z)} for |z| ≤ ½. */
    private static double ofTwoAnd(double z) {
        return z * (ONE_MINUS_EULER + z * SpecialFunctions.polynomial(LOG_GAMMA, z));
    }

    /**
     * Returns {@code ψ⁽ⁿ⁾(x)}, the derivative of order n = ⌊order⌋ of digamma, the derivative of log Γ. NaN for a negative order. At the poles 0, −1,
     * −2, … of digamma ∓∞ at ±0, else NaN; of the derivatives ∞ for odd n and −∞ for even n.
     */
    public static double polygamma(double order, double x) {
        if (!(order >= 0 && order < 1000) || Double.isNaN(x)) {
            return Double.NaN;
        }
        int n = (int) order;
        if (n == 0) {
            return digamma(x);
        }
        double factorial = 1;
        for (int k = 2; k <= n; k++) {
            factorial *= k;
        }
        return (n % 2 == 1 ? factorial : -factorial) * hurwitz(n + 1, x); // DLMF 25.11.12
    }

    private static double digamma(double x) {
        if (x == 0) {
            return Math.copySign(Double.POSITIVE_INFINITY, -x);
        }
        if (x < 0) {
            double fraction = x - Math.rint(x);
            // the reflection, DLMF 5.5.4
            return fraction == 0 ? Double.NaN : digamma(1 - x) - Math.PI / Math.tan(Math.PI * fraction);
        }
        double below = 0;
        double y = x;
        for (int k = 1; y < LARGE; k++) {
            below += 1 / y;
            y = x + k;
        }
        double square = 1 / (y * y);
        double series = 0;
        for (int k = STIRLING.length - 1; k >= 0; k--) {
            series = (series + (2 * k + 1) * STIRLING[k]) * square;
        }
        return Math.log(y) - 0.5 / y - series - below;
    }

    /** Returns {@code Σ 1 / (x + k)ˢ} over k = 0, 1, … for a whole s ≥ 2: Hurwitz' zeta function, continued to negative x. */
    private static double hurwitz(int s, double x) {
        if (x > 0) {
            return hurwitzOfPositive(s, x);
        }
        double above = x - Math.floor(x);
        if (above == 0 || x == Double.NEGATIVE_INFINITY) {
            return x == Double.NEGATIVE_INFINITY ? Double.NaN : Double.POSITIVE_INFINITY;
        }
        // the sum over all whole k, less that over k < 0; both distances to whole numbers are exact or nearly 1
        double sign = s % 2 == 0 ? 1 : -1;
        return hurwitzOfPositive(s, above)
                + sign * (hurwitzOfPositive(s, Math.ceil(x) - x) - hurwitzOfPositive(s, 1 - x));
    }

    private static double hurwitzOfPositive(int s, double x) {
        double sum = 0;
        double y = x;
        for (int k = 1; y < s + 12; k++) {
            sum += Math.pow(y, -s);
            y = x + k;
        }
        // the rest by Euler and Maclaurin, DLMF 25.11.28
        double rest = y / (s - 1) + 0.5;
        double factor = s / y;
        for (int k = 0; k < EULER_MACLAURIN.length; k++) {
            rest += EULER_MACLAURIN[k] * factor;
            factor *= (s + 2 * k + 1) * (s + 2 * k + 2) / (y * y);
        }
        return y == Double.POSITIVE_INFINITY ? 0 : sum + Math.pow(y, -s) * rest;
    }
}

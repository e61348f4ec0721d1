package dev.autodiff.kernel;

/** The error function and its relatives, and inverse hyperbolic functions, in double precision. */
public final class SpecialFunctions {
    private static final double TWO_OVER_SQRT_PI = 1.1283791670955126;

    /** From here on the continued fraction of erfc converges fast, below it the series does. */
    private static final double SERIES_LIMIT = 2.5;

    private SpecialFunctions() {}

    /** Returns {@code 2/√π·∫₀ˣ exp(−t²) dt}, with an error of some ulps; Abramowitz and Stegun 7.1.6. */
    public static double erf(double x) {
        double a = Math.abs(x);
        if (a >= SERIES_LIMIT) {
            return Math.copySign(1 - erfcOfLarge(a), x);
        }
        // Σ 2ⁿ·x^(2n+1) / (1·3·5···(2n+1)): all terms have one sign, so that nothing cancels
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return Double.isNaN(x) ? x : TWO_OVER_SQRT_PI * Math.exp(-x * x) * sum;
    }

    /** Returns {@code 1 − erf(x)} without loss for large x. */
    public static double erfc(double x) {
        return x >= SERIES_LIMIT ? erfcOfLarge(x) : x >= 0.5 ? erfcOfMiddle(x) : 1 - erf(x);
    }

    /** By the continued fraction of Laplace, Abramowitz and Stegun 7.1.14, from the bottom. */
    private static double erfcOfLarge(double x) {
        return continuedFraction(x, 60);
    }

    private static double erfcOfMiddle(double x) {
        return continuedFraction(x, 700);
    }

    private static double continuedFraction(double x, int terms) {
        double f = x;
        for (int n = terms; n >= 1; n--) {
            f = x + n / 2.0 / f;
        }
        // exp(−x²) with x² split in two, since a rounded square costs x² ulps
        double high = (float) x;
        double e = Math.exp(-high * high) * Math.exp((high - x) * (high + x));
        return e / f * (TWO_OVER_SQRT_PI / 2);
    }

    /** Returns the y with {@code erf(y) = x}: Giles' approximation, then two of Newton's steps. ±∞ at ±1, NaN beyond. */
    public static double erfinv(double x) {
        if (!(Math.abs(x) < 1)) {
            return Math.abs(x) == 1 ? x * Double.POSITIVE_INFINITY : Double.NaN;
        }
        if (x == 0) {
            return x;
        }
        double w = -Math.log1p(-x * x);
        double a = 2 / (Math.PI * 0.147) - w / 2;
        double y = Math.copySign(Math.sqrt(Math.sqrt(a * a + w / 0.147) - a), x); // Winitzki's start, to 2·10⁻³
        for (int i = 0; i < 3; i++) {
            // near ±1 the difference is taken in erfc, which keeps its digits there
            double error = Math.abs(x) > 0.5 ? Math.copySign((1 - Math.abs(x)) - erfc(Math.abs(y)), x) : x - erf(y);
            double sign = Math.abs(x) > 0.5 ? -1 : 1;
            double step = sign * error / (TWO_OVER_SQRT_PI * Math.exp(-y * y));
            y += step / (1 - y * step); // Halley's correction
        }
        return y;
    }

    /** Returns {@code log(x + √(x² + 1))} without loss near 0 and without overflow. */
    public static double asinh(double x) {
        double a = Math.abs(x);
        double value = a > 1e8 ? Math.log(a) + Math.log(2) : Math.log1p(a + a * a / (1 + Math.sqrt(a * a + 1)));
        return Math.copySign(value, x);
    }

    /** Returns {@code log(x + √(x² − 1))}; NaN below 1. */
    public static double acosh(double x) {
        double t = x - 1;
        return x > 1e8 ? Math.log(x) + Math.log(2) : Math.log1p(t + Math.sqrt(2 * t + t * t));
    }

    /** Returns {@code ½·log((1 + x) / (1 − x))}; ±∞ at ±1, NaN beyond. */
    public static double atanh(double x) {
        double a = Math.abs(x);
        return Math.copySign(0.5 * Math.log1p(2 * a / (1 - a)), x);
    }

    /** Returns {@code log(eˣ + eʸ)} without overflow. */
    public static double logAddExp(double x, double y) {
        if (x == y) {
            return x + Math.log(2); // also for equal infinities, whose difference is NaN
        }
        return Math.max(x, y) + Math.log1p(Math.exp(-Math.abs(x - y)));
    }

    /** Returns {@code x − y·⌊x/y⌋}, which has the sign of y. */
    public static double remainder(double x, double y) {
        double r = x % y;
        return r != 0 && (r < 0) != (y < 0) ? r + y : r;
    }
}

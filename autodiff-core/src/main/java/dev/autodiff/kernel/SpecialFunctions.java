package dev.autodiff.kernel;

/** The error function and its relatives, logarithms, inverse hyperbolic and Bessel functions, in double precision. */
public final class SpecialFunctions {
    private static final double TWO_OVER_SQRT_PI = 1.1283791670955126;
    private static final double LOG_2 = 0.6931471805599453;

    /** Coefficients of erf(x)/x in x² for |x| ≤ 1, highest power first; interpolated at Chebyshev's points from 60 digits. */
    private static final double[] ERF = {
        5.957176147748911e-11,
        -1.1372848856791674e-09,
        1.4659775274047436e-08,
        -1.6350312701054695e-07,
        1.6461000484121368e-06,
        -1.4925595266831182e-05,
        0.0001205533111164271,
        -0.000854832698083379,
        0.0052239776248180145,
        -0.026866170645076792,
        0.11283791670954879,
        -0.3761263890318375,
        1.1283791670955126,
    };

    /** Coefficients of (1 + 2x)·exp(x²)·erfc(x) in u = (x − 4.75) / (x + 3.75), which maps x from ½ to ∞ to −1 to 1, after Shepherd and
     * Laframboise, Math. Comp. 36 (1981); highest power first, interpolated at Chebyshev's points from 60 digits. */
    private static final double[] ERFC = {
        7.849648224921883e-11,
        -4.578030635174483e-11,
        -1.019240811046007e-09,
        8.646881977916004e-10,
        8.372454885962254e-09,
        -1.20986154247664e-08,
        -5.7666030805603756e-08,
        1.560031998575301e-07,
        2.9087076897927183e-07,
        -1.8128738143430171e-06,
        7.161021655598114e-07,
        1.5886613262441595e-05,
        -5.046254732315764e-05,
        -7.55085434170573e-06,
        0.0006163684426119216,
        -0.0028573580197737455,
        0.008370971289861794,
        -0.018340273618542874,
        0.031165502863137372,
        -0.03952116335240597,
        0.028932667379785195,
        0.019413629415209303,
        -0.120536764811857,
        1.2211784257075968,
    };

    private SpecialFunctions() {}

    /** Returns {@code Σ cᵢ·xⁿ⁻ⁱ}, n the number of coefficients less one. */
    static double polynomial(double[] c, double x) {
        double sum = c[0];
        for (int i = 1; i < c.length; i++) {
            sum = Math.fma(sum, x, c[i]);
        }
        return sum;
    }

    /** Returns {@code 2/√π·∫₀ˣ exp(−t²) dt} to about 2 ulps. */
    public static double erf(double x) {
        double a = Math.abs(x);
        return a < 1 ? x * polynomial(ERF, x * x) : Math.copySign(1 - erfc(a), x);
    }

    /** Returns {@code 1 − erf(x)} to about 4 ulps, without loss for large x. */
    public static double erfc(double x) {
        if (x < 0.5) {
            return 1 - erf(x);
        }
        if (x > 28) {
            return 0;
        }
        // exp(−x²) with the rounding error of x² made good, since a rounded square alone costs x² ulps
        double square = x * x;
        double e = Math.exp(-square);
        e -= e * Math.fma(x, x, -square);
        return e * polynomial(ERFC, (x - 4.75) / (x + 3.75)) / (1 + 2 * x);
    }

    /** Returns the y with {@code erf(y) = x}: Winitzki's approximation, then three of Halley's steps. ±∞ at ±1, NaN beyond. */
    public static double erfinv(double x) {
        double a = Math.abs(x);
        if (!(a < 1)) {
            return a == 1 ? x * Double.POSITIVE_INFINITY : Double.NaN;
        }
        if (a == 0) {
            return x;
        }
        double w = -Math.log1p(-a * a);
        double b = 2 / (Math.PI * 0.147) - w / 2;
        double y = a < 0.01 ? a / TWO_OVER_SQRT_PI : Math.sqrt(Math.sqrt(b * b + w / 0.147) - b); // to 2·10⁻³
        for (int i = 0; i < 3; i++) {
            // near 1 the difference is taken in erfc, which keeps its digits there
            double error = a > 0.5 ? erfc(y) - (1 - a) : a - erf(y);
            double step = error / (TWO_OVER_SQRT_PI * Math.exp(-y * y));
            y += step / (1 - y * step);
        }
        return Math.copySign(y, x);
    }

    /** Returns the binary logarithm, exact at powers of two. */
    public static double log2(double x) {
        if (!(x > 0) || x == Double.POSITIVE_INFINITY) {
            return Math.log(x);
        }
        double scaled = x < Double.MIN_NORMAL ? x * 0x1p54 : x;
        int exponent = Math.getExponent(scaled);
        double m = Math.scalb(scaled, -exponent);
        if (m > 1.4142135623730951) { // so that the logarithm of m does not cancel the exponent where x is near 1
            m /= 2;
            exponent++;
        }
        return Math.log(m) / LOG_2 + (x < Double.MIN_NORMAL ? exponent - 54 : exponent);
    }

    /** Returns {@code log(x / (1 − x))}; ±∞ at 1 and 0, NaN beyond. */
    public static double logit(double x) {
        // from ¼ to ¾ 2x − 1 is exact, and no logarithms cancel
        return x > 0.25 && x < 0.75 ? 2 * atanh(2 * x - 1) : Math.log(x) - Math.log1p(-x);
    }

    /** Returns {@code x − tanh x} without loss near 0. */
    public static double tanhShrink(double x) {
        double a = Math.abs(x);
        if (a > 0.5) {
            return x - Math.tanh(x);
        }
        // (x·cosh x − sinh x) / cosh x by the series of the numerator, Σ 2k·x^(2k+1) / (2k+1)!
        double square = x * x;
        double term = x * square / 3;
        double sum = term;
        for (int k = 2; k < 9; k++) {
            term *= square / ((2 * k - 2) * (2 * k + 1));
            sum += term;
        }
        return sum / Math.cosh(x);
    }

    /**
     * Returns the spherical Bessel function {@code j_n(x)} of order n = ⌊order⌋, DLMF 10.47.3: {@code sin x / x} for n = 0. NaN for a negative
     * order.
     */
    public static double sphericalBessel(double order, double x) {
        if (!(order >= 0 && order < 1000) || Double.isNaN(x)) {
            return Double.NaN;
        }
        int n = (int) order;
        double a = Math.abs(x);
        double sign = x < 0 && n % 2 == 1 ? -1 : 1;
        if (a == Double.POSITIVE_INFINITY) {
            return 0 * sign;
        }
        if (a * a < 2 * (2 * n + 3)) { // the power series, DLMF 10.53.1, cancels little here
            double first = sign;
            for (int k = 1; k <= n; k++) {
                first *= a / (2 * k + 1);
            }
            double term = 1;
            double sum = 1;
            for (int k = 1; Math.abs(term) > 1e-17; k++) {
                term *= -a * a / (2.0 * k * (2 * n + 2 * k + 1));
                sum += term;
            }
            return first * sum;
        }
        double before = Math.cos(a) / a;
        double value = Math.sin(a) / a;
        for (int k = 0; k < n; k++) { // the recurrence, DLMF 10.51.1, is stable upwards while k < x
            double next = (2 * k + 1) / a * value - before;
            before = value;
            value = next;
        }
        return sign * value;
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
        if (t < 0) {
            return Double
                    .NaN; // said outright: for a large −x the root below is finite and the logarithm of a rounded 0 is
            // −∞
        }
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

    /** Returns {@code x^y} with {@code 1^y = 1} for every y and {@code (−1)^±∞ = 1}, as IEEE 754 asks for and {@link Math#pow} does not. */
    public static double pow(double x, double y) {
        return x == 1 || (x == -1 && Double.isInfinite(y)) ? 1 : Math.pow(x, y);
    }

    /** Returns {@code x − y·⌊x/y⌋}, which has the sign of y. */
    public static double remainder(double x, double y) {
        double r = x % y;
        return r != 0 && (r < 0) != (y < 0) ? r + y : r;
    }
}

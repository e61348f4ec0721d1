package dev.autodiff;

import dev.autodiff.shape.Shape;

/**
 * Arithmetic and the functions of mathematics, element by element. Two tensors broadcast by NumPy's rules and must have the same floating-point type
 * ({@link dev.autodiff.shape.ShapeException}, {@link dev.autodiff.shape.DTypeException} otherwise); a Java number takes the tensor's type.
 */
public sealed interface ElementwiseMath permits Tensor {

    // ---- arithmetic ----

    /** {@code x + y}. */
    default Tensor add(Tensor y) {
        return Engine.apply(Elementwise.ADD, (Tensor) this, y);
    }

    /** {@code x + y}. */
    default Tensor add(double y) {
        return add(((Tensor) this).scalarLike(y));
    }

    /** {@code x − y}. */
    default Tensor sub(Tensor y) {
        return Engine.apply(Elementwise.SUB, (Tensor) this, y);
    }

    /** {@code x − y}. */
    default Tensor sub(double y) {
        return sub(((Tensor) this).scalarLike(y));
    }

    /** {@code x·y}, element by element; the matrix product is {@link Tensor#matmul}. */
    default Tensor mul(Tensor y) {
        return Engine.apply(Elementwise.MUL, (Tensor) this, y);
    }

    /** {@code x·y}. */
    default Tensor mul(double y) {
        return mul(((Tensor) this).scalarLike(y));
    }

    /** {@code x / y}; by zero ±∞ or NaN, as IEEE 754 has it. */
    default Tensor div(Tensor y) {
        return Engine.apply(Elementwise.DIV, (Tensor) this, y);
    }

    /** {@code x / y}. */
    default Tensor div(double y) {
        return div(((Tensor) this).scalarLike(y));
    }

    /** {@code x^y}; 0⁰ is 1, a negative x with a fractional y gives NaN. */
    default Tensor pow(Tensor y) {
        return Engine.apply(Elementwise.POW, (Tensor) this, y);
    }

    /** {@code x^y}; an exponent of 2 is computed as {@link #square}. */
    default Tensor pow(double y) {
        return y == 2 ? square() : pow(((Tensor) this).scalarLike(y));
    }

    /** {@code −x}. */
    default Tensor neg() {
        return Engine.apply(Elementwise.NEG, (Tensor) this);
    }

    /** {@code x} itself, as an operation of its own in the graph. */
    default Tensor identity() {
        return Engine.apply(Elementwise.IDENTITY, (Tensor) this);
    }

    /** {@code x²}. */
    default Tensor square() {
        return Engine.apply(Elementwise.SQUARE, (Tensor) this);
    }

    /** {@code 1 / x}. */
    default Tensor reciprocal() {
        return Engine.apply(Elementwise.RECIPROCAL, (Tensor) this);
    }

    /** {@code |x|}; the derivative at 0 is 0. */
    default Tensor abs() {
        return Engine.apply(Elementwise.ABS, (Tensor) this);
    }

    /** {@code −1}, {@code 0} or {@code 1} by the sign of x; the derivative is 0 everywhere. */
    default Tensor sign() {
        return Engine.apply(Elementwise.SIGN, (Tensor) this);
    }

    /** {@code 1} for x &gt; 0, else {@code 0}: the activation of the perceptron; the derivative is 0 everywhere. */
    default Tensor step() {
        return Engine.apply(Elementwise.STEP, (Tensor) this);
    }

    /** {@code max(x, y)}; NaN if one is NaN; equal ones share the gradient. */
    default Tensor maximum(Tensor y) {
        return Engine.apply(Elementwise.MAXIMUM, (Tensor) this, y);
    }

    /** {@code max(x, y)}. */
    default Tensor maximum(double y) {
        return maximum(((Tensor) this).scalarLike(y));
    }

    /** {@code min(x, y)}; NaN if one is NaN; equal ones share the gradient. */
    default Tensor minimum(Tensor y) {
        return Engine.apply(Elementwise.MINIMUM, (Tensor) this, y);
    }

    /** {@code min(x, y)}. */
    default Tensor minimum(double y) {
        return minimum(((Tensor) this).scalarLike(y));
    }

    /** The largest whole number that is not above x; the derivative is 0. */
    default Tensor floor() {
        return Engine.apply(Elementwise.FLOOR, (Tensor) this);
    }

    /** The smallest whole number that is not below x; the derivative is 0. */
    default Tensor ceil() {
        return Engine.apply(Elementwise.CEIL, (Tensor) this);
    }

    /** The nearest whole number, halves to the even one; the derivative is 0. */
    default Tensor round() {
        return Engine.apply(Elementwise.ROUND, (Tensor) this);
    }

    /** x without its fraction; the derivative is 0. */
    default Tensor trunc() {
        return Engine.apply(Elementwise.TRUNC, (Tensor) this);
    }

    /** {@code x − y·trunc(x / y)}, of the sign of x. */
    default Tensor fmod(Tensor y) {
        return Engine.apply(Elementwise.FMOD, (Tensor) this, y);
    }

    /** {@code x − y·trunc(x / y)}, of the sign of x. */
    default Tensor fmod(double y) {
        return fmod(((Tensor) this).scalarLike(y));
    }

    /** {@code x − y·⌊x / y⌋}, of the sign of y. */
    default Tensor remainder(Tensor y) {
        return Engine.apply(Elementwise.REMAINDER, (Tensor) this, y);
    }

    /** {@code x − y·⌊x / y⌋}, of the sign of y. */
    default Tensor remainder(double y) {
        return remainder(((Tensor) this).scalarLike(y));
    }

    /** {@code min(max(x, low), high)}; at a bound x still gets the gradient; NaN stays NaN. */
    default Tensor clamp(double low, double high) {
        Tensor x = (Tensor) this;
        return clamp(x.scalarLike(low), x.scalarLike(high));
    }

    /** {@code min(max(x, low), high)}; where a bound is taken, it gets the gradient. */
    default Tensor clamp(Tensor low, Tensor high) {
        return Engine.apply(Elementwise.CLAMP, (Tensor) this, low, high);
    }

    /** {@code max(x, low)}; unlike {@link #maximum(double)}, x gets the whole gradient at the bound. */
    default Tensor clampMin(double low) {
        return clamp(low, Double.POSITIVE_INFINITY);
    }

    /** {@code max(x, low)}; at the bound x gets the whole gradient. */
    default Tensor clampMin(Tensor low) {
        Operands.check("clampMin", 1, low);
        return clamp(low, low.scalarLike(Double.POSITIVE_INFINITY));
    }

    /** {@code min(x, high)}; unlike {@link #minimum(double)}, x gets the whole gradient at the bound. */
    default Tensor clampMax(double high) {
        return clamp(Double.NEGATIVE_INFINITY, high);
    }

    /** {@code min(x, high)}; at the bound x gets the whole gradient. */
    default Tensor clampMax(Tensor high) {
        Operands.check("clampMax", 1, high);
        return clamp(high.scalarLike(Double.NEGATIVE_INFINITY), high);
    }

    /** {@code x − trunc x}, of the sign of x; the derivative is 1. */
    default Tensor frac() {
        return sub(trunc());
    }

    /** {@code x + weight·(end − x)}: x at weight 0 and end at weight 1, both exactly. */
    default Tensor lerp(Tensor end, Tensor weight) {
        return Engine.apply(Elementwise.LERP, (Tensor) this, end, weight);
    }

    /** {@code x + weight·(end − x)}: x at weight 0 and end at weight 1, both exactly. */
    default Tensor lerp(Tensor end, double weight) {
        return lerp(end, ((Tensor) this).scalarLike(weight));
    }

    /** {@code x + factor·y·z}. */
    default Tensor addcmul(Tensor y, Tensor z, double factor) {
        Operands.check("addcmul", 1, y, z);
        Shape.broadcast("addcmul", y.shape(), z.shape());
        return add(factor == 1 ? y.mul(z) : y.mul(z).mul(factor));
    }

    /** {@code x + factor·y / z}. */
    default Tensor addcdiv(Tensor y, Tensor z, double factor) {
        Operands.check("addcdiv", 1, y, z);
        Shape.broadcast("addcdiv", y.shape(), z.shape());
        return add(factor == 1 ? y.div(z) : y.div(z).mul(factor));
    }

    // ---- exponentials, logarithms, roots, trigonometry ----

    /** {@code eˣ}. */
    default Tensor exp() {
        return Engine.apply(Elementwise.EXP, (Tensor) this);
    }

    /** {@code 2ˣ}. */
    default Tensor exp2() {
        return Engine.apply(Elementwise.EXP2, (Tensor) this);
    }

    /** {@code eˣ − 1}, accurate near 0. */
    default Tensor expm1() {
        return Engine.apply(Elementwise.EXPM1, (Tensor) this);
    }

    /** The natural logarithm; −∞ at 0, NaN below. */
    default Tensor log() {
        return Engine.apply(Elementwise.LOG, (Tensor) this);
    }

    /** The logarithm to the base 2; exact at powers of 2. */
    default Tensor log2() {
        return Engine.apply(Elementwise.LOG2, (Tensor) this);
    }

    /** The logarithm to the base 10. */
    default Tensor log10() {
        return Engine.apply(Elementwise.LOG10, (Tensor) this);
    }

    /** {@code log(1 + x)}, accurate near 0. */
    default Tensor log1p() {
        return Engine.apply(Elementwise.LOG1P, (Tensor) this);
    }

    /** {@code √x}; NaN below 0; the derivative at 0 is ∞. */
    default Tensor sqrt() {
        return Engine.apply(Elementwise.SQRT, (Tensor) this);
    }

    /** {@code sin x}, x in radians. */
    default Tensor sin() {
        return Engine.apply(Elementwise.SIN, (Tensor) this);
    }

    /** {@code cos x}, x in radians. */
    default Tensor cos() {
        return Engine.apply(Elementwise.COS, (Tensor) this);
    }

    /** {@code 1 / √x}; ∞ at 0, NaN below. */
    default Tensor rsqrt() {
        return Engine.apply(Elementwise.RSQRT, (Tensor) this);
    }

    /** {@code x·log y}, and 0 for x = 0, also at y = 0. */
    default Tensor xlogy(Tensor y) {
        return Engine.apply(Elementwise.XLOGY, (Tensor) this, y);
    }

    /** {@code x·log y}, and 0 for x = 0, also at y = 0. */
    default Tensor xlogy(double y) {
        return xlogy(((Tensor) this).scalarLike(y));
    }

    /** {@code log(eˣ + eʸ)}, without overflow. */
    default Tensor logAddExp(Tensor y) {
        return Engine.apply(Elementwise.LOG_ADD_EXP, (Tensor) this, y);
    }

    /** {@code log(1 / (1 + e⁻ˣ))}, without overflow. */
    default Tensor logSigmoid() {
        return Engine.apply(Elementwise.LOG_SIGMOID, (Tensor) this);
    }

    /** The log odds {@code log(x / (1 − x))} of a probability x: the inverse of {@link ActivationMath#sigmoid}; ±∞ at 1 and 0, NaN beyond. */
    default Tensor logit() {
        return Engine.apply(Elementwise.LOGIT, (Tensor) this);
    }

    /** The log odds of x brought between {@code eps} and {@code 1 − eps}; the derivative beyond is 0. */
    default Tensor logit(double eps) {
        return clamp(eps, 1 - eps).logit();
    }

    /** {@code log |Γ(x)|}; ∞ at 0, −1, −2, …. */
    default Tensor lgamma() {
        return Engine.apply(Elementwise.LOG_GAMMA, (Tensor) this);
    }

    /** {@code ψ(x)}, the derivative of log Γ; ∓∞ at ±0, NaN at −1, −2, …. */
    default Tensor digamma() {
        return polygamma(0);
    }

    /**
     * {@code ψ⁽ⁿ⁾(x)}, the derivative of order n of {@link #digamma}; at 0, −1, −2, … it is ∞ for odd n and −∞ for even n ≥ 2.
     *
     * @throws IllegalArgumentException if n is negative
     */
    default Tensor polygamma(int n) {
        if (n < 0) {
            throw new IllegalArgumentException("polygamma: expected an order from 0, got " + n);
        }
        Tensor x = (Tensor) this;
        return Engine.apply(Elementwise.POLYGAMMA, x, x.scalarLike(n));
    }

    /** The error function {@code 2/√π·∫₀ˣ exp(−t²) dt}. */
    default Tensor erf() {
        return Engine.apply(Elementwise.ERF, (Tensor) this);
    }

    /** {@code 1 − erf x}, accurate for large x. */
    default Tensor erfc() {
        return Engine.apply(Elementwise.ERFC, (Tensor) this);
    }

    /** The inverse of {@link #erf}: ±∞ at ±1, NaN beyond. */
    default Tensor erfinv() {
        return Engine.apply(Elementwise.ERFINV, (Tensor) this);
    }

    /** {@code tan x}, x in radians. */
    default Tensor tan() {
        return Engine.apply(Elementwise.TAN, (Tensor) this);
    }

    /** {@code sin(π·x) / (π·x)}, and 1 at 0; all derivatives are accurate near 0. */
    default Tensor sinc() {
        Tensor x = (Tensor) this;
        return Engine.apply(Elementwise.SPHERICAL_BESSEL, x.mul(Math.PI), x.scalarLike(0));
    }

    /** The angle from −π/2 to π/2 whose sine is x, in radians; NaN beyond ±1. */
    default Tensor asin() {
        return Engine.apply(Elementwise.ASIN, (Tensor) this);
    }

    /** The angle from 0 to π whose cosine is x, in radians; NaN beyond ±1. */
    default Tensor acos() {
        return Engine.apply(Elementwise.ACOS, (Tensor) this);
    }

    /** The angle from −π/2 to π/2 whose tangent is x, in radians. */
    default Tensor atan() {
        return Engine.apply(Elementwise.ATAN, (Tensor) this);
    }

    /** The angle from −π to π of the point with ordinate x (this) and abscissa y, in radians. */
    default Tensor atan2(Tensor y) {
        return Engine.apply(Elementwise.ATAN2, (Tensor) this, y);
    }

    /** {@code √(x² + y²)}, without overflow in between. */
    default Tensor hypot(Tensor y) {
        return Engine.apply(Elementwise.HYPOT, (Tensor) this, y);
    }

    /** {@code (eˣ − e⁻ˣ) / 2}. */
    default Tensor sinh() {
        return Engine.apply(Elementwise.SINH, (Tensor) this);
    }

    /** {@code (eˣ + e⁻ˣ) / 2}. */
    default Tensor cosh() {
        return Engine.apply(Elementwise.COSH, (Tensor) this);
    }

    /** The inverse of {@link #sinh}. */
    default Tensor asinh() {
        return Engine.apply(Elementwise.ASINH, (Tensor) this);
    }

    /** The inverse of {@link #cosh}, from 0; NaN below 1. */
    default Tensor acosh() {
        return Engine.apply(Elementwise.ACOSH, (Tensor) this);
    }

    /** The inverse of {@link ActivationMath#tanh}: ±∞ at ±1, NaN beyond. */
    default Tensor atanh() {
        return Engine.apply(Elementwise.ATANH, (Tensor) this);
    }
}

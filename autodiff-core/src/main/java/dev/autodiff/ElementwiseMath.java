package dev.autodiff;

import dev.autodiff.shape.DType;

/**
 * What a tensor can do element by element. Two tensors broadcast by NumPy's rules and must have the same floating-point type
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

    // ---- exponentials, logarithms, roots, trigonometry ----

    /** {@code eˣ}. */
    default Tensor exp() {
        return Engine.apply(Elementwise.EXP, (Tensor) this);
    }

    /** {@code eˣ − 1}, accurate near 0. */
    default Tensor expm1() {
        return Engine.apply(Elementwise.EXPM1, (Tensor) this);
    }

    /** The natural logarithm; −∞ at 0, NaN below. */
    default Tensor log() {
        return Engine.apply(Elementwise.LOG, (Tensor) this);
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

    /** The inverse of {@link #tanh}: ±∞ at ±1, NaN beyond. */
    default Tensor atanh() {
        return Engine.apply(Elementwise.ATANH, (Tensor) this);
    }

    // ---- activations ----

    /** {@code 1 / (1 + e⁻ˣ)}, without overflow for any x. */
    default Tensor sigmoid() {
        return Engine.apply(Elementwise.SIGMOID, (Tensor) this);
    }

    /** {@code tanh x}. */
    default Tensor tanh() {
        return Engine.apply(Elementwise.TANH, (Tensor) this);
    }

    /** {@code max(x, 0)}; the derivative at 0 is 0. */
    default Tensor relu() {
        return Engine.apply(Elementwise.RELU, (Tensor) this);
    }

    /** {@code x} for x &gt; 0, else {@code slope·x}; the derivative at 0 is the slope. */
    default Tensor leakyRelu(double slope) {
        return leakyRelu(((Tensor) this).scalarLike(slope));
    }

    /** {@code x} for x &gt; 0, else {@code slope·x}, with a slope that can be learned. */
    default Tensor leakyRelu(Tensor slope) {
        return Engine.apply(Elementwise.LEAKY_RELU, (Tensor) this, slope);
    }

    /** {@code x} for x &gt; 0, else {@code alpha·(eˣ − 1)}; the derivative at 0 is alpha. */
    default Tensor elu(double alpha) {
        return Engine.apply(Elementwise.ELU, (Tensor) this, ((Tensor) this).scalarLike(alpha));
    }

    /** {@code log(1 + eˣ)}, a smooth ReLU; x itself for x &gt; 20, where the difference is below 3·10⁻⁹. */
    default Tensor softplus() {
        return softplus(1, 20);
    }

    /** {@code log(1 + e^(beta·x)) / beta}, and x itself for {@code beta·x > threshold}. */
    default Tensor softplus(double beta, double threshold) {
        Tensor x = (Tensor) this;
        return Engine.apply(Elementwise.SOFTPLUS, x, x.scalarLike(beta), x.scalarLike(threshold));
    }

    // ---- losses of each element ----

    /**
     * The log loss (binary cross-entropy) of each probability x against a target y from 0 to 1:
     * {@code −(y·log x + (1 − y)·log(1 − x))}, the logarithms cut at −100.
     */
    default Tensor logLoss(Tensor y) {
        return Engine.apply(Elementwise.LOG_LOSS, (Tensor) this, y);
    }

    /**
     * The log loss of each logit x, whose probability is {@code σ(x)}, against a target y from 0 to 1:
     * {@code max(x, 0) − x·y + log(1 + e^(−|x|))}; the gradient is {@code σ(x) − y}.
     */
    default Tensor logLossWithLogits(Tensor y) {
        return Engine.apply(Elementwise.LOG_LOSS_WITH_LOGITS, (Tensor) this, y);
    }

    // ---- comparisons, conversion ----

    /** {@code x = y} as booleans. */
    default Tensor eq(Tensor y) {
        return Engine.apply(Comparison.EQ, (Tensor) this, y);
    }

    /** {@code x = y} as booleans. */
    default Tensor eq(double y) {
        return eq(((Tensor) this).scalarLike(y));
    }

    /** {@code x ≠ y} as booleans. */
    default Tensor ne(Tensor y) {
        return Engine.apply(Comparison.NE, (Tensor) this, y);
    }

    /** {@code x ≠ y} as booleans. */
    default Tensor ne(double y) {
        return ne(((Tensor) this).scalarLike(y));
    }

    /** {@code x < y} as booleans. */
    default Tensor lt(Tensor y) {
        return Engine.apply(Comparison.LT, (Tensor) this, y);
    }

    /** {@code x < y} as booleans. */
    default Tensor lt(double y) {
        return lt(((Tensor) this).scalarLike(y));
    }

    /** {@code x ≤ y} as booleans. */
    default Tensor le(Tensor y) {
        return Engine.apply(Comparison.LE, (Tensor) this, y);
    }

    /** {@code x ≤ y} as booleans. */
    default Tensor le(double y) {
        return le(((Tensor) this).scalarLike(y));
    }

    /** {@code x > y} as booleans. */
    default Tensor gt(Tensor y) {
        return Engine.apply(Comparison.GT, (Tensor) this, y);
    }

    /** {@code x > y} as booleans. */
    default Tensor gt(double y) {
        return gt(((Tensor) this).scalarLike(y));
    }

    /** {@code x ≥ y} as booleans. */
    default Tensor ge(Tensor y) {
        return Engine.apply(Comparison.GE, (Tensor) this, y);
    }

    /** {@code x ≥ y} as booleans. */
    default Tensor ge(double y) {
        return ge(((Tensor) this).scalarLike(y));
    }

    /** The tensor in another element type; itself if it has that type. Fractions are cut for int64; not 0 is true. */
    default Tensor to(DType dtype) {
        Tensor x = (Tensor) this;
        return x.dtype() == dtype ? x : Engine.apply(new Conversion(x.dtype(), dtype), x);
    }
}

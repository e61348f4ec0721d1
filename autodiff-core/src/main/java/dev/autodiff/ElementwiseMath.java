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

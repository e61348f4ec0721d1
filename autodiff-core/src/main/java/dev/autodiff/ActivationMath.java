package dev.autodiff;

import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.Arrays;

/** The activations of neural networks and the losses of single elements, element by element as {@link ElementwiseMath} is. */
public sealed interface ActivationMath permits Tensor {

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

    /**
     * {@code x} for x &gt; 0, else {@code weight·x}, with a weight that can be learned: of one element, or one for each channel along axis 1; the derivative
     * at 0 is the weight.
     *
     * @throws ShapeException if the weight has another size
     */
    default Tensor prelu(Tensor weight) {
        Operands.check("prelu", 1, weight);
        Tensor x = (Tensor) this;
        int channels = x.rank() < 2 ? 1 : x.size(1);
        if (weight.size() == 1) {
            return leakyRelu(weight.reshape(Shape.SCALAR));
        }
        if (weight.rank() != 1 || weight.size() != channels) {
            throw new ShapeException("prelu: expected a weight of 1 or " + channels + " elements for input " + x.shape()
                    + ", got " + weight.shape());
        }
        int[] sizes = new int[x.rank() - 1];
        Arrays.fill(sizes, 1);
        sizes[0] = channels;
        return leakyRelu(weight.reshape(sizes));
    }

    /** {@code x} for x &gt; 0, else {@code alpha·(e^(x/alpha) − 1)}: an ELU with the derivative 1 at 0. */
    default Tensor celu(double alpha) {
        return ((Tensor) this).div(alpha).elu(1).mul(alpha);
    }

    /**
     * {@code scale·elu(x, alpha)} with the two constants that keep mean 0 and variance 1 from layer to layer (Klambauer et al. 2017); the derivative at 0
     * is scale·alpha.
     */
    default Tensor selu() {
        return elu(1.6732632423543772).mul(1.0507009873554805);
    }

    /** {@code x·σ(x)}, also called swish. */
    default Tensor silu() {
        return Engine.apply(Elementwise.SILU, (Tensor) this);
    }

    /** {@code x·tanh(log(1 + eˣ))}. */
    default Tensor mish() {
        return Engine.apply(Elementwise.MISH, (Tensor) this);
    }

    /** {@code x·Φ(x)} with Φ the normal distribution. */
    default Tensor gelu() {
        return Engine.apply(Elementwise.GELU, (Tensor) this);
    }

    /** {@code x·(1 + tanh(√(2/π)·(x + 0.044715·x³))) / 2}, which approximates {@link #gelu} to 5·10⁻⁴. */
    default Tensor geluTanh() {
        return Engine.apply(Elementwise.GELU_TANH, (Tensor) this);
    }

    /**
     * {@code min(max(x, low), high)}; unlike {@link ElementwiseMath#clamp(double, double)}, the derivative at the bounds is 0.
     *
     * @throws IllegalArgumentException if low is above high
     */
    default Tensor hardTanh(double low, double high) {
        Tensor x = (Tensor) this;
        if (low > high) {
            throw new IllegalArgumentException("hardTanh: expected low ≤ high, got " + low + " and " + high);
        }
        return Tensor.where(x.le(low), x.scalarLike(low), Tensor.where(x.ge(high), x.scalarLike(high), x));
    }

    /** {@code min(max(x, 0), 6)}; the derivative at 0 and 6 is 0. */
    default Tensor relu6() {
        return hardTanh(0, 6);
    }

    /** {@code min(max(x + 3, 0), 6) / 6}; the derivative at ±3 is 0. */
    default Tensor hardSigmoid() {
        return ((Tensor) this).add(3).hardTanh(0, 6).div(6);
    }

    /** {@code x·min(max(x + 3, 0), 6) / 6}; the derivative is −½ at −3 and 1½ at 3. */
    default Tensor hardSwish() {
        Tensor x = (Tensor) this;
        return x.mul(x.add(3).clamp(0, 6)).div(6);
    }

    /** {@code x / (1 + |x|)}. */
    default Tensor softsign() {
        return Engine.apply(Elementwise.SOFTSIGN, (Tensor) this);
    }

    /** {@code x − tanh x}, accurate near 0. */
    default Tensor tanhShrink() {
        return Engine.apply(Elementwise.TANH_SHRINK, (Tensor) this);
    }

    /**
     * x moved towards 0 by {@code lambda}: {@code x − lambda} for x &gt; lambda, {@code x + lambda} for x &lt; −lambda, else 0; the derivative at ±lambda is
     * 0.
     *
     * @throws IllegalArgumentException if lambda is negative
     */
    default Tensor softShrink(double lambda) {
        if (!(lambda >= 0)) {
            throw new IllegalArgumentException("softShrink: expected lambda ≥ 0, got " + lambda);
        }
        Tensor x = (Tensor) this;
        return x.sub(x.clamp(-lambda, lambda));
    }

    /** {@code x} for |x| &gt; lambda, else 0; the derivative at ±lambda is 0. */
    default Tensor hardShrink(double lambda) {
        Tensor x = (Tensor) this;
        return Tensor.where(x.abs().le(lambda), x.scalarLike(0), x);
    }

    /** {@code x} for x &gt; threshold, else {@code value}; the derivative at the threshold is 0. */
    default Tensor threshold(double threshold, double value) {
        Tensor x = (Tensor) this;
        return Tensor.where(x.le(threshold), x.scalarLike(value), x);
    }

    /**
     * The gated linear unit {@code a·σ(b)}, a and b the first and the second half of x along an axis.
     *
     * @throws ShapeException if the size of the axis is odd
     */
    default Tensor glu(int axis) {
        Tensor x = (Tensor) this;
        int size = x.size(x.shape().axis("glu", axis));
        if (size % 2 != 0) {
            throw new ShapeException(
                    "glu: expected an even size along axis " + axis + ", got shape " + x.shape() + " with " + size);
        }
        return x.narrow(axis, 0, size / 2)
                .mul(x.narrow(axis, size / 2, size / 2).sigmoid());
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
}

package dev.autodiff.nn;

import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.nn.VarianceScaling.Distribution;
import dev.autodiff.nn.VarianceScaling.Fan;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;

/**
 * How the parameters of a layer begin. Weights have the shape [out, in] or, for convolutions, [out, in, k…]; their fan-in is
 * {@code in·Πk} and their fan-out {@code out·Πk}. Biases begin with zeros, but for {@link #pytorchDefault}.
 */
@FunctionalInterface
public interface Initializer {

    /**
     * Returns a new tensor; which numbers it holds depends on the generator's state alone.
     *
     * @param dtype float32 or float64
     */
    Tensor create(Generator generator, DType dtype, Shape shape);

    /** Returns the bias [out] that goes with a weight [out, …]: zeros, unless the initializer says otherwise. */
    default Tensor createBias(Generator generator, DType dtype, Shape weight) {
        return Tensor.zeros(dtype, weight.size(0));
    }

    /** Zeros. All units of a hidden layer then stay equal: not for the weights of a net with hidden layers. */
    static Initializer zeros() {
        return constant(0);
    }

    /** The same number everywhere. */
    static Initializer constant(double value) {
        return (generator, dtype, shape) -> Tensor.full(dtype, shape, value);
    }

    /** Uniform from 0 (inclusive) to 1 (exclusive). */
    static Initializer uniform01() {
        return uniform(0, 1);
    }

    /** Uniform from {@code low} (inclusive) to {@code high} (exclusive). */
    static Initializer uniform(double low, double high) {
        return (generator, dtype, shape) -> Tensor.uniform(generator, dtype, shape, low, high);
    }

    /**
     * Normal. What lectures write as N(0, 0.01) is {@code normal(0, 0.01)} here: the second number is the standard deviation, not the
     * variance.
     */
    static Initializer normal(double mean, double standardDeviation) {
        return (generator, dtype, shape) -> Tensor.normal(generator, dtype, shape, mean, standardDeviation);
    }

    /**
     * Uniform from −a to a with {@code a = √(6 / (fan-in + fan-out))}: Glorot and Bengio, "Understanding the difficulty of training deep
     * feedforward neural networks", AISTATS 2010. For sigmoid, tanh and linear layers.
     */
    static Initializer xavierUniform() {
        return new VarianceScaling(Fan.AVERAGE, 1, Distribution.UNIFORM);
    }

    /** Normal with the standard deviation {@code √(2 / (fan-in + fan-out))}, see {@link #xavierUniform}. */
    static Initializer xavierNormal() {
        return new VarianceScaling(Fan.AVERAGE, 1, Distribution.NORMAL);
    }

    /**
     * Uniform from −a to a with {@code a = √(6 / fan-in)}: He et al., "Delving Deep into Rectifiers", ICCV 2015. For ReLU layers.
     */
    static Initializer heUniform() {
        return new VarianceScaling(Fan.IN, VarianceScaling.RELU_GAIN, Distribution.UNIFORM);
    }

    /** Normal with the standard deviation {@code √(2 / fan-in)}, see {@link #heUniform}. */
    static Initializer heNormal() {
        return new VarianceScaling(Fan.IN, VarianceScaling.RELU_GAIN, Distribution.NORMAL);
    }

    /** What PyTorch's linear and convolution layers begin with: weight and bias uniform from −a to a with {@code a = 1 / √fan-in}. */
    static Initializer pytorchDefault() {
        VarianceScaling scaling = new VarianceScaling(Fan.IN, Math.sqrt(1.0 / 3), Distribution.UNIFORM);
        return new Initializer() {
            @Override
            public Tensor create(Generator generator, DType dtype, Shape shape) {
                return scaling.create(generator, dtype, shape);
            }

            @Override
            public Tensor createBias(Generator generator, DType dtype, Shape weight) {
                double bound = scaling.bound(weight);
                return Tensor.uniform(generator, dtype, Shape.of(weight.size(0)), -bound, bound);
            }
        };
    }
}

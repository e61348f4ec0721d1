package dev.autodiff.nn;

import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;

/**
 * Numbers around 0 with the standard deviation {@code gain / √fan}, so that signals keep their size from layer to layer: the family of
 * Xavier's and He's initialisations.
 *
 * @param fan which number of connections counts
 * @param gain how much the activation shrinks the signal, see the constants
 * @param distribution uniform from −a to a with {@code a = gain·√(3 / fan)}, or normal
 */
public record VarianceScaling(Fan fan, double gain, Distribution distribution) implements Initializer {
    /** The gain for linear layers and the sigmoid. */
    public static final double LINEAR_GAIN = 1;
    /** The gain for tanh. */
    public static final double TANH_GAIN = 5.0 / 3;
    /** The gain for ReLU, √2. */
    public static final double RELU_GAIN = Math.sqrt(2);
    /** The gain for SELU. */
    public static final double SELU_GAIN = 0.75;

    /** Returns the gain for a leaky ReLU, {@code √(2 / (1 + slope²))}. */
    public static double leakyReluGain(double slope) {
        return Math.sqrt(2 / (1 + slope * slope));
    }

    /** The number of connections of a weight [out, in, k…]. */
    public enum Fan {
        /** {@code in·Πk}: keeps the size of the signals. */
        IN,
        /** {@code out·Πk}: keeps the size of the gradients. */
        OUT,
        /** The mean of both. */
        AVERAGE;

        /**
         * Returns this fan of a weight.
         *
         * @throws ShapeException if the weight has fewer than two axes
         */
        public double of(Shape weight) {
            if (weight.rank() < 2) {
                throw new ShapeException(
                        "initializer: fan-in and fan-out need a weight of shape [out, in, …], got " + weight);
            }
            double field = 1;
            for (int i = 2; i < weight.rank(); i++) {
                field *= weight.size(i);
            }
            double in = weight.size(1) * field;
            double out = weight.size(0) * field;
            return switch (this) {
                case IN -> in;
                case OUT -> out;
                case AVERAGE -> (in + out) / 2;
            };
        }
    }

    /** The form of a distribution. */
    public enum Distribution {
        /** All numbers of an interval are equally likely. */
        UNIFORM,
        /** The bell curve. */
        NORMAL
    }

    /** Returns the standard deviation {@code gain / √fan} for a weight. */
    public double standardDeviation(Shape weight) {
        return gain / Math.sqrt(fan.of(weight));
    }

    /** Returns the largest magnitude {@code gain·√(3 / fan)} of the uniform distribution for a weight. */
    public double bound(Shape weight) {
        return gain * Math.sqrt(3 / fan.of(weight));
    }

    @Override
    public Tensor create(Generator generator, DType dtype, Shape shape) {
        return switch (distribution) {
            case UNIFORM -> Tensor.uniform(generator, dtype, shape, -bound(shape), bound(shape));
            case NORMAL -> Tensor.normal(generator, dtype, shape, 0, standardDeviation(shape));
        };
    }
}

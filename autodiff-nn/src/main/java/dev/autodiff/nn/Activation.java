package dev.autodiff.nn;

import dev.autodiff.Tensor;

/** Functions of each element as layers without parameters, for {@link Sequential} and wherever a function is a setting. */
public enum Activation implements Layer {
    /** {@code x}. */
    IDENTITY,
    /** {@code 1} for x &gt; 0, else {@code 0}; its derivative is 0, so that nothing below it learns. */
    STEP,
    /** {@code max(x, 0)}. */
    RELU,
    /** {@code 1 / (1 + e⁻ˣ)}. */
    SIGMOID,
    /** {@code tanh x}. */
    TANH,
    /** {@code log(1 + eˣ)}. */
    SOFTPLUS,
    /** {@code exp(x_j) / Σ_k exp(x_k)} along the last axis. */
    SOFTMAX;

    @Override
    public Tensor forward(Tensor x) {
        return switch (this) {
            case IDENTITY -> x.identity();
            case STEP -> x.step();
            case RELU -> x.relu();
            case SIGMOID -> x.sigmoid();
            case TANH -> x.tanh();
            case SOFTPLUS -> x.softplus();
            case SOFTMAX -> x.softmax(-1);
        };
    }

    /**
     * {@code x} for x &gt; 0, else {@code slope·x}.
     *
     * @param slope usually 0.01
     */
    public record LeakyRelu(double slope) implements Layer {
        @Override
        public Tensor forward(Tensor x) {
            return x.leakyRelu(slope);
        }
    }

    /**
     * {@code x} for x &gt; 0, else {@code alpha·(eˣ − 1)}.
     *
     * @param alpha usually 1
     */
    public record Elu(double alpha) implements Layer {
        @Override
        public Tensor forward(Tensor x) {
            return x.elu(alpha);
        }
    }
}

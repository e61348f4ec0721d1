package dev.autodiff.nn.optim;

import dev.autodiff.InPlace;
import dev.autodiff.Tensor;
import java.util.List;

/**
 * Adam, as PyTorch's Adam and AdamW: {@code m = β₁·m + (1 − β₁)·g}, {@code v = β₂·v + (1 − β₂)·g²},
 * {@code p = p − lr·m̂ / (√v̂ + ε)} with {@code m̂ = m / (1 − β₁ᵗ)} and {@code v̂ = v / (1 − β₂ᵗ)} at step t. Kingma and Ba, "Adam: A Method
 * for Stochastic Optimization", ICLR 2015; the decoupled weight decay is Loshchilov and Hutter's, "Decoupled Weight Decay
 * Regularization", ICLR 2019.
 */
public final class Adam extends Optimizer {
    private final Settings settings;

    /** The numbers that stay the same from step to step. */
    private record Settings(double beta1, double beta2, double eps, double weightDecay, boolean decoupled) {
        Settings {
            fraction("beta1", beta1);
            fraction("beta2", beta2);
            nonNegative("eps", eps);
            nonNegative("weight decay", weightDecay);
        }
    }

    private Adam(List<Tensor> parameters, double learningRate, Settings settings) {
        super(true, parameters, learningRate, "first", "second");
        this.settings = settings;
    }

    /** Returns Adam on parameters with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸ and no weight decay. */
    public static Adam of(List<Tensor> parameters, double learningRate) {
        return new Adam(parameters, learningRate, new Settings(0.9, 0.999, 1e-8, 0, false));
    }

    /** Returns a new optimizer on the same parameters, with other rates at which the means forget; both from 0 to below 1. */
    public Adam withBetas(double beta1, double beta2) {
        return with(new Settings(beta1, beta2, settings.eps, settings.weightDecay, settings.decoupled));
    }

    /** Returns a new optimizer on the same parameters, with another number that keeps the divisor from 0. */
    public Adam withEps(double eps) {
        return with(new Settings(settings.beta1, settings.beta2, eps, settings.weightDecay, settings.decoupled));
    }

    /** Returns a new optimizer on the same parameters, that adds {@code weightDecay·p} to each gradient. */
    public Adam withWeightDecay(double weightDecay) {
        return with(new Settings(settings.beta1, settings.beta2, settings.eps, weightDecay, false));
    }

    /** Returns a new optimizer on the same parameters, that shrinks them by the factor {@code 1 − lr·weightDecay} in each step: AdamW. */
    public Adam withDecoupledWeightDecay(double weightDecay) {
        return with(new Settings(settings.beta1, settings.beta2, settings.eps, weightDecay, true));
    }

    private Adam with(Settings changed) {
        return new Adam(parameters(), learningRate(), changed);
    }

    @Override
    protected void update(Tensor p, Tensor g, List<Tensor> memory, long step) {
        Settings s = settings;
        InPlace.adam(
                p,
                g,
                memory.get(0),
                memory.get(1),
                learningRate() / (1 - Math.pow(s.beta1, (double) step)),
                Math.sqrt(1 - Math.pow(s.beta2, (double) step)),
                s.beta1,
                s.beta2,
                s.eps,
                s.decoupled ? 0 : s.weightDecay,
                s.decoupled ? learningRate() * s.weightDecay : 0);
    }
}

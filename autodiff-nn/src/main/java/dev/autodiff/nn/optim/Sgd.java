package dev.autodiff.nn.optim;

import dev.autodiff.InPlace;
import dev.autodiff.Tensor;
import java.util.List;

/**
 * Stochastic gradient descent, {@code p = p − lr·g}, as PyTorch's SGD. With weight decay λ it is
 * {@code p = (1 − lr·λ)·p − lr·g}; with momentum the gradient's place is taken by {@code b = momentum·b + (1 − dampening)·g}, by Nesterov's
 * method {@code g + momentum·b} (Sutskever et al., "On the importance of initialization and momentum in deep learning", ICML 2013).
 */
public final class Sgd extends Optimizer {
    private final Settings settings;

    /** The numbers that stay the same from step to step. */
    private record Settings(double momentum, double dampening, boolean nesterov, double weightDecay) {
        Settings {
            fraction("momentum", momentum);
            nonNegative("dampening", dampening);
            nonNegative("weight decay", weightDecay);
            if (nesterov && (momentum == 0 || dampening != 0)) {
                throw new IllegalArgumentException(
                        "sgd: Nesterov's method needs a momentum and takes no dampening; call withMomentum first");
            }
        }
    }

    private Sgd(List<Tensor> parameters, double learningRate, Settings settings) {
        super(true, parameters, learningRate, settings.momentum == 0 ? new String[0] : new String[] {"momentum"});
        this.settings = settings;
    }

    /** Returns plain gradient descent on parameters. */
    public static Sgd of(List<Tensor> parameters, double learningRate) {
        return new Sgd(parameters, learningRate, new Settings(0, 0, false, 0));
    }

    /** Returns a new optimizer on the same parameters, with {@code b = momentum·b + g} in the gradient's place; momentum from 0 to below 1. */
    public Sgd withMomentum(double momentum) {
        return with(new Settings(momentum, settings.dampening, settings.nesterov, settings.weightDecay));
    }

    /** Returns a new optimizer on the same parameters, whose momentum takes only {@code 1 − dampening} of each gradient but the first; 0 or more. */
    public Sgd withDampening(double dampening) {
        return with(new Settings(settings.momentum, dampening, settings.nesterov, settings.weightDecay));
    }

    /**
     * Returns a new optimizer on the same parameters, that looks ahead along the momentum.
     *
     * @throws IllegalArgumentException if there is no momentum, or a dampening
     */
    public Sgd withNesterov() {
        return with(new Settings(settings.momentum, settings.dampening, true, settings.weightDecay));
    }

    /** Returns a new optimizer on the same parameters, that shrinks them by the factor {@code 1 − lr·weightDecay} in each step. */
    public Sgd withWeightDecay(double weightDecay) {
        return with(new Settings(settings.momentum, settings.dampening, settings.nesterov, weightDecay));
    }

    private Sgd with(Settings changed) {
        return new Sgd(parameters(), learningRate(), changed);
    }

    @Override
    protected void update(Tensor p, Tensor g, List<Tensor> memory, long step) {
        if (settings.momentum == 0) {
            InPlace.sgd(p, g, learningRate(), settings.weightDecay);
        } else {
            InPlace.momentum(
                    p,
                    g,
                    memory.get(0),
                    learningRate(),
                    settings.weightDecay,
                    settings.momentum,
                    settings.dampening,
                    settings.nesterov,
                    step == 1);
        }
    }
}

package dev.autodiff.nn.optim;

/**
 * The learning rate of each step of a training:
 *
 * <pre>{@code
 * optimizer.learningRate(schedule.at(step));
 * }</pre>
 *
 * <p>A function of the step's number alone, so that a training can be resumed anywhere. Whether a step is a batch or an epoch is the
 * caller's choice.
 */
@FunctionalInterface
public interface Schedule {

    /** Returns the learning rate of a step, counted from 0. */
    double at(long step);

    /** The same rate always. */
    static Schedule constant(double rate) {
        return step -> rate;
    }
}

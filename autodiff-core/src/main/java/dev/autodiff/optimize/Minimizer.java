package dev.autodiff.optimize;

import dev.autodiff.Tensor;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A way to find a minimum of a function near a start, with settings that never change: each {@code with…} returns another minimiser. One
 * minimiser may be used many times and by several threads.
 *
 * @param <M> the type of the minimiser itself
 */
public abstract sealed class Minimizer<M extends Minimizer<M>>
        permits GradientDescent, Lbfgs, NewtonCg, LevenbergMarquardt {
    private final Settings settings;

    Minimizer(Settings settings) {
        this.settings = settings;
    }

    Settings settings() {
        return settings;
    }

    abstract M with(Settings changed);

    abstract Minimum search(Run run);

    abstract String label();

    /** The default gradient tolerance is the type's rounding (2⁻⁵² or 2⁻²³) to this power. */
    abstract double precision();

    /**
     * Looks for a minimum. The function gives one number, [] or any shape of one element; {@link LevenbergMarquardt} alone takes the
     * residuals. It may run any number of times.
     *
     * @param start float64 or float32, of any shape with at least one element, all finite
     * @return the lowest point that was found, and whether it is a minimum
     * @throws IllegalArgumentException if the start or the function's value or gradient there is unfit
     */
    public final Minimum minimize(Function<? super Tensor, Tensor> f, Tensor start) {
        return search(new Run(label(), f, start, settings, precision()));
    }

    /**
     * Stops at a gradient of at most {@code tolerance} in each component; √ε of the type unless set, 1.5·10⁻⁸ in float64 and 3.5·10⁻⁴ in
     * float32. Where the rounding of a large value hides all that could still be won, the search ends as {@link Reason#DECREASE} before.
     * {@link LevenbergMarquardt} measures otherwise.
     */
    public final M withGradientTolerance(double tolerance) {
        Settings s = settings;
        return with(new Settings(
                nonNegative("gradient tolerance", tolerance),
                s.stepTolerance(),
                s.decreaseTolerance(),
                s.iterations(),
                s.trace(),
                s.curvature(),
                s.observer()));
    }

    /** Stops after a step that moves no component by more than {@code tolerance·max(1, maxᵢ |xᵢ|)}; never unless set. */
    public final M withStepTolerance(double tolerance) {
        Settings s = settings;
        return with(new Settings(
                s.gradientTolerance(),
                nonNegative("step tolerance", tolerance),
                s.decreaseTolerance(),
                s.iterations(),
                s.trace(),
                s.curvature(),
                s.observer()));
    }

    /** Stops after a step that lowers the value by no more than {@code tolerance·max(|before|, |after|)}; never unless set. */
    public final M withDecreaseTolerance(double tolerance) {
        Settings s = settings;
        return with(new Settings(
                s.gradientTolerance(),
                s.stepTolerance(),
                nonNegative("decrease tolerance", tolerance),
                s.iterations(),
                s.trace(),
                s.curvature(),
                s.observer()));
    }

    /** Stops after so many steps, 1000 unless set. */
    public final M withMaxIterations(int count) {
        if (count < 0) {
            throw new IllegalArgumentException(
                    label() + ": expected a count of iterations of at least 0, got " + count);
        }
        Settings s = settings;
        return with(new Settings(
                s.gradientTolerance(),
                s.stepTolerance(),
                s.decreaseTolerance(),
                count,
                s.trace(),
                s.curvature(),
                s.observer()));
    }

    /** Keeps all points in {@link Minimum#trace}. */
    public final M withTrace() {
        Settings s = settings;
        return with(new Settings(
                s.gradientTolerance(),
                s.stepTolerance(),
                s.decreaseTolerance(),
                s.iterations(),
                true,
                s.curvature(),
                s.observer()));
    }

    /** Shows the start and each new point to an observer, which returns whether to go on. */
    public final M withObserver(Predicate<? super Iteration> goOn) {
        Settings s = settings;
        return with(new Settings(
                s.gradientTolerance(),
                s.stepTolerance(),
                s.decreaseTolerance(),
                s.iterations(),
                s.trace(),
                s.curvature(),
                goOn));
    }

    /**
     * Takes any point with a vanishing gradient for a minimum. Without this, a few products with the Hessian tell a minimum from a saddle
     * point or a maximum, for which the function needs a second derivative.
     */
    public final M withoutCurvatureCheck() {
        Settings s = settings;
        return with(new Settings(
                s.gradientTolerance(),
                s.stepTolerance(),
                s.decreaseTolerance(),
                s.iterations(),
                s.trace(),
                false,
                s.observer()));
    }

    final double nonNegative(String what, double value) {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(label() + ": expected a " + what + " of at least 0, got " + value);
        }
        return value;
    }

    final double positive(String what, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(label() + ": expected a " + what + " above 0, got " + value);
        }
        return value;
    }
}

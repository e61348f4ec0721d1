package dev.autodiff.optimize;

import dev.autodiff.Autodiff;
import dev.autodiff.Linearization;
import dev.autodiff.Tensor;
import dev.autodiff.ValueAndGrad;
import dev.autodiff.shape.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One search: runs the function, counts, and decides when it is over. */
final class Run {
    private final String label;
    /** A value so many times below what the start's value and gradient suggest is taken for a fall without end. */
    private static final double ENDLESS = 1e20;

    private final Function<? super Tensor, Tensor> f;
    private final Settings settings;
    private final Tensor start;
    private final double rounding;
    private final double tolerance;
    private final List<Iteration> trace = new ArrayList<>();
    private int iterations = -1;
    private int evaluations;
    private double lowest = Double.NEGATIVE_INFINITY;
    private boolean bottomless;

    Run(String label, Function<? super Tensor, Tensor> f, Tensor start, Settings settings, double precision) {
        this.label = label;
        this.f = f;
        this.settings = settings;
        if (!start.dtype().isFloating()) {
            throw unfit("expected a start of float64 or float32, got " + start.dtype() + "; convert with to(DType)");
        }
        if (start.size() == 0 || !Double.isFinite(Vectors.largest(start))) {
            throw unfit("expected a start of finite numbers, at least one, got " + start);
        }
        this.start = start.detach().identity();
        this.rounding = start.dtype() == DType.FLOAT64 ? 0x1p-52 : 0x1p-23;
        this.tolerance = Double.isNaN(settings.gradientTolerance())
                ? Math.pow(rounding, precision)
                : settings.gradientTolerance();
    }

    private IllegalArgumentException unfit(String what) {
        return new IllegalArgumentException(label + ": " + what);
    }

    Tensor start() {
        return start;
    }

    double rounding() {
        return rounding;
    }

    double tolerance() {
        return tolerance;
    }

    // ---- the function ----

    /** Runs the function with its gradient. */
    Point at(Tensor x) {
        evaluations++;
        ValueAndGrad both =
                Autodiff.noGrad(() -> Autodiff.valueAndGrad(this::number).apply(x));
        return Point.of(x, seen(both.value().item()), both.gradient());
    }

    private Tensor number(Tensor x) {
        Tensor y = f.apply(x);
        if (y.size() != 1 || !y.dtype().isFloating()) {
            throw unfit("the function must give one floating-point number, got " + y.dtype() + " of shape " + y.shape()
                    + "; reduce it with sum() or mean()");
        }
        return y;
    }

    /** Runs the function alone. */
    double value(Tensor x) {
        evaluations++;
        return seen(Autodiff.noGrad(() -> number(x)).item());
    }

    private double seen(double value) {
        bottomless |= value == Double.NEGATIVE_INFINITY;
        return value;
    }

    /** Runs residuals, with the products with their Jacobian. */
    Linearization residuals(Tensor x) {
        evaluations++;
        return Autodiff.noGrad(() -> Autodiff.linearize(
                z -> {
                    Tensor r = f.apply(z);
                    if (!r.dtype().isFloating()) {
                        throw unfit("the residuals must be floating-point numbers, got " + r.dtype());
                    }
                    return r.flatten();
                },
                x));
    }

    /** Runs residuals alone and returns half the sum of their squares. */
    double halfSquares(Tensor x) {
        evaluations++;
        Tensor r = Autodiff.noGrad(() -> f.apply(x));
        return Vectors.dot(r, r) / 2;
    }

    /** Runs the gradient, for products with the Hessian. */
    Linearization hessian(Tensor x, boolean ofResiduals) {
        evaluations++;
        return Autodiff.noGrad(() -> Autodiff.linearize(
                Autodiff.grad(z -> ofResiduals ? f.apply(z).square().sum().mul(0.5) : f.apply(z)), x));
    }

    // ---- the end ----

    /**
     * Notes a new point, the start or the end of a step, and returns the result if the search is over; a vanishing gradient is left to
     * {@link #vanishes}.
     */
    @Nullable
    Minimum reached(@Nullable Point before, Point p) {
        if (!p.isFinite()) {
            if (before == null) {
                throw unfit("the function or its gradient is not finite at the start: value " + p.value()
                        + ", largest gradient " + p.norm() + "; choose another start");
            }
            return end(
                    before,
                    p.value() == Double.NEGATIVE_INFINITY ? Reason.UNBOUNDED : Reason.NON_FINITE,
                    "the step led to a value of " + p.value() + " and a gradient of " + p.norm()
                            + "; the result is the point before it");
        }
        iterations++;
        if (before == null && iterations == 0) {
            double reach = p.norm() * Math.max(1, Vectors.largest(p.x()));
            lowest = -ENDLESS * Math.max(1, Math.max(Math.abs(p.value()), reach));
        }
        Iteration now = new Iteration(iterations, p.x(), p.value(), p.norm(), evaluations);
        if (settings.trace()) {
            trace.add(now);
        }
        if (settings.observer() != null && !settings.observer().test(now)) {
            return end(p, Reason.STOPPED, "the observer stopped the search");
        }
        if (p.value() < lowest) {
            return end(
                    p,
                    Reason.UNBOUNDED,
                    "the value falls without end, so there is no minimum; bound the function from below");
        }
        return null;
    }

    /** Tells whether the gradient is as small as asked for. */
    boolean vanishes(Point p) {
        return p.measure() <= tolerance;
    }

    /** Returns the curvature at a point if it is negative along some direction, null if not or if nobody wants to know. */
    @Nullable
    Curvature negativeCurvature(Point p, boolean ofResiduals) {
        if (!settings.curvature()) {
            return null;
        }
        Linearization near = hessian(p.x(), ofResiduals);
        Curvature curvature = Autodiff.noGrad(() -> Curvature.of(near::jvp, p.x()));
        return curvature.isNegative(rounding) ? curvature : null;
    }

    /** The result at a point where the gradient vanishes. */
    Minimum flat(Point p, @Nullable Curvature negative) {
        if (negative == null) {
            return end(p, Reason.GRADIENT, "converged, the gradient vanishes");
        }
        return end(
                p,
                Reason.SADDLE,
                String.format(
                        Locale.ROOT,
                        "the gradient vanishes at a saddle point or maximum: the curvature is %.3g along some direction; choose another start,"
                                + " or use NewtonCg, which leaves such points",
                        negative.smallest()));
    }

    /** Returns the result if a step was as small as asked for or the last that is allowed. */
    @Nullable
    Minimum exhausted(@Nullable Point before, Point p) {
        if (before != null && settings.stepTolerance() > 0) {
            double moved = Vectors.largest(p.x().sub(before.x()));
            if (moved <= settings.stepTolerance() * Math.max(1, Vectors.largest(p.x()))) {
                return end(p, Reason.STEP, "converged, the last step moved the point by " + moved);
            }
        }
        if (before != null && settings.decreaseTolerance() > 0) {
            double decrease = before.value() - p.value();
            if (decrease <= settings.decreaseTolerance() * Math.max(Math.abs(before.value()), Math.abs(p.value()))
                    && decrease >= 0) {
                return end(p, Reason.DECREASE, "converged, the last step lowered the value by " + decrease);
            }
        }
        if (iterations >= settings.iterations()) {
            return end(p, Reason.ITERATIONS, "the limit of " + settings.iterations() + " iterations is reached");
        }
        return null;
    }

    /** The common order of questions after a step, for minimisers that do not leave saddle points. */
    @Nullable
    Minimum after(@Nullable Point before, Point p, boolean ofResiduals) {
        Minimum over = reached(before, p);
        if (over != null) {
            return over;
        }
        if (vanishes(p)) {
            return flat(p, negativeCurvature(p, ofResiduals));
        }
        return exhausted(before, p);
    }

    /**
     * The result where no step lowers the value: converged if what a step of the model's own length would win lies below the value's rounding.
     * What a step that was shortened again and again would win says nothing.
     */
    Minimum stuck(Point p, double promised) {
        return isHidden(p, promised) ? rounded(p, promised) : noDescent(p, promised);
    }

    /** Tells whether a decrease lies below the rounding of the value. */
    boolean isHidden(Point p, double decrease) {
        return decrease <= 10 * rounding * Math.abs(p.value());
    }

    Minimum noDescent(Point p, double promised) {
        if (bottomless) {
            return end(
                    p,
                    Reason.UNBOUNDED,
                    "the value falls to −∞ near the result, so there is no minimum; bound the function from below");
        }
        return end(
                p,
                Reason.NO_DESCENT,
                "no step lowers the value although the gradient promises " + promised
                        + "; the function may not be smooth here, or its derivative wrong: try GradientCheck");
    }

    Minimum rounded(Point p, double promised) {
        return end(
                p,
                Reason.DECREASE,
                "converged, the decrease of " + promised + " that is still promised lies below the value's rounding");
    }

    Minimum end(Point p, Reason reason, String what) {
        String message = String.format(
                Locale.ROOT,
                "%s: %s; value %.10g, largest gradient %.3g, %d iterations, %d evaluations",
                label,
                what,
                p.value(),
                p.norm(),
                Math.max(0, iterations),
                evaluations);
        return new Minimum(p.x(), p.value(), p.norm(), Math.max(0, iterations), evaluations, reason, message, trace);
    }
}

package dev.autodiff.optimize;

import dev.autodiff.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Finds a step α along a direction of descent d with {@code φ(α) ≤ φ(0) + c₁·α·φ′(0)} and {@code |φ′(α)| ≤ c₂·|φ′(0)|} for
 * {@code φ(α) = f(x + α·d)}: Nocedal and Wright, "Numerical Optimization", 2nd edition, algorithms 3.5 and 3.6, with the cubic of equation 3.59
 * and a bisection whenever the interval does not shrink by a third in two trials, as Moré and Thuente advise. Where the value's rounding
 * hides the decrease, the slope decides, as in Hager and Zhang's approximate Wolfe conditions.
 */
final class StrongWolfe {
    /** The decrease that is asked for, and how flat the slope must be: Nocedal and Wright's constants for quasi-Newton methods. */
    private static final double C1 = 1e-4;

    private static final double C2 = 0.9;
    private static final int TRIALS = 40;

    /** A longer step goes beyond the last one by at least a tenth of the last growth, and is at most ten times the last one (Moré and Thuente). */
    private static final double LEAST_GROWTH = 1.1;

    private static final double LARGEST_GROWTH = 10;

    /** How much of a step remains if the function is not finite there. */
    private static final double RETREAT = 0.25;

    /** An interval that is narrower than this relative to its ends holds no further number of float64. */
    private static final double NARROWEST = 1e-16;

    /** The cubic's minimum is taken only if it keeps this part of the interval away from both ends, where it would hardly shrink. */
    private static final double MARGIN = 0.05;

    /** Two trials must narrow the interval to this part, else it is halved. */
    private static final double SHRINKAGE = 2.0 / 3;

    private final Run run;
    private final Point start;
    private final Tensor direction;
    private final double slope;
    private int trials;

    StrongWolfe(Run run, Point start, Tensor direction, double slope) {
        this.run = run;
        this.start = start;
        this.direction = direction;
        this.slope = slope;
    }

    private record Trial(double step, double value, double slope, Point point) {}

    /** Returns the point after the step, or null if there is none. */
    @Nullable
    Point search(double first) {
        Trial before = new Trial(0, start.value(), slope, start);
        double step = first;
        double bound = Double.POSITIVE_INFINITY; // beyond, the function is not finite
        while (trials < TRIALS) {
            Trial now = at(step);
            if (!now.point.isFinite()) {
                bound = step;
                step = before.step + (step - before.step) * RETREAT;
                continue;
            }
            if (accepts(now)) {
                return now.point;
            }
            if (!decreases(now) || (before.step > 0 && now.value >= before.value)) {
                return zoom(before, now);
            }
            if (now.slope >= 0) {
                return zoom(now, before);
            }
            double next = cubic(before, now);
            double least = Math.min(now.step + LEAST_GROWTH * (now.step - before.step), now.step * LARGEST_GROWTH);
            next = Double.isFinite(next) && next > now.step ? next : now.step * LARGEST_GROWTH;
            step = Math.min(Math.max(next, least), now.step * LARGEST_GROWTH);
            if (step >= bound) {
                step = (now.step + bound) / 2;
            }
            before = now;
        }
        return before.step == 0 ? null : before.point;
    }

    /** Algorithm 3.6: {@code low} fulfils the first condition and has the lowest value so far. */
    private @Nullable Point zoom(Trial from, Trial to) {
        Trial low = from;
        Trial high = to;
        double lastWidth = Double.POSITIVE_INFINITY;
        double widthBefore = Double.POSITIVE_INFINITY;
        while (trials < TRIALS) {
            double width = Math.abs(high.step - low.step);
            if (!(width > NARROWEST * Math.max(low.step, high.step))) {
                break;
            }
            double step = cubic(low, high);
            double least = Math.min(low.step, high.step) + MARGIN * width;
            double most = Math.max(low.step, high.step) - MARGIN * width;
            if (!(step >= least && step <= most) || width > widthBefore * SHRINKAGE) {
                step = (low.step + high.step) / 2;
            }
            widthBefore = lastWidth;
            lastWidth = width;
            Trial now = at(step);
            if (now.point.isFinite() && accepts(now)) {
                return now.point;
            }
            if (!now.point.isFinite() || !decreases(now) || now.value >= low.value) {
                high = now;
            } else {
                if (now.slope * (high.step - low.step) >= 0) {
                    high = low;
                }
                low = now;
            }
        }
        return low.step > 0 && low.value < start.value() ? low.point : null;
    }

    private Trial at(double step) {
        trials++;
        Point p = run.at(start.x().add(direction.mul(step)));
        return new Trial(step, p.value(), Vectors.dot(p.gradient(), direction), p);
    }

    private boolean decreases(Trial t) {
        return t.value <= start.value() + C1 * t.step * slope;
    }

    private boolean accepts(Trial t) {
        if (!(Math.abs(t.slope) <= -C2 * slope)) {
            return false;
        }
        boolean withinRounding = t.value <= start.value() + 2 * run.rounding() * Math.abs(start.value());
        return decreases(t) || (withinRounding && t.slope <= (2 * C1 - 1) * slope);
    }

    /** The minimum of the cubic through two values and slopes; NaN if it has none. */
    private static double cubic(Trial a, Trial b) {
        double d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.step - b.step);
        double d2 = Math.signum(b.step - a.step) * Math.sqrt(d1 * d1 - a.slope * b.slope);
        return b.step - (b.step - a.step) * (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2);
    }
}

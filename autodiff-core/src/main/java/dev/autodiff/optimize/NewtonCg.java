package dev.autodiff.optimize;

import dev.autodiff.Autodiff;
import dev.autodiff.Linearization;
import dev.autodiff.Tensor;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Newton's method in a trust region, its quadratic model minimised by conjugate gradients with exact Hessian products, so that no matrix is
 * formed: Steihaug's method (Nocedal and Wright, "Numerical Optimization", 2nd edition, algorithms 4.1 and 7.2). Few steps, quadratic
 * convergence at the end; negative curvature is followed to the border of the region, and a point with a vanishing gradient that is no
 * minimum is left along it.
 */
public final class NewtonCg extends Minimizer<NewtonCg> {
    private static final double ACCEPTED = 1e-4;
    private static final double LARGEST_RADIUS = 1e100;

    private final double radius;

    private NewtonCg(Settings settings, double radius) {
        super(settings);
        this.radius = radius;
    }

    /** Returns the method with a trust region of radius 1 to begin with. */
    public static NewtonCg create() {
        return new NewtonCg(Settings.DEFAULT, 1);
    }

    /** Begins with a trust region of another radius, the longest first step. */
    public NewtonCg withRadius(double length) {
        return new NewtonCg(settings(), positive("radius", length));
    }

    @Override
    NewtonCg with(Settings changed) {
        return new NewtonCg(changed, radius);
    }

    @Override
    String label() {
        return "Newton-CG";
    }

    @Override
    double precision() {
        return 0.5;
    }

    /** A step, how much the model falls along it, and whether it ends at the border of the region. */
    private record Step(Tensor p, double promised, boolean atBorder) {}

    @Override
    Minimum search(Run run) {
        double delta = radius;
        Point p = run.at(run.start());
        Point before = null;
        boolean moved = true;
        while (true) {
            if (moved) {
                Minimum over = run.reached(before, p);
                if (over != null) {
                    return over;
                }
                if (run.vanishes(p)) {
                    Curvature negative = run.negativeCurvature(p, false);
                    Point lower = negative == null ? null : leave(run, p, negative, Math.max(delta, radius));
                    if (lower == null) {
                        return run.flat(p, negative);
                    }
                    over = run.exhausted(null, p);
                    if (over != null) {
                        return over;
                    }
                    before = p;
                    p = lower;
                    continue;
                }
                over = run.exhausted(before, p);
                if (over != null) {
                    return over;
                }
            }
            Point here = p;
            Linearization near = run.hessian(here.x(), false);
            double region = delta;
            Step step = Autodiff.noGrad(() -> step(near::jvp, here.gradient(), region));
            double length = Vectors.norm(step.p);
            Point next = run.at(here.x().add(step.p));
            double won = here.value() - next.value();
            boolean belowRounding = !step.atBorder && run.isHidden(here, step.promised);
            double ratio = won / step.promised;
            if (belowRounding && next.isFinite()) {
                ratio = next.norm() < here.norm() ? 1 : 0; // the values say nothing any more, the gradients do
            }
            if (!next.isFinite() || !(ratio >= 0.25)) {
                delta = length / 4;
            } else if (ratio > 0.75 && step.atBorder) {
                delta = Math.min(2 * delta, LARGEST_RADIUS);
            }
            moved = next.isFinite() && ratio > ACCEPTED;
            if (moved) {
                before = here;
                p = next;
            } else if (belowRounding) {
                return run.rounded(here, step.promised);
            } else if (delta <= run.rounding() * Math.max(1, Vectors.norm(here.x()))) {
                return run.noDescent(here, step.promised);
            }
        }
    }

    /** Returns a lower point along the direction of negative curvature, or null. */
    private static @Nullable Point leave(Run run, Point p, Curvature negative, double length) {
        for (double step = length; step > 1e-8 * length; step /= 2) {
            for (int sign : new int[] {1, -1}) {
                Point next = run.at(p.x().add(negative.direction().mul(sign * step)));
                if (next.isFinite() && next.value() < p.value()) {
                    return next;
                }
            }
        }
        return null;
    }

    /** Minimises {@code g·p + ½·p·H·p} for ‖p‖ ≤ Δ. */
    private static Step step(UnaryOperator<Tensor> hessian, Tensor g, double delta) {
        double norm = Vectors.norm(g);
        double goal = Math.min(0.5, Math.sqrt(norm)) * norm;
        Tensor p = g.zerosLike();
        Tensor r = g;
        Tensor d = g.neg();
        double rr = norm * norm;
        double model = 0;
        for (int i = 0; i < 2 * g.size() + 10; i++) {
            Tensor hd = hessian.apply(d);
            double dhd = Vectors.dot(d, hd);
            double dd = Vectors.dot(d, d);
            double alpha = rr / dhd;
            if (!(dhd > 0) || !(Vectors.norm(p.add(d.mul(alpha))) < delta)) {
                double tau = toBorder(p, d, dd, delta);
                double slope = -rr; // r·d, as the residuals are conjugate
                double promised = -(model + tau * slope + tau * tau * dhd / 2);
                return new Step(p.add(d.mul(tau)), promised, true);
            }
            model -= alpha * rr / 2;
            p = p.add(d.mul(alpha));
            r = r.add(hd.mul(alpha));
            double next = Vectors.dot(r, r);
            if (Math.sqrt(next) <= goal) {
                break;
            }
            d = d.mul(next / rr).sub(r);
            rr = next;
        }
        return new Step(p, -model, false);
    }

    /** The positive τ with {@code ‖p + τ·d‖ = Δ}. */
    private static double toBorder(Tensor p, Tensor d, double dd, double delta) {
        double pd = Vectors.dot(p, d);
        double pp = Vectors.dot(p, p);
        double root = Math.sqrt(Math.max(0, pd * pd + dd * (delta * delta - pp)));
        return pd > 0 ? (delta * delta - pp) / (pd + root) : (root - pd) / dd;
    }
}

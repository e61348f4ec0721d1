package dev.autodiff.optimize;

import dev.autodiff.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Gradient descent, {@code x = x − α·∇f(x)}: with a fixed α, or with one that is halved until
 * {@code f(x − α·∇f) ≤ f(x) − 10⁻⁴·α·‖∇f‖²} (Armijo) and doubled for the next step. For looking at, and for functions that
 * {@link Lbfgs} cannot take: it needs many steps where the curvatures differ.
 */
public final class GradientDescent extends Minimizer<GradientDescent> {
    private static final double SUFFICIENT = 1e-4;
    private static final int HALVINGS = 100;

    private final double step;
    private final boolean fixed;

    private GradientDescent(Settings settings, double step, boolean fixed) {
        super(settings);
        this.step = step;
        this.fixed = fixed;
    }

    /** Returns gradient descent with a fixed step α; too large a one makes it diverge, which ends as not converged. */
    public static GradientDescent of(double step) {
        GradientDescent result = new GradientDescent(Settings.DEFAULT, step, true);
        result.positive("step", step);
        return result;
    }

    /** Returns gradient descent that looks for a step that lowers the value, at most 10,000 times unless set otherwise. */
    public static GradientDescent backtracking() {
        return new GradientDescent(Settings.DEFAULT, Double.NaN, false).withMaxIterations(10_000);
    }

    @Override
    GradientDescent with(Settings changed) {
        return new GradientDescent(changed, step, fixed);
    }

    @Override
    String label() {
        return "gradient descent";
    }

    @Override
    double precision() {
        return 0.5;
    }

    @Override
    Minimum search(Run run) {
        Point p = run.at(run.start());
        Minimum over = run.after(null, p, false);
        double alpha = fixed ? step : Math.min(1, 1 / Math.max(p.norm(), Double.MIN_NORMAL)) / 2;
        while (over == null) {
            Point before = p;
            if (fixed) {
                p = run.at(before.x().sub(before.gradient().mul(alpha)));
                double promised = alpha * Vectors.dot(before.gradient(), before.gradient());
                if (p.isFinite() && p.norm() >= before.norm() && run.isHidden(before, promised)) {
                    return run.rounded(
                            before, promised); // the values say nothing any more, and the gradients do not fall
                }
            } else {
                double squares = Vectors.dot(p.gradient(), p.gradient());
                double last = alpha;
                alpha *= 2;
                Point next = null;
                for (int i = 0; i < HALVINGS && next == null; i++) {
                    next = lower(run, before, alpha, squares);
                    alpha = next == null ? alpha / 2 : alpha;
                }
                if (next == null) {
                    return run.stuck(before, squares * last);
                }
                p = next;
            }
            over = run.after(before, p, false);
        }
        return over;
    }

    private static @Nullable Point lower(Run run, Point p, double alpha, double squares) {
        Tensor x = p.x().sub(p.gradient().mul(alpha));
        double value = run.value(x);
        if (!(value <= p.value() - SUFFICIENT * alpha * squares) || value == p.value()) {
            return null;
        }
        Point next = run.at(x);
        return next.isFinite() ? next : null;
    }
}

package dev.autodiff.optimize;

import dev.autodiff.Autodiff;
import dev.autodiff.Generator;
import dev.autodiff.Linearization;
import dev.autodiff.Tensor;
import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;
import org.jspecify.annotations.Nullable;

/**
 * Levenberg and Marquardt's method for least squares, {@code f(x) = ½·Σ rᵢ(x)²}: the step p minimises {@code ‖r + J·p‖² + λ·‖D·p‖²}, with λ
 * raised and lowered by the gain (Nielsen, "Damping parameter in Marquardt's method", IMM-REP-1999-05) and D the largest length of each
 * column of the Jacobian so far (Moré, "The Levenberg-Marquardt algorithm", 1978), so that the scale of a parameter does not matter.
 *
 * <p>{@link #minimize} takes the function that gives the residuals r, of any shape. With up to {@value #DENSE} unknowns the Jacobian is
 * computed and the step found by a QR decomposition; beyond that, by conjugate gradients with products {@code J·p} and {@code Jᵀ·r}, with
 * D = 1.
 *
 * <p>It is converged when the angle between the residuals and each column of the Jacobian is right within the gradient tolerance,
 * {@code maxⱼ |Jⱼ·r| / (‖Jⱼ‖·‖r‖) ≤ tolerance}, 3.7·10⁻¹¹ in float64 and 2.4·10⁻⁵ in float32 unless set, or when the residuals have vanished:
 * {@code ‖r‖ ≤ 10·ε·√Σⱼ (‖Jⱼ‖·xⱼ)²}, which is what the rounding of x does to them, or their squares are 0. Both are judged at the point alone,
 * so that a bad start makes nothing look small, and neither depends on the scale of the residuals or of an unknown.
 */
public final class LevenbergMarquardt extends Minimizer<LevenbergMarquardt> {
    private static final int DENSE = 200;

    /** Little damping at first, since most starts are not far from the solution; a step that fails raises it. */
    private static final double FIRST_DAMPING = 1e-3;

    /** A step is taken if it gains this part of what the model promised, the usual constant of Armijo's condition. */
    private static final double ACCEPTED = 1e-4;

    /** A gain as promised divides the damping by this at most (Nielsen). */
    private static final double FALL_OF_DAMPING = 3;

    /** With so much damping a step no longer changes any number. */
    private static final double LARGEST_DAMPING = 1e30;

    /** Where values say nothing any more, parts of the undamped step down to an eighth are tried. */
    private static final double SMALLEST_PART = 0.125;

    /** The square of the residual of the normal equations, relative to its start, at which conjugate gradients end: six digits. */
    private static final double SOLVED = 1e-12;

    /** Residuals of so many roundings of the unknowns are no more than the rounding of the few operations that compute them. */
    private static final double VANISHED = 10;

    /** A promised decrease of so many roundings of the value is hidden by those of the sum of squares. */
    private static final double HIDDEN = 1000;

    private LevenbergMarquardt(Settings settings) {
        super(settings);
    }

    /** Returns the method with its default settings. */
    public static LevenbergMarquardt create() {
        return new LevenbergMarquardt(Settings.DEFAULT);
    }

    @Override
    LevenbergMarquardt with(Settings changed) {
        return new LevenbergMarquardt(changed);
    }

    @Override
    String label() {
        return "Levenberg-Marquardt";
    }

    @Override
    double precision() {
        return 2.0 / 3;
    }

    /**
     * The residuals near a point; {@code jacobian} is null for a large problem, row by row otherwise, and {@code lengths} are those of its
     * columns, or 1 for a large problem.
     */
    private static final class Model {
        private final Linearization near;
        private final double[] r;
        private final double @Nullable [] jacobian;
        private final double[] lengths;

        Model(Linearization near, double[] r, double @Nullable [] jacobian, int unknowns) {
            this.near = near;
            this.r = r;
            this.jacobian = jacobian;
            this.lengths = new double[unknowns];
            for (int j = 0; j < unknowns; j++) {
                lengths[j] = jacobian == null ? 1 : Vectors.norm(column(j));
            }
        }

        double[] column(int j) {
            double[] column = new double[r.length];
            for (int i = 0; jacobian != null && i < r.length; i++) {
                column[i] = jacobian[i * lengths.length + j];
            }
            return column;
        }
    }

    private record Step(Tensor p, double promised) {}

    @Override
    Minimum search(Run run) {
        double[] scale = new double[run.start().size()];
        Model model = model(run, run.start());
        Point p = point(run, run.start(), model);
        Minimum over = run.after(null, p, true);
        double damping = FIRST_DAMPING;
        double growth = 2;
        while (over == null) {
            Point here = p;
            Model now = model;
            double lambda = damping;
            boolean outgrown = false;
            for (int j = 0; j < scale.length; j++) {
                outgrown |= scale[j] > now.lengths[j];
                scale[j] = Math.max(scale[j], now.lengths[j]);
            }
            Step step = Autodiff.noGrad(() -> step(now, here, scale, lambda));
            double hidden = HIDDEN * run.rounding() * here.value();
            if (step.promised <= hidden) {
                Step whole = Autodiff.noGrad(() -> undamped(run, now, here));
                if (whole.promised <= hidden) {
                    // The values say nothing any more, the gradients do: the undamped step, or a part of it, is right
                    // if they fall.
                    p = null;
                    for (double part = 1; part >= SMALLEST_PART && p == null; part /= 2) {
                        Tensor x = here.x().add(whole.p.mul(part));
                        model = model(run, x);
                        Point then = point(run, x, model);
                        boolean lower = then.value() <= here.value() + hidden;
                        p = lower && then.measure() < here.measure() ? then : null;
                    }
                    if (p == null) {
                        return run.rounded(here, whole.promised);
                    }
                    over = run.after(here, p, true);
                    continue;
                }
                if (step.promised <= run.rounding() * here.value()) {
                    if (outgrown) { // what lengthens the scale here is a far worse point that was left
                        Arrays.fill(scale, 0);
                        damping = FIRST_DAMPING;
                        growth = 2;
                        continue;
                    }
                    return stuck(run, here, whole);
                }
            }
            Tensor x = here.x().add(step.p);
            double value = run.halfSquares(x);
            double ratio = (here.value() - value) / step.promised;
            if (ratio > ACCEPTED && value < here.value()) {
                model = model(run, x);
                p = point(run, x, model);
                damping = Math.max(
                        damping * Math.max(1 / FALL_OF_DAMPING, 1 - Math.pow(2 * ratio - 1, 3)), Double.MIN_NORMAL);
                growth = 2;
                over = run.after(here, p, true);
            } else if (damping > LARGEST_DAMPING) {
                return stuck(run, here, Autodiff.noGrad(() -> undamped(run, now, here)));
            } else {
                damping = Math.max(damping, run.rounding()) * growth;
                growth *= 2;
            }
        }
        return over;
    }

    private static Model model(Run run, Tensor x) {
        Linearization near = run.residuals(x);
        double[] r = near.value().toDoubleArray();
        double[] jacobian = x.size() <= DENSE ? Autodiff.noGrad(near::jacobian).toDoubleArray() : null;
        return new Model(near, r, jacobian, x.size());
    }

    /** Measures how far the residuals are from right angles with the columns of the Jacobian. */
    private static Point point(Run run, Tensor x, Model model) {
        Tensor r = model.near.value();
        Tensor g = Autodiff.noGrad(() -> model.near.vjp(r));
        double value = Vectors.dot(r, r) / 2;
        double norm = Vectors.norm(r);
        double measure = 0;
        double reach;
        if (model.jacobian == null) {
            double slope = Vectors.norm(g);
            double length = Vectors.norm(model.near.jvp(g)) / slope; // a lower bound of ‖J‖
            measure = slope == 0 ? 0 : slope / length / norm;
            // With random factors of mean 0 and variance 1, ‖J·(u·x)‖² is on average Σⱼ (‖Jⱼ‖·xⱼ)² (Hutchinson, 1990).
            Tensor u = Tensor.uniform(Generator.seeded(x.size()), x.dtype(), x.shape(), -Math.sqrt(3), Math.sqrt(3));
            reach = Vectors.norm(model.near.jvp(x.mul(u)));
        } else {
            double[] unknowns = x.toDoubleArray();
            reach = 0;
            for (int j = 0; j < unknowns.length; j++) {
                measure = Math.max(measure, Math.abs(Vectors.cosine(model.column(j), model.r)));
                reach = Math.hypot(reach, model.lengths[j] * unknowns[j]);
            }
        }
        // Residuals that vanish have no direction that could be right.
        boolean vanished = value == 0 || (Double.isFinite(reach) && norm <= VANISHED * run.rounding() * reach);
        return new Point(x, value, g, Vectors.largest(g), vanished ? 0 : measure);
    }

    /**
     * The result where no step lowers the value. If the undamped step would change no unknown in the first half of its digits, the rounding
     * inside of the residuals hides what it would win; else a derivative may be wrong.
     */
    private static Minimum stuck(Run run, Point p, Step whole) {
        double[] step = whole.p.toDoubleArray();
        double[] x = p.x().toDoubleArray();
        boolean tiny = true;
        for (int j = 0; j < x.length; j++) {
            tiny &= Math.abs(step[j]) <= Math.sqrt(run.rounding()) * Math.abs(x[j]);
        }
        return tiny ? run.rounded(p, whole.promised) : run.noDescent(p, whole.promised);
    }

    /** The step of Gauss and Newton, with so little damping, in the scale of this point alone, that it only serves where the Jacobian is singular. */
    private static Step undamped(Run run, Model model, Point p) {
        return step(model, p, model.lengths, run.rounding());
    }

    private static Step step(Model model, Point p, double[] scale, double damping) {
        return model.jacobian == null
                ? iterated(model, p, damping)
                : decomposed(model, model.jacobian, p, scale, damping);
    }

    /** Solves {@code [J·D⁻¹; √λ]·q = [−r; 0]} by QR, with {@code p = D⁻¹·q}. */
    private static Step decomposed(Model model, double[] jacobian, Point p, double[] scale, double damping) {
        int n = scale.length;
        int m = model.r.length;
        DMatrixRMaj a = new DMatrixRMaj(m + n, n);
        DMatrixRMaj b = new DMatrixRMaj(m + n, 1);
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                a.set(i, j, scale[j] == 0 ? 0 : jacobian[i * n + j] / scale[j]);
            }
            b.set(i, 0, -model.r[i]);
        }
        double root = Math.sqrt(damping);
        for (int j = 0; j < n; j++) {
            a.set(m + j, j, root);
        }
        DMatrixRMaj copy = a.copy();
        LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.leastSquaresQrPivot(true, false);
        DMatrixRMaj q = new DMatrixRMaj(n, 1);
        if (!solver.setA(copy)) {
            throw new IllegalStateException("Levenberg-Marquardt: the Jacobian at " + p.x() + " is not finite");
        }
        solver.solve(b, q);
        double squares = 0;
        double lengths = 0;
        double[] step = new double[n];
        for (int i = 0; i < m; i++) {
            double jq = 0;
            for (int j = 0; j < n; j++) {
                jq += a.get(i, j) * q.get(j);
            }
            squares += jq * jq;
        }
        for (int j = 0; j < n; j++) {
            lengths += q.get(j) * q.get(j);
            step[j] = scale[j] == 0 ? 0 : q.get(j) / scale[j];
        }
        // What the model falls by: r·J·p = −‖J·p‖² − λ·‖D·p‖² at the solution.
        return new Step(Tensor.of(step, p.x().shape()).to(p.x().dtype()), squares / 2 + damping * lengths);
    }

    /** Solves {@code (JᵀJ + λ·s)·p = −Jᵀr} by conjugate gradients, with s the square of a length of J. */
    private static Step iterated(Model model, Point p, double damping) {
        Tensor g = p.gradient();
        double gg = Vectors.dot(g, g);
        Tensor jg = model.near.jvp(g);
        double lambda = damping * Vectors.dot(jg, jg) / Math.max(gg, Double.MIN_NORMAL);
        Tensor x = g.zerosLike();
        Tensor r = g.neg();
        Tensor d = r;
        double rr = gg;
        double goal = rr * SOLVED;
        for (int i = 0; i < 2 * DENSE && rr > goal; i++) {
            Tensor jd = model.near.jvp(d);
            double curvature = Vectors.dot(jd, jd) + lambda * Vectors.dot(d, d);
            double alpha = rr / curvature;
            if (!(curvature > 0)) {
                break;
            }
            x = x.add(d.mul(alpha));
            r = r.sub(model.near.vjp(jd).add(d.mul(lambda)).mul(alpha));
            double next = Vectors.dot(r, r);
            d = r.add(d.mul(next / rr));
            rr = next;
        }
        Tensor jx = model.near.jvp(x);
        double promised = -(Vectors.dot(g, x) + Vectors.dot(jx, jx) / 2);
        return new Step(x, promised);
    }
}

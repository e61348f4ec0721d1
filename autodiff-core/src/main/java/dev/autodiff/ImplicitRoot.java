package dev.autodiff;

import dev.autodiff.shape.DType;
import dev.autodiff.shape.DTypeException;
import dev.autodiff.shape.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The x with {@code F(x, θ) = 0} as one operation on θ. However x was found, its derivative follows from the implicit function theorem:
 * {@code ∂x/∂θ = −(∂F/∂x)⁻¹·∂F/∂θ}, so that the VJP of g is {@code −(∂F/∂θ)ᵀ·w} with {@code (∂F/∂x)ᵀ·w = g}. That linear system is itself
 * the root of a function of (x, θ, g) and solved by the same operation, which gives the derivatives of any order. Its matrix is never
 * formed.
 *
 * @param name the transform's, for messages
 * @param f F
 * @param solver finds x for θ
 */
record ImplicitRoot(String name, BiFunction<Tensor, List<Tensor>, Tensor> f, Function<List<Tensor>, Tensor> solver)
        implements CustomOp {
    private static final int NEWTON_STEPS = 100;
    private static final int FIXED_POINT_STEPS = 10_000;
    private static final int HALVINGS = 30;

    /** A step of this size relative to the point ends an iteration: what is left is the rounding of F, some hundred or ten units of the type. */
    private static final double STEP_64 = 1e-13;

    private static final double STEP_32 = 1e-6;

    /** A root is refused if Newton's method would still move it by more than this, relative to its size: half of the type's digits. */
    private static final double ROOT_64 = 1e-7;

    private static final double ROOT_32 = 1e-3;

    private static double stepTolerance(DType dtype) {
        return dtype == DType.FLOAT64 ? STEP_64 : STEP_32;
    }

    private static double rootTolerance(DType dtype) {
        return dtype == DType.FLOAT64 ? ROOT_64 : ROOT_32;
    }

    @Override
    public String label() {
        return name;
    }

    @Override
    public Tensor forward(Tensor[] inputs) {
        List<Tensor> theta = Arrays.stream(inputs).map(Tensor::detach).toList();
        Tensor x = Objects.requireNonNull(solver.apply(theta), () -> name + ": the solver returned null");
        return x.detach();
    }

    @Override
    public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
        int count = ((Node) saved).parents.length;
        boolean again = Mode.current().isRecording();
        Tensor out = again ? saved.output() : saved.output().detach();
        List<Tensor> theta = new ArrayList<>();
        List<Integer> wanted = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            theta.add(again ? saved.input(i) : saved.input(i).detach());
            if (saved.needs(i)) {
                wanted.add(i);
            }
        }
        Tensor w = solveTransposed(out, theta, g);
        Linearization byTheta = Linearization.of(
                name,
                ts -> {
                    List<Tensor> all = new ArrayList<>(theta);
                    for (int k = 0; k < ts.size(); k++) {
                        all.set(wanted.get(k), ts.get(k));
                    }
                    return f.apply(out, all);
                },
                wanted.stream().map(theta::get).toList());
        List<Tensor> pulled = byTheta.pull(w.neg());
        @Nullable Tensor[] result = new Tensor[count];
        for (int k = 0; k < pulled.size(); k++) {
            result[wanted.get(k)] = pulled.get(k);
        }
        return result;
    }

    /** Returns w with {@code (∂F/∂x)ᵀ·w = g}, as the root of {@code (w; x, θ, g) ↦ (∂F/∂x)ᵀ·w − g}. */
    private Tensor solveTransposed(Tensor x, List<Tensor> theta, Tensor g) {
        List<Tensor> inputs = new ArrayList<>(theta);
        inputs.add(x);
        inputs.add(g);
        int n = theta.size();
        ImplicitRoot system = new ImplicitRoot(
                name,
                (w, in) -> near(in.get(n), in.subList(0, n)).vjp(w).sub(in.get(n + 1)),
                in -> Gmres.solve(name, near(in.get(n), in.subList(0, n))::vjp, in.get(n + 1)));
        return system.apply(inputs.toArray(new Tensor[0]));
    }

    private Linearization near(Tensor x, List<Tensor> theta) {
        return Linearization.of(name, xs -> f.apply(xs.get(0), theta), List.of(x));
    }

    // ---- solvers ----

    /** Returns the root that Newton's method finds from a start, each step halved until the residual falls. */
    static Tensor newton(String name, BiFunction<Tensor, List<Tensor>, Tensor> f, Tensor start, List<Tensor> theta) {
        Function<List<Tensor>, Tensor> solver = values -> {
            Tensor x = start.detach();
            double size = Double.NaN;
            for (int k = 0; k < NEWTON_STEPS; k++) {
                Linearization near = linearize(name, f, x, values);
                double before = norm(near.value());
                if (!Double.isFinite(before)) {
                    throw new ConvergenceException(name + ": the function gives NaN or infinity "
                            + (k == 0 ? "at the start" : "after " + k + " steps") + "; choose another start");
                }
                if (before == 0) {
                    return x;
                }
                Tensor step = Gmres.solve(name, near::jvp, near.value().neg());
                double stepSize = norm(step) / Math.max(norm(x), Double.MIN_NORMAL);
                double factor = 1;
                Tensor next = x.add(step);
                double after = residual(f, next, values);
                for (int i = 0; i < HALVINGS && !(after < before); i++) {
                    factor /= 2;
                    next = x.add(step.mul(factor));
                    after = residual(f, next, values);
                }
                if (!(after < before)) {
                    if (stepSize <= rootTolerance(x.dtype())) {
                        return x; // rounding hides what is left
                    }
                    throw new ConvergenceException(name + ": no step lowers the residual " + before + " after " + k
                            + " steps; choose a start closer to the solution");
                }
                x = next;
                size = stepSize * factor;
                if (size <= stepTolerance(x.dtype())) {
                    return x;
                }
            }
            throw new ConvergenceException(name + ": no convergence in " + NEWTON_STEPS
                    + " Newton steps, the last moved the point by " + size
                    + " of its size; choose a start closer to the solution");
        };
        return new ImplicitRoot(name, f, solver).of(start, theta);
    }

    /** Returns the root that a solver of the user's finds, after a look whether it is one. */
    static Tensor solved(
            String name,
            BiFunction<Tensor, List<Tensor>, Tensor> f,
            Function<? super List<Tensor>, Tensor> solver,
            List<Tensor> theta) {
        Function<List<Tensor>, Tensor> checked = values -> {
            Tensor x = Objects.requireNonNull(solver.apply(values), () -> name + ": the solver returned null")
                    .detach();
            Linearization near = linearize(name, f, x, values);
            double left = norm(near.value());
            if (left != 0) {
                Tensor step = Double.isFinite(left)
                        ? Gmres.solve(name, near::jvp, near.value().neg())
                        : near.value();
                double size = norm(step) / Math.max(norm(x), 1);
                if (!(size <= rootTolerance(x.dtype()))) {
                    throw new ConvergenceException(name + ": the solver's result is no root, the residual is " + left
                            + " and Newton's method would move it by " + size
                            + " of its size; let the solver go on for longer");
                }
            }
            return x;
        };
        return new ImplicitRoot(name, f, checked).of(null, theta);
    }

    /** Returns the x with {@code x = step(x, θ)} to which repeated steps lead. */
    static Tensor fixedPoint(
            String name, BiFunction<Tensor, List<Tensor>, Tensor> step, Tensor start, List<Tensor> theta) {
        BiFunction<Tensor, List<Tensor>, Tensor> f = (x, values) -> x.sub(step.apply(x, values));
        Function<List<Tensor>, Tensor> solver = values -> {
            Tensor x = start.detach();
            linearize(name, step, x, values);
            double size = Double.NaN;
            for (int k = 0; k < FIXED_POINT_STEPS; k++) {
                Tensor next = step.apply(x, values).detach();
                double moved = norm(next.sub(x));
                x = next;
                if (!Double.isFinite(moved)) {
                    throw new ConvergenceException(
                            name + ": the steps diverge, after " + (k + 1)
                                    + " of them the point is not finite; if the step is no contraction, use implicitRoot with x − step(x)");
                }
                if (moved <= stepTolerance(x.dtype()) * norm(x)) {
                    return x;
                }
                size = moved / Math.max(norm(x), Double.MIN_NORMAL);
            }
            throw new ConvergenceException(name + ": no convergence in " + FIXED_POINT_STEPS
                    + " steps, the last moved the point by " + size
                    + " of its size; if the step is no contraction, use implicitRoot with x − step(x)");
        };
        return new ImplicitRoot(name, f, solver).of(start, theta);
    }

    private Tensor of(@Nullable Tensor start, List<Tensor> theta) {
        if (theta.isEmpty()) {
            throw new IllegalArgumentException(name + ": expected at least one parameter tensor");
        }
        if (start != null && !start.dtype().isFloating()) {
            throw new DTypeException(name + ": expected a start of float32 or float64, got " + start.dtype()
                    + "; convert with to(DType)");
        }
        return apply(theta.toArray(new Tensor[0]));
    }

    /** Runs F at a point once and checks what it gives and what it depends on. */
    private static Linearization linearize(
            String name, BiFunction<Tensor, List<Tensor>, Tensor> f, Tensor x, List<Tensor> theta) {
        Tensor value = Mode.current().recording(true, () -> f.apply(x, theta));
        if (value.requiresGrad()) {
            throw new GradientException(name + ": the function uses a tensor that requires a gradient besides x and θ;"
                    + " hand it in among the parameters, or cut it off with Autodiff.stopGradient");
        }
        if (!value.shape().equals(x.shape()) || value.dtype() != x.dtype()) {
            throw new ShapeException(name + ": expected as many equations as unknowns, " + x.dtype() + " " + x.shape()
                    + ", got " + value.dtype() + " " + value.shape());
        }
        return Linearization.of(name, xs -> f.apply(xs.get(0), theta), List.of(x));
    }

    private static double residual(BiFunction<Tensor, List<Tensor>, Tensor> f, Tensor x, List<Tensor> theta) {
        double r = norm(f.apply(x, theta));
        return Double.isNaN(r) ? Double.POSITIVE_INFINITY : r;
    }

    private static double norm(Tensor t) {
        return Gmres.norm(t.toDoubleArray());
    }
}

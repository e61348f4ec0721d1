package dev.autodiff.check;

import dev.autodiff.Autodiff;
import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.DTypeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * Checks the derivatives of a function against each other and against differences, in random directions: with s(x) = ⟨u, f(x)⟩ for a
 * random u and a random direction t,
 *
 * <ol>
 *   <li>reverse mode against central differences: {@code ⟨∇s, t⟩ ≈ (s(x + h·t) − s(x − h·t)) / 2h}, extrapolated to h → 0;
 *   <li>forward mode against reverse mode: {@code ⟨u, J·t⟩ = ⟨Jᵀ·u, t⟩};
 *   <li>second order: {@code ⟨∇²s·t, w⟩ ≈ (⟨∇s(x + h·t), w⟩ − ⟨∇s(x − h·t), w⟩) / 2h} for a random w, reverse over reverse, and forward over
 *       reverse against it.
 * </ol>
 *
 * <pre>{@code
 * GradientCheck.of((Tensor x) -> x.sigmoid().sum()).at(x).run();
 * }</pre>
 *
 * <p>The function must be smooth at the point: at a kink of ReLU, say, differences mean nothing.
 */
public final class GradientCheck {
    /** Differences of float64 values, extrapolated once, keep about ten digits of well-scaled functions. */
    private static final double DIFFERENCE_TOLERANCE = 1e-6;

    /** Two exact modes differ by rounding alone. */
    private static final double EXACT_TOLERANCE = 1e-10;

    private final Function<List<Tensor>, Tensor> function;
    private final List<Tensor> points;
    private final int directions;
    private final long seed;
    private final boolean secondOrder;
    private final double tolerance;

    private GradientCheck(
            Function<List<Tensor>, Tensor> function,
            List<Tensor> points,
            int directions,
            long seed,
            boolean secondOrder,
            double tolerance) {
        this.function = function;
        this.points = points;
        this.directions = directions;
        this.seed = seed;
        this.secondOrder = secondOrder;
        this.tolerance = tolerance;
    }

    /** Starts the check of a function of one tensor. */
    public static GradientCheck of(Function<? super Tensor, Tensor> f) {
        return ofSeveral(xs -> f.apply(xs.get(0)));
    }

    /** Starts the check of a function of several tensors. */
    public static GradientCheck ofSeveral(Function<? super List<Tensor>, Tensor> f) {
        return new GradientCheck(f::apply, List.of(), 3, 1, true, DIFFERENCE_TOLERANCE);
    }

    /**
     * Sets the point, one float64 tensor for each argument.
     *
     * @throws DTypeException if one is not float64, whose differences are too coarse otherwise
     */
    public GradientCheck at(Tensor... xs) {
        for (Tensor x : xs) {
            if (x.dtype() != DType.FLOAT64) {
                throw new DTypeException(
                        "gradient check: expected float64, got " + x.dtype() + "; convert with to(DType.FLOAT64)");
            }
        }
        return new GradientCheck(function, List.of(xs), directions, seed, secondOrder, tolerance);
    }

    /** Sets the number of random directions, 3 unless set. */
    public GradientCheck directions(int count) {
        return new GradientCheck(function, points, count, seed, secondOrder, tolerance);
    }

    /** Sets the seed of the directions, 1 unless set. */
    public GradientCheck seed(long newSeed) {
        return new GradientCheck(function, points, directions, newSeed, secondOrder, tolerance);
    }

    /** Leaves the second order out. */
    public GradientCheck firstOrderOnly() {
        return new GradientCheck(function, points, directions, seed, false, tolerance);
    }

    /** Sets the allowed difference, relative to the larger of 1 and the numbers that are summed; 10⁻⁶ unless set. */
    public GradientCheck tolerance(double relative) {
        return new GradientCheck(function, points, directions, seed, secondOrder, relative);
    }

    /**
     * Checks and returns the largest relative difference that was found, always below the tolerance.
     *
     * @throws GradientCheckException if a derivative is wrong; the message says which, where and by how much
     */
    public double run() {
        if (points.isEmpty()) {
            throw new IllegalStateException("gradient check: no point is given; call at(…) before run()");
        }
        Generator generator = Generator.seeded(seed);
        double worst = 0;
        Tensor value = Autodiff.noGrad(() -> function.apply(points));
        for (int k = 0; k < directions; k++) {
            Tensor u = random(generator, value);
            List<Tensor> t = randoms(generator);
            List<Tensor> w = randoms(generator);
            Function<List<Tensor>, Tensor> s = xs -> function.apply(xs).mul(u).sum();

            List<Tensor> gradient = gradient(s, points);
            Difference slope =
                    differences(xs -> Autodiff.noGrad(() -> s.apply(xs)).item(), t);
            worst = Math.max(worst, compare("reverse mode against differences", k, dot(gradient, t), slope, tolerance));

            Tensor pushed =
                    Autodiff.jvp(xs -> List.of(function.apply(xs)), points, t).get(0);
            double forward = pushed.mul(u).sum().item();
            Difference exact = new Difference(dot(gradient, t), magnitude(gradient, t));
            worst = Math.max(worst, compare("forward mode against reverse mode", k, forward, exact, EXACT_TOLERANCE));

            if (secondOrder) {
                worst = Math.max(worst, secondOrder(k, s, t, w));
            }
        }
        return worst;
    }

    private double secondOrder(int k, Function<List<Tensor>, Tensor> s, List<Tensor> t, List<Tensor> w) {
        Function<List<Tensor>, Tensor> slopeAlongW = xs -> inner(gradient(s, xs), w);
        List<Tensor> leaves = leaves();
        Tensor slope = slopeAlongW.apply(leaves);
        List<Tensor> curvature = Autodiff.gradientsOrZeros(slope, leaves);
        Difference differences = differences(xs -> slopeAlongW.apply(xs).item(), t);
        double worst = compare(
                "second order, reverse over reverse, against differences",
                k,
                dot(curvature, t),
                differences,
                tolerance);

        Tensor forward =
                Autodiff.jvp(xs -> List.of(slopeAlongW.apply(xs)), points, t).get(0);
        Difference exact = new Difference(dot(curvature, t), magnitude(curvature, t));
        return Math.max(
                worst,
                compare(
                        "second order, forward over reverse, against reverse over reverse",
                        k,
                        forward.item(),
                        exact,
                        EXACT_TOLERANCE));
    }

    /** A number to compare with, and the size of the terms that it was summed from. */
    private record Difference(double value, double scale) {}

    private double compare(String what, int direction, double got, Difference want, double allowed) {
        double scale = Math.max(1, Math.max(Math.abs(want.value), want.scale));
        double error = Math.abs(got - want.value) / scale;
        if (got == want.value) {
            return 0;
        }
        if (!(error <= allowed)) {
            StringBuilder shapes = new StringBuilder();
            points.forEach(p -> shapes.append(shapes.isEmpty() ? "" : ", ").append(p.shape()));
            throw new GradientCheckException(String.format(
                    Locale.ROOT,
                    "gradient check: %s, direction %d (seed %d), at shapes %s: got %.12g, want %.12g, relative difference %.3g, allowed %.3g%s",
                    what,
                    direction,
                    seed,
                    shapes,
                    got,
                    want.value,
                    error,
                    allowed,
                    worstElement()));
        }
        return error;
    }

    /** Finds the element whose gradient differs most from a difference along that element alone. */
    private String worstElement() {
        Tensor value = Autodiff.noGrad(() -> function.apply(points));
        Tensor u = random(Generator.seeded(seed), value);
        Function<List<Tensor>, Tensor> s = xs -> function.apply(xs).mul(u).sum();
        List<Tensor> gradient = gradient(s, points);
        double worst = -1;
        String text = "";
        for (int i = 0; i < points.size(); i++) {
            double[] g = gradient.get(i).toDoubleArray();
            for (int j = 0; j < Math.min(g.length, 1000); j++) {
                double[] unit = new double[g.length];
                unit[j] = 1;
                List<Tensor> t = zeros();
                t.set(i, Tensor.of(unit, points.get(i).shape()));
                double d = differences(xs -> Autodiff.noGrad(() -> s.apply(xs)).item(), t).value;
                double error = Math.abs(d - g[j]);
                if (!(error <= worst)) {
                    worst = error;
                    text = String.format(
                            Locale.ROOT,
                            "; the gradient differs most at argument %d, element %d: got %.12g, differences give %.12g",
                            i,
                            j,
                            g[j],
                            d);
                }
            }
        }
        return text;
    }

    private interface Along {
        double at(List<Tensor> xs);
    }

    /**
     * The derivative along t by central differences with steps h, h/2 and h/4, extrapolated twice by Richardson's method: the error falls
     * with h⁶, so that a step is allowed at which rounding does not matter yet.
     */
    private Difference differences(Along f, List<Tensor> t) {
        double[] slopes = new double[3];
        double scale = 0;
        double h = 1e-3;
        for (int i = 0; i < slopes.length; i++, h /= 2) {
            double plus = f.at(moved(t, h));
            double minus = f.at(moved(t, -h));
            slopes[i] = (plus - minus) / (2 * h);
            scale = Math.max(scale, Math.max(Math.abs(plus), Math.abs(minus)));
        }
        double coarse = (4 * slopes[1] - slopes[0]) / 3;
        double fine = (4 * slopes[2] - slopes[1]) / 3;
        return new Difference((16 * fine - coarse) / 15, scale);
    }

    private List<Tensor> moved(List<Tensor> t, double h) {
        List<Tensor> result = new ArrayList<>();
        for (int i = 0; i < points.size(); i++) {
            result.add(points.get(i).detach().add(t.get(i).mul(h)));
        }
        return result;
    }

    private static List<Tensor> gradient(Function<List<Tensor>, Tensor> s, List<Tensor> xs) {
        List<Tensor> leaves = new ArrayList<>();
        for (Tensor x : xs) {
            leaves.add(x.requiresGrad() ? x : x.requireGrad());
        }
        Tensor y = s.apply(leaves);
        return Autodiff.gradientsOrZeros(y, leaves);
    }

    private List<Tensor> leaves() {
        List<Tensor> leaves = new ArrayList<>();
        points.forEach(p -> leaves.add(p.requireGrad()));
        return leaves;
    }

    private List<Tensor> zeros() {
        List<Tensor> zeros = new ArrayList<>();
        points.forEach(p -> zeros.add(p.zerosLike()));
        return zeros;
    }

    private List<Tensor> randoms(Generator generator) {
        List<Tensor> result = new ArrayList<>();
        points.forEach(p -> result.add(random(generator, p)));
        return result;
    }

    private static Tensor random(Generator generator, Tensor like) {
        return Tensor.normal(generator, DType.FLOAT64, like.shape(), 0, 1);
    }

    private static Tensor inner(List<Tensor> a, List<Tensor> b) {
        Tensor sum = a.get(0).mul(b.get(0)).sum();
        for (int i = 1; i < a.size(); i++) {
            sum = sum.add(a.get(i).mul(b.get(i)).sum());
        }
        return sum;
    }

    private static double dot(List<Tensor> a, List<Tensor> b) {
        return Autodiff.noGrad(() -> inner(a, b)).item();
    }

    private static double magnitude(List<Tensor> a, List<Tensor> b) {
        double sum = 0;
        for (int i = 0; i < a.size(); i++) {
            sum += a.get(i).detach().mul(b.get(i)).abs().sum().item();
        }
        return sum;
    }
}

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
import java.util.function.Supplier;

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
 * <p>A difference counts relative to the sizes of the terms that the derivative is added up from, {@code Σ|∇s_i·t_i|}, beside a floor for
 * the rounding of s itself, so that the scale of f does not matter, down to derivatives of 10⁻⁹. Steps are 10⁻³ for points of ordinary size, and relative to the largest
 * number of a point that lies far from 1.
 *
 * <p>The function must be smooth at the point: at a kink of ReLU, say, differences mean nothing, and the message of a failure says so.
 */
public final class GradientCheck {
    /** Differences of float64 values, extrapolated twice, keep about ten digits of well-scaled functions. */
    private static final double DIFFERENCE_TOLERANCE = 1e-6;

    /** Two exact modes differ by rounding alone. */
    private static final double EXACT_TOLERANCE = 1e-10;

    /** The first step of the differences, for points of size 1. */
    private static final double STEP = 1e-3;

    /** How much the rounding of a value may add to a difference: some dozens of roundings, divided by the last step. */
    private static final double VALUE_ROUNDING = 32 * Math.ulp(1.0) / (STEP / 4);

    /** The same for a gradient, whose rules lose more digits than the function did: relative to the function's terms. */
    private static final double GRADIENT_ROUNDING = 1024 * Math.ulp(1.0) / (STEP / 4);

    /** What two exact modes may differ by where a derivative is zero because its terms cancel: relative to the function's terms. */
    private static final double EXACT_ROUNDING = 1e-12;

    /** What the last extrapolation changes is noise up to this part of the difference; more is a kink. */
    private static final double MOST_NOISE = 1e-3;

    /**
     * What may differ whatever the scale: where a function is flat, as x⁷ at 0, the determinant of a singular matrix or the cosine of two
     * numbers, neither its value nor its derivative tells the size of the terms that cancelled on the way, which is taken as about 1.
     */
    private static final double NEGLIGIBLE = 1e-10;

    /** Beyond these sizes of a point, steps are relative to it. */
    private static final double SMALL_POINT = 1e-2;

    private static final double LARGE_POINT = 1e2;

    /** So many elements of a tensor are looked at for the one that is wrong. */
    private static final int MOST_ELEMENTS = 1000;

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

    /**
     * Sets the number of random directions, 3 unless set.
     *
     * @throws IllegalArgumentException if it is below 1, which would check nothing
     */
    public GradientCheck directions(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("gradient check: expected at least one direction, got " + count);
        }
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

    /** Sets the allowed difference, relative to the sizes of the terms that the derivative is added up from; 10⁻⁶ unless set. */
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
            double size = terms(List.of(value), List.of(u)).size;
            worst = Math.max(worst, firstOrder(k, s, u, t, size));
            if (secondOrder) {
                worst = Math.max(worst, secondOrder(k, s, u, t, w, size));
            }
        }
        return worst;
    }

    private double firstOrder(int k, Function<List<Tensor>, Tensor> s, Tensor u, List<Tensor> t, double sizeOfValue) {
        List<Tensor> gradient = gradient(s, points);
        Terms reverse = terms(gradient, t);
        Along values = values(u);
        Difference slope = differences(values, t, VALUE_ROUNDING);
        double worst = compare(
                "reverse mode against differences",
                k,
                reverse.value,
                slope.value,
                tolerance,
                reverse.size,
                slope.noise,
                () -> worstElement(
                        gradient, "reverse mode", along -> differences(values, along, 0).value, "differences", values));

        Function<List<Tensor>, Double> pushed =
                along -> terms(Autodiff.jvp(xs -> List.of(function.apply(xs)), points, along), List.of(u)).value;
        return Math.max(
                worst,
                compare(
                        "forward mode against reverse mode",
                        k,
                        pushed.apply(t),
                        reverse.value,
                        EXACT_TOLERANCE,
                        reverse.size,
                        EXACT_ROUNDING * sizeOfValue,
                        () -> worstElement(gradient, "reverse mode", pushed, "forward mode")));
    }

    private double secondOrder(
            int k, Function<List<Tensor>, Tensor> s, Tensor u, List<Tensor> t, List<Tensor> w, double sizeOfValue) {
        Function<List<Tensor>, Tensor> slopeAlongW = xs -> inner(gradient(s, xs), w);
        List<Tensor> leaves = leaves();
        Tensor slope = slopeAlongW.apply(leaves);
        List<Tensor> product = Autodiff.gradientsOrZeros(slope, leaves);
        Terms curvature = terms(product, t);
        double size = sizeOfValue + terms(gradient(s, points), w).size;
        Along slopes = xs -> new Terms(slopeAlongW.apply(xs).item(), size);
        Difference differences = differences(slopes, t, GRADIENT_ROUNDING);
        double worst = compare(
                "second order, reverse over reverse, against differences",
                k,
                curvature.value,
                differences.value,
                tolerance,
                curvature.size,
                differences.noise,
                () -> worstElement(
                        product,
                        "reverse over reverse",
                        along -> differences(slopes, along, 0).value,
                        "differences of the gradient",
                        values(u),
                        slopes));

        Function<List<Tensor>, Double> pushed =
                along -> Autodiff.jvp(xs -> List.of(slopeAlongW.apply(xs)), points, along)
                        .get(0)
                        .item();
        return Math.max(
                worst,
                compare(
                        "second order, forward over reverse, against reverse over reverse",
                        k,
                        pushed.apply(t),
                        curvature.value,
                        EXACT_TOLERANCE,
                        curvature.size,
                        EXACT_ROUNDING * size,
                        () -> worstElement(product, "reverse over reverse", pushed, "forward over reverse")));
    }

    /** A sum, and the sum of the sizes of its terms, which is what their rounding is relative to. */
    private record Terms(double value, double size) {}

    /** A derivative by differences, and what rounding and the end of the extrapolation may have added to it. */
    private record Difference(double value, double noise) {}

    private double compare(
            String what,
            int direction,
            double got,
            double want,
            double allowed,
            double scale,
            double noise,
            Supplier<String> more) {
        if (got == want) {
            return 0;
        }
        double error = Math.abs(got - want) / (scale + (noise + NEGLIGIBLE) / allowed);
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
                    want,
                    error,
                    allowed,
                    more.get()));
        }
        return error;
    }

    /**
     * Finds the element by which two derivatives differ most, and says what they are there.
     *
     * @param derivatives by all elements
     * @param other a derivative along any direction
     * @param smooth the functions that must have no kink where differences are to mean anything
     */
    private String worstElement(
            List<Tensor> derivatives,
            String name,
            Function<List<Tensor>, Double> other,
            String otherName,
            Along... smooth) {
        double worst = -1;
        String text = "";
        List<Tensor> direction = List.of();
        for (int i = 0; i < points.size(); i++) {
            double[] d = derivatives.get(i).toDoubleArray();
            double length = unit(points.get(i));
            for (int j = 0; j < Math.min(d.length, MOST_ELEMENTS); j++) {
                List<Tensor> along = along(i, j, length);
                double beside = other.apply(along) / length;
                double error = Math.abs(beside - d[j]) * length;
                if (!(error <= worst)) {
                    worst = error;
                    direction = along;
                    text = String.format(
                            Locale.ROOT,
                            "; they differ most at argument %d, element %d: %s gives %.12g, %s %.12g",
                            i,
                            j,
                            name,
                            d[j],
                            otherName,
                            beside);
                }
            }
        }
        for (Along f : smooth) {
            if (!direction.isEmpty() && hasKink(f, direction)) {
                return text
                        + "; the function has a kink or a jump there, where differences mean nothing: check it at another point";
            }
        }
        return text;
    }

    /** Returns a direction that moves one element alone. */
    private List<Tensor> along(int argument, int element, double length) {
        List<Tensor> t = new ArrayList<>();
        points.forEach(p -> t.add(p.zerosLike()));
        double[] moved = new double[points.get(argument).size()];
        moved[element] = length;
        t.set(argument, Tensor.of(moved, points.get(argument).shape()));
        return t;
    }

    /** Tells whether the value jumps at the points, or the slopes to both sides differ there, however short the steps. */
    private boolean hasKink(Along f, List<Tensor> t) {
        double rounding = GRADIENT_ROUNDING * f.at(moved(t, 0)).size;
        // Of a smooth function, a quarter of both is left.
        return remains(jump(f, t, STEP), jump(f, t, STEP / 4), rounding * STEP)
                || remains(bend(f, t, STEP), bend(f, t, STEP / 4), rounding);
    }

    private static boolean remains(double far, double near, double rounding) {
        return near > far / 2 && near > rounding;
    }

    /** Returns how far the values to both sides are apart. */
    private double jump(Along f, List<Tensor> t, double h) {
        return Math.abs(f.at(moved(t, h)).value - f.at(moved(t, -h)).value);
    }

    /** Returns by how much the slope to the right differs from that to the left. */
    private double bend(Along f, List<Tensor> t, double h) {
        double here = f.at(moved(t, 0)).value;
        return Math.abs(f.at(moved(t, h)).value - 2 * here + f.at(moved(t, -h)).value) / h;
    }

    private interface Along {
        Terms at(List<Tensor> xs);
    }

    private Along values(Tensor u) {
        return xs -> terms(List.of(Autodiff.noGrad(() -> function.apply(xs))), List.of(u));
    }

    /**
     * The derivative along t by central differences with steps h, h/2 and h/4, extrapolated twice by Richardson's method: the error falls
     * with h⁶, so that a step is allowed at which rounding does not matter yet.
     *
     * @param rounding what the terms' rounding may add, relative to their sizes
     */
    private Difference differences(Along f, List<Tensor> t, double rounding) {
        double[] slopes = new double[3];
        double size = 0;
        double largest = 0;
        double h = STEP;
        for (int i = 0; i < slopes.length; i++, h /= 2) {
            Terms plus = f.at(moved(t, h));
            Terms minus = f.at(moved(t, -h));
            slopes[i] = (plus.value - minus.value) / (2 * h);
            largest = Math.max(largest, Math.abs(slopes[i]));
            size = Math.max(size, Math.max(plus.size, minus.size));
        }
        double coarse = (4 * slopes[1] - slopes[0]) / 3;
        double fine = (4 * slopes[2] - slopes[1]) / 3;
        double rest = Math.min(Math.abs(fine - coarse), MOST_NOISE * largest);
        return new Difference((16 * fine - coarse) / 15, rounding * size + rest);
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

    /** Directions at the points, in the unit of each. */
    private List<Tensor> randoms(Generator generator) {
        List<Tensor> result = new ArrayList<>();
        points.forEach(p -> result.add(random(generator, p).mul(unit(p))));
        return result;
    }

    /** What counts as a step of size 1 at a point. */
    private static double unit(Tensor point) {
        double largest = point.size() == 0 ? 0 : point.detach().abs().max().item();
        boolean ordinary = largest == 0 || (largest >= SMALL_POINT && largest <= LARGE_POINT);
        return ordinary || !Double.isFinite(largest) ? 1 : largest;
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

    private static Terms terms(List<Tensor> a, List<Tensor> b) {
        return Autodiff.noGrad(() -> {
            double size = 0;
            for (int i = 0; i < a.size(); i++) {
                size += a.get(i).mul(b.get(i)).abs().sum().item();
            }
            return new Terms(inner(a, b).item(), size);
        });
    }
}

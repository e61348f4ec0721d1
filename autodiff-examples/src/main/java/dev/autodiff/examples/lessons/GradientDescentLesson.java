package dev.autodiff.examples.lessons;

import dev.autodiff.Autodiff;
import dev.autodiff.Tensor;
import dev.autodiff.ValueAndGrad;
import dev.autodiff.examples.draw.Field;
import dev.autodiff.examples.draw.Plot;
import dev.autodiff.examples.page.Lesson;
import dev.autodiff.examples.page.Page;
import dev.autodiff.optimize.GradientDescent;
import dev.autodiff.optimize.Iteration;
import dev.autodiff.optimize.Minimum;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/** Downhill along the gradient: why the path zigzags, and what the length of the step does. */
@Command(
        name = "gradient-descent",
        description = "Gradient descent on a function of two variables: zigzag paths, step lengths, when to stop.")
final class GradientDescentLesson implements Lesson {
    /** The steepest descent stops when the gradient is no longer than this. */
    static final double SMALL = 1e-6;

    /** f(x, y) = −(cos²x + cos²y)² for one point [2] or for a row of points [n, 2]. */
    static Tensor f(Tensor p) {
        return p.cos().square().sum(-1).square().neg();
    }

    /** Where a descent was, from its start to its last point, and how long the gradient was there. */
    record Descent(List<double[]> points, List<Double> gradients) {
        int steps() {
            return points.size() - 1;
        }

        double[] end() {
            return points.get(points.size() - 1);
        }
    }

    /** Goes against the gradient, α times its length at each step, until it is small; gives up after a thousand steps. */
    static Descent descend(double alpha, double... start) {
        List<double[]> points = new ArrayList<>();
        List<Double> gradients = new ArrayList<>();
        Tensor p = Tensor.of(start);
        while (true) {
            Tensor g = Autodiff.grad(u -> f(u)).apply(p);
            points.add(p.toDoubleArray());
            gradients.add(g.norm().item());
            if (g.norm().item() <= SMALL || points.size() > 1000) {
                return new Descent(points, gradients);
            }
            p = p.sub(g.mul(alpha));
        }
    }

    @Override
    public void run(Page page) throws IOException {
        page.section("One step", """
                The gradient points to where f grows fastest, so a step against it goes down:

                    p ← p − α ∇f(p)

                The number α is the step length, in networks called the learning rate. The function is that of the
                lecture on gradients, f(x, y) = −(cos²x + cos²y)². Its lowest value is −4, at (0, 0) and wherever x
                and y are multiples of π.
                """);
        Tensor p = Tensor.of(new double[] {1.3, 0.6});
        double alpha = 0.2;
        ValueAndGrad here = Autodiff.valueAndGrad(u -> f(u)).apply(p);
        Tensor next = p.sub(here.gradient().mul(alpha));
        page.printf("f(1.3, 0.6) = %.6f", here.value().item());
        page.print("gradient  " + here.gradient());
        page.print("next      " + next);
        page.printf("f(next) = %.6f", f(next).item());
        page.claim("the step lowers f", f(next).item() < here.value().item());

        page.section("Step after step", """
                The step is repeated until the gradient is small. That is the only sensible sign to stop: how far it
                is to the minimum nobody knows, but at a minimum the gradient vanishes. Here `descend` stops when the
                gradient is at most 10⁻⁶ long.
                """);
        Descent zigzag = descend(alpha, 1.3, 0.6);
        var first = page.table("step", "x", "y", "length of ∇f");
        for (int i : new int[] {0, 1, 2, 3, 4, 5, 6, 10, 20, zigzag.steps()}) {
            double[] q = zigzag.points().get(i);
            first.row(i, q[0], q[1], zigzag.gradients().get(i));
        }
        first.print();
        page.claim("the path ends at the minimum (0, 0)", Math.hypot(zigzag.end()[0], zigzag.end()[1]), 0, SMALL);

        page.section("The zigzag", """
                The table shows that x and y change their signs from step to step: each step is too long and lands on
                the other side of the valley. Near the minimum this can be said exactly. There cos²x ≈ 1 − x², hence
                f ≈ −4 + 4 (x² + y²) and ∇f ≈ 8 (x, y), and a step multiplies both coordinates by

                    1 − 8α

                For α = 0.2 this is −0.6: the sign changes, the distance shrinks by 0.6. The last steps of the path
                agree.
                """);
        double[] last = zigzag.end();
        double[] before = zigzag.points().get(zigzag.steps() - 1);
        page.printf("the last step multiplies x by %.6f, y by %.6f", last[0] / before[0], last[1] / before[1]);
        page.claim("the last step multiplies x by 1 − 8α", last[0] / before[0], 1 - 8 * alpha, 1e-6);
        Descent straight = descend(0.05, 1.3, 0.6);
        page.picture(
                "zigzag",
                Field.of("Two descents to the minimum at (0, 0)", "x", "y", -0.9, 1.7, -0.9, 1.1)
                        .contours(12, u -> f(u))
                        .scale("f")
                        .path("α = 0.2", zigzag.points())
                        .path("α = 0.05", straight.points()));
        Plot signs = Plot.of("x from step to step", "step", "x");
        for (double length : new double[] {0.05, 0.2, 0.24}) {
            List<double[]> points = descend(length, 1.3, 0.6).points();
            signs.line(
                    "α = " + length,
                    points.stream().limit(21).mapToDouble(q -> q[0]).toArray());
        }
        page.picture("signs", signs);

        page.section("The same as a film", """
                One frame for each step of the zigzag.
                """);
        List<Field> frames = new ArrayList<>();
        for (int i = 1; i <= 13; i++) {
            frames.add(Field.of("α = 0.2, step " + (i - 1), "x", "y", -0.9, 1.7, -0.9, 1.1)
                    .size(560, 460)
                    .contours(12, u -> f(u))
                    .scale("f")
                    .path("path", zigzag.points().subList(0, i)));
        }
        page.animation("zigzag", frames, 500);

        page.section("How long a step?", """
                The factor 1 − 8α says it all, close to the minimum. For a small α it is just below 1 and the descent
                crawls; at α = 1/8 it is zero and the descent is as fast as it gets; from there to 1/4 it zigzags
                more and more; beyond 1/4 its size is above 1 and the path never settles: near the minimum it is
                thrown out, far away it is pulled back. With a factor c, the number of steps to come from a gradient of
                about 1 to one of 10⁻⁶ should be about ln 10⁻⁶ / ln |c|. Short steps need more: they begin on the
                slope of the hill, where the gradient grows before it falls.
                """);
        double[] alphas = {0.005, 0.01, 0.02, 0.05, 0.1, 0.12, 0.125, 0.13, 0.15, 0.2, 0.23, 0.24, 0.245, 0.26};
        double[] steps = new double[alphas.length];
        double[] expected = new double[alphas.length];
        var lengths = page.table("α", "factor 1 − 8α", "steps", "expected about", "ends at x", "y");
        for (int i = 0; i < alphas.length; i++) {
            Descent d = descend(alphas[i], 1.3, 0.6);
            steps[i] = d.steps();
            double c = Math.abs(1 - 8 * alphas[i]);
            expected[i] = c < 1 && c > 0 ? Math.log(SMALL) / Math.log(c) : Double.NaN;
            String about = Double.isNaN(expected[i]) ? "–" : String.valueOf(Math.round(expected[i]));
            lengths.row(alphas[i], 1 - 8 * alphas[i], d.steps(), about, d.end()[0], d.end()[1]);
        }
        lengths.print();
        page.picture(
                "steps",
                Plot.of("Steps until the gradient is 10⁻⁶", "step length α", "steps")
                        .logY()
                        .line("counted", alphas, steps)
                        .line("ln 10⁻⁶ / ln |1 − 8α|", alphas, expected)
                        .legendBelow());
        page.claim("α = 0.125 needs fewer steps than 0.05 and 0.2", steps[6] < steps[3] && steps[6] < steps[9]);
        page.claim("α = 0.26 is too long: a thousand steps are not enough", steps[alphas.length - 1] >= 1000);

        page.section("Which minimum", """
                Gradient descent finds a minimum near its start, not the lowest of all, and it does not tell which one
                it will be. Four starts, four minima; here they happen to be equally low.
                """);
        double[][] starts = {{1.4, 0.6}, {1.75, 0.6}, {1.4, 2.0}, {1.75, 2.0}};
        Field valleys = Field.of("Four starts, four valleys", "x", "y", -1.5, 4.6, -1.5, 4.6)
                .contours(12, u -> f(u))
                .scale("f");
        double highest = Double.NEGATIVE_INFINITY;
        var minima = page.table("start x", "y", "end x / π", "y / π", "f");
        for (double[] start : starts) {
            Descent d = descend(0.05, start);
            valleys.path("from (" + start[0] + ", " + start[1] + ")", d.points());
            minima.row(
                    start[0],
                    start[1],
                    Math.round(1e6 * d.end()[0] / Math.PI) / 1e6,
                    Math.round(1e6 * d.end()[1] / Math.PI) / 1e6,
                    f(Tensor.of(d.end())).item());
            highest = Math.max(highest, f(Tensor.of(d.end())).item());
        }
        minima.print();
        page.claim("each ends with f = −4", highest, -4, 1e-12);
        page.picture("valleys", valleys);

        page.section("A small gradient is not yet a minimum", """
                On the saddle between two valleys, at (π/2, 0), the gradient vanishes too, and so it does on a
                hilltop. A descent that starts exactly there stays for ever. The minimisers of the library do the same
                steps, and look at the curvature before they call a point a minimum.
                """);
        Descent stays = descend(0.05, Math.PI / 2, 0);
        page.printf("steps from the saddle: %d", stays.steps());
        Minimum saddle = GradientDescent.of(0.05).minimize(u -> f(u), Tensor.of(new double[] {Math.PI / 2, 0}));
        page.printf("the library says: %s", saddle.reason());
        page.claim("the descent does not leave the saddle", stays.steps() == 0);
        page.claim("the library does not take it for a minimum", !saddle.converged());
        Minimum library = GradientDescent.of(alpha).withTrace().minimize(u -> f(u), Tensor.of(new double[] {1.3, 0.6}));
        double apart = 0;
        for (Iteration i : library.trace().subList(0, 20)) {
            double[] q = zigzag.points().get(i.number());
            apart = Math.max(
                    apart, Math.hypot(i.point().get(0) - q[0], i.point().get(1) - q[1]));
        }
        page.printf("the library's path from (1.3, 0.6) differs by %.1g in its first 20 points", apart);
        page.claim("otherwise it goes the same path", apart == 0);
    }
}

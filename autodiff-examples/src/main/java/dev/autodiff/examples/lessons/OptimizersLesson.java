package dev.autodiff.examples.lessons;

import dev.autodiff.Autodiff;
import dev.autodiff.Tensor;
import dev.autodiff.examples.draw.Field;
import dev.autodiff.examples.draw.Panels;
import dev.autodiff.examples.draw.Plot;
import dev.autodiff.examples.page.Lesson;
import dev.autodiff.examples.page.Page;
import dev.autodiff.examples.page.Range;
import dev.autodiff.nn.optim.Adam;
import dev.autodiff.nn.optim.Optimizer;
import dev.autodiff.nn.optim.Sgd;
import dev.autodiff.optimize.Lbfgs;
import dev.autodiff.optimize.Minimum;
import dev.autodiff.optimize.NewtonCg;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Five ways down a curved valley: what momentum, adaptive rates and second derivatives change. */
@Command(
        name = "optimizers",
        description =
                "Gradient descent, momentum, Adam, L-BFGS and Newton-CG on their way through Rosenbrock's valley.")
final class OptimizersLesson implements Lesson {
    @Option(names = "--steps", paramLabel = "N", description = "Most steps of the first three.")
    @Range(min = 500, max = 1e6)
    private int most = 20_000;

    /** f(x, y) = (1 − x)² + 100 (y − x²)² for one point [2] or for a row of points [n, 2]. */
    static Tensor f(Tensor p) {
        Tensor x = p.select(-1, 0);
        Tensor y = p.select(-1, 1);
        return x.neg().add(1).square().add(y.sub(x.square()).square().mul(100));
    }

    /** The points that a method came to, and the values there. */
    record Path(List<double[]> points, List<Double> values) {
        static Path of(Minimum minimum) {
            return new Path(
                    minimum.trace().stream().map(i -> i.point().toDoubleArray()).toList(),
                    minimum.trace().stream().map(i -> i.value()).toList());
        }

        /** Returns the first step with a value below a bound, or −1 if there is none. */
        int firstBelow(double bound) {
            for (int i = 0; i < values.size(); i++) {
                if (values.get(i) < bound) {
                    return i;
                }
            }
            return -1;
        }

        /** Returns which steps to draw: the first 50, then fewer and fewer, and the last one. */
        int[] drawn() {
            int last = values.size() - 1;
            return IntStream.concat(IntStream.iterate(0, i -> i < last, i -> i + 1 + i / 50), IntStream.of(last))
                    .toArray();
        }

        double last() {
            return values.get(values.size() - 1);
        }
    }

    /** Lets an optimizer of the networks' kind go from a start until f < 10⁻¹², or for so many steps. */
    static Path run(Function<List<Tensor>, Optimizer> method, int steps, double... start) {
        Tensor p = Tensor.of(start).requireGrad();
        Optimizer optimizer = method.apply(List.of(p));
        List<double[]> points = new ArrayList<>();
        List<Double> values = new ArrayList<>();
        for (int i = 0; i <= steps; i++) {
            Tensor value = f(p);
            points.add(p.toDoubleArray());
            values.add(value.item());
            if (value.item() < 1e-12) {
                break;
            }
            optimizer.zeroGrad();
            value.backward();
            optimizer.step();
        }
        return new Path(points, values);
    }

    /** The valley by the contours of log₁₀ f. */
    static Field valley(String title) {
        return Field.of(title, "x", "y", -1.6, 1.4, -0.6, 2.4)
                .size(560, 460)
                .contours(10, p -> f(p).add(1e-4).log10())
                .scale("log₁₀ f");
    }

    @Override
    public List<String> small() {
        return List.of("--steps", "5000");
    }

    @Override
    public void run(Page page) throws IOException {
        page.section("Rosenbrock's valley", """
                    f(x, y) = (1 − x)² + 100 (y − x²)²

                The function has a valley along the parabola y = x², with steep walls and an almost flat floor. Its
                minimum is f(1, 1) = 0. We begin on the other side, at (−1.2, 1). How different the curvatures are is
                what makes it hard; the Hessian at the minimum tells it.
                """);
        Tensor minimum = Tensor.of(new double[] {1, 1});
        Tensor hessian = Autodiff.hessian((Tensor p) -> f(p), minimum);
        Tensor curvatures = hessian.eigvalsh();
        page.print("Hessian at (1, 1): " + hessian);
        page.print("its curvatures:    " + curvatures);
        double condition = curvatures.get(1) / curvatures.get(0);
        page.printf("one is %.0f times the other", condition);
        page.claim(
                "the Hessian is (802, −400; −400, 200)",
                hessian.allClose(Tensor.of(new double[][] {{802, -400}, {-400, 200}}), 1e-15, 0));

        page.section("Gradient descent", """
                    p ← p − α g        g = ∇f(p)

                A step must not be longer than 2 divided by the largest curvature, about 0.002 here, or it is thrown
                from wall to wall. Along the floor, where the curvature is 2500 times smaller, such a step is next to
                nothing.
                """);
        Path sgd = run(ps -> Sgd.of(ps, 0.001), most, -1.2, 1);
        page.printf("after %d steps f = %.3g", sgd.values().size() - 1, sgd.last());
        page.claim(
                "gradient descent gets below 0.1, but takes more than 1,000 steps to get below 0.01",
                sgd.firstBelow(0.1) > 0 && (sgd.firstBelow(0.01) < 0 || sgd.firstBelow(0.01) > 1000));

        page.section("Momentum", """
                A heavy ball does not stop at once. Its velocity v keeps a part of what it was, so that steps to the
                left and right cancel while those along the valley add up, to ten times the step for μ = 0.9:

                    v ← μ v + g        p ← p − α v
                """);
        Path momentum = run(ps -> Sgd.of(ps, 0.001).withMomentum(0.9), most, -1.2, 1);
        Tensor q = Tensor.of(new double[] {-1.2, 1});
        Tensor v = q.zerosLike();
        for (int i = 0; i < 100; i++) {
            v = v.mul(0.9).add(Autodiff.grad(p -> f(p)).apply(q));
            q = q.sub(v.mul(0.001));
        }
        page.printf("steps until f < 10⁻⁶: %d, without momentum %d", momentum.firstBelow(1e-6), sgd.firstBelow(1e-6));
        page.claim(
                "100 steps by hand lead to the same point",
                q.allClose(Tensor.of(momentum.points().get(100)), 1e-9, 0));

        page.section("Adam", """
                Each coordinate gets a step of its own size: the mean of its gradients divided by the root of the mean of their
                squares. Both are running means that forget; the divisions by 1 − βᵗ make up for their start at zero.

                    m ← β₁ m + (1 − β₁) g        s ← β₂ s + (1 − β₂) g²
                    p ← p − α m̂ / (√ŝ + ε)       m̂ = m / (1 − β₁ᵗ), ŝ = s / (1 − β₂ᵗ)

                The gradient's size cancels: the very first step is α in each coordinate, whatever f is multiplied by.
                """);
        Path adam = run(ps -> Adam.of(ps, 0.02), most, -1.2, 1);
        double[] first = adam.points().get(1);
        page.printf("steps until f < 10⁻⁶: %d", adam.firstBelow(1e-6));
        page.printf("the first step: (%.6f, %.6f)", first[0] + 1.2, first[1] - 1);
        page.claim("the first step is 0.02 in x", Math.abs(first[0] + 1.2), 0.02, 1e-9);
        page.claim("the first step is 0.02 in y", Math.abs(first[1] - 1), 0.02, 1e-9);

        page.section("L-BFGS and Newton", """
                Newton's method asks for the point where the gradient would vanish if it changed linearly: it solves
                H d = −g with the Hessian H and goes along d. Newton-CG needs only products H·v, which autodiff has
                exactly (`Autodiff.hvp`), and it does not trust the solution further than a radius.

                L-BFGS needs no second derivatives. It guesses H⁻¹ from how the gradient changed along its last
                steps, and searches along the line for a good point.
                """);
        Tensor start = Tensor.of(new double[] {-1.2, 1});
        Minimum lbfgs = Lbfgs.create().withTrace().minimize(p -> f(p), start);
        Minimum newton = NewtonCg.create().withTrace().minimize(p -> f(p), start);
        page.printf(
                "L-BFGS: %d steps, f ran %d times, f = %.1e", lbfgs.iterations(), lbfgs.evaluations(), lbfgs.value());
        page.printf(
                "Newton-CG: %d steps, f ran %d times, f = %.1e",
                newton.iterations(), newton.evaluations(), newton.value());
        page.claim("both find a minimum", lbfgs.converged() && newton.converged());

        page.section("All together", """
                The methods for minimising need a few dozen steps where those of networks need thousands. Why then
                are networks trained by the latter? Because a network's loss is an average over examples, and a
                cheap guess of its gradient from a few of them is worth more than an exact one. Line
                searches and guesses of the curvature do not stand such noise.

                The ground of the pictures is log₁₀ f, as f itself would show nothing but the walls.
                """);
        Map<String, Path> paths = new LinkedHashMap<>();
        paths.put("gradient descent", sgd);
        paths.put("momentum", momentum);
        paths.put("Adam", adam);
        paths.put("L-BFGS", Path.of(lbfgs));
        paths.put("Newton-CG", Path.of(newton));
        var results = page.table("method", "steps to f < 0.01", "f < 10⁻⁶", "f < 10⁻¹²");
        Plot falls = Plot.of("Rosenbrock's function while it is minimised", "step + 1", "f")
                .logX()
                .logY()
                .legendBelow();
        List<Field> valleys = new ArrayList<>();
        paths.forEach((name, path) -> {
            Object[] row = {name, "–", "–", "–"};
            for (int i = 0; i < 3; i++) {
                int step = path.firstBelow(new double[] {1e-2, 1e-6, 1e-12}[i]);
                row[i + 1] = step < 0 ? "–" : String.valueOf(step);
            }
            results.row(row);
            int[] drawn = path.drawn();
            falls.line(
                    name,
                    IntStream.of(drawn).mapToDouble(i -> i + 1).toArray(),
                    IntStream.of(drawn).mapToDouble(i -> path.values().get(i)).toArray());
            valleys.add(valley(name)
                    .path(
                            name,
                            IntStream.of(drawn)
                                    .mapToObj(i -> path.points().get(i))
                                    .toList()));
        });
        results.print();
        page.picture("paths", Panels.of(2, valleys));
        page.picture("values", falls);
        page.claim(
                "L-BFGS and Newton-CG come to f < 10⁻⁶ within 60 steps",
                within(paths.get("L-BFGS"), 60) && within(paths.get("Newton-CG"), 60));
        page.claim(
                "momentum and Adam need more than 100, but get there before gradient descent",
                momentum.firstBelow(1e-6) > 100
                        && adam.firstBelow(1e-6) > 100
                        && (sgd.firstBelow(1e-6) < 0
                                || sgd.firstBelow(1e-6) > Math.max(momentum.firstBelow(1e-6), adam.firstBelow(1e-6))));

        page.section("The race as a film", """
                All five after the same number of steps. The number grows faster and faster, or the film would be
                long.
                """);
        List<Field> frames = new ArrayList<>();
        for (int steps : new int[] {0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128, 256, 500}) {
            Field frame = valley(steps == 1 ? "After 1 step" : "After " + steps + " steps");
            paths.forEach((name, path) -> frame.path(
                    name,
                    path.points().subList(0, Math.min(steps + 1, path.points().size()))));
            frames.add(frame);
        }
        page.animation("race", frames, 700);
    }

    private static boolean within(Path path, int steps) {
        return path.firstBelow(1e-6) >= 0 && path.firstBelow(1e-6) <= steps;
    }
}

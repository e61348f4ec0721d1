package dev.autodiff.examples.lessons;

import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.examples.draw.Field;
import dev.autodiff.examples.draw.Surface;
import dev.autodiff.examples.page.Lesson;
import dev.autodiff.examples.page.Page;
import dev.autodiff.examples.page.Range;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What a gradient is, on a function of two variables that one can see. */
@Command(
        name = "gradient",
        description = "The gradient of a function of two variables, over its surface and its contours.")
final class GradientLesson implements Lesson {
    @Option(names = "--arrows", paramLabel = "N", description = "Arrows in each row and column of the picture.")
    @Range(min = 2, max = 60)
    private int arrows = 17;

    @Option(
            names = "--points",
            paramLabel = "N",
            description = "Random points at which formula and engine are compared.")
    @Range(min = 1, max = 1e6)
    private int points = 1000;

    @Option(names = "--seed", paramLabel = "N", description = "Where all random numbers begin.")
    private long seed = 1;

    /** f(x, y) = −(cos²x + cos²y)², element by element. */
    static Tensor f(Tensor x, Tensor y) {
        return x.cos().square().add(y.cos().square()).square().neg();
    }

    @Override
    public void run(Page page) throws IOException {
        page.section("A function of two variables", """
                The function of this lecture has hills and valleys that repeat in both directions:

                    f(x, y) = −(cos²x + cos²y)²

                In the program it is written with tensors, one operation after the other. A tensor that is marked by
                `requireGrad` is one that we want to have derivatives by. At (0, 0) both cosines are 1, so that f is
                −(1 + 1)² = −4, its lowest value; at (π/2, π/2) both are 0, and so is f, its highest.
                """);
        Tensor x = Tensor.of(0.5).requireGrad();
        Tensor y = Tensor.of(-1.0).requireGrad();
        Tensor z = f(x, y);
        page.printf("f(0.5, −1) = %.6f", z.item());
        page.claim("f(0, 0) = −4", f(Tensor.of(0.0), Tensor.of(0.0)).item() == -4);

        page.section("The gradient", """
                The gradient is the vector of the partial derivatives. With the chain rule, from the outer square to
                the inner cosine,

                    ∂f/∂x = −2 (cos²x + cos²y) · 2 cos x · (−sin x) = 2 (cos²x + cos²y) sin 2x
                    ∂f/∂y = 2 (cos²x + cos²y) sin 2y

                The engine needs no formula. `backward` goes through the operations in reverse order and multiplies
                by the derivative of each; what arrives at x and y is the gradient.
                """);
        z.backward();
        double inner = Math.pow(Math.cos(0.5), 2) + Math.pow(Math.cos(-1.0), 2);
        page.table("", "engine", "formula")
                .row("∂f/∂x", x.grad().item(), 2 * inner * Math.sin(2 * 0.5))
                .row("∂f/∂y", y.grad().item(), 2 * inner * Math.sin(2 * -1.0))
                .print();

        page.section("At many points at once", """
                A tensor holds many points as well. The sum over all points has as its derivative by one of them the
                derivative of f there, as the other terms do not depend on it. So one sweep gives the gradient at
                every point, and we can compare it with the formula at random ones.
                """);
        Generator generator = Generator.seeded(seed);
        Tensor xs = Tensor.uniform(generator, DType.FLOAT64, Shape.of(points), -3, 3)
                .requireGrad();
        Tensor ys = Tensor.uniform(generator, DType.FLOAT64, Shape.of(points), -3, 3)
                .requireGrad();
        f(xs, ys).sum().backward();
        Tensor squares = xs.cos().square().add(ys.cos().square());
        Tensor byFormula = squares.mul(xs.mul(2).sin()).mul(2);
        double difference = xs.grad().sub(byFormula).abs().max().item();
        page.printf("largest difference at %d points: %.1e", points, difference);
        page.claim("the engine's ∂f/∂x is the formula's, up to rounding", difference < 1e-14);

        page.section("The surface", """
                The height is f. The valleys lie at the multiples of π, the hills half way between.
                """);
        page.picture(
                "surface",
                Surface.of("f(x, y) = −(cos²x + cos²y)²", "x", "y", "f")
                        .over(-3, 3, -3, 3, p -> f(p.select(1, 0), p.select(1, 1))));

        page.section("Contours and arrows", """
                Seen from above, a contour is a line of equal height. The gradient, drawn as an arrow at each point,
                has two properties that the picture shows: it points to where f grows fastest, and it stands at a
                right angle to the contour, since along a contour f does not change. It is short where the ground is
                flat, and zero on hilltops, in valleys and on the saddles between them.
                """);
        page.picture(
                "contours",
                Field.of("Contours of f and its gradient", "x", "y", -3, 3, -3, 3)
                        .contours(9, p -> f(p.select(1, 0), p.select(1, 1)))
                        .scale("f")
                        .arrows(arrows, (u, v) -> {
                            Tensor a = Tensor.of(u).requireGrad();
                            Tensor b = Tensor.of(v).requireGrad();
                            f(a, b).backward();
                            return new double[] {a.grad().item(), b.grad().item()};
                        }));

        page.section("Uphill and along", """
                The same in numbers, from the point (0.5, −1): a short step along the gradient g raises f by its
                length times the length of g; a step at a right angle to g hardly changes f.
                """);
        double gx = x.grad().item();
        double gy = y.grad().item();
        double length = Math.hypot(gx, gy);
        double step = 1e-4;
        double here = z.item();
        double uphill = f(Tensor.of(0.5 + step * gx / length), Tensor.of(-1 + step * gy / length))
                        .item()
                - here;
        double along = f(Tensor.of(0.5 - step * gy / length), Tensor.of(-1 + step * gx / length))
                        .item()
                - here;
        page.table("a step of 0.0001", "change of f / step")
                .row("along g", uphill / step)
                .row("at a right angle to g", along / step)
                .row("length of g", length)
                .print();
        page.claim("along g the slope is the length of g", uphill / step, length, 1e-3);
        page.claim("at a right angle to g the slope is zero", along / step, 0, 1e-3);
    }
}

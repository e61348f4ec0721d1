package dev.autodiff.examples.lessons;

import dev.autodiff.Autodiff;
import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.examples.draw.Plot;
import dev.autodiff.examples.page.Lesson;
import dev.autodiff.examples.page.Page;
import dev.autodiff.examples.page.Range;
import dev.autodiff.optimize.Iteration;
import dev.autodiff.optimize.LevenbergMarquardt;
import dev.autodiff.optimize.Minimum;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A differential equation solved by a network: its loss is the equation itself, by second derivatives of the network. */
@Command(
        name = "physics-informed",
        description =
                "A pendulum's differential equation solved by a network, and its friction found from measurements.")
final class PhysicsInformedLesson implements Lesson {
    @Option(names = "--steps", paramLabel = "N", description = "Most steps of each search.")
    @Range(min = 50, max = 10_000)
    private int most = 150;

    @Option(names = "--seed", paramLabel = "N", description = "Where all random numbers begin.")
    private long seed = 1;

    /** Hidden neurons. */
    static final int WIDTH = 16;

    /** N(t) = tanh(t w + b) v for times t [n], all parameters in one vector θ [3·WIDTH]. */
    static Tensor network(Tensor theta, Tensor t) {
        Tensor w = theta.narrow(0, 0, WIDTH);
        Tensor b = theta.narrow(0, WIDTH, WIDTH);
        Tensor v = theta.narrow(0, 2 * WIDTH, WIDTH);
        return t.expandDims(1).mul(w).add(b).tanh().matmul(v);
    }

    /** u(t) = 2 + t² N(t): whatever the network says, u(0) = 2 and u′(0) = 0. */
    static Tensor angle(Tensor theta, Tensor t) {
        return t.square().mul(network(theta, t)).add(2);
    }

    /** The derivative of a function by the time, at each of many times: a product of its Jacobian with ones. */
    static Tensor byTime(UnaryOperator<Tensor> u, Tensor t) {
        return Autodiff.jvp(u, t, t.onesLike());
    }

    /** u″ + c u′ + sin u at each time: zero where the equation holds. */
    static Tensor residual(Tensor theta, Tensor friction, Tensor t) {
        UnaryOperator<Tensor> u = time -> angle(theta, time);
        UnaryOperator<Tensor> speed = time -> byTime(u, time);
        Tensor acceleration = byTime(speed, t);
        return acceleration.add(speed.apply(t).mul(friction)).add(u.apply(t).sin());
    }

    /** The same pendulum step by step, by Runge and Kutta's method of order four: the angles at n + 1 times from 0 to the end. */
    static double[] rungeKutta(double friction, double end, int n) {
        double[] angles = new double[n + 1];
        double u = 2;
        double v = 0;
        angles[0] = u;
        double h = end / n;
        for (int i = 1; i <= n; i++) {
            double k1 = v;
            double l1 = -friction * v - Math.sin(u);
            double k2 = v + h / 2 * l1;
            double l2 = -friction * k2 - Math.sin(u + h / 2 * k1);
            double k3 = v + h / 2 * l2;
            double l3 = -friction * k3 - Math.sin(u + h / 2 * k2);
            double k4 = v + h * l3;
            double l4 = -friction * k4 - Math.sin(u + h * k3);
            u += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
            v += h / 6 * (l1 + 2 * l2 + 2 * l3 + l4);
            angles[i] = u;
        }
        return angles;
    }

    @Override
    public List<String> small() {
        return List.of("--steps", "60");
    }

    @Override
    public void run(Page page) throws IOException {
        page.section("A pendulum", """
                The angle u of a pendulum obeys

                    u″ + c u′ + sin u = 0        u(0) = 2, u′(0) = 0

                with friction c, the time in units of √(length / gravity). For such a large swing there is no formula
                for u. A network shall be u: one input, the time; one output, the angle; tanh between. Multiplied by
                t² and with 2 added it has the right beginning whatever its weights are:

                    u(t) = 2 + t² N(t)

                The 16 hidden neurons begin as equal steps, spread over the time; the weights of their sum are random.
                """);
        double end = 8;
        Tensor times = Tensor.linspace(0, end, 60);
        Generator generator = Generator.seeded(seed);
        Tensor start = Tensor.concat(
                0,
                Tensor.full(DType.FLOAT64, Shape.of(WIDTH), 0.5),
                Tensor.linspace(0, -end / 2, WIDTH),
                Tensor.normal(generator, DType.FLOAT64, Shape.of(WIDTH), 0, 0.1));
        page.printf("%d weights, u(0) = %s", start.size(), angle(start, times).get(0));
        page.claim("u(0) = 2 for random weights", angle(start, times).get(0) == 2);
        page.claim(
                "u′(0) = 0 for random weights",
                byTime(t -> angle(start, t), times).get(0) == 0);

        page.section("The loss is the equation", """
                No solution is known to learn from. But the derivatives of the network by its input can be computed,
                the second as the derivative of the first, and the equation says what they must fulfil. The left
                side of the equation, at 60 times, is the residual; the sum of its squares is the loss.

                To minimise it, derivatives by the weights are needed: third derivatives, twice by the time and once
                by the weights. For the engine they are derivatives like any other. First a check of u″ against
                differences of u.
                """);
        Tensor friction = Tensor.of(0.2);
        UnaryOperator<Tensor> u = t -> angle(start, t);
        Tensor second = byTime(t -> byTime(u, t), times);
        double h = 1e-4;
        Tensor differences = u.apply(times.add(h))
                .add(u.apply(times.sub(h)))
                .sub(u.apply(times).mul(2))
                .div(h * h);
        page.printf("largest u″: %.3f", second.abs().max().item());
        page.claim(
                "u″ is that of differences", second.sub(differences).abs().max().item(), 0, 1e-5);
        page.printf(
                "loss at the start: %.2f",
                residual(start, friction, times).square().sum().item());

        page.section("Learning it", """
                The loss is a sum of squares, so Levenberg and Marquardt's method fits (see `curve-fit`). It takes
                dozens of steps where gradient descent would take tens of thousands.
                """);
        Minimum fit = LevenbergMarquardt.create()
                .withMaxIterations(most)
                .withTrace()
                .minimize(theta -> residual(theta, friction, times), start);
        var steps = page.table("step", "sum of squares");
        List<Iteration> trace = fit.trace();
        for (int i = 0; i < trace.size(); i += Math.max(1, trace.size() / 8)) {
            steps.row(i, 2 * trace.get(i).value());
        }
        steps.print();
        page.printf("after %d steps: %.2e", fit.iterations(), 2 * fit.value());

        page.section("Is it the pendulum?", """
                The usual way to solve such an equation goes step by step through time; Runge and Kutta's method with
                8,000 steps is exact to more than ten digits here. The network never saw it.

                Where no other solution is at hand, look at least at the residual between the times of the training. A
                network may fulfil the equation at those and bend sharply where nobody looks.
                """);
        double[] exact = rungeKutta(0.2, end, 8000);
        Tensor dense = Tensor.linspace(0, end, 8001);
        Tensor error = angle(fit.point(), dense).sub(Tensor.of(exact)).abs();
        double between = residual(fit.point(), friction, dense).abs().max().item();
        page.printf("largest residual at 8,001 times: %.1e", between);
        page.printf("largest error of the angle:      %.1e", error.max().item());
        double[] shown = Tensor.linspace(0, end, 41).toDoubleArray();
        page.picture(
                "pendulum",
                Plot.of("A pendulum by a network", "time t (√(length / gravity))", "angle u (radians)")
                        .line(
                                "network",
                                shown,
                                angle(fit.point(), Tensor.of(shown)).toDoubleArray())
                        .points("Runge-Kutta", shown, rungeKutta(0.2, end, 40))
                        .line(
                                "network before training",
                                shown,
                                angle(start, Tensor.of(shown)).toDoubleArray())
                        .yRange(-2, 4));
        page.claim("the residual is small between the times as well", between < 0.01);
        page.claim(
                "the network's angle is right within 0.002 everywhere",
                error.max().item() < 0.002);

        page.section("The other way round", """
                Now the friction is unknown, but the angle was measured at 15 times, with errors of about 0.05. The
                friction becomes one more parameter beside the weights. The residuals are those of the equation and,
                divided by the size of the errors, those of the measurements. One search finds both: the curve that obeys the
                equation and comes close to the measurements, and the friction for which there is one.

                Step-by-step methods must solve the whole equation again for each guess of the friction.
                """);
        double hidden = 0.37;
        double[] path = rungeKutta(hidden, end, 1500);
        double[] moments = new double[15];
        double[] angles = new double[15];
        for (int i = 0; i < 15; i++) {
            moments[i] = (i + 1) * end / 15;
            angles[i] = path[100 * (i + 1)] + 0.05 * generator.nextGaussian();
        }
        Tensor measuredAt = Tensor.of(moments);
        Tensor measured = Tensor.of(angles);
        int weights = start.size();
        Tensor unknown = Tensor.concat(0, start, Tensor.of(new double[] {0}));
        Minimum both = LevenbergMarquardt.create()
                .withMaxIterations(most)
                .minimize(
                        p -> {
                            Tensor theta = p.narrow(0, 0, weights);
                            Tensor c = p.select(0, weights);
                            Tensor equation = residual(theta, c, times).mul(20);
                            Tensor data = angle(theta, measuredAt).sub(measured).div(0.05);
                            return Tensor.concat(0, equation, data);
                        },
                        unknown);
        double found = both.point().get(weights);
        page.printf("friction: %.4f found, %.4f true, begun at 0", found, hidden);
        Tensor theta = both.point().narrow(0, 0, weights);
        page.picture(
                "friction",
                Plot.of("Friction found from measurements", "time t (√(length / gravity))", "angle u (radians)")
                        .line("network", shown, angle(theta, Tensor.of(shown)).toDoubleArray())
                        .points("measured", moments, angles)
                        .line("true", shown, rungeKutta(hidden, end, 40)));
        page.claim("the friction is right within 0.03", found, hidden, 0.03);
    }
}

package dev.autodiff.examples.lessons;

import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.examples.draw.Panels;
import dev.autodiff.examples.draw.Plot;
import dev.autodiff.examples.draw.Surface;
import dev.autodiff.examples.page.Lesson;
import dev.autodiff.examples.page.Page;
import dev.autodiff.examples.page.Range;
import dev.autodiff.optimize.Lbfgs;
import dev.autodiff.optimize.Minimum;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Why one hidden layer is enough for any continuous function, and what enough means. */
@Command(
        name = "universal-approximation",
        description = "Towers of sigmoids build any curve and surface; then one hidden layer learns them.")
final class UniversalApproximationLesson implements Lesson {
    @Option(names = "--towers", paramLabel = "N", description = "Towers in the picture of the curve.")
    @Range(min = 2, max = 200)
    private int towers = 20;

    @Option(names = "--iterations", paramLabel = "N", description = "Iterations of the minimiser for each network.")
    @Range(min = 10, max = 100000)
    private int iterations = 600;

    @Option(names = "--seed", paramLabel = "N", description = "Where all random numbers begin.")
    private long seed = 1;

    @Override
    public List<String> small() {
        return List.of("--iterations=200");
    }

    /** The curve: f(x) = 0.2 + 0.4x² + 0.3x sin 15x. */
    static Tensor curve(Tensor x) {
        return x.square().mul(0.4).add(x.mul(x.mul(15).sin()).mul(0.3)).add(0.2);
    }

    /** The surface: g(x, y) = −(cos²x + cos²y)², of points [n, 2]. */
    static Tensor surface(Tensor points) {
        return points.cos().square().sum(1).square().neg();
    }

    /**
     * A network with one hidden layer of sigmoids, σ(X W1 + b1) W2 + b2.
     *
     * @param w1 [inputs, width]
     * @param b1 [width]
     * @param w2 [width]
     * @param b2 []
     */
    record Network(Tensor w1, Tensor b1, Tensor w2, Tensor b2) {
        /** Cuts a vector of all weights into the four parts. */
        static Network of(Tensor theta, int inputs, int width) {
            return new Network(
                    theta.narrow(0, 0, inputs * width).reshape(inputs, width),
                    theta.narrow(0, inputs * width, width),
                    theta.narrow(0, (inputs + 1) * width, width),
                    theta.select(0, (inputs + 2) * width));
        }

        /** Returns one number for each row of x [n, inputs]. */
        Tensor values(Tensor x) {
            return x.matmul(w1).add(b1).sigmoid().matmul(w2).add(b2);
        }
    }

    /** The network that has a tower as high as the curve in each of n parts of 0 … 1: two hidden units for each, with steep weights. */
    static Network towers(int n, double steep) {
        double[] weights = new double[2 * n];
        double[] biases = new double[2 * n];
        double[] heights = new double[2 * n];
        for (int i = 0; i < n; i++) {
            double height = curve(Tensor.of((i + 0.5) / n)).item();
            weights[2 * i] = steep;
            weights[2 * i + 1] = steep;
            biases[2 * i] = -steep * (i == 0 ? -1 : (double) i / n);
            biases[2 * i + 1] = -steep * (i == n - 1 ? 2 : (i + 1.0) / n);
            heights[2 * i] = height;
            heights[2 * i + 1] = -height;
        }
        return new Network(
                Tensor.of(weights, Shape.of(1, 2 * n)), Tensor.of(biases), Tensor.of(heights), Tensor.of(0.0));
    }

    /** σ(30 (x − place)): a step at a place of the axis. */
    static Tensor step(Tensor x, double place) {
        return x.sub(place).mul(30).sigmoid();
    }

    /** A tower over x0 … x1 × y0 … y1, by points [n, 2]: two hidden layers, of four units and of one. */
    static Tensor tower(Tensor points, double x0, double x1, double y0, double y1, double steep, double cut) {
        Tensor x = points.select(1, 0);
        Tensor y = points.select(1, 1);
        Tensor inX = x.sub(x0).mul(steep).sigmoid().sub(x.sub(x1).mul(steep).sigmoid());
        Tensor inY = y.sub(y0).mul(steep).sigmoid().sub(y.sub(y1).mul(steep).sigmoid());
        return inX.add(inY).sub(1.5).mul(cut).sigmoid();
    }

    /** Trains a network on points x [n, inputs] and values y [n], and returns its weights; the first weights at random, as large as the slope. */
    static Tensor fit(Tensor x, Tensor y, int width, double slope, int iterations, long seed) {
        int inputs = x.size(1);
        Generator generator = Generator.seeded(seed);
        // Sigmoids whose middles are spread over the data, so that each has something to do.
        Tensor w1 = Tensor.normal(generator, DType.FLOAT64, Shape.of(inputs, width), 0, slope);
        Tensor middles = x.take(
                0,
                Tensor.of(IntStream.range(0, width)
                        .mapToLong(i -> generator.nextInt(x.size(0)))
                        .toArray()));
        Tensor b1 = middles.transpose().mul(w1).sum(0).neg();
        Tensor rest = Tensor.normal(generator, DType.FLOAT64, Shape.of(width + 1), 0, 0.1);
        Tensor start = Tensor.concat(0, w1.flatten(), b1, rest);
        Minimum found = Lbfgs.create()
                .withMaxIterations(iterations)
                .minimize(
                        theta -> Network.of(theta, inputs, width)
                                .values(x)
                                .sub(y)
                                .square()
                                .mean(),
                        start);
        return found.point();
    }

    /** Trains from three random starts and returns the weights with the smallest error. */
    static Tensor best(Tensor x, Tensor y, int width, double slope, int iterations, long seed) {
        Tensor best = fit(x, y, width, slope, iterations, seed);
        for (int start = 1; start < 3; start++) {
            Tensor other = fit(x, y, width, slope, iterations, seed + start);
            double otherError = error(Network.of(other, x.size(1), width).values(x), y);
            best = otherError < error(Network.of(best, x.size(1), width).values(x), y) ? other : best;
        }
        return best;
    }

    /** The root of the mean square of the differences. */
    static double error(Tensor a, Tensor b) {
        return Math.sqrt(a.sub(b).square().mean().item());
    }

    @Override
    public void run(Page page) throws IOException {
        page.section("The claim", """
                The universal approximation theorem (Cybenko, 1989; Hornik, Stinchcombe and White, 1989): for every
                continuous function f on a bounded closed set and every error ε > 0 there is a network with one
                hidden layer of sigmoids whose output is nowhere further from f than ε. The lecture's proof can be
                seen. We build such networks by hand, for the curve

                    f(x) = 0.2 + 0.4x² + 0.3x sin 15x,    0 ≤ x ≤ 1

                and afterwards let networks find their weights themselves.
                """);
        Tensor x = Tensor.linspace(0, 1, 501).expandDims(1);
        Tensor f = curve(x.squeeze(1));
        double[] xs = x.toDoubleArray();
        page.printf("f goes from %.3f to %.3f", f.min().item(), f.max().item());

        page.section("A steep sigmoid is a step", """
                σ(w(x − s)) goes from 0 to 1 at the place s, the faster the larger the weight w. As a hidden unit it has
                the weight w and the bias −ws.
                """);
        Plot steps = Plot.of("σ(w(x − 0.4))", "x", "output").legendLeft();
        for (double w : new double[] {5, 20, 500}) {
            steps.line("w = " + (int) w, xs, x.sub(0.4).mul(w).sigmoid().toDoubleArray());
        }
        page.picture("step", steps);
        page.claim(
                "at w = 500 it is a step, but for a hundredth of the axis",
                Tensor.of(new double[] {0.39, 0.41})
                                .sub(0.4)
                                .mul(500)
                                .sigmoid()
                                .sub(Tensor.of(new double[] {0, 1}))
                                .abs()
                                .max()
                                .item()
                        < 0.01);

        page.section("Two steps are a tower", """
                A step up at a and, with the opposite output weight, a step down at b:

                    h σ(w(x − a)) − h σ(w(x − b))

                is a tower of the height h between a and b, and 0 elsewhere. It takes two hidden units.
                """);
        Tensor up = x.sub(0.4).mul(500).sigmoid();
        Tensor down = x.sub(0.6).mul(500).sigmoid();
        page.picture(
                "tower",
                Plot.of("A tower of the height 0.8 from 0.4 to 0.6", "x", "output")
                        .yRange(-1, 1)
                        .line("0.8 σ(500(x − 0.4))", xs, up.mul(0.8).toDoubleArray())
                        .line("−0.8 σ(500(x − 0.6))", xs, down.mul(-0.8).toDoubleArray())
                        .line("sum", xs, up.sub(down).mul(0.8).toDoubleArray())
                        .legendBelow());
        page.claim("half way it is 0.8 high", up.sub(down).mul(0.8).get(250, 0), 0.8, 1e-9);

        page.section("Towers build a curve", """
                Cut the axis into n parts and put a tower on each, as high as f is in its middle: a network with 2n
                hidden units. Within a part, f moves away from the height of its middle by at most half the part's
                width times the slope of f. So the error goes down like 1/n, as far as one likes: that is the
                theorem's proof, for one input.
                """);
        Tensor built = towers(towers, 40.0 * towers * towers).values(x);
        page.picture(
                "towers",
                Plot.of(towers + " towers, " + 2 * towers + " hidden units", "x", "output")
                        .line("f", xs, f.toDoubleArray())
                        .line("network", xs, built.toDoubleArray())
                        .legendLeft());
        int[] counts = {5, 10, 20, 40, 80, 160};
        double[] units = new double[counts.length];
        double[] towerErrors = new double[counts.length];
        Page.Table table = page.table("towers", "hidden units", "error", "error · towers");
        for (int i = 0; i < counts.length; i++) {
            units[i] = 2 * counts[i];
            towerErrors[i] =
                    error(towers(counts[i], 40.0 * counts[i] * counts[i]).values(x), f);
            table.row(counts[i], 2 * counts[i], towerErrors[i], towerErrors[i] * counts[i]);
        }
        table.print();
        page.print("error: the root of the mean of (output − f)² at 501 places");
        page.claim("eight times as many towers, an eighth of the error", towerErrors[2] / towerErrors[5], 8, 1.5);

        page.section("Towers over a plane", """
                With two inputs a pair of sigmoids of x alone is a wall without end in the direction of y. A wall
                along y and a wall along x add up to a cross: 2 where both are, 1 where one is. What is above 1.5 is
                the tower, and σ(w(… − 1.5)), a unit in a second hidden layer, cuts it out.
                """);
        page.picture(
                "tower-steps",
                Panels.of(
                        2,
                        Surface.of("One sigmoid", "x", "y", "z").over(0, 1, 0, 1, p -> step(p.select(1, 0), 0.3)),
                        Surface.of("Two: a wall", "x", "y", "z")
                                .over(0, 1, 0, 1, p -> step(p.select(1, 0), 0.3).sub(step(p.select(1, 0), 0.7))),
                        Surface.of("Four: two walls", "x", "y", "z")
                                .over(
                                        0,
                                        1,
                                        0,
                                        1,
                                        p -> step(p, 0.3).sub(step(p, 0.7)).sum(1)),
                        Surface.of("Cut at 1.5: a tower", "x", "y", "z")
                                .over(0, 1, 0, 1, p -> tower(p, 0.3, 0.7, 0.3, 0.7, 30, 12))));
        Tensor places = Tensor.of(new double[][] {{0.5, 0.5}, {0.5, 0.1}, {0.1, 0.1}});
        Tensor heights = tower(places, 0.3, 0.7, 0.3, 0.7, 500, 40);
        page.print("inside, on a wall, outside: " + heights);
        page.claim(
                "1 inside, 0 on the walls and outside",
                heights.sub(Tensor.of(new double[] {1, 0, 0})).abs().max().item() < 1e-3);

        page.section("A surface of towers", """
                The surface of the lesson `gradient`, g(x, y) = −(cos²x + cos²y)², over −2 … 2 in both directions, built
                from n × n towers: 4n² units in the first hidden layer, if no two towers share one, and n² in the
                second. With more inputs the number of towers grows as a power: 16 parts of each of 784 pixels
                would make 16⁷⁸⁴ towers. The theorem says that a network exists, not that it is of a reasonable size.
                """);
        page.picture(
                "surface-towers",
                Panels.of(
                        2,
                        Surface.of("g", "x", "y", "g").over(-1.99, 1.99, -1.99, 1.99, p -> surface(p)),
                        Surface.of("13 × 13 towers", "x", "y", "output")
                                .over(-1.99, 1.99, -1.99, 1.99, p -> surfaceTowers(p, 13))));
        Tensor grid = grid(64);
        double coarse = error(surfaceTowers(grid, 8), surface(grid));
        double fine = error(surfaceTowers(grid, 16), surface(grid));
        page.printf("error with 8 × 8 towers %.4f, with 16 × 16 towers %.4f", coarse, fine);
        page.claim("four times as many towers, half the error", coarse / fine, 2, 0.5);

        page.section("Networks that find their weights", """
                Nobody builds networks from towers; they learn. We give networks of growing width 101 points of the
                curve, let L-BFGS minimise the mean squared error over all weights at once, by the engine's
                gradients, and measure at 501 places, most of which they have not seen. Each width takes the best of
                three random starts.
                """);
        Tensor trainX = Tensor.linspace(0, 1, 101).expandDims(1);
        Tensor trainY = curve(trainX.squeeze(1));
        int[] widths = {1, 2, 4, 8, 16, 32};
        double[] widthAxis = new double[widths.length];
        double[] learnedErrors = new double[widths.length];
        List<Tensor> learned = new ArrayList<>();
        Page.Table byWidth = page.table("hidden units", "weights", "error");
        for (int i : page.steps("fitting the curve", widths.length)) {
            Tensor theta = best(trainX, trainY, widths[i], 20, iterations, seed);
            learned.add(Network.of(theta, 1, widths[i]).values(x));
            widthAxis[i] = widths[i];
            learnedErrors[i] = error(learned.get(i), f);
            byWidth.row(widths[i], theta.size(0), learnedErrors[i]);
        }
        byWidth.print();
        page.picture(
                "curve",
                Plot.of("One hidden layer, trained", "x", "output")
                        .line("f", xs, f.toDoubleArray())
                        .line("2 units", xs, learned.get(1).toDoubleArray())
                        .line("8 units", xs, learned.get(3).toDoubleArray())
                        .line("32 units", xs, learned.get(5).toDoubleArray())
                        .legendLeft());
        page.picture(
                "width",
                Plot.of("Error against width", "hidden units", "error")
                        .line("towers", units, towerErrors)
                        .line("trained", widthAxis, learnedErrors)
                        .logX()
                        .logY());
        page.claim("32 trained units are closer than 160 units in towers", learnedErrors[5] < towerErrors[4]);
        page.claim("32 units are at least ten times closer than 2", learnedErrors[5] < learnedErrors[1] / 10);

        page.section("And a surface", """
                The same with two inputs: the surface g at 21 × 21 points. A hidden unit is now a slope along some
                direction of the plane. With one hidden layer and a few dozen units the network comes closer than
                hundreds of towers, since it puts its slopes where the surface has its own.
                """);
        Tensor trainPoints = grid(21);
        Tensor trainHeights = surface(trainPoints);
        int[] surfaceWidths = {2, 4, 8, 16, 32};
        double[] surfaceAxis = new double[surfaceWidths.length];
        double[] surfaceErrors = new double[surfaceWidths.length];
        List<Network> networks = new ArrayList<>();
        Page.Table bySurface = page.table("hidden units", "weights", "error");
        for (int i : page.steps("fitting the surface", surfaceWidths.length)) {
            Tensor theta = best(trainPoints, trainHeights, surfaceWidths[i], 3, iterations, seed);
            networks.add(Network.of(theta, 2, surfaceWidths[i]));
            surfaceAxis[i] = surfaceWidths[i];
            surfaceErrors[i] = error(networks.get(i).values(grid), surface(grid));
            bySurface.row(surfaceWidths[i], theta.size(0), surfaceErrors[i]);
        }
        bySurface.print();
        page.picture(
                "surface",
                Panels.of(
                        2,
                        Surface.of("g", "x", "y", "g")
                                .over(-2, 2, -2, 2, p -> surface(p))
                                .heights(-4.2, 0.5),
                        Surface.of("4 units", "x", "y", "output")
                                .over(-2, 2, -2, 2, networks.get(1)::values)
                                .heights(-4.2, 0.5),
                        Surface.of("8 units", "x", "y", "output")
                                .over(-2, 2, -2, 2, networks.get(2)::values)
                                .heights(-4.2, 0.5),
                        Surface.of("32 units", "x", "y", "output")
                                .over(-2, 2, -2, 2, networks.get(4)::values)
                                .heights(-4.2, 0.5)));
        page.picture(
                "surface-width",
                Plot.of("Error against width, surface", "hidden units", "error")
                        .line("trained", surfaceAxis, surfaceErrors)
                        .logX()
                        .logY());
        page.claim("32 units are closer than 16 × 16 towers", surfaceErrors[4] < fine);
        page.claim("32 units are closer than 8", surfaceErrors[4] < surfaceErrors[2] / 2);
    }

    /** The surface as n × n towers over −2 … 2. */
    static Tensor surfaceTowers(Tensor points, int n) {
        Tensor sum = Tensor.zeros(DType.FLOAT64, points.size(0));
        double width = 4.0 / n;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                double x0 = -2 + i * width;
                double y0 = -2 + j * width;
                double height = surface(Tensor.of(new double[][] {{x0 + width / 2, y0 + width / 2}}))
                        .item();
                sum = sum.add(
                        tower(points, x0, x0 + width, y0, y0 + width, 4000, 40).mul(height));
            }
        }
        return sum;
    }

    /** n × n points over −2 … 2, none on the border of a tower. */
    static Tensor grid(int n) {
        double[] points = new double[2 * n * n];
        for (int i = 0; i < n * n; i++) {
            int row = i / n;
            points[2 * i] = -2 + 4 * (i % n + 0.5) / n;
            points[2 * i + 1] = -2 + 4 * (row + 0.5) / n;
        }
        return Tensor.of(points, Shape.of(n * n, 2));
    }
}

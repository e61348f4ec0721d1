package dev.autodiff.examples.lessons;

import dev.autodiff.Autodiff;
import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.examples.draw.Field;
import dev.autodiff.examples.draw.Images;
import dev.autodiff.examples.draw.Plot;
import dev.autodiff.examples.mnist.MnistData;
import dev.autodiff.examples.page.Lesson;
import dev.autodiff.examples.page.Page;
import dev.autodiff.examples.page.Range;
import dev.autodiff.nn.Losses;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** One unit with a sigmoid: a probability that depends on a weighted sum. */
@Command(
        name = "logistic-regression",
        description = "Logistic regression by gradient descent and by Newton's method, in a plane and on MNIST.")
final class LogisticRegressionLesson implements Lesson {
    @Option(names = "--points", paramLabel = "N", description = "Points of each class in the plane.")
    @Range(min = 20, max = 10000)
    private int points = 100;

    @Option(names = "--steps", paramLabel = "N", description = "Steps of gradient descent.")
    @Range(min = 100, max = 1e6)
    private int steps = 500;

    @Option(names = "--seed", paramLabel = "N", description = "Where all random numbers begin.")
    private long seed = 1;

    @Override
    public List<String> small() {
        return List.of("--steps=200");
    }

    /** The cross-entropy L(θ) of σ(Xθ) with the targets y, the mean over all examples. */
    static Tensor loss(Tensor theta, Tensor x, Tensor y) {
        return Losses.logLossWithLogits(x.matmul(theta), y);
    }

    /** The gradient of the loss by the formula Xᵀ(p − y)/n. */
    static Tensor gradient(Tensor theta, Tensor x, Tensor y) {
        return x.transpose().matmul(x.matmul(theta).sigmoid().sub(y)).div(x.size(0));
    }

    /** The share of the examples, in percent, whose probability lies on the side of the target. */
    static double accuracy(Tensor theta, Tensor x, Tensor y) {
        return 100
                * x.matmul(theta)
                        .gt(0)
                        .to(y.dtype())
                        .eq(y)
                        .to(DType.FLOAT64)
                        .mean()
                        .item();
    }

    /** Puts a last column of ones beside x: the input that belongs to the bias. */
    static Tensor withOnes(Tensor x) {
        return Tensor.concat(1, x, Tensor.ones(x.dtype(), x.size(0), 1));
    }

    @Override
    public void run(Page page) throws IOException {
        page.section("From a sum to a probability", """
                The answer is to be yes or no, and better: how sure. Take the weighted sum of the inputs, as a line
                does, and turn it into a number between 0 and 1 by the sigmoid:

                    p = σ(w1 x1 + w2 x2 + b)        σ(z) = 1 / (1 + e^(−z))

                Where the sum is 0, p is ½: that is the border between yes and no, a straight line. The further from
                it, the surer. Two clouds of points that overlap a little are our example; a row of X is a point,
                with a 1 for the bias, so that θ = (w1, w2, b) and p = σ(Xθ).
                """);
        Generator generator = Generator.seeded(seed);
        Tensor no = Tensor.normal(generator, DType.FLOAT64, Shape.of(points, 2), 0, 1)
                .add(Tensor.of(new double[] {-0.8, -0.5}));
        Tensor yes = Tensor.normal(generator, DType.FLOAT64, Shape.of(points, 2), 0, 1)
                .add(Tensor.of(new double[] {1, 0.8}));
        Tensor x = withOnes(Tensor.concat(0, no, yes));
        Tensor y = Tensor.concat(0, Tensor.zeros(DType.FLOAT64, points, 1), Tensor.ones(DType.FLOAT64, points, 1));
        page.print("X " + x.shape() + ", y " + y.shape());

        page.section("The loss and its gradient", """
                A probability is good if it gives what happened a high value. The likelihood of all n answers is
                the product of pₖ for the yes and of 1 − pₖ for the no; its logarithm, with the sign turned and divided by n, is
                the cross-entropy:

                    L(θ) = −1/n Σₖ (yₖ log pₖ + (1 − yₖ) log(1 − pₖ))

                With σ′ = σ(1 − σ) nearly everything cancels, and the gradient is that of linear regression, with p
                in the place of the line:

                    ∇L = Xᵀ(p − y) / n
                """);
        Tensor anywhere = Tensor.of(new double[][] {{0.3}, {-0.8}, {0.1}});
        Tensor byEngine = Autodiff.grad((Tensor t) -> loss(t, x, y)).apply(anywhere);
        Tensor byFormula = gradient(anywhere, x, y);
        page.print("engine  " + byEngine.flatten());
        page.print("formula " + byFormula.flatten());
        page.claim("the engine's gradient is Xᵀ(p − y)/n", byEngine.allClose(byFormula, 1e-13, 1e-15));

        page.section("Gradient descent", """
                There is no closed form as there is for linear regression: p depends on θ through the sigmoid, and
                ∇L = 0 is no system of linear equations. So we go downhill, θ ← θ − α∇L. L is convex, a single
                valley: wherever one starts, one ends at the same place.
                """);
        double rate = 1;
        Tensor theta = Tensor.zeros(DType.FLOAT64, 3, 1);
        List<Double> losses = new ArrayList<>();
        for (int step = 0; step < steps; step++) {
            losses.add(loss(theta, x, y).item());
            theta = theta.sub(gradient(theta, x, y).mul(rate));
        }
        page.printf("loss %.6f after %d steps, %.1f %% right", loss(theta, x, y).item(), steps, accuracy(theta, x, y));
        page.print("θ " + theta.flatten());
        page.claim("the loss begins at log 2", losses.get(0), Math.log(2), 1e-12);
        page.claim("more than 80 % are on the right side", accuracy(theta, x, y) > 80);

        page.section("Newton's method", """
                The second derivatives tell how the gradient itself changes, so that one can jump to where it would
                be zero if it changed like that everywhere:

                    θ ← θ − H⁻¹∇L        H = Xᵀ D X / n,    D = the numbers p(1 − p) on the diagonal

                Here the engine computes H, as the derivative of the derivative; we compare it with the formula once.
                A handful of jumps reaches what gradient descent reaches in hundreds of steps. For three weights H is
                a 3 × 3 matrix; for a million it would be far too large, which is why networks are trained without it.
                """);
        Tensor newton = Tensor.zeros(DType.FLOAT64, 3, 1);
        List<Double> newtonLosses = new ArrayList<>();
        Page.Table table = page.table("step", "loss", "largest component of ∇L");
        for (int step = 0; step <= 8; step++) {
            Tensor g = Autodiff.grad((Tensor t) -> loss(t, x, y)).apply(newton);
            Tensor hessian =
                    Autodiff.hessian((Tensor t) -> loss(t, x, y), newton).reshape(3, 3);
            newtonLosses.add(loss(newton, x, y).item());
            table.row(step, newtonLosses.get(step), g.abs().max().item());
            newton = newton.sub(hessian.solve(g));
        }
        table.print();
        Tensor p = x.matmul(newton).sigmoid();
        Tensor formula = x.transpose().matmul(x.mul(p).mul(p.neg().add(1))).div(x.size(0));
        Tensor best = newton;
        Tensor hessianThere =
                Autodiff.hessian((Tensor t) -> loss(t, x, y), best).reshape(3, 3);
        page.claim("the engine's H is XᵀDX/n", hessianThere.allClose(formula, 1e-12, 1e-14));
        page.claim(
                "Newton's method has found the minimum",
                gradient(best, x, y).abs().max().item() < 1e-12);
        double lowest = loss(best, x, y).item();
        page.claim("gradient descent is within a thousandth of it", losses.get(losses.size() - 1) < 1.001 * lowest);
        page.picture(
                "loss",
                Plot.of("Distance from the lowest loss", "step", "L − lowest L")
                        .line(
                                "gradient descent",
                                losses.stream().map(v -> v - lowest).toList())
                        .line(
                                "Newton",
                                newtonLosses.stream().map(v -> v - lowest).toList())
                        .logY());
        page.picture(
                "plane",
                Field.of("p = σ(w1 x1 + w2 x2 + b)", "x1", "x2", -4, 4.5, -4, 4.5)
                        .regions(points2 -> withOnes(points2).matmul(best).sigmoid())
                        .scale("p")
                        .points(
                                "no",
                                no.select(1, 0).toDoubleArray(),
                                no.select(1, 1).toDoubleArray())
                        .points(
                                "yes",
                                yes.select(1, 0).toDoubleArray(),
                                yes.select(1, 1).toDoubleArray()));

        page.section("Is it a 3 or an 8?", """
                The same unit with 784 inputs, the pixels of an image, and a bias: the probability that a handwritten
                digit is an 8 and not a 3. It learns from the first 2,000 digits of the two kinds that MNIST has for
                training and is asked about all those of the test set.
                """);
        MnistData train = MnistData.train(DType.FLOAT32);
        MnistData test = MnistData.test(DType.FLOAT32);
        Tensor seen = places(train, 2000);
        Tensor asked = places(test, Integer.MAX_VALUE);
        Tensor pixels = withOnes(train.images().take(0, seen).reshape(seen.size(0), 784));
        Tensor eights = train.labels().take(0, seen).eq(8).to(DType.FLOAT32).expandDims(1);
        Tensor newPixels = withOnes(test.images().take(0, asked).reshape(asked.size(0), 784));
        Tensor newEights = test.labels().take(0, asked).eq(8).to(DType.FLOAT32).expandDims(1);
        Tensor weights = Tensor.zeros(DType.FLOAT32, 785, 1);
        List<Double> digitLosses = new ArrayList<>();
        List<Double> newLosses = new ArrayList<>();
        for (int step : page.steps("3 or 8", steps)) {
            weights = weights.sub(gradient(weights, pixels, eights).mul(0.1));
            digitLosses.add(loss(weights, pixels, eights).item());
            newLosses.add(loss(weights, newPixels, newEights).item());
            page.tell("loss %.4f", digitLosses.get(step));
        }
        double newAccuracy = accuracy(weights, newPixels, newEights);
        page.printf(
                "%.2f %% of %d digits learned from, %.2f %% of %d new ones",
                accuracy(weights, pixels, eights), seen.size(0), newAccuracy, asked.size(0));
        page.claim("at least 94 % of the new digits are told apart", newAccuracy >= 94);
        page.picture(
                "loss-digits",
                Plot.of("3 or 8", "step", "cross-entropy")
                        .line("learned from", digitLosses)
                        .line("new digits", newLosses));

        page.section("What it has learned", """
                The weights, as an image: ink where it is light speaks for an 8, where it is dark for a 3. The
                light places are the left sides of the loops, which a 3 has not. Below it the digits that it is most
                wrong about, with the probability of an 8.
                """);
        Tensor image = weights.narrow(0, 0, 784).reshape(28, 28);
        double largest = image.abs().max().item();
        page.picture(
                "weights", Images.of("Weights", 1, 10).range(-largest, largest).add(image, "dark: 3", "light: 8"));
        Tensor answers = newPixels.matmul(weights).sigmoid();
        Tensor order = answers.sub(newEights).abs().flatten().argsort(0, true);
        Images wrong = Images.of("Most wrong", 8, 3);
        for (int i = 0; i < 16; i++) {
            long place = (long) order.get(i);
            wrong.add(
                    newPixels.select(0, (int) place).narrow(0, 0, 784).reshape(28, 28),
                    newEights.get((int) place, 0) == 1 ? "8" : "3",
                    String.format(Locale.ROOT, "%.3f", answers.get((int) place, 0)));
        }
        page.picture("wrong", wrong);
    }

    /** Returns the places of the first so many digits that are 3 or 8. */
    static Tensor places(MnistData data, int count) {
        long[] labels = data.labels().toLongArray();
        return Tensor.of(LongStream.range(0, labels.length)
                .filter(i -> labels[(int) i] == 3 || labels[(int) i] == 8)
                .limit(count)
                .toArray());
    }
}

package dev.autodiff.examples.lessons;

import dev.autodiff.Autodiff;
import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.examples.draw.Images;
import dev.autodiff.examples.draw.Plot;
import dev.autodiff.examples.mnist.MnistData;
import dev.autodiff.examples.page.Lesson;
import dev.autodiff.examples.page.Page;
import dev.autodiff.examples.page.Range;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Least squares with many inputs and outputs: downhill step by step, and in one step by linear algebra. */
@Command(
        name = "linear-regression",
        description = "Multiple linear regression on MNIST by gradient descent, against the closed form.")
final class LinearRegressionLesson implements Lesson {
    @Option(names = "--digits", paramLabel = "N", description = "Digits to learn from.")
    @Range(min = 1000, max = 60000)
    private int digits = 10000;

    @Option(names = "--steps", paramLabel = "N", description = "Steps of gradient descent.")
    @Range(min = 100, max = 1e6)
    private int steps = 2000;

    @Option(names = "--gamma", paramLabel = "NUMBER", description = "γ, the price of large weights.")
    @Range(min = 1e-3)
    private double gamma = 10;

    @Override
    public List<String> small() {
        return List.of("--digits=2000", "--steps=1500");
    }

    /** Images as rows [n, 785]: 784 pixels, and a 1 that is multiplied by the bias. */
    static Tensor rows(MnistData data) {
        int n = data.size();
        return Tensor.concat(1, data.images().reshape(n, 784).to(DType.FLOAT64), Tensor.ones(DType.FLOAT64, n, 1));
    }

    /** Labels as rows [n, 10]: 1 at the digit's place, 0 elsewhere. */
    static Tensor oneHot(MnistData data) {
        return data.labels().expandDims(1).eq(Tensor.range(0, 10)).to(DType.FLOAT64);
    }

    /** L(W) = ½‖XW − Y‖² + ½γ‖W‖². */
    static Tensor loss(Tensor w, Tensor x, Tensor y, double gamma) {
        return x.matmul(w)
                .sub(y)
                .square()
                .sum()
                .add(w.square().sum().mul(gamma))
                .mul(0.5);
    }

    /** The share of the rows, in percent, in which the largest of ten outputs stands at the digit's place. */
    static double accuracy(Tensor w, Tensor x, MnistData data) {
        return 100
                * x.matmul(w)
                        .argmax(1)
                        .eq(data.labels())
                        .to(DType.FLOAT64)
                        .mean()
                        .item();
    }

    @Override
    public void run(Page page) throws IOException {
        page.section("A straight line with 785 inputs and 10 outputs", """
                Linear regression fits a line through points: y ≈ w x + b. It works as well with many inputs and many
                outputs, and then the fit is one matrix W:

                    Y ≈ X W

                A row of X is an example. Here it is a handwritten digit of MNIST, 28 × 28 pixels from 0 (ground) to
                1 (ink), and a last 1 which the bias is multiplied by: 785 numbers. A row of Y has ten numbers: 1 at
                the digit's place, 0 elsewhere. Of a new digit the largest of the ten outputs is the answer. A line
                is no good model of a digit; we will see how far it goes.
                """);
        MnistData train = MnistData.train(DType.FLOAT32).range(0, digits);
        MnistData test = MnistData.test(DType.FLOAT32);
        Tensor x = rows(train);
        Tensor y = oneHot(train);
        Tensor unseen = rows(test);
        page.print("X " + x.shape() + ", Y " + y.shape() + ", so W [785, 10] has 7,850 weights");

        page.section("The loss and its gradient", """
                What is to be small is half the sum of all squared errors, and a little of the squared weights, so
                that they do not grow where the data do not tell (many pixels at the border are never inked):

                    L(W) = ½‖XW − Y‖² + ½γ‖W‖²

                Its gradient, one number for each weight, is

                    ∇W = Xᵀ(XW − Y) + γW = (XᵀX + γI) W − XᵀY

                We compare it with the engine's, which knows only L, at random weights.
                """);
        Tensor a = x.transpose().matmul(x).add(Tensor.eye(DType.FLOAT64, 785).mul(gamma));
        Tensor b = x.transpose().matmul(y);
        Tensor random = Tensor.normal(Generator.seeded(1), DType.FLOAT64, Shape.of(785, 10), 0, 0.1);
        Tensor byFormula = a.matmul(random).sub(b);
        Tensor byEngine = Autodiff.grad((Tensor w) -> loss(w, x, y, gamma)).apply(random);
        double difference = byEngine.sub(byFormula).abs().max().item()
                / byFormula.abs().max().item();
        page.printf("largest relative difference: %.1e", difference);
        page.claim("the engine's gradient is (XᵀX + γI) W − XᵀY", difference < 1e-12);

        page.section("The closed form", """
                At the minimum the gradient is zero, and that is a system of linear equations:

                    (XᵀX + γI) W = XᵀY

                `solve` finds W at once, by EJML, a library for linear algebra. There is one solution, as the matrix
                XᵀX + γI is symmetric and has no eigenvalue below γ.
                """);
        Tensor best = a.solve(b);
        double lowest = loss(best, x, y, gamma).item();
        double residual = a.matmul(best).sub(b).abs().max().item();
        double closedAccuracy = accuracy(best, unseen, test);
        page.printf("loss %.3f, largest component of the gradient %.1e", lowest, residual);
        page.printf(
                "right: %.2f %% of the digits learned from, %.2f %% of 10,000 others",
                accuracy(best, x, train), closedAccuracy);
        page.claim("the gradient is zero there, up to rounding", residual < 1e-7);
        page.claim("more than 75 % of new digits are recognised by lines", closedAccuracy > 75);

        page.section("How long may a step be?", """
                Gradient descent starts at W = 0 and goes W ← W − α∇W. XᵀX and XᵀY are computed once; then a step
                costs the same for any number of examples. With W* for the solution, ∇W = A (W − W*), A = XᵀX + γI,
                so that

                    W − W* ← (I − αA)(W − W*)

                Along an eigenvector of A with the eigenvalue λ the distance is multiplied by 1 − αλ in each step.
                It shrinks if α < 2/λ, for the largest λ too; and with such an α it shrinks very slowly where λ is
                small. The quotient of the largest and the smallest λ, the condition number, tells how slowly.
                """);
        double[] eigenvalues = a.eigvalsh().toDoubleArray();
        double smallest = eigenvalues[0];
        double largest = eigenvalues[784];
        page.printf("eigenvalues from %.3f to %.0f, condition number %.0f", smallest, largest, largest / smallest);
        page.claim("the smallest eigenvalue is γ", smallest, gamma, 1e-6 * largest);
        page.picture(
                "eigenvalues",
                Plot.of("Eigenvalues of XᵀX + γI", "number, from the largest", "eigenvalue")
                        .line(
                                "eigenvalue",
                                IntStream.range(0, 785)
                                        .mapToDouble(i -> eigenvalues[784 - i])
                                        .toArray())
                        .logY());
        double tooLong = 2.05 / largest;
        Tensor w = Tensor.zeros(DType.FLOAT64, 785, 10);
        double before = loss(w, x, y, gamma).item();
        for (int step = 0; step < 200; step++) {
            w = w.sub(a.matmul(w).sub(b).mul(tooLong));
        }
        double after = loss(w, x, y, gamma).item();
        page.printf("α = 2.05/λ: the loss goes from %.0f to %.2e in 200 steps", before, after);
        page.claim("a step longer than 2/λ leads away", after > 10 * before);

        page.section("Gradient descent", """
                With α = 1/λ, λ the largest. What counts for the digits, the directions in which they differ much,
                is learned in a few steps; the rest takes longer than anybody would wait, and hardly matters.
                """);
        double alpha = 1 / largest;
        w = Tensor.zeros(DType.FLOAT64, 785, 10);
        List<Double> at = new ArrayList<>();
        List<Double> above = new ArrayList<>();
        List<Double> away = new ArrayList<>();
        List<Double> accuracies = new ArrayList<>();
        Page.Table table = page.table("step", "loss", "above the lowest", "distance to W*", "right, new digits %");
        int next = 1;
        for (int step : page.steps("gradient descent", steps)) {
            w = w.sub(a.matmul(w).sub(b).mul(alpha));
            if (step + 1 == next || step + 1 == steps) {
                double loss = loss(w, x, y, gamma).item();
                at.add(step + 1.0);
                above.add(100 * (loss / lowest - 1));
                away.add(w.sub(best).norm(2).item());
                accuracies.add(accuracy(w, unseen, test));
                int last = at.size() - 1;
                table.row(
                        step + 1,
                        loss,
                        String.format(Locale.ROOT, "%.2f %%", above.get(last)),
                        away.get(last),
                        accuracies.get(last));
                page.tell("loss %.3f", loss);
                next *= 2;
            }
        }
        table.print();
        double end = above.get(above.size() - 1);
        double endAccuracy = accuracies.get(accuracies.size() - 1);
        page.claim("the loss is less than 10 % above the lowest", end < 10);
        page.claim(
                "not worse on new digits than the closed form, by more than one in a hundred",
                endAccuracy > closedAccuracy - 1);
        page.claim(
                "W itself is still far from W*",
                away.get(away.size() - 1) > 0.1 * best.norm(2).item());
        page.picture(
                "descent",
                Plot.of("Gradient descent and the closed form", "step", "% above the lowest loss")
                        .line("loss", array(at), array(above))
                        .logX()
                        .logY());
        page.picture(
                "accuracy",
                Plot.of("Digits that were not learned from", "step", "right, %")
                        .line("gradient descent", array(at), array(accuracies))
                        .line("closed form", new double[] {1, steps}, new double[] {closedAccuracy, closedAccuracy})
                        .logX()
                        .legendBelow());

        page.section("Exactly as far as theory says", """
                From W = 0, k steps leave W = W* − (I − αA)ᵏ W*. The power of the matrix is quickly computed by
                squaring, and says the same as all those steps.
                """);
        Tensor shrink = Tensor.eye(DType.FLOAT64, 785).sub(a.mul(alpha)).matrixPower(steps);
        Tensor predicted = best.sub(shrink.matmul(best));
        double gap = w.sub(predicted).abs().max().item();
        page.printf("largest difference of a weight: %.1e", gap);
        page.claim("the steps and the formula agree", gap < 1e-8);

        page.section("What a digit looks like to a line", """
                A column of W is an image: light where ink speaks for the digit, dark where it speaks against it. The
                closed form uses every pixel that helps on the digits learned from and looks like noise; gradient
                descent has not come so far and shows the shapes. Stopping early is a way of keeping weights small.
                """);
        Images columns = Images.of("Columns of W: gradient descent above, closed form below", 10, 3)
                .range(-0.1, 0.1);
        for (Tensor weights : List.of(w, best)) {
            for (int digit = 0; digit < 10; digit++) {
                columns.add(weights.narrow(0, 0, 784).select(1, digit).reshape(28, 28), String.valueOf(digit));
            }
        }
        page.picture("weights", columns);

        page.section("What γ is good for", """
                From 1,000 digits only, 7,850 weights can learn too much: with a small γ they fit the noise of these
                very digits. A larger γ makes them worse on what was learned and better on new digits, up to a point.
                """);
        MnistData few = train.range(0, 1000);
        Tensor fewX = rows(few);
        Tensor gram = fewX.transpose().matmul(fewX);
        Tensor fewB = fewX.transpose().matmul(oneHot(few));
        double[] gammas = {0.01, 1, 100, 10000};
        double[] seenRight = new double[gammas.length];
        double[] newRight = new double[gammas.length];
        Page.Table byGamma = page.table("γ", "right, learned from %", "right, new digits %");
        for (int i = 0; i < gammas.length; i++) {
            Tensor fit = gram.add(Tensor.eye(DType.FLOAT64, 785).mul(gammas[i])).solve(fewB);
            seenRight[i] = accuracy(fit, fewX, few);
            newRight[i] = accuracy(fit, unseen, test);
            byGamma.row(gammas[i], seenRight[i], newRight[i]);
        }
        byGamma.print();
        page.picture(
                "gamma",
                Plot.of("1,000 digits, 7,850 weights", "γ", "right, %")
                        .line("learned from", gammas, seenRight)
                        .line("new digits", gammas, newRight)
                        .logX());
        page.claim(
                "γ = 100 is worse on what was learned, better on new digits",
                seenRight[2] < seenRight[0] && newRight[2] > newRight[0] + 1);
    }

    static double[] array(List<Double> list) {
        return list.stream().mapToDouble(Double::doubleValue).toArray();
    }
}

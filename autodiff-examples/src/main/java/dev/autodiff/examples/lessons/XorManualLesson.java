package dev.autodiff.examples.lessons;

import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.examples.draw.Plot;
import dev.autodiff.examples.page.Lesson;
import dev.autodiff.examples.page.Page;
import dev.autodiff.examples.page.Range;
import dev.autodiff.nn.Losses;
import dev.autodiff.nn.optim.Sgd;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The derivatives of the XOR network by the chain rule on paper, beside those of the engine. */
@Command(
        name = "xor-manual",
        description =
                "The XOR network of `xor` trained by derivatives from paper, compared with the engine's bit by bit.")
final class XorManualLesson implements Lesson {
    @Option(names = "--steps", paramLabel = "N", description = "Steps of gradient descent.")
    @Range(min = 100, max = 1e6)
    private int steps = 2000;

    @Option(names = "--lr", paramLabel = "RATE", description = "The learning rate.")
    @Range(min = 0, max = 100)
    private double rate = 0.5;

    @Option(names = "--seed", paramLabel = "N", description = "Where all random numbers begin.")
    private long seed = 1;

    /** The four matrices of a 2-4-1 network; also their derivatives, or the differences of two networks. */
    record Weights(Tensor w1, Tensor b1, Tensor w2, Tensor b2) {
        static Weights random(long seed) {
            Generator generator = Generator.seeded(seed);
            return new Weights(
                    Tensor.normal(generator, DType.FLOAT64, Shape.of(2, 4), 0, 1),
                    Tensor.zeros(DType.FLOAT64, 1, 4),
                    Tensor.normal(generator, DType.FLOAT64, Shape.of(4, 1), 0, 1),
                    Tensor.zeros(DType.FLOAT64, 1, 1));
        }

        List<Tensor> all() {
            return List.of(w1, b1, w2, b2);
        }

        /** Returns w − α g for each of the four. */
        Weights minus(double rate, Weights g) {
            return new Weights(
                    w1.sub(g.w1.mul(rate)), b1.sub(g.b1.mul(rate)), w2.sub(g.w2.mul(rate)), b2.sub(g.b2.mul(rate)));
        }

        /** Returns the largest difference of two elements at the same place. */
        double distance(Weights other) {
            double largest = 0;
            for (int i = 0; i < 4; i++) {
                largest = Math.max(
                        largest,
                        all().get(i).sub(other.all().get(i)).abs().max().item());
            }
            return largest;
        }
    }

    /** The loss as a function of weights, examples and targets, for the engine. */
    static Tensor loss(Weights w, Tensor x, Tensor y) {
        Tensor h = x.matmul(w.w1()).add(w.b1()).relu();
        return Losses.squaredError(h.matmul(w.w2()).add(w.b2()).sigmoid(), y);
    }

    /** The derivatives of the loss by the rules from paper. */
    static Weights derivatives(Weights w, Tensor x, Tensor y) {
        Tensor z1 = x.matmul(w.w1()).add(w.b1());
        Tensor h = z1.relu();
        Tensor p = h.matmul(w.w2()).add(w.b2()).sigmoid();

        Tensor dz2 = p.sub(y).mul(p).mul(p.neg().add(1));
        Tensor dw2 = h.transpose().matmul(dz2);
        Tensor db2 = dz2.sum(true, 0);
        Tensor dh = dz2.matmul(w.w2().transpose());
        Tensor dz1 = dh.mul(z1.gt(0).to(DType.FLOAT64));
        Tensor dw1 = x.transpose().matmul(dz1);
        Tensor db1 = dz1.sum(true, 0);
        return new Weights(dw1, db1, dw2, db2);
    }

    /** Trains the network with nothing but loops over arrays, one example after the other, and returns its weights. */
    static Weights loops(Weights start, double[][] x, double[][] y, double rate, int steps) {
        double[][] w1 = start.w1().toDoubleMatrix();
        double[] b1 = start.b1().toDoubleArray();
        double[] w2 = start.w2().toDoubleArray();
        double b2 = start.b2().item();
        for (int step = 0; step < steps; step++) {
            double[][] dw1 = new double[2][4];
            double[] db1 = new double[4];
            double[] dw2 = new double[4];
            double db2 = 0;
            for (int k = 0; k < x.length; k++) {
                double[] h = new double[4];
                double z2 = b2;
                for (int j = 0; j < 4; j++) {
                    h[j] = Math.max(0, x[k][0] * w1[0][j] + x[k][1] * w1[1][j] + b1[j]);
                    z2 += h[j] * w2[j];
                }
                double p = 1 / (1 + Math.exp(-z2));
                double dz2 = (p - y[k][0]) * p * (1 - p);
                db2 += dz2;
                for (int j = 0; j < 4; j++) {
                    double dz1 = h[j] > 0 ? dz2 * w2[j] : 0;
                    dw2[j] += h[j] * dz2;
                    db1[j] += dz1;
                    dw1[0][j] += x[k][0] * dz1;
                    dw1[1][j] += x[k][1] * dz1;
                }
            }
            for (int j = 0; j < 4; j++) {
                w1[0][j] -= rate * dw1[0][j];
                w1[1][j] -= rate * dw1[1][j];
                b1[j] -= rate * db1[j];
                w2[j] -= rate * dw2[j];
            }
            b2 -= rate * db2;
        }
        return new Weights(
                Tensor.of(w1),
                Tensor.of(b1, Shape.of(1, 4)),
                Tensor.of(w2, Shape.of(4, 1)),
                Tensor.of(new double[] {b2}, Shape.of(1, 1)));
    }

    @Override
    public void run(Page page) throws IOException {
        page.section("The network, forward", """
                Two inputs, four hidden units with ReLU, one output with a sigmoid; the four examples are the rows of X:

                    Z1 = X W1 + b1     H = ReLU(Z1)     Z2 = H W2 + b2     Yᵖ = σ(Z2)     L = ½ Σ (Yᵖ − Y)²

                W1 is [2, 4], b1 [1, 4], W2 [4, 1] and b2 [1, 1].
                """);
        Tensor x = Tensor.of(new double[][] {{1, 0}, {0, 0}, {0, 1}, {1, 1}});
        Tensor y = Tensor.of(new double[][] {{1}, {0}, {1}, {0}});
        Weights start = Weights.random(seed);
        page.printf("loss at the start: %.6f", loss(start, x, y).item());

        page.section("Backward, on paper", """
                Write δA for ∂L/∂A, which has the shape of A. We go from the loss to the front. The derivative of
                ½ (yᵖ − y)² by yᵖ is yᵖ − y, and the sigmoid's derivative is yᵖ (1 − yᵖ). With ⊙ for the product element
                by element,

                    δZ2 = (Yᵖ − Y) ⊙ Yᵖ ⊙ (1 − Yᵖ)

                Z2 = H W2 + b2 is a matrix product. A weight W2ⱼ goes with hⱼ into every example, so the examples'
                contributions add up, which the transposed matrix does; the bias is a weight whose input is 1; and
                the error goes back to H through the same weights that H came forward through:

                    δW2 = Hᵀ δZ2        δb2 = Σₖ δZ2ₖ        δH = δZ2 W2ᵀ

                ReLU lets the error pass where its input was above 0 and stops it elsewhere. Then the same as before,
                one layer further to the front:

                    δZ1 = δH ⊙ [Z1 > 0]        δW1 = Xᵀ δZ1        δb1 = Σₖ δZ1ₖ

                The method `derivatives` is these lines.
                """);
        Weights byHand = derivatives(start, x, y);
        page.print("δW1 " + byHand.w1());
        page.print("δW2ᵀ " + byHand.w2().transpose());

        page.section("The engine's derivatives", """
                The engine knows only `loss`. Mark the weights, call `backward`, and read their gradients.
                """);
        Weights leaves = new Weights(
                start.w1().requireGrad(),
                start.b1().requireGrad(),
                start.w2().requireGrad(),
                start.b2().requireGrad());
        loss(leaves, x, y).backward();
        Weights byEngine = new Weights(
                leaves.w1().grad(),
                leaves.b1().grad(),
                leaves.w2().grad(),
                leaves.b2().grad());
        page.table("", "largest element", "largest difference")
                .row(
                        "δW1",
                        byEngine.w1().abs().max().item(),
                        byEngine.w1().sub(byHand.w1()).abs().max().item())
                .row(
                        "δb1",
                        byEngine.b1().abs().max().item(),
                        byEngine.b1().sub(byHand.b1()).abs().max().item())
                .row(
                        "δW2",
                        byEngine.w2().abs().max().item(),
                        byEngine.w2().sub(byHand.w2()).abs().max().item())
                .row(
                        "δb2",
                        byEngine.b2().abs().max().item(),
                        byEngine.b2().sub(byHand.b2()).abs().max().item())
                .print();
        page.claim("by hand and by engine: the same to the last bit", byHand.distance(byEngine) == 0);

        page.section("Trained by both", """
                Two trainings from the same start, one by the rules, one by the engine. As every derivative has the
                same bits, so has every weight after every step.
                """);
        Weights manual = start;
        Sgd optimizer = Sgd.of(leaves.all(), rate);
        List<Double> losses = new ArrayList<>();
        boolean same = true;
        for (int step : page.steps("training twice", steps)) {
            manual = manual.minus(rate, derivatives(manual, x, y));
            Tensor loss = loss(leaves, x, y);
            optimizer.zeroGrad();
            loss.backward();
            optimizer.step();
            losses.add(loss.item());
            same &= manual.distance(leaves) == 0;
            page.tell("loss %.4f", losses.get(step));
        }
        page.printf("loss after %d steps: %.6f", steps, loss(manual, x, y).item());
        page.printf("largest difference of two weights: %s", manual.distance(leaves));
        page.claim("all weights are the same after every step", same);

        page.section("Without tensors", """
                The method `loops` is the same once more, with loops over arrays, one example after the other: no
                matrix product, no library. It is what the rules above mean. Its numbers are the same up to
                rounding, not to the last bit: it adds in another order, it rounds after each product where the
                library's kernels multiply and add with one rounding, and it writes the sigmoid in another form. Such
                differences begin in the 16th digit; after one step there may be none yet. They stay small here, as
                the training goes downhill to one place.
                """);
        Weights afterOne = loops(start, x.toDoubleMatrix(), y.toDoubleMatrix(), rate, 1);
        Weights afterAll = loops(start, x.toDoubleMatrix(), y.toDoubleMatrix(), rate, steps);
        double differenceOne = start.minus(rate, byHand).distance(afterOne);
        double differenceAll = manual.distance(afterAll);
        page.table("steps", "largest difference of two weights")
                .row(1, differenceOne)
                .row(steps, differenceAll)
                .print();
        page.claim("loops and matrices agree up to rounding", differenceOne < 1e-15 && differenceAll < 1e-11);
        page.picture(
                "loss",
                Plot.of("Loss of the XOR network", "step", "loss")
                        .line("trained by hand-derived rules and by the engine", losses)
                        .logY());
    }
}

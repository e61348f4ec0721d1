package dev.autodiff.examples.lessons;

import dev.autodiff.Autodiff;
import dev.autodiff.Compiled;
import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.examples.draw.Bars;
import dev.autodiff.examples.draw.Drawing;
import dev.autodiff.examples.draw.Field;
import dev.autodiff.examples.draw.Plot;
import dev.autodiff.examples.page.Lesson;
import dev.autodiff.examples.page.Page;
import dev.autodiff.examples.page.Range;
import dev.autodiff.nn.Activation;
import dev.autodiff.nn.Initializer;
import dev.autodiff.nn.Layer;
import dev.autodiff.nn.Linear;
import dev.autodiff.nn.Losses;
import dev.autodiff.nn.optim.Sgd;
import dev.autodiff.shape.DType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The smallest problem that needs a hidden layer, learned. */
@Command(
        name = "xor",
        description = "A network of ReLU and sigmoid learns the exclusive or; its regions are drawn as they form.")
final class XorLesson implements Lesson {
    @Option(names = "--steps", paramLabel = "N", description = "Steps of gradient descent.")
    @Range(min = 100, max = 1e6)
    private int steps = 2000;

    @Option(names = "--lr", paramLabel = "RATE", description = "The learning rate.")
    @Range(min = 0, max = 100)
    private double rate = 0.5;

    @Option(names = "--starts", paramLabel = "N", description = "Random starts for each width in the last section.")
    @Range(min = 1, max = 1000)
    private int starts = 20;

    @Option(names = "--seed", paramLabel = "N", description = "Where all random numbers begin.")
    private long seed = 1;

    @Override
    public List<String> small() {
        return List.of("--starts=4");
    }

    /** Two inputs, a hidden layer, one output with a sigmoid. */
    record Network(Linear hidden, Activation activation, Linear output) implements Layer {
        static Network of(int width, Activation activation, long seed) {
            Generator generator = Generator.seeded(seed);
            Initializer init = activation == Activation.RELU ? Initializer.heNormal() : Initializer.xavierNormal();
            return new Network(
                    Linear.of(2, width, init, generator, DType.FLOAT64),
                    activation,
                    Linear.of(width, 1, Initializer.xavierNormal(), generator, DType.FLOAT64));
        }

        @Override
        public Tensor forward(Tensor x) {
            return output.forward(activation.forward(hidden.forward(x))).sigmoid();
        }
    }

    /** Returns a step of gradient descent on the network as a function of inputs and targets; it gives the loss before it. */
    static Compiled step(Network network, double rate) {
        Sgd optimizer = Sgd.of(network.parameters(), rate);
        return Autodiff.compile((Tensor x, Tensor y) -> {
            Tensor loss = Losses.squaredError(network.forward(x), y);
            optimizer.zeroGrad();
            loss.backward();
            optimizer.step();
            return loss;
        });
    }

    /** The regions of a network and the four examples. */
    static Field regions(String title, Network network) {
        return Field.of(title, "x1", "x2", -1, 2, -1, 2)
                .size(520, 460)
                .regions(network::forward)
                .scale("output")
                .points("target 0", new double[] {0, 1}, new double[] {0, 1})
                .points("target 1", new double[] {0, 1}, new double[] {1, 0});
    }

    @Override
    public void run(Page page) throws IOException {
        page.section("The exclusive or", """
                Two inputs, each 0 or 1; the output is 1 if exactly one of them is 1. A row of X is one example:
                """);
        Tensor x = Tensor.of(new double[][] {{1, 0}, {0, 0}, {0, 1}, {1, 1}});
        Tensor y = Tensor.of(new double[][] {{1}, {0}, {1}, {0}});
        page.print(Tensor.concat(1, x, y));

        page.section("One layer is not enough, two are", """
                No straight line separates the two kinds of examples, so a single unit cannot compute XOR (see
                `perceptron`). A hidden layer changes the picture: it moves the points to where a line can separate
                them. Two units with ReLU(z) = max(0, z) do, with weights that one can find by thinking:

                    h1 = ReLU(x1 + x2)        h2 = ReLU(x1 + x2 − 1)        y = h1 − 2 h2

                h1 counts the ones; h2 is 1 only if both are 1, and then takes 2 away from the count of 2.
                """);
        Tensor sum = x.sum(true, 1);
        Tensor h1 = sum.relu();
        Tensor h2 = sum.sub(1).relu();
        Tensor byHand = h1.sub(h2.mul(2));
        page.print(Tensor.concat(1, h1, h2, byHand));
        page.claim("h1 − 2 h2 is XOR", byHand.sub(y).abs().max().item() == 0);

        page.section("A network that is to find weights itself", """
                Four hidden units with ReLU, one output with a sigmoid, which can be read as how sure the network is
                of a 1. The loss is half the sum of the squared errors:

                    Z1 = X W1 + b1     H = ReLU(Z1)     Z2 = H W2 + b2     Yᵖ = σ(Z2) = 1 / (1 + e^(−Z2))

                    L = ½ Σ (Yᵖ − Y)²

                The weights begin at random, so the first answers mean nothing. With Yᵖ = ½ for all four examples the
                loss would be ½ · 4 · ¼ = 0.5.
                """);
        Network network = Network.of(4, Activation.RELU, seed);
        page.print(network.forward(x).detach());
        page.printf("loss %.4f", Losses.squaredError(network.forward(x), y).item());

        page.section("Training", """
                A step of gradient descent: forward, backward, and every weight goes a little against its derivative,
                w ← w − α ∂L/∂w. The derivatives are the engine's; `xor-manual` derives them by hand. While the
                network learns we draw where it says 1 (orange) and where 0 (blue). With ReLU the border consists of
                straight pieces: between the lines where a hidden unit switches on, the network is linear.
                """);
        Compiled step = step(network, rate);
        List<Double> losses = new ArrayList<>();
        List<Drawing> frames = new ArrayList<>();
        int next = 0;
        for (int i : page.steps("training", steps)) {
            if (i == next) {
                // The frames grow apart, as most happens at the beginning.
                frames.add(regions("Step " + i, network));
                next = Math.max(i + 4, (int) (1.25 * i));
            }
            losses.add(step.apply(x, y).item());
            page.tell("loss %.4f", losses.get(i));
        }
        frames.add(regions("Step " + steps, network));
        Tensor p = network.forward(x).detach();
        page.table("x1", "x2", "target", "Yᵖ")
                .row(1, 0, 1, p.get(0, 0))
                .row(0, 0, 0, p.get(1, 0))
                .row(0, 1, 1, p.get(2, 0))
                .row(1, 1, 0, p.get(3, 0))
                .print();
        page.claim(
                "all four answers are within 0.1 of the target",
                p.sub(y).abs().max().item() < 0.1);
        page.animation("regions", frames, 150);
        page.picture("regions", regions("After " + steps + " steps", network));

        page.section("ReLU and sigmoid in the hidden layer", """
                The same with sigmoids as hidden units. Their derivative is at most ¼, and nearly 0 where a unit is
                saturated, so that less of the error arrives at the first layer: with the same learning rate they
                stay on a plateau near 0.5 for long before they fall. Their border is a smooth curve.
                """);
        Network smooth = Network.of(4, Activation.SIGMOID, seed);
        Compiled smoothStep = step(smooth, rate);
        List<Double> smoothLosses = new ArrayList<>();
        int longer = 3 * steps;
        for (int i : page.steps("with sigmoids", longer)) {
            smoothLosses.add(smoothStep.apply(x, y).item());
            page.tell("loss %.4f", smoothLosses.get(i));
        }
        page.picture(
                "loss",
                Plot.of("Loss while learning", "step", "loss")
                        .line("ReLU", losses)
                        .line("sigmoid", smoothLosses)
                        .logY());
        page.picture("regions-sigmoid", regions("Sigmoid, after " + longer + " steps", smooth));
        int half = firstBelow(losses, 0.1);
        int smoothHalf = firstBelow(smoothLosses, 0.1);
        page.printf("steps until the loss is below 0.1: ReLU %d, sigmoid %d", half, smoothHalf);
        page.claim("ReLU is faster here", half < smoothHalf);

        page.section("How much is luck", """
                Two hidden units are enough if their weights are right, but gradient descent does not always find
                them: a ReLU whose sum is negative for all examples gives 0, has the derivative 0, and never comes
                back. With more units it matters less that some are lost. We count how many of the random starts end
                with all four answers right.
                """);
        int[] widths = {2, 3, 4, 8, 16};
        double[] share = new double[widths.length];
        Page.Table table = page.table("hidden units", "right after " + steps + " steps");
        for (int k = 0; k < widths.length; k++) {
            int learned = 0;
            for (int start : page.steps(widths[k] + " hidden units", starts)) {
                Network trial = Network.of(widths[k], Activation.RELU, seed + 1 + start);
                Compiled trialStep = step(trial, rate);
                for (int i = 0; i < steps; i++) {
                    trialStep.apply(x, y);
                }
                Tensor answers = trial.forward(x).detach();
                learned += answers.sub(y).abs().max().item() < 0.5 ? 1 : 0;
            }
            share[k] = 100.0 * learned / starts;
            table.row(widths[k], learned + " of " + starts);
        }
        table.print();
        page.picture(
                "luck",
                Bars.of(
                                "Random starts that learn XOR",
                                "hidden units",
                                "% of starts",
                                List.of("2", "3", "4", "8", "16"))
                        .add("ReLU", share));
        page.claim("16 units succeed more often than 2", share[4] > share[0]);
        page.claim("16 units nearly always succeed", share[4] >= 90);
    }

    /** Returns the number of the first loss below a bound, or how many there are. */
    static int firstBelow(List<Double> losses, double bound) {
        int i = 0;
        while (i < losses.size() && losses.get(i) >= bound) {
            i++;
        }
        return i;
    }
}

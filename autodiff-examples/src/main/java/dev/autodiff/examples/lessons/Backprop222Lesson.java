package dev.autodiff.examples.lessons;

import dev.autodiff.Autodiff;
import dev.autodiff.Tensor;
import dev.autodiff.examples.draw.Plot;
import dev.autodiff.examples.page.Lesson;
import dev.autodiff.examples.page.Page;
import dev.autodiff.nn.optim.Sgd;
import dev.autodiff.shape.DType;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/** The well-known worked example of backpropagation, number by number, then as matrices, then trained. */
@Command(
        name = "backprop-222",
        description =
                "The 2-2-2 sigmoid network worked by hand: every number, two paths to a weight, matrices, training.")
final class Backprop222Lesson implements Lesson {
    static double sigmoid(double z) {
        return 1 / (1 + Math.exp(-z));
    }

    /** The parameters of a network with two inputs, two hidden and two output neurons; a bias is one number per layer here. */
    record Net(Tensor w1, Tensor b1, Tensor w2, Tensor b2) {
        /** The weights that the lecture starts with: row j holds the weights of neuron j. */
        static Net start() {
            return new Net(
                    Tensor.of(new double[][] {{0.15, 0.20}, {0.25, 0.30}})
                            .requireGrad()
                            .named("W1"),
                    Tensor.of(0.35).requireGrad().named("b1"),
                    Tensor.of(new double[][] {{0.40, 0.45}, {0.50, 0.55}})
                            .requireGrad()
                            .named("W2"),
                    Tensor.of(0.60).requireGrad().named("b2"));
        }

        /** The same weights, with biases that stay as they are. */
        Net withoutBiases() {
            return new Net(w1, b1.detach(), w2, b2.detach());
        }

        /** What is learned. */
        List<Tensor> parameters() {
            return Stream.of(w1, b1, w2, b2).filter(Tensor::requiresGrad).toList();
        }

        /** Examples as columns, x [2, n]: Y = σ(W₂ σ(W₁ X + b₁) + b₂). */
        Tensor columns(Tensor x) {
            Tensor h = w1.matmul(x).add(b1).sigmoid();
            return w2.matmul(h).add(b2).sigmoid();
        }

        /** Examples as rows, x [n, 2]: Y = σ(σ(X W₁ᵀ + b₁) W₂ᵀ + b₂). */
        Tensor rows(Tensor x) {
            Tensor h = x.matmul(w1.transpose()).add(b1).sigmoid();
            return h.matmul(w2.transpose()).add(b2).sigmoid();
        }
    }

    /** Trains by gradient descent with a learning rate of 0.5 and returns the loss before each step and after the last one. */
    static double[] train(Net net, Tensor x, Tensor y, int count) {
        Sgd sgd = Sgd.of(net.parameters(), 0.5);
        var step = Autodiff.compile(() -> {
            Tensor loss = net.columns(x).sub(y).square().sum().mul(0.5);
            sgd.zeroGrad();
            loss.backward();
            sgd.step();
            return loss;
        });
        double[] losses = new double[count + 1];
        for (int i = 0; i < count; i++) {
            losses[i] = step.apply().item();
        }
        losses[count] = net.columns(x).sub(y).square().sum().mul(0.5).item();
        return losses;
    }

    @Override
    public void run(Page page) throws IOException {
        page.section("The network", """
                Two inputs, two hidden neurons, two outputs, all with the sigmoid. Matt Mazur worked this example
                through, and many lectures took it over with its numbers.

                    x₁ = 0.05   w₁₁ = 0.15   w₁₂ = 0.20        v₁₁ = 0.40   v₁₂ = 0.45   target y₁ = 0.01
                    x₂ = 0.10   w₂₁ = 0.25   w₂₂ = 0.30        v₂₁ = 0.50   v₂₂ = 0.55   target y₂ = 0.99
                                bias b = 0.35                  bias c = 0.60

                wⱼᵢ leads from input i to hidden neuron j, vₖⱼ from hidden neuron j to output k. The forward pass is

                    hⱼ = σ(wⱼ₁x₁ + wⱼ₂x₂ + b)        oₖ = σ(vₖ₁h₁ + vₖ₂h₂ + c)        L = ½ Σₖ (oₖ − yₖ)²
                """);
        double x1 = 0.05;
        double x2 = 0.10;
        double y1 = 0.01;
        double y2 = 0.99;
        double h1 = sigmoid(0.15 * x1 + 0.20 * x2 + 0.35);
        double h2 = sigmoid(0.25 * x1 + 0.30 * x2 + 0.35);
        double o1 = sigmoid(0.40 * h1 + 0.45 * h2 + 0.60);
        double o2 = sigmoid(0.50 * h1 + 0.55 * h2 + 0.60);
        double loss1 = (o1 - y1) * (o1 - y1) / 2;
        double loss2 = (o2 - y2) * (o2 - y2) / 2;
        page.table("h₁", "h₂", "o₁", "o₂", "½(o₁−y₁)²", "½(o₂−y₂)²", "L")
                .row(h1, h2, o1, o2, loss1, loss2, loss1 + loss2)
                .print();
        page.claim("h₁", h1, 0.5933, Page.FOUR_DIGITS);
        page.claim("h₂", h2, 0.5969, Page.FOUR_DIGITS);
        page.claim("o₁", o1, 0.7514, Page.FOUR_DIGITS);
        page.claim("o₂", o2, 0.7729, Page.FOUR_DIGITS);
        page.claim("loss of the first output", loss1, 0.274811083, 5e-10);
        page.claim("loss of the second output", loss2, 0.023560026, 5e-10);
        page.claim("L", loss1 + loss2, 0.298371109, 5e-10);

        page.section("Backward through the output layer", """
                δ of an output neuron is the derivative of L by what goes into its sigmoid, whose slope is o (1 − o):

                    δᵒₖ = (oₖ − yₖ) oₖ (1 − oₖ)        ∂L/∂vₖⱼ = δᵒₖ hⱼ

                For v₁₁ the three factors are 0.7414 · 0.1868 · 0.5933.
                """);
        double deltaO1 = (o1 - y1) * o1 * (1 - o1);
        double deltaO2 = (o2 - y2) * o2 * (1 - o2);
        page.printf("o₁ − y₁ = %.6f, o₁(1 − o₁) = %.6f, h₁ = %.6f", o1 - y1, o1 * (1 - o1), h1);
        page.printf("δᵒ₁ = %.6f, δᵒ₂ = %.6f", deltaO1, deltaO2);
        page.claim("δᵒ₁", deltaO1, 0.138498562, 5e-10);
        page.claim("δᵒ₂", deltaO2, -0.038098237, 5e-10);
        page.claim("∂L/∂v₁₁", deltaO1 * h1, 0.082167041, 5e-10);

        page.section("Two paths to w₁₁", """
                The weight w₁₁ changes h₁, and h₁ changes both outputs. So L depends on it along two paths, and the
                chain rule adds what comes along each:

                    w₁₁ → h₁ → o₁ → L        δᵒ₁ · v₁₁ · h₁(1 − h₁) · x₁
                    w₁₁ → h₁ → o₂ → L        δᵒ₂ · v₂₁ · h₁(1 − h₁) · x₁

                The two are opposed: the first output is too high, the second one too low. What both have in common
                is done once, and that is why backpropagation is fast: it adds up before it goes on.

                    δʰ₁ = (δᵒ₁ v₁₁ + δᵒ₂ v₂₁) h₁(1 − h₁)        ∂L/∂w₁₁ = δʰ₁ x₁
                """);
        double path1 = deltaO1 * 0.40 * h1 * (1 - h1) * x1;
        double path2 = deltaO2 * 0.50 * h1 * (1 - h1) * x1;
        double deltaH1 = (deltaO1 * 0.40 + deltaO2 * 0.50) * h1 * (1 - h1);
        double deltaH2 = (deltaO1 * 0.45 + deltaO2 * 0.55) * h2 * (1 - h2);
        page.printf("by o₁ %.9f, by o₂ %.9f, together %.9f", path1, path2, path1 + path2);
        page.claim("∂L/∂h₁ by o₁", deltaO1 * 0.40, 0.0554, Page.FOUR_DIGITS);
        page.claim("∂L/∂h₁ by o₂", deltaO2 * 0.50, -0.0190, Page.FOUR_DIGITS);
        page.claim("∂L/∂w₁₁", path1 + path2, 0.000438568, 5e-10);
        page.claim("δʰ₁ x₁ is the same", deltaH1 * x1, path1 + path2, 1e-18);

        page.section("The engine, in matrices", """
                The weights of a layer are a matrix, a row for each neuron; x, h, o are columns:

                    H = σ(W₁X + b)        O = σ(W₂H + c)        L = ½ Σ (O − Y)²

                The rules become products of matrices, ⊙ is element by element:

                    δO = (O − Y) ⊙ O ⊙ (1 − O)        δW₂ = δO Hᵀ        δc = Σ δO
                    δH = W₂ᵀ δO ⊙ H ⊙ (1 − H)         δW₁ = δH Xᵀ        δb = Σ δH

                The row of W₂ᵀ δO that belongs to h₁ is the sum over the two paths from above.
                """);
        Net net = Net.start();
        Tensor x = Tensor.of(new double[][] {{x1}, {x2}});
        Tensor y = Tensor.of(new double[][] {{y1}, {y2}});
        Tensor loss = net.columns(x).sub(y).square().sum().mul(0.5);
        loss.backward();
        page.print("W1: " + net.w1().grad());
        page.print("W2: " + net.w2().grad());
        page.printf("b: %.9f, c: %.9f", net.b1().grad().item(), net.b2().grad().item());
        Tensor h = Tensor.of(new double[][] {{h1}, {h2}});
        Tensor deltaO = Tensor.of(new double[][] {{deltaO1}, {deltaO2}});
        Tensor deltaH =
                net.w2().detach().transpose().matmul(deltaO).mul(h).mul(h.neg().add(1));
        page.claim(
                "δH in matrices is that of the two paths",
                deltaH.allClose(Tensor.of(new double[][] {{deltaH1}, {deltaH2}}), 1e-14, 0));
        page.claim("the engine's W1 is δH Xᵀ", net.w1().grad().allClose(deltaH.matmul(x.transpose()), 1e-13, 0));
        page.claim("the engine's W2 is δO Hᵀ", net.w2().grad().allClose(deltaO.matmul(h.transpose()), 1e-13, 0));
        page.claim("the engine's b is Σ δH", net.b1().grad().item(), deltaH1 + deltaH2, 1e-15);
        page.claim("the engine's c is Σ δO", net.b2().grad().item(), deltaO1 + deltaO2, 1e-15);

        page.section("One step", """
                Each weight is moved against its gradient, with a learning rate of 0.5: v₁₁ becomes
                0.4 − 0.5 · 0.0822 = 0.3589. All gradients are taken before any weight changes. The example leaves
                the biases as they are.
                """);
        Tensor v = net.w2().detach().sub(net.w2().grad().mul(0.5));
        Tensor w = net.w1().detach().sub(net.w1().grad().mul(0.5));
        page.print(w);
        page.print(v);
        double[] published = {
            0.149780716, 0.19956143, 0.24975114, 0.29950229, 0.35891648, 0.408666186, 0.511301270, 0.561370121
        };
        Tensor eight = Tensor.concat(0, w.flatten(), v.flatten());
        page.claim("all eight are the published ones", eight.allClose(Tensor.of(published), 0, 6e-9));

        page.section("Ten thousand steps", """
                After one step the loss is 0.2910. After 10,000 it is said to be 0.0000351, with outputs of 0.0159
                and 0.9841. The whole step is compiled: recorded once and then replayed, which makes it fast.

                If the biases learn as well, here still one number for each layer, it goes faster.
                """);
        Net trained = Net.start().withoutBiases();
        double[] losses = train(trained, x, y, 10_000);
        double[] faster = train(Net.start(), x, y, 10_000);
        Tensor output = trained.columns(x).detach();
        var falls = page.table("step", "biases stay", "biases learn");
        for (int i : new int[] {0, 1, 10, 100, 1000, 10_000}) {
            falls.row(i, losses[i], faster[i]);
        }
        falls.print();
        page.printf("outputs: %.6f and %.6f", output.get(0, 0), output.get(1, 0));
        double[] count = Tensor.range(1, 10_001).to(DType.FLOAT64).toDoubleArray();
        page.picture(
                "loss",
                Plot.of("The 2-2-2 network learns its one example", "step", "loss")
                        .logX()
                        .logY()
                        .line("biases stay", count, Arrays.copyOfRange(losses, 1, 10_001))
                        .line("biases learn", count, Arrays.copyOfRange(faster, 1, 10_001)));
        page.claim("after one step", losses[1], 0.2910, Page.FOUR_DIGITS);
        page.claim("after a hundred, biases stay", losses[100], 0.0200468282494252, 1e-12);
        page.claim("after a hundred, biases learn", faster[100], 0.00999716479409412, 1e-12);
        page.claim("after ten thousand", losses[10_000], 0.0000351, 5e-8);
        page.claim("the first output", output.get(0, 0), 0.0159, Page.FOUR_DIGITS);
        page.claim("the second output", output.get(1, 0), 0.9841, Page.FOUR_DIGITS);

        page.section("Rows or columns", """
                Lectures put an example into a column, as above; programs mostly into a row, so that a batch is a
                table as in a file. Nothing but the side of the product changes, and where the transposes stand:

                    columns    H = σ(W₁X + b)      δW₁ = δH Xᵀ      δX = W₁ᵀ δH
                    rows       H = σ(XW₁ᵀ + b)     δW₁ = δHᵀ X      δX = δH W₁

                Four examples at once, in both layouts. A product with more examples adds up their gradients by
                itself: δH Xᵀ is a sum over the examples.
                """);
        Tensor batch = Tensor.of(new double[][] {{0.05, 0.10}, {0.90, 0.20}, {0.30, 0.70}, {0.60, 0.60}});
        Tensor targets = Tensor.of(new double[][] {{0.01, 0.99}, {0.99, 0.01}, {0.50, 0.20}, {0.10, 0.80}});
        Net asRows = Net.start();
        asRows.rows(batch).sub(targets).square().sum().mul(0.5).backward();
        Net asColumns = Net.start();
        asColumns
                .columns(batch.transpose())
                .sub(targets.transpose())
                .square()
                .sum()
                .mul(0.5)
                .backward();
        Net oneByOne = Net.start();
        for (int i = 0; i < 4; i++) {
            Tensor example = batch.narrow(0, i, 1).transpose();
            Tensor target = targets.narrow(0, i, 1).transpose();
            oneByOne.columns(example).sub(target).square().sum().mul(0.5).backward();
        }
        page.print("rows:       " + asRows.w1().grad());
        page.print("columns:    " + asColumns.w1().grad());
        page.print("one by one: " + oneByOne.w1().grad());
        page.claim(
                "both layouts give the same gradients",
                asRows.w1().grad().allClose(asColumns.w1().grad(), 1e-14, 0)
                        && asRows.w2().grad().allClose(asColumns.w2().grad(), 1e-14, 0));
        page.claim(
                "a batch's gradient is the sum of those of its examples",
                asRows.w1().grad().allClose(oneByOne.w1().grad(), 1e-14, 0)
                        && asRows.b1().grad().allClose(oneByOne.b1().grad(), 1e-14, 0));
    }
}

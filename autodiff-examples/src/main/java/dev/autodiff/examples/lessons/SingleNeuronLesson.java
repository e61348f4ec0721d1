package dev.autodiff.examples.lessons;

import dev.autodiff.Tensor;
import dev.autodiff.examples.draw.Plot;
import dev.autodiff.examples.page.Lesson;
import dev.autodiff.examples.page.Page;
import java.io.IOException;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;

/** The δ rule on one neuron, and how a neuron that is sure of itself learns slowly. */
@Command(
        name = "single-neuron",
        description = "One neuron: its δ by hand and by the engine, and why it learns slowly when it is badly wrong.")
final class SingleNeuronLesson implements Lesson {
    /** An activation function g with its derivative g′, the latter for the rule by hand. */
    record Activation(String name, UnaryOperator<Tensor> g, UnaryOperator<Tensor> slope) {}

    static final Activation SIGMOID = new Activation(
            "sigmoid", Tensor::sigmoid, z -> z.sigmoid().mul(z.sigmoid().neg().add(1)));
    static final Activation TANH =
            new Activation("tanh", Tensor::tanh, z -> z.tanh().square().neg().add(1));
    static final Activation RELU =
            new Activation("ReLU", Tensor::relu, z -> z.gt(0).to(z.dtype()));
    static final Activation LINEAR = new Activation("linear", Tensor::identity, Tensor::onesLike);

    /** Returns the answers of a sigmoid neuron to the input 1 while it learns, in 300 steps, that 0 is right. */
    static double[] train(double weight, double bias, boolean crossEntropy) {
        Tensor w = Tensor.of(weight);
        Tensor b = Tensor.of(bias);
        double[] answers = new double[301];
        for (int step = 0; step <= 300; step++) {
            w = w.requireGrad();
            b = b.requireGrad();
            Tensor z = w.mul(1).add(b);
            Tensor a = z.sigmoid();
            answers[step] = a.item();
            Tensor loss = crossEntropy
                    ? z.logLossWithLogits(z.zerosLike())
                    : a.sub(0).square().mul(0.5);
            loss.backward();
            w = w.detach().sub(w.grad().mul(0.15));
            b = b.detach().sub(b.grad().mul(0.15));
        }
        return answers;
    }

    @Override
    public void run(Page page) throws IOException {
        page.section("A neuron", """
                A neuron multiplies each input by a weight, adds a bias, and applies an activation function g:

                    z = Σᵢ wᵢ xᵢ + b        a = g(z)        L = ½ (a − y)²

                The quantity to remember is δ = ∂L/∂z, the derivative by what goes into g. From L to z there are two
                steps, so it is a product of two derivatives; from z to a weight or to the bias there is one more:

                    δ = (a − y) g′(z)        ∂L/∂wᵢ = δ xᵢ        ∂L/∂b = δ        ∂L/∂xᵢ = δ wᵢ

                A weight's gradient is the δ behind it times the input before it. This is the whole of
                backpropagation; the rest is repetition.
                """);
        Tensor x = Tensor.of(new double[] {0.5, -1.0, 2.0}).requireGrad();
        Tensor w = Tensor.of(new double[] {0.4, 0.3, 0.2}).requireGrad();
        Tensor b = Tensor.of(0.1).requireGrad();
        double y = 1;
        page.printf("z = %.1f", w.dot(x).add(b).item());

        page.section("By hand and by the engine", """
                The rule for four activation functions: δ by the formula beside what arrives at z in the engine. Only
                g′ differs from row to row.
                """);
        var rules = page.table("g", "z", "a", "g′(z)", "δ by hand", "δ engine", "∂L/∂w₁", "∂L/∂w₂", "∂L/∂w₃");
        double worst = 0;
        for (Activation activation : new Activation[] {SIGMOID, TANH, RELU, LINEAR}) {
            Tensor z = w.dot(x).add(b).retainGrad();
            Tensor a = activation.g().apply(z);
            Tensor loss = a.sub(y).square().mul(0.5);
            loss.backward();
            Tensor slope = activation.slope().apply(z.detach());
            Tensor delta = a.detach().sub(y).mul(slope);
            rules.row(
                    activation.name(),
                    z.item(),
                    a.item(),
                    slope.item(),
                    delta.item(),
                    z.grad().item(),
                    w.grad().get(0),
                    w.grad().get(1),
                    w.grad().get(2));
            worst = Math.max(worst, z.grad().sub(delta).abs().item());
            worst = Math.max(
                    worst, w.grad().sub(delta.mul(x.detach())).abs().max().item());
            worst = Math.max(
                    worst, x.grad().sub(delta.mul(w.detach())).abs().max().item());
            worst = Math.max(worst, b.grad().sub(delta).abs().item());
            for (Tensor leaf : new Tensor[] {x, w, b}) {
                leaf.clearGrad();
            }
        }
        rules.print();
        page.printf("largest difference between the rule and the engine: %.1g", worst);
        page.claim("δ, δx, δw and δb are the engine's for each g", worst < 1e-15);

        page.section("A neuron learns", """
                One input x = 1, and the neuron shall answer 0. With the sigmoid, from w = 0.6 and b = 0.9, at a
                learning rate of 0.15, it begins at 0.82 and comes to 0.09 in 300 steps (an example of Michael
                Nielsen, "Neural Networks and Deep Learning", chapter 3). Then the same from w = 2 and b = 2: the
                first answer, 0.98, is more wrong, and one would expect that it learns faster from a larger mistake.
                """);
        double[] near = train(0.6, 0.9, false);
        double[] far = train(2, 2, false);
        page.table("", "first answer", "after 100 steps", "after 200", "after 300")
                .row("from w = 0.6, b = 0.9", near[0], near[100], near[200], near[300])
                .row("from w = 2, b = 2", far[0], far[100], far[200], far[300])
                .print();
        page.claim("from 0.82 …", near[0], 0.82, 0.005);
        page.claim("… to 0.09", near[300], 0.09, 0.005);
        page.claim("from 0.98 …", far[0], 0.98, 0.005);
        page.claim("… to 0.20 only", far[300], 0.20, 0.005);

        page.section("Why so slow", """
                Look at δ = (a − y) g′(z). The mistake a − y is large, but σ′(z) = a (1 − a) is tiny where a is near
                1: 0.018 at a = 0.982. The neuron is saturated. It is sure, and hardly hears that it is wrong.

                Another loss mends that. With the cross-entropy, −y ln a − (1 − y) ln (1 − a), the derivative by a is
                (a − y) / (a (1 − a)), and the denominator takes g′ away:

                    δ = a − y

                The larger the mistake, the faster it learns.
                """);
        double[] crossEntropy = train(2, 2, true);
        Plot answers = Plot.of("A sigmoid neuron learns to answer 0", "step", "answer a")
                .line("squared error, w = 0.6, b = 0.9", near)
                .line("squared error, w = 2, b = 2", far)
                .line("cross-entropy, w = 2, b = 2", crossEntropy)
                .yRange(0, 1)
                .legendBelow();
        page.picture("learning", answers);
        page.printf("cross-entropy: %.4f after 300 steps, squared error: %.4f", crossEntropy[300], far[300]);
        page.claim("with cross-entropy the bad start is no worse than the good one", crossEntropy[300] < near[300]);
        Tensor z = Tensor.of(4.0).requireGrad();
        z.logLossWithLogits(z.zerosLike()).backward();
        page.claim("δ = a − y for the cross-entropy", z.grad().item(), 1 / (1 + Math.exp(-4)), 1e-15);

        page.section("g′ of the four", """
                What δ is multiplied by. The sigmoid's slope is nowhere above 1/4, and nearly zero beyond ±6; tanh
                has the same form, but reaches 1; ReLU's is 1 for all positive z, so that nothing is lost there, and
                0 for negative ones.
                """);
        Plot slopes = Plot.of("Derivatives of activation functions", "z", "g′(z)");
        double[] grid = Tensor.linspace(-8, 8, 401).toDoubleArray();
        for (Activation activation : new Activation[] {SIGMOID, TANH, RELU}) {
            slopes.line(
                    activation.name(),
                    grid,
                    activation.slope().apply(Tensor.of(grid)).toDoubleArray());
        }
        page.picture("slopes", slopes.yRange(-0.05, 1.1).legendLeft());
        page.claim(
                "the sigmoid's slope is at most 1/4",
                SIGMOID.slope().apply(Tensor.of(grid)).max().item() <= 0.25);
    }
}

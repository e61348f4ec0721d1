package dev.autodiff.examples.lessons;

import dev.autodiff.Tensor;
import dev.autodiff.examples.draw.Plot;
import dev.autodiff.examples.page.Lesson;
import dev.autodiff.examples.page.Page;
import dev.autodiff.examples.page.Range;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The δ rule between neurons, then along a chain of any length, where one sees gradients vanish. */
@Command(
        name = "two-neurons",
        description = "Two neurons in a row, then a long chain: how δ passes from one to the one before it.")
final class TwoNeuronsLesson implements Lesson {
    @Option(names = "--depth", paramLabel = "N", description = "Neurons in the long chain.")
    @Range(min = 2, max = 200)
    private int depth = 30;

    /** σ′(z) = σ(z) (1 − σ(z)). */
    static double slopeOfSigmoid(double z) {
        double a = 1 / (1 + Math.exp(-z));
        return a * (1 - a);
    }

    /** What goes into each neuron of a chain, each neuron fed by the one before; keeps the gradients there. */
    static List<Tensor> chain(Tensor x, Tensor w, Tensor b, UnaryOperator<Tensor> g) {
        List<Tensor> zs = new ArrayList<>();
        Tensor a = x;
        for (int l = 0; l < w.size(); l++) {
            Tensor z = a.mul(w.select(0, l)).add(b.select(0, l)).retainGrad();
            zs.add(z);
            a = g.apply(z);
        }
        return zs;
    }

    /** |δˡ| at each neuron of a chain with equal weights and no biases. */
    static double[] deltas(int depth, double weight, UnaryOperator<Tensor> g) {
        double[] weights = new double[depth];
        Arrays.fill(weights, weight);
        Tensor w = Tensor.of(weights).requireGrad();
        List<Tensor> zs = chain(Tensor.of(1.0), w, Tensor.of(new double[depth]), g);
        g.apply(zs.get(depth - 1)).sub(3).square().mul(0.5).backward();
        return zs.stream().mapToDouble(z -> Math.abs(z.grad().item())).toArray();
    }

    @Override
    public void run(Page page) throws IOException {
        page.section("Two neurons in a row", """
                The first neuron's answer is the second one's input. The upper number is that of the neuron.

                    z¹ = w¹x + b¹     a¹ = g(z¹)
                    z² = w²a¹ + b²    a² = g(z²)    L = ½ (a² − y)²

                g is the sigmoid here.
                """);
        double x = 0.5;
        double y = 0.2;
        double[] w = {1.2, -0.7};
        double[] b = {0.3, 0.4};
        double z1 = w[0] * x + b[0];
        double a1 = 1 / (1 + Math.exp(-z1));
        double z2 = w[1] * a1 + b[1];
        double a2 = 1 / (1 + Math.exp(-z2));
        page.table("z¹", "a¹", "z²", "a²", "L")
                .row(z1, a1, z2, a2, (a2 - y) * (a2 - y) / 2)
                .print();

        page.section("δ passes from neuron to neuron", """
                At the last neuron δ² = ∂L/∂z² is that of a single neuron. From z² back to z¹ the chain rule passes
                two operations: the product with w², whose derivative by a¹ is w², and g, whose derivative is g′(z¹).

                    δ² = (a² − y) g′(z²)
                    δ¹ = δ² w² g′(z¹)

                With any number of neurons it is always the same:

                    δˡ = δˡ⁺¹ wˡ⁺¹ g′(zˡ)        ∂L/∂wˡ = δˡ aˡ⁻¹        ∂L/∂bˡ = δˡ        a⁰ = x
                """);
        double delta2 = (a2 - y) * slopeOfSigmoid(z2);
        double delta1 = delta2 * w[1] * slopeOfSigmoid(z1);
        Tensor weights = Tensor.of(w).requireGrad();
        Tensor biases = Tensor.of(b).requireGrad();
        List<Tensor> zs = chain(Tensor.of(x), weights, biases, Tensor::sigmoid);
        zs.get(1).sigmoid().sub(y).square().mul(0.5).backward();
        page.table("", "rule by hand", "engine")
                .row("δ² = ∂L/∂b²", delta2, zs.get(1).grad().item())
                .row("∂L/∂w²", delta2 * a1, weights.grad().get(1))
                .row("δ¹ = ∂L/∂b¹", delta1, zs.get(0).grad().item())
                .row("∂L/∂w¹", delta1 * x, weights.grad().get(0))
                .print();
        page.claim("δ²", zs.get(1).grad().item(), delta2, 1e-15);
        page.claim("δ¹", zs.get(0).grad().item(), delta1, 1e-15);
        page.claim(
                "the weights' gradients are δˡ aˡ⁻¹",
                weights.grad().allClose(Tensor.of(new double[] {delta1 * x, delta2 * a1}), 0, 1e-15));
        page.claim(
                "the biases' gradients are δˡ",
                biases.grad().allClose(Tensor.of(new double[] {delta1, delta2}), 0, 1e-15));

        page.section("A long chain", """
                The rule as a loop from the last neuron to the first, for as many neurons as one likes. Its weights
                and biases are different ones, so that no δ equals another by chance.
                """);
        double[] ws = new double[depth];
        double[] bs = new double[depth];
        for (int l = 0; l < depth; l++) {
            ws[l] = 2 + Math.sin(3 * l);
            bs[l] = -1 + Math.cos(5 * l) / 2;
        }
        Tensor longWeights = Tensor.of(ws).requireGrad();
        Tensor longBiases = Tensor.of(bs).requireGrad();
        List<Tensor> inputs = chain(Tensor.of(x), longWeights, longBiases, Tensor::sigmoid);
        Tensor answer = inputs.get(depth - 1).sigmoid();
        answer.sub(y).square().mul(0.5).backward();
        double[] delta = new double[depth];
        delta[depth - 1] =
                (answer.item() - y) * slopeOfSigmoid(inputs.get(depth - 1).item());
        for (int l = depth - 2; l >= 0; l--) {
            delta[l] = delta[l + 1] * ws[l + 1] * slopeOfSigmoid(inputs.get(l).item());
        }
        var rows = page.table("neuron", "z", "δ by the loop", "δ engine");
        double worst = 0;
        for (int l = depth - 1; l >= 0; l--) {
            double engine = inputs.get(l).grad().item();
            worst = Math.max(worst, Math.abs(engine - delta[l]) / Math.abs(delta[l]));
            if (l >= depth - 3 || l < 3) {
                rows.row(l + 1, inputs.get(l).item(), delta[l], engine);
            }
        }
        rows.print();
        page.printf("largest relative difference along %d neurons: %.1e", depth, worst);
        page.claim("the loop gives the engine's δ at each neuron", worst < 1e-12);
        page.claim("and ∂L/∂bˡ = δˡ", longBiases.grad().allClose(Tensor.of(delta), 1e-12, 0));

        page.section("Vanishing and exploding", """
                On its way back δ is multiplied by w g′(z) at each neuron. If that is below 1 in size, δ shrinks like
                a power of it, and the first neurons hardly learn; if it is above 1, δ explodes. With the sigmoid, g′
                is at most 1/4, so that at w = 1 each neuron takes at least three quarters away. ReLU multiplies by
                exactly w. This is one reason why deep networks were hard to train, and why weights are not started
                at just any size.
                """);
        double[] sigmoid = deltas(depth, 1, Tensor::sigmoid);
        double[] tanh = deltas(depth, 1, Tensor::tanh);
        double[] relu = deltas(depth, 1, Tensor::relu);
        double[] large = deltas(depth, 1.5, Tensor::relu);
        double[] neurons = new double[depth];
        for (int l = 0; l < depth; l++) {
            neurons[l] = l + 1;
        }
        page.picture(
                "vanishing",
                Plot.of("|δ| along a chain of neurons", "neuron (the last one is nearest to the loss)", "|δ|")
                        .logY()
                        .line("sigmoid, w = 1", neurons, sigmoid)
                        .line("tanh, w = 1", neurons, tanh)
                        .line("ReLU, w = 1", neurons, relu)
                        .line("ReLU, w = 1.5", neurons, large)
                        .legendBelow());
        double shrinks = Math.pow(sigmoid[0] / sigmoid[depth - 1], 1.0 / (depth - 1));
        page.printf("with the sigmoid δ is multiplied by %.3f at each neuron, on average", shrinks);
        page.claim("sigmoid: at most 1/4 at each neuron", shrinks <= 0.25);
        page.claim("ReLU, w = 1: nothing is lost", relu[0], relu[depth - 1], 0);
        page.claim(
                "ReLU, w = 1.5: δ grows by 1.5 at each neuron",
                large[0] / large[depth - 1],
                Math.pow(1.5, depth - 1),
                1e-10 * Math.pow(1.5, depth - 1));
    }
}

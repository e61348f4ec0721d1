package dev.autodiff.examples.lessons;

import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.examples.draw.Plot;
import dev.autodiff.examples.page.Lesson;
import dev.autodiff.examples.page.Page;
import dev.autodiff.examples.page.Range;
import dev.autodiff.nn.optim.Sgd;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A whole training in a few lines: two layers, two matrices, a thousand steps. */
@Command(
        name = "two-layer",
        description = "A 3-4-1 network without biases learns four examples; its weights are saved.")
final class TwoLayerLesson implements Lesson {
    @Option(names = "--iterations", paramLabel = "N", description = "Steps of gradient descent.")
    @Range(min = 1, max = 1e6)
    private int iterations = 1000;

    @Option(names = "--lr", paramLabel = "RATE", description = "The learning rate.")
    @Range(min = 0, max = 1000)
    private double rate = 1;

    @Option(names = "--seed", paramLabel = "N", description = "Where all random numbers begin.")
    private long seed = 1;

    @Override
    public void run(Page page) throws IOException {
        page.section("The data", """
                Four examples with three inputs each, and one output to be learned. The output is the exclusive or
                of the first two inputs; the third input is always 1 and does what a bias would do. No straight line
                separates the outputs 1 from the outputs 0, so that one layer is not enough.
                """);
        Tensor x = Tensor.of(new double[][] {{0, 0, 1}, {0, 1, 1}, {1, 0, 1}, {1, 1, 1}});
        Tensor y = Tensor.of(new double[][] {{0}, {1}, {1}, {0}});
        page.print(x);

        page.section("The network", """
                Three inputs, four hidden units, one output, a sigmoid σ after each layer and no biases:

                    Yᵖ = σ(σ(X W₁) W₂)        X [4, 3]   W₁ [3, 4]   W₂ [4, 1]   Yᵖ [4, 1]

                An example is a row of X, so that all four go through the network at once. The weights begin as
                random numbers between −1 and 1: with equal ones all hidden units would stay equal for ever.
                """);
        Generator generator = Generator.seeded(seed);
        Tensor w1 =
                Tensor.uniform(generator, DType.FLOAT64, Shape.of(3, 4), -1, 1).requireGrad();
        Tensor w2 =
                Tensor.uniform(generator, DType.FLOAT64, Shape.of(4, 1), -1, 1).requireGrad();
        page.print(x.matmul(w1).sigmoid().matmul(w2).sigmoid());

        page.section("The training", """
                The loss is half the sum of the squared errors, E = ½ Σ (Yᵖ − Y)². Each iteration computes it,
                lets `backward` find the gradients ∂E/∂W₁ and ∂E/∂W₂, and moves the weights a little against them:
                W ← W − α ∂E/∂W with the learning rate α.
                """);
        Sgd optimizer = Sgd.of(List.of(w1, w2), rate);
        List<Double> losses = new ArrayList<>();
        for (int i : page.steps("training", iterations)) {
            Tensor output = x.matmul(w1).sigmoid().matmul(w2).sigmoid();
            Tensor loss = output.sub(y).square().sum().mul(0.5);
            optimizer.zeroGrad();
            loss.backward();
            optimizer.step();
            losses.add(loss.item());
            if (i % 100 == 0) {
                page.printf("iteration %4d  loss %.5f", i, loss.item());
            }
        }

        page.section("What was learned", """
                The outputs are near 0, 1, 1, 0. They never become exactly 0 or 1, as a sigmoid does not.
                """);
        Tensor output = x.matmul(w1).sigmoid().matmul(w2).sigmoid();
        page.print(output);
        page.claim(
                "every output is within 0.1 of its target",
                output.sub(y).abs().max().item() < 0.1);
        page.claim("the loss fell in the end to less than a tenth", losses.get(losses.size() - 1) < losses.get(0) / 10);
        page.picture(
                "loss",
                Plot.of("Sum of squared errors while training", "iteration", "½ Σ (Yᵖ − Y)²")
                        .line("loss", losses)
                        .logY());

        page.section("The weights are kept", """
                The two matrices are all that the network has learned. They go into a file, from which
                `./autodiff two-layer-infer` reads them in a process of its own.
                """);
        page.save("weights", Map.of("w1", w1, "w2", w2));
    }
}

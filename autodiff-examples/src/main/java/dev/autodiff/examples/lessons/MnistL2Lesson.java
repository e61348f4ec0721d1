package dev.autodiff.examples.lessons;

import dev.autodiff.Autodiff;
import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.examples.draw.Plot;
import dev.autodiff.examples.mnist.MnistData;
import dev.autodiff.examples.mnist.TrainingSettings;
import dev.autodiff.examples.page.Lesson;
import dev.autodiff.examples.page.Page;
import dev.autodiff.nn.Activation;
import dev.autodiff.nn.Initializer;
import dev.autodiff.nn.Layer;
import dev.autodiff.nn.Linear;
import dev.autodiff.nn.Losses;
import dev.autodiff.nn.Sequential;
import dev.autodiff.nn.data.Batch;
import dev.autodiff.nn.data.DataLoader;
import dev.autodiff.nn.optim.Sgd;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Why a classifier is trained with cross-entropy: what happens with the squared error instead. */
@Command(
        name = "mnist-l2",
        description = "The digits' network with squared error instead of cross-entropy: what changes and why.")
final class MnistL2Lesson implements Lesson {
    @Mixin
    private TrainingSettings settings = new TrainingSettings();

    @Override
    public List<String> small() {
        return List.of("--digits", "8000", "--epochs", "2");
    }

    /** ½ Σ (softmax(z) − y)² / m for one-hot y: z and y are [m, classes]. */
    static Tensor squaredError(Tensor z, Tensor y) {
        return z.softmax(1).sub(y).square().sum().mul(0.5 / z.size(0));
    }

    /** One-hot rows: a 1 at each label. */
    static Tensor oneHot(Tensor labels, DType dtype) {
        return Tensor.eye(dtype, 10).indexSelect(0, labels);
    }

    /** The part of the digits whose largest output is that of the label. */
    static double accuracy(Layer model, MnistData data) {
        Tensor images = data.images().reshape(data.size(), 784);
        Tensor hits = Autodiff.noGrad(() -> model.forward(images)).argmax(1).eq(data.labels());
        return hits.to(DType.FLOAT64).mean().item();
    }

    /** The lengths of the gradients by z of both losses, where the right one of ten classes has the logit z and the rest 0. */
    static double[] lengths(double z) {
        double[] row = new double[10];
        row[3] = z;
        Tensor logits = Tensor.of(new double[][] {row});
        Tensor label = Tensor.of(new long[] {3});
        Tensor y = oneHot(label, DType.FLOAT64);
        Tensor entropy = Autodiff.grad(v -> Losses.crossEntropy(v, label)).apply(logits);
        Tensor squares = Autodiff.grad(v -> squaredError(v, y)).apply(logits);
        return new double[] {entropy.norm().item(), squares.norm().item()};
    }

    @Override
    public void run(Page page) throws IOException {
        page.section("Another loss", """
                A network that ends in softmax can be trained with the squared error of its probabilities as well,
                like any other function:

                    cross-entropy    L = −(1/m) Σᵢ log Pᵢ,yᵢ          δZ = (P − Y) / m
                    squared error    E = (1/2m) Σᵢₖ (Pᵢₖ − Yᵢₖ)²      δZ = P ⊙ (D − Σₖ Dₖ Pₖ),   D = (P − Y) / m

                With cross-entropy the softmax cancels against the logarithm. With the squared error its matrix
                diag(p) − p pᵀ stays, and multiplies the error once more by the probabilities. First, formula and
                engine on random numbers.
                """);
        Generator generator = Generator.seeded(settings.seed);
        Tensor labels = Tensor.of(new long[] {3, 1, 4, 1, 5});
        Tensor z = Tensor.normal(generator, DType.FLOAT64, Shape.of(5, 10), 0, 2);
        Tensor y = oneHot(labels, DType.FLOAT64);
        Tensor p = z.softmax(1);
        Tensor d = p.sub(y).div(5);
        Tensor byFormula = p.mul(d.sub(d.mul(p).sum(true, 1)));
        Tensor byEngine = Autodiff.grad(v -> squaredError(v, y)).apply(z);
        Tensor entropyByEngine =
                Autodiff.grad(v -> Losses.crossEntropy(v, labels)).apply(z);
        page.printf(
                "squared error: largest difference %.0e",
                byFormula.sub(byEngine).abs().max().item());
        page.claim(
                "the formula of the squared error",
                byFormula.sub(byEngine).abs().max().item() < 1e-15);
        page.claim(
                "the formula of cross-entropy",
                d.sub(entropyByEngine).abs().max().item() < 1e-15);

        page.section("Wrong and sure of it", """
                Let the right one of ten classes have the logit z, all others 0. A network that is wrong and sure of
                it has z far below zero. Cross-entropy then pulls with its full force. The squared error hardly pulls
                at all: its gradient has the factor p of the right class, which is nearly 0. What is most wrong is
                corrected least.
                """);
        double[] places = Tensor.linspace(-12, 12, 97).toDoubleArray();
        double[] entropy = new double[places.length];
        double[] squares = new double[places.length];
        for (int i = 0; i < places.length; i++) {
            double[] both = lengths(places[i]);
            entropy[i] = both[0];
            squares[i] = both[1];
        }
        page.picture(
                "pull",
                Plot.of("How hard a loss pulls", "z of the right class", "length of the gradient by all logits")
                        .line("cross-entropy", places, entropy)
                        .line("squared error", places, squares));
        page.table("z", "cross-entropy", "squared error")
                .row(-10, lengths(-10)[0], lengths(-10)[1])
                .row(0, lengths(0)[0], lengths(0)[1])
                .row(10, lengths(10)[0], lengths(10)[1])
                .print();
        page.claim(
                "at z = −10 cross-entropy pulls more than 10,000 times as hard",
                lengths(-10)[0] > 1e4 * lengths(-10)[1]);

        page.section("Both on the digits", """
                Two networks, 784-128-64-10 with ReLU, that begin with the same weights and see the same
                mini-batches with the same learning rate; only the loss differs.
                """);
        MnistData training = MnistData.train(DType.FLOAT32).range(0, settings.digits);
        MnistData test = MnistData.test(DType.FLOAT32);
        List<List<Double>> wrong = new ArrayList<>();
        for (boolean crossEntropy : new boolean[] {true, false}) {
            Generator weights = Generator.seeded(settings.seed);
            Layer model = Sequential.of(
                    Linear.of(784, 128, Initializer.heNormal(), weights),
                    Activation.RELU,
                    Linear.of(128, 64, Initializer.heNormal(), weights),
                    Activation.RELU,
                    Linear.of(64, 10, Initializer.heNormal(), weights));
            Sgd optimizer = Sgd.of(model.parameters(), settings.rate);
            DataLoader loader = DataLoader.of(training.images(), training.labels(), settings.batch)
                    .shuffled(Generator.seeded(settings.seed).named("shuffle"));
            List<Double> errors = new ArrayList<>();
            errors.add(100 * (1 - accuracy(model, test)));
            for (int epoch = 0; epoch < settings.epochs; epoch++) {
                for (Batch each : loader) {
                    Tensor logits = model.forward(each.inputs().reshape(each.size(), 784));
                    Tensor loss = crossEntropy
                            ? Losses.crossEntropy(logits, each.labels())
                            : squaredError(logits, oneHot(each.labels(), DType.FLOAT32));
                    optimizer.zeroGrad();
                    loss.backward();
                    optimizer.step();
                }
                errors.add(100 * (1 - accuracy(model, test)));
            }
            wrong.add(errors);
        }
        Page.Table table = page.table("epoch", "cross-entropy: wrong in %", "squared error: wrong in %");
        for (int epoch = 0; epoch <= settings.epochs; epoch++) {
            table.row(
                    epoch,
                    "%.1f".formatted(wrong.get(0).get(epoch)),
                    "%.1f".formatted(wrong.get(1).get(epoch)));
        }
        table.print();
        page.picture(
                "errors",
                Plot.of("Two losses, the same network", "epoch", "digits of the test that are wrong (%)")
                        .line("cross-entropy", wrong.get(0))
                        .line("squared error", wrong.get(1)));
        page.claim(
                "after one epoch cross-entropy is ahead",
                wrong.get(0).get(1) < wrong.get(1).get(1));
        page.claim(
                "both learn in the end",
                wrong.get(0).get(settings.epochs) < 15 && wrong.get(1).get(settings.epochs) < 50);
    }
}

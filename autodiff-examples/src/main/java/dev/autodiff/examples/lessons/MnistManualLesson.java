package dev.autodiff.examples.lessons;

import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.examples.draw.Plot;
import dev.autodiff.examples.mnist.MnistData;
import dev.autodiff.examples.mnist.TrainingSettings;
import dev.autodiff.examples.page.Lesson;
import dev.autodiff.examples.page.Page;
import dev.autodiff.nn.Losses;
import dev.autodiff.nn.data.Batch;
import dev.autodiff.nn.data.DataLoader;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The gradients of a whole classifier by hand: what `backward` saves one from. */
@Command(
        name = "mnist-manual",
        description = "Nine hand-derived gradients of the digits' network beside the engine's, then trained by them.")
final class MnistManualLesson implements Lesson {
    @Mixin
    private TrainingSettings settings = new TrainingSettings();

    @Override
    public List<String> small() {
        return List.of("--epochs", "2");
    }

    /** The numbers of the network; none of them asks for a gradient. */
    record Weights(Tensor w1, Tensor b1, Tensor w2, Tensor b2, Tensor w3, Tensor b3) {
        static Weights random(Generator generator) {
            return new Weights(
                    he(generator, 784, 128), Tensor.zeros(DType.FLOAT32, 128),
                    he(generator, 128, 64), Tensor.zeros(DType.FLOAT32, 64),
                    he(generator, 64, 10), Tensor.zeros(DType.FLOAT32, 10));
        }

        static Tensor he(Generator generator, int in, int out) {
            return Tensor.normal(generator, DType.FLOAT32, Shape.of(in, out), 0, Math.sqrt(2.0 / in));
        }

        List<Tensor> all() {
            return List.of(w1, b1, w2, b2, w3, b3);
        }

        Tensor logits(Tensor x) {
            Tensor a1 = x.matmul(w1).add(b1).relu();
            Tensor a2 = a1.matmul(w2).add(b2).relu();
            return a2.matmul(w3).add(b3);
        }
    }

    /** The nine gradients: δ of the three layers' sums Z, then those of the weights. */
    record Gradients(
            Tensor z3, Tensor w3, Tensor b3, Tensor z2, Tensor w2, Tensor b2, Tensor z1, Tensor w1, Tensor b1) {
        /** By the formulas of the lesson, for images x [m, 784] and one-hot labels y [m, 10]. */
        static Gradients of(Weights w, Tensor x, Tensor y) {
            Tensor z1 = x.matmul(w.w1()).add(w.b1());
            Tensor a1 = z1.relu();
            Tensor z2 = a1.matmul(w.w2()).add(w.b2());
            Tensor a2 = z2.relu();
            Tensor p = a2.matmul(w.w3()).add(w.b3()).softmax(1);

            Tensor d3 = p.sub(y).div(x.size(0));
            Tensor d2 = d3.matmul(w.w3().transpose()).mul(z2.gt(0).to(DType.FLOAT32));
            Tensor d1 = d2.matmul(w.w2().transpose()).mul(z1.gt(0).to(DType.FLOAT32));
            return new Gradients(
                    d3,
                    a2.transpose().matmul(d3),
                    d3.sum(0),
                    d2,
                    a1.transpose().matmul(d2),
                    d2.sum(0),
                    d1,
                    x.transpose().matmul(d1),
                    d1.sum(0));
        }

        /** The weights a step against the gradients. */
        Weights descend(Weights w, double rate) {
            return new Weights(
                    w.w1().sub(w1.mul(rate)), w.b1().sub(b1.mul(rate)),
                    w.w2().sub(w2.mul(rate)), w.b2().sub(b2.mul(rate)),
                    w.w3().sub(w3.mul(rate)), w.b3().sub(b3.mul(rate)));
        }
    }

    /** The part of the digits whose largest output is that of the label. */
    static double accuracy(Weights w, MnistData data) {
        Tensor images = data.images().reshape(data.size(), 784);
        Tensor hits = w.logits(images).argmax(1).eq(data.labels());
        return hits.to(DType.FLOAT64).mean().item();
    }

    @Override
    public void run(Page page) throws IOException {
        page.section("Three layers", """
                The network of `./autodiff mnist`: 784 pixels, two hidden layers of 128 and 64 units with ReLU, ten
                outputs with softmax, one for each digit. An example is a row of X.

                    Z₁ = X W₁ + b₁     A₁ = relu(Z₁)
                    Z₂ = A₁ W₂ + b₂    A₂ = relu(Z₂)
                    Z₃ = A₂ W₃ + b₃    P = softmax(Z₃)    L = −(1/m) Σᵢ log Pᵢ,yᵢ
                """);
        MnistData training = MnistData.train(DType.FLOAT32).range(0, settings.digits);
        MnistData test = MnistData.test(DType.FLOAT32);
        Weights weights = Weights.random(Generator.seeded(settings.seed));
        long numbers = weights.all().stream().mapToLong(Tensor::size).sum();
        page.printf("%d digits for training, %d for the test, %d weights", training.size(), test.size(), numbers);
        page.claim("784 · 128 + 128 + 128 · 64 + 64 + 64 · 10 + 10 weights", numbers == 109_386);

        page.section("Nine gradients by hand", """
                From the loss backwards, each layer in three steps. δ is the derivative of L by the named quantity.
                Softmax and cross-entropy together have the simplest of all rules, probability minus truth:

                    δZ₃ = (P − Y) / m             δW₃ = A₂ᵀ δZ₃    δb₃ = Σₖ δZ₃,ₖ
                    δZ₂ = δZ₃ W₃ᵀ ⊙ (Z₂ > 0)      δW₂ = A₁ᵀ δZ₂    δb₂ = Σₖ δZ₂,ₖ
                    δZ₁ = δZ₂ W₂ᵀ ⊙ (Z₁ > 0)      δW₁ = Xᵀ δZ₁     δb₁ = Σₖ δZ₁,ₖ

                Y is one-hot: a row of zeros with a 1 at the digit. `Gradients.of` is these nine lines. The same on
                the first digits by the engine, which needs the forward lines only; the sums Z keep their gradient
                because `retainGrad` asks for it.
                """);
        Tensor x = training.images().narrow(0, 0, settings.batch).reshape(settings.batch, 784);
        Tensor labels = training.labels().narrow(0, 0, settings.batch);
        Tensor y = Tensor.eye(DType.FLOAT32, 10).indexSelect(0, labels);
        Gradients byHand = Gradients.of(weights, x, y);

        List<Tensor> leaves = weights.all().stream().map(Tensor::requireGrad).toList();
        Tensor z1 = x.matmul(leaves.get(0)).add(leaves.get(1)).retainGrad();
        Tensor z2 = z1.relu().matmul(leaves.get(2)).add(leaves.get(3)).retainGrad();
        Tensor z3 = z2.relu().matmul(leaves.get(4)).add(leaves.get(5)).retainGrad();
        Losses.crossEntropy(z3, labels).backward();

        List<String> names = List.of("Z₃", "W₃", "b₃", "Z₂", "W₂", "b₂", "Z₁", "W₁", "b₁");
        List<Tensor> hand = List.of(
                byHand.z3(),
                byHand.w3(),
                byHand.b3(),
                byHand.z2(),
                byHand.w2(),
                byHand.b2(),
                byHand.z1(),
                byHand.w1(),
                byHand.b1());
        List<Tensor> engine = List.of(
                z3.grad(),
                leaves.get(4).grad(),
                leaves.get(5).grad(),
                z2.grad(),
                leaves.get(2).grad(),
                leaves.get(3).grad(),
                z1.grad(),
                leaves.get(0).grad(),
                leaves.get(1).grad());
        Page.Table table = page.table("δ", "shape", "length by hand", "length by engine", "relative difference");
        double worst = 0;
        for (int i = 0; i < names.size(); i++) {
            double length = engine.get(i).norm().item();
            double difference = hand.get(i).sub(engine.get(i)).norm().item() / length;
            worst = Math.max(worst, difference);
            table.row(
                    names.get(i),
                    engine.get(i).shape().toString(),
                    hand.get(i).norm().item(),
                    length,
                    difference < 1e-6 ? "rounding" : "%.1e".formatted(difference));
        }
        table.print();
        page.claim("all nine agree up to float32's rounding", worst < 1e-6);

        page.section("Trained by hand", """
                Nothing below records a graph: each step computes the gradients by the nine formulas and moves the
                weights, W ← W − α δW. This is how a network was trained before there were engines.
                """);
        DataLoader loader = DataLoader.of(training.images(), training.labels(), settings.batch)
                .shuffled(Generator.seeded(settings.seed).named("shuffle"));
        List<Double> losses = new ArrayList<>();
        for (int epoch = 1; epoch <= settings.epochs; epoch++) {
            for (Batch each : loader) {
                Tensor inputs = each.inputs().reshape(each.size(), 784);
                Tensor targets = Tensor.eye(DType.FLOAT32, 10).indexSelect(0, each.labels());
                Tensor loss = Losses.crossEntropy(weights.logits(inputs), each.labels());
                losses.add(loss.item());
                weights = Gradients.of(weights, inputs, targets).descend(weights, settings.rate);
            }
            page.printf("epoch %d: %.1f %% of the test's digits are right", epoch, 100 * accuracy(weights, test));
        }
        page.claim("nine of ten digits are right", accuracy(weights, test) > 0.9);
        page.picture(
                "loss",
                Plot.of("Training by hand-derived gradients", "mini-batch", "cross-entropy")
                        .line("loss", losses));
    }
}

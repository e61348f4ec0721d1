package dev.autodiff.examples.lessons;

import dev.autodiff.Autodiff;
import dev.autodiff.Compiled;
import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.examples.draw.Plot;
import dev.autodiff.examples.mnist.MnistData;
import dev.autodiff.examples.page.Lesson;
import dev.autodiff.examples.page.Page;
import dev.autodiff.examples.page.Range;
import dev.autodiff.nn.Initializer;
import dev.autodiff.nn.Layer;
import dev.autodiff.nn.Linear;
import dev.autodiff.nn.Losses;
import dev.autodiff.nn.data.Batch;
import dev.autodiff.nn.data.DataLoader;
import dev.autodiff.nn.optim.Sgd;
import dev.autodiff.shape.DType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How many examples a step should look at, and how long it should be. */
@Command(
        name = "minibatch",
        description = "Full batch, mini-batch and single examples: cost and time compared; then learning rates.")
final class MinibatchLesson implements Lesson {
    @Option(names = "--digits", paramLabel = "N", description = "Digits to learn from.")
    @Range(min = 256, max = 60000)
    private int digits = 2000;

    @Option(names = "--epochs", paramLabel = "N", description = "Passes over all digits.")
    @Range(min = 2, max = 1000)
    private int epochs = 20;

    @Option(names = "--batch", paramLabel = "N", description = "Digits of a mini-batch.")
    @Range(min = 2, max = 256)
    private int batch = 32;

    @Option(names = "--seed", paramLabel = "N", description = "Where all random numbers begin.")
    private long seed = 1;

    @Override
    public List<String> small() {
        return List.of("--digits=500", "--epochs=10");
    }

    /** 784 pixels, 32 hidden units with ReLU, ten digits. */
    record Network(Linear hidden, Linear output) implements Layer {
        static Network of(long seed) {
            Generator generator = Generator.seeded(seed);
            return new Network(
                    Linear.of(784, 32, Initializer.heNormal(), generator),
                    Linear.of(32, 10, Initializer.xavierNormal(), generator));
        }

        @Override
        public Tensor forward(Tensor x) {
            return output.forward(hidden.forward(x).relu());
        }

        Tensor cost(Tensor x, Tensor labels) {
            return Losses.crossEntropy(forward(x), labels);
        }
    }

    /** What a training leaves: the cost of all digits after each epoch, that of the batch in each step, and the time of the fastest epoch. */
    record Training(List<Double> costs, List<Double> steps, double secondsOfEpoch) {
        double last() {
            return costs.get(costs.size() - 1);
        }
    }

    /** Trains a new network on batches of a size. */
    static Training train(Page page, Tensor x, Tensor labels, int batch, double rate, int epochs, long seed) {
        Network network = Network.of(seed);
        Sgd optimizer = Sgd.of(network.parameters(), rate);
        Compiled step = Autodiff.compile((Tensor images, Tensor digits) -> {
            Tensor cost = network.cost(images, digits);
            optimizer.zeroGrad();
            cost.backward();
            optimizer.step();
            return cost;
        });
        DataLoader loader = DataLoader.of(x, labels, batch).shuffled(Generator.seeded(seed));
        List<Double> costs = new ArrayList<>();
        List<Double> steps = new ArrayList<>();
        costs.add(Autodiff.noGrad(() -> network.cost(x, labels)).item());
        double fastest = Double.POSITIVE_INFINITY;
        for (int epoch : page.steps("batches of " + batch + ", α = " + rate, epochs)) {
            long began = System.nanoTime();
            for (Batch b : loader) {
                steps.add(step.apply(b.inputs(), b.labels()).item());
            }
            fastest = Math.min(fastest, 1e-9 * (System.nanoTime() - began));
            costs.add(Autodiff.noGrad(() -> network.cost(x, labels)).item());
            page.tell("cost %.4f", costs.get(epoch + 1));
        }
        return new Training(costs, steps, fastest);
    }

    /** Returns the gradient of the cost by the first layer's weights. */
    static Tensor gradient(Network network, Tensor x, Tensor labels) {
        return Autodiff.gradients(
                        network.cost(x, labels), List.of(network.hidden().weight()))
                .get(0);
    }

    @Override
    public void run(Page page) throws IOException {
        page.section("The cost is a mean", """
                The cost of a network on n examples is the mean of their losses, and so its gradient is the mean of
                their gradients:

                    C(w) = 1/n Σₖ Lₖ(w)        ∇C = 1/n Σₖ ∇Lₖ

                Gradient descent in its pure form looks at all n examples before it makes one step: the full batch.
                But a mean can be estimated from a sample. A mini-batch of B examples gives an estimate of ∇C for
                B/n of the work, and B = 1 is the extreme. The example here is a network 784-32-10 on digits of MNIST.
                """);
        MnistData data = MnistData.train(DType.FLOAT32).range(0, digits);
        Tensor x = data.images().reshape(digits, 784);
        Tensor labels = data.labels();
        page.printf("%d digits, mini-batches of %d: %d steps in an epoch", digits, batch, (digits + batch - 1) / batch);

        page.section("How good is the estimate?", """
                If the examples are drawn by chance, the estimate is right on average, and its typical error falls
                like 1/√B: to halve the error one needs four times as many examples. That is why large batches do not
                pay: 100 times the work for a tenth of the error. We measure the distance between the gradient of a
                batch and that of all digits, as a part of the latter's length.
                """);
        Network start = Network.of(seed);
        Tensor full = gradient(start, x, labels);
        double length = full.norm(2).item();
        int[] sizes = {1, 4, 16, 64};
        double[] sampled = new double[sizes.length];
        double[] errors = new double[sizes.length];
        Page.Table table = page.table("B", "error of the gradient", "error · √B");
        Generator draw = Generator.seeded(seed).named("samples");
        for (int i = 0; i < sizes.length; i++) {
            double squares = 0;
            int samples = 100;
            for (int s = 0; s < samples; s++) {
                long[] places = new long[sizes[i]];
                for (int k = 0; k < places.length; k++) {
                    places[k] = draw.nextInt(digits);
                }
                Tensor chosen = Tensor.of(places);
                Tensor estimate = gradient(start, x.take(0, chosen), labels.take(0, chosen));
                squares += Math.pow(estimate.sub(full).norm(2).item() / length, 2);
            }
            sampled[i] = sizes[i];
            errors[i] = Math.sqrt(squares / samples);
            table.row(sizes[i], errors[i], errors[i] * Math.sqrt(sizes[i]));
        }
        table.print();
        page.picture(
                "estimate",
                Plot.of("Error of the gradient of B examples", "B", "error / length of the gradient")
                        .line("measured", sampled, errors)
                        .line(
                                "1/√B from the first",
                                sampled,
                                Arrays.stream(sampled)
                                        .map(b -> errors[0] / Math.sqrt(b))
                                        .toArray())
                        .logX()
                        .logY());
        page.claim("64 times as many examples: the error is an eighth", errors[0] / errors[3], 8, 1.6);

        page.section("Cost by epochs", """
                An epoch is one pass over all examples, whatever the batch. The full batch makes one step in it, and
                cannot make it much longer (see below); the mini-batch makes many, each in about the right direction.
                Single examples make the most steps, so noisy that they need a shorter step length α, and still the
                cost of one digit jumps up and down.
                """);
        Training whole = train(page, x, labels, digits, 0.2, epochs, seed);
        Training mini = train(page, x, labels, batch, 0.2, epochs, seed);
        Training single = train(page, x, labels, 1, 0.01, epochs, seed);
        page.table("batch", "α", "steps in an epoch", "cost after " + epochs + " epochs")
                .row("full", 0.2, whole.steps().size() / epochs, whole.last())
                .row("mini, " + batch, 0.2, mini.steps().size() / epochs, mini.last())
                .row("single", 0.01, single.steps().size() / epochs, single.last())
                .print();
        page.picture(
                "epochs",
                Plot.of("Cost of all digits", "epoch", "cross-entropy")
                        .line("full batch, α = 0.2", whole.costs())
                        .line("mini-batches of " + batch + ", α = 0.2", mini.costs())
                        .line("single digits, α = 0.01", single.costs())
                        .logY()
                        .legendBelow());
        page.claim("mini-batches are at less than a third of the full batch's cost", mini.last() < whole.last() / 3);

        page.section("Step by step", """
                What the steps themselves see, the cost of their own batch: the full batch goes down evenly, the
                mini-batches with a tremble, the single digits wildly, since some are easy and some hard.
                """);
        int shown = epochs;
        page.picture(
                "steps",
                Plot.of("Cost of the batch in the first " + shown + " steps", "step", "cross-entropy")
                        .line("full batch", whole.steps().subList(0, shown))
                        .line("mini-batches", mini.steps().subList(0, shown))
                        .line("single digits", single.steps().subList(0, shown))
                        .legendBelow());
        page.claim("the full batch never goes up", falls(whole.steps()));
        page.claim("single digits do", !falls(single.steps()));

        page.section("Cost by time", """
                A processor multiplies a matrix by a matrix far faster than by so many vectors, one after the other,
                since it reads every weight once for the whole batch. So an epoch of single digits takes the longest.
                Small batches make many steps, large ones cheap steps; the best is in between.
                """);
        page.table("batch", "an epoch")
                .row("full", milliseconds(whole))
                .row("mini, " + batch, milliseconds(mini))
                .row("single", milliseconds(single))
                .print();
        page.picture(
                "time",
                Plot.of("Cost of all digits over time", "seconds of training", "cross-entropy")
                        .line("full batch", times(whole), values(whole.costs()))
                        .line("mini-batches of " + batch, times(mini), values(mini.costs()))
                        .line("single digits", times(single), values(single.costs()))
                        .logY()
                        .legendBelow());

        page.section("Learning rates", """
                The step length α decides as much as the batch. Too small, and the cost creeps; too large, and a step
                leaps over the valley, further up on the other side than it came from. Just below that it is best.
                """);
        double[] rates = {0.001, 0.01, 0.1, 0.5, 5};
        double[] last = new double[rates.length];
        Plot plot = Plot.of("Mini-batches of " + batch + ": learning rates", "epoch", "cross-entropy");
        Page.Table byRate = page.table("α", "cost after " + epochs + " epochs");
        for (int i = 0; i < rates.length; i++) {
            Training training = train(page, x, labels, batch, rates[i], epochs, seed);
            last[i] = training.last();
            plot.line("α = " + rates[i], training.costs());
            byRate.row(rates[i], last[i]);
        }
        byRate.print();
        page.picture("rates", plot.logY().legendBelow());
        page.claim("α = 0.001 is too small: a worse cost than by 0.1", last[0] > 5 * last[2]);
        page.claim("α = 5 is too large: no better than guessing, log 10", !(last[4] < 0.9 * Math.log(10)));
    }

    /** Tells whether no number is larger than the one before it. */
    static boolean falls(List<Double> values) {
        for (int i = 1; i < values.size(); i++) {
            if (values.get(i) > values.get(i - 1)) {
                return false;
            }
        }
        return true;
    }

    static String milliseconds(Training training) {
        return String.format(Locale.ROOT, "%.1f ms", 1000 * training.secondsOfEpoch());
    }

    static double[] times(Training training) {
        double[] seconds = new double[training.costs().size()];
        for (int i = 0; i < seconds.length; i++) {
            seconds[i] = i * training.secondsOfEpoch();
        }
        return seconds;
    }

    static double[] values(List<Double> list) {
        return list.stream().mapToDouble(Double::doubleValue).toArray();
    }
}

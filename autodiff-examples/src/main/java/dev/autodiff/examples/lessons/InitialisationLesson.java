package dev.autodiff.examples.lessons;

import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.examples.draw.Drawing;
import dev.autodiff.examples.draw.Panels;
import dev.autodiff.examples.draw.Plot;
import dev.autodiff.examples.page.Lesson;
import dev.autodiff.examples.page.Page;
import dev.autodiff.examples.page.Range;
import dev.autodiff.nn.Initializer;
import dev.autodiff.nn.Linear;
import dev.autodiff.nn.Losses;
import dev.autodiff.nn.optim.Sgd;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Where a training begins decides whether it gets anywhere. */
@Command(name = "initialisation", description = "Zero, equal, small, Xavier and He weights in a deep network.")
final class InitialisationLesson implements Lesson {
    @Option(names = "--layers", paramLabel = "N", description = "Layers of the deep network.")
    @Range(min = 5, max = 100)
    private int layers = 10;

    @Option(names = "--width", paramLabel = "N", description = "Units of each layer.")
    @Range(min = 50, max = 2000)
    private int width = 200;

    @Option(names = "--iterations", paramLabel = "N", description = "Steps of the small trainings.")
    @Range(min = 50, max = 100000)
    private int iterations = 500;

    @Option(names = "--seed", paramLabel = "N", description = "Where all random numbers begin.")
    private long seed = 1;

    /** Trains 2-4-1 on the exclusive or; returns the hidden weights [4, 2], one row for each unit. */
    static Tensor train(Initializer initializer, int iterations, long seed, List<Double> losses) {
        Tensor x = Tensor.of(new double[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}});
        Tensor y = Tensor.of(new double[][] {{0}, {1}, {1}, {0}});
        Generator generator = Generator.seeded(seed);
        Linear hidden = Linear.of(2, 4, initializer, generator, DType.FLOAT64);
        Linear output = Linear.of(4, 1, initializer, generator, DType.FLOAT64);
        List<Tensor> parameters = new ArrayList<>(hidden.parameters());
        parameters.addAll(output.parameters());
        Sgd optimizer = Sgd.of(parameters, 0.5).withMomentum(0.9);
        for (int i = 0; i < iterations; i++) {
            Tensor loss =
                    Losses.logLossWithLogits(output.forward(hidden.forward(x).tanh()), y);
            optimizer.zeroGrad();
            loss.backward();
            optimizer.step();
            losses.add(loss.item());
        }
        return hidden.weight().snapshot();
    }

    /** The outputs of each layer of a deep network without biases. */
    static List<Tensor> outputs(Initializer initializer, UnaryOperator<Tensor> f, int layers, int width, long seed) {
        Generator generator = Generator.seeded(seed);
        Tensor out = Tensor.normal(generator, DType.FLOAT64, Shape.of(100, width), 0, 1);
        List<Tensor> all = new ArrayList<>();
        for (int i = 0; i < layers; i++) {
            Linear layer = Linear.withoutBias(width, width, initializer, generator, DType.FLOAT64);
            out = f.apply(layer.forward(out)).detach();
            all.add(out);
        }
        return all;
    }

    /** The mean square of the outputs of each layer. */
    static double[] squares(List<Tensor> outputs) {
        return outputs.stream().mapToDouble(out -> out.square().mean().item()).toArray();
    }

    @Override
    public void run(Page page) throws IOException {
        page.section("Symmetry that never breaks", """
                If all weights begin as zero, or as any equal number, the units of a layer compute the same, receive
                the same gradient, and stay equal for ever: a layer of four units is one of a single unit, four
                times. Only unequal numbers break the symmetry. Three trainings of a 2-4-1 network on the exclusive
                or show it; each row is a hidden unit's weights at the end.
                """);
        List<Double> fromZero = new ArrayList<>();
        List<Double> fromEqual = new ArrayList<>();
        List<Double> fromRandom = new ArrayList<>();
        Tensor zero = train(Initializer.zeros(), iterations, seed, fromZero);
        Tensor equal = train(Initializer.constant(0.5), iterations, seed, fromEqual);
        Tensor random = train(Initializer.xavierUniform(), iterations, seed, fromRandom);
        page.print("from zero " + zero);
        page.print("from 0.5 " + equal);
        page.print("from random numbers " + random);
        page.picture(
                "symmetry",
                Plot.of("Learning the exclusive or", "iteration", "log loss")
                        .line("from zero", fromZero)
                        .line("from 0.5", fromEqual)
                        .line("from random numbers", fromRandom)
                        .legendBelow());
        page.claim("from zero the hidden weights stay zero", zero.abs().max().item() == 0);
        page.claim(
                "from equal weights the units stay equal to the last bit",
                equal.sub(equal.narrow(0, 0, 1)).abs().max().item() == 0);
        page.claim("random weights learn it", fromRandom.get(iterations - 1) < 0.1);
        page.claim(
                "zero and equal ones do not",
                fromZero.get(iterations - 1) > 0.3 && fromEqual.get(iterations - 1) > 0.3);

        page.section("How large", """
                A unit adds n products of inputs and weights. With independent terms of mean zero the variances
                multiply and add up, Var(Σ wᵢ xᵢ) = n · Var(w) · Var(x). So each layer multiplies the variance by
                n · Var(w), and a deep network does so again and again:

                - N(0, 0.01²), the small numbers of the first lectures: for n = 200 a factor of 0.02 per layer
                - Xavier: Var(w) = 2 / (n_in + n_out), a factor of 1; made for tanh, which is nearly the identity near 0
                - He: Var(w) = 2 / n_in, for ReLU, which throws away half: again a factor of 1
                """);
        UnaryOperator<Tensor> tanh = v -> v.tanh();
        UnaryOperator<Tensor> relu = v -> v.relu();
        Map<String, List<Tensor>> networks = new LinkedHashMap<>();
        networks.put("N(0, 0.01²), tanh", outputs(Initializer.normal(0, 0.01), tanh, layers, width, seed));
        networks.put("N(0, 1), tanh", outputs(Initializer.normal(0, 1), tanh, layers, width, seed));
        networks.put("Xavier, tanh", outputs(Initializer.xavierNormal(), tanh, layers, width, seed));
        networks.put("Xavier, ReLU", outputs(Initializer.xavierNormal(), relu, layers, width, seed));
        networks.put("He, ReLU", outputs(Initializer.heNormal(), relu, layers, width, seed));
        Page.Table table = page.table("mean square of the outputs", "first layer", "last layer", "factor per layer");
        Plot plot = Plot.of("The outputs of a deep network", "layer (0 is the first)", "mean square of the outputs")
                .logY()
                .legendBelow();
        networks.forEach((name, outs) -> {
            double[] squares = squares(outs);
            table.row(name, squares[0], squares[layers - 1], factor(squares));
            plot.line(name, squares);
        });
        table.print();
        page.picture("variance", plot);
        double small = factor(squares(networks.get("N(0, 0.01²), tanh")));
        page.claim("small weights: a factor of n · 0.01² per layer", small, width * 1e-4, 0.15 * width * 1e-4);
        page.claim("He with ReLU: about 1", factor(squares(networks.get("He, ReLU"))), 1, 0.2);
        page.claim("Xavier with ReLU: about 1/2", factor(squares(networks.get("Xavier, ReLU"))), 0.5, 0.1);

        page.section("What the layers see", """
                The histograms show the outputs of the first and of the last layer. Small weights leave nothing but
                zeros, all information is lost. Large ones drive every tanh into saturation, at −1 or 1, where its
                derivative is nearly zero. With Xavier's the outputs shrink slowly, by a factor a little below 1, as
                tanh is flatter than the identity away from 0; the last layer still has outputs of many sizes.
                """);
        List<Drawing> panels = new ArrayList<>();
        for (String name : List.of("N(0, 0.01²), tanh", "N(0, 1), tanh", "Xavier, tanh")) {
            List<Tensor> outs = networks.get(name);
            panels.add(Plot.of(name, "output", "how many")
                    .xRange(-1, 1)
                    .histogram("first layer", outs.get(0).toDoubleArray(), 40)
                    .histogram("last layer", outs.get(layers - 1).toDoubleArray(), 40)
                    .size(430, 380)
                    .legendBelow());
        }
        page.picture("histograms", Panels.of(3, panels));
        Tensor saturated = networks.get("N(0, 1), tanh").get(layers - 1).abs().gt(0.99);
        double share = saturated.to(DType.FLOAT64).mean().item();
        page.printf("N(0, 1): %.0f %% of the last layer's outputs are beyond ±0.99", 100 * share);
        page.claim("with large weights most units are saturated", share > 0.5);

        page.section("And on the way back", """
                The δ of an input is a sum over the m outputs that it goes to, so that each layer multiplies the
                variance of δ by m · Var(w), and by the mean square of the activation's derivative. We give each
                network random δ of variance 1 at its end and look at what arrives at the outputs of each layer:

                - small weights: a factor of 0.02 as forward, next to nothing arrives at the first layers
                - Xavier: somewhat below 1 with tanh, ½ with ReLU, half of whose derivatives are 0
                - He with ReLU: 1
                - N(0, 1) with tanh: most units are saturated, yet δ explodes, since the others pass it on by weights
                  that are far too large
                """);
        Map<String, double[]> back = new LinkedHashMap<>();
        back.put("N(0, 0.01²), tanh", deltas(Initializer.normal(0, 0.01), tanh, layers, width, seed));
        back.put("N(0, 1), tanh", deltas(Initializer.normal(0, 1), tanh, layers, width, seed));
        back.put("Xavier, tanh", deltas(Initializer.xavierNormal(), tanh, layers, width, seed));
        back.put("Xavier, ReLU", deltas(Initializer.xavierNormal(), relu, layers, width, seed));
        back.put("He, ReLU", deltas(Initializer.heNormal(), relu, layers, width, seed));
        Page.Table backward = page.table("mean square of δ", "last layer", "first layer", "factor per layer back");
        Plot deltas = Plot.of("δ in a deep network", "layer (0 is the first)", "mean square of δ")
                .logY()
                .legendBelow();
        back.forEach((name, squares) -> {
            backward.row(name, squares[layers - 1], squares[0], 1 / factor(squares));
            deltas.line(name, squares);
        });
        backward.print();
        page.picture("deltas", deltas);
        page.claim(
                "small weights: δ shrinks by n · 0.01² per layer",
                1 / factor(back.get("N(0, 0.01²), tanh")),
                width * 1e-4,
                0.15 * width * 1e-4);
        page.claim("He with ReLU: δ keeps its size", 1 / factor(back.get("He, ReLU")), 1, 0.2);
        page.claim("N(0, 1) with tanh: δ explodes", 1 / factor(back.get("N(0, 1), tanh")) > 2);
    }

    /** By how much the mean square grows from layer to layer. */
    static double factor(double[] squares) {
        return Math.pow(squares[squares.length - 1] / squares[0], 1.0 / (squares.length - 1));
    }

    /** The mean square of δ at the outputs of each layer, for random δ of variance 1 at the last one. */
    static double[] deltas(Initializer initializer, UnaryOperator<Tensor> f, int layers, int width, long seed) {
        Generator generator = Generator.seeded(seed);
        Tensor out = Tensor.normal(generator, DType.FLOAT64, Shape.of(100, width), 0, 1);
        List<Tensor> all = new ArrayList<>();
        for (int i = 0; i < layers; i++) {
            Linear layer = Linear.withoutBias(width, width, initializer, generator, DType.FLOAT64);
            out = f.apply(layer.forward(out)).retainGrad();
            all.add(out);
        }
        out.backward(Tensor.normal(generator, DType.FLOAT64, out.shape(), 0, 1));
        return squares(all.stream().map(Tensor::grad).toList());
    }
}

package dev.autodiff.examples.lessons;

import dev.autodiff.Autodiff;
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
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What stands between two layers, and why it matters which one. */
@Command(name = "activations", description = "Nine activation functions, their derivatives, saturation and dead units.")
final class ActivationsLesson implements Lesson {
    @Option(names = "--layers", paramLabel = "N", description = "Layers of the deep network.")
    @Range(min = 10, max = 100)
    private int layers = 20;

    @Option(names = "--width", paramLabel = "N", description = "Units of each layer.")
    @Range(min = 16, max = 1000)
    private int width = 64;

    @Option(names = "--seed", paramLabel = "N", description = "Where all random numbers begin.")
    private long seed = 1;

    /** The derivative of f at each element of x: each result depends on its own element only. */
    static Tensor derivative(UnaryOperator<Tensor> f, Tensor x) {
        return Autodiff.grad(v -> f.apply(v).sum()).apply(x);
    }

    /** A deep network: the length of the loss's gradient by each layer's weights, and the share of saturated units in percent. */
    record Deep(List<Double> lengths, double saturated) {
        double first() {
            return lengths.get(0);
        }

        double last() {
            return lengths.get(lengths.size() - 1);
        }

        /** Makes a network of layers with one function and with weights from N(0, deviation²), and goes through it and back. */
        static Deep of(UnaryOperator<Tensor> f, double deviation, int layers, int width, long seed) {
            Generator generator = Generator.seeded(seed);
            double steepest = derivative(f, Tensor.linspace(-4, 4, 161)).max().item();
            Tensor out = Tensor.normal(generator, DType.FLOAT64, Shape.of(32, width), 0, 1);
            List<Tensor> weights = new ArrayList<>();
            double flat = 0;
            for (int i = 0; i < layers; i++) {
                Tensor w = Tensor.normal(generator, DType.FLOAT64, Shape.of(width, width), 0, deviation)
                        .requireGrad();
                weights.add(w);
                Tensor z = out.matmul(w);
                Tensor slopes = derivative(f, z.detach());
                flat += slopes.lt(0.1 * steepest).to(DType.FLOAT64).mean().item();
                out = f.apply(z);
            }
            out.square().mean().backward();
            List<Double> lengths =
                    weights.stream().map(w -> w.grad().norm().item()).toList();
            return new Deep(lengths, 100 * flat / layers);
        }
    }

    @Override
    public void run(Page page) throws IOException {
        page.section("Why there is one at all", """
                A layer multiplies by a matrix. Two layers without anything between them are one layer, as
                (X W₁) W₂ = X (W₁ W₂). What makes a network more than that is a function applied to every number in
                between, the activation function. Backpropagation multiplies by its derivative at every layer, so
                that the derivative matters as much as the function.

                - step: 1 above zero, 0 below; the perceptron's. Its derivative is 0, nothing can be learned through it
                - linear: x; its derivative is 1, and the layers melt into one
                - sigmoid: σ(x) = 1 / (1 + e⁻ˣ), between 0 and 1, and tanh, between −1 and 1
                - ReLU: max(0, x); leaky ReLU keeps a slope of 0.01 below zero, the randomised one a random slope
                - ELU: x above zero, eˣ − 1 below
                - softmax makes probabilities of several numbers at once; drawn is the first one of x, 1 and −1
                """);
        Generator generator = Generator.seeded(seed);
        Tensor x = Tensor.linspace(-4, 4, 161);
        Tensor slopes = Tensor.uniform(generator, DType.FLOAT64, x.shape(), 1.0 / 8, 1.0 / 3);
        Map<String, UnaryOperator<Tensor>> functions = new LinkedHashMap<>();
        functions.put("step", v -> v.step());
        functions.put("linear", v -> v.mul(1));
        functions.put("sigmoid", v -> v.sigmoid());
        functions.put("tanh", v -> v.tanh());
        functions.put("ReLU", v -> v.relu());
        functions.put("leaky ReLU", v -> v.leakyRelu(0.01));
        functions.put("randomised ReLU", v -> v.leakyRelu(slopes));
        functions.put("ELU", v -> v.elu(1));
        functions.put(
                "softmax, first of (x, 1, −1)",
                v -> Tensor.stack(1, v, v.onesLike(), v.onesLike().neg())
                        .softmax(1)
                        .select(1, 0));
        List<Drawing> panels = new ArrayList<>();
        functions.forEach((name, f) -> panels.add(Plot.of(name, "x", "")
                .line("f(x)", x.toDoubleArray(), f.apply(x).toDoubleArray())
                .line("f′(x)", x.toDoubleArray(), derivative(f, x).toDoubleArray())
                .yRange(-1.5, 2.5)
                .size(400, 320)
                .legendLeft()));
        page.picture("functions", Panels.of(3, panels));

        page.section("Their derivatives", """
                The derivatives that a lecture writes on the board, beside those of the engine, at 161 places
                between −4 and 4. At zero, where ReLU has a kink, the engine takes 0, as PyTorch does.

                    σ′ = σ (1 − σ)     tanh′ = 1 − tanh²     ReLU′ = 1 above zero, else 0     ELU′ = eˣ below zero
                """);
        Tensor positive = x.gt(0).to(DType.FLOAT64);
        Map<String, Tensor> formulas = new LinkedHashMap<>();
        formulas.put("step", x.zerosLike());
        formulas.put("sigmoid", x.sigmoid().mul(x.sigmoid().neg().add(1)));
        formulas.put("tanh", x.tanh().square().neg().add(1));
        formulas.put("ReLU", positive);
        formulas.put("leaky ReLU", positive.mul(0.99).add(0.01));
        formulas.put("ELU", Tensor.where(x.gt(0), x.onesLike(), x.exp()));
        Page.Table table = page.table("function", "largest derivative", "difference from the formula");
        double worst = 0;
        for (String name : formulas.keySet()) {
            Tensor engine = derivative(functions.get(name), x);
            double difference = engine.sub(formulas.get(name)).abs().max().item();
            worst = Math.max(worst, difference);
            table.row(name, engine.max().item(), difference < 1e-14 ? "rounding" : "%.1e".formatted(difference));
        }
        table.print();
        page.claim("formulas and engine agree up to rounding", worst < 1e-14);
        page.claim(
                "σ′ is never above 1/4",
                derivative(functions.get("sigmoid"), x).max().item() <= 0.25);

        page.section("Softmax", """
                The last layer of a classifier has a function of all its numbers at once. Softmax makes them
                positive with sum 1, so that they can be read as probabilities:

                    pᵢ = e^zᵢ / Σⱼ e^zⱼ           ∂pᵢ/∂zⱼ = pᵢ (δᵢⱼ − pⱼ)

                Its derivative is a matrix, since each result depends on every input. The same number added to all
                inputs changes nothing, therefore the rows of the matrix sum to zero.
                """);
        Tensor z = Tensor.of(new double[] {2, 1, -1});
        Tensor p = z.softmax(0);
        Tensor jacobian = Autodiff.jacobian((Tensor v) -> v.softmax(0)).apply(z);
        Tensor column = p.reshape(3, 1);
        Tensor formula = Tensor.eye(DType.FLOAT64, 3).mul(column).sub(column.matmul(column.transpose()));
        page.print(p);
        page.print(jacobian);
        page.claim(
                "the matrix is diag(p) − p pᵀ",
                jacobian.sub(formula).abs().max().item() < 1e-15);
        page.claim("its rows sum to zero", jacobian.sum(1).abs().max().item() < 1e-15);

        page.section("Saturation", """
                Far from zero a sigmoid is flat: it is saturated, its derivative is nearly 0. And even at its
                steepest the derivative is 1/4. Backpropagation multiplies by it at every layer, so that in a deep
                network little of the gradient arrives at the first layers: they hardly learn. tanh, with a
                derivative of 1 at zero, does better; ReLU passes the gradient through half of the units unchanged.

                The picture shows the length of the gradient by the weights of each layer, with weights drawn from
                N(0, 1/n) for n units, and N(0, 2/n) for ReLU, which halves the variance. The table also tells in how
                many units the derivative is less than a tenth of the steepest. With such weights hardly any sigmoid
                and tanh is saturated, and of the ReLUs half are below zero. With weights from N(0, 1) half of them
                or more are saturated; what passes through the others is multiplied by those large weights, so that
                the gradient is lost in some places and far too large in others (see `initialisation`).
                """);
        double xavier = Math.sqrt(1.0 / width);
        Map<String, Deep> deep = new LinkedHashMap<>();
        deep.put("sigmoid, N(0, 1/n)", Deep.of(v -> v.sigmoid(), xavier, layers, width, seed));
        deep.put("tanh, N(0, 1/n)", Deep.of(v -> v.tanh(), xavier, layers, width, seed));
        deep.put("ReLU, N(0, 2/n)", Deep.of(v -> v.relu(), Math.sqrt(2) * xavier, layers, width, seed));
        deep.put("sigmoid, N(0, 1)", Deep.of(v -> v.sigmoid(), 1, layers, width, seed));
        deep.put("tanh, N(0, 1)", Deep.of(v -> v.tanh(), 1, layers, width, seed));
        Page.Table lengths = page.table("", "gradient, first layer", "last layer", "flat units, %");
        Plot saturation = Plot.of("The gradient in a deep network", "layer (0 is the first)", "length of the gradient")
                .logY()
                .legendBelow();
        deep.forEach((name, d) -> {
            lengths.row(name, d.first(), d.last(), "%.1f".formatted(d.saturated()));
            if (name.endsWith("/n)")) {
                saturation.line(name, d.lengths());
            }
        });
        lengths.print();
        page.picture("saturation", saturation);
        Deep sigmoid = deep.get("sigmoid, N(0, 1/n)");
        Deep relu = deep.get("ReLU, N(0, 2/n)");
        page.claim(
                "through sigmoids the gradient shrinks by more than 2 per layer",
                sigmoid.first() * Math.pow(2, layers - 1) < sigmoid.last());
        page.claim(
                "through ReLU it keeps within a factor of 20",
                relu.first() * 20 > relu.last() && relu.last() * 20 > relu.first());
        page.claim(
                "large weights saturate most units of tanh",
                deep.get("tanh, N(0, 1)").saturated() > 50
                        && deep.get("tanh, N(0, 1/n)").saturated() < 10);

        page.section("Dead units", """
                A ReLU unit whose input is below zero for every example gives 0 for all of them, and its derivative
                is 0 for all of them. No gradient reaches its weights, and it stays as it is: it is dead. Steps that
                are too long kill units. Here a network with four hidden layers learns y = x² in 20 steps of gradient
                descent, once with short steps, once with long ones, and once with the latter and leaky ReLU. Counted
                are the units whose derivative is 0 for all 64 examples. Some are so from the start: positive and
                negative inputs reach the second layer as two directions, and a unit is negative for both in one of
                four cases.
                """);
        Tensor inputs = Tensor.linspace(-1, 1, 64).reshape(64, 1);
        Tensor targets = inputs.square();
        Map<String, int[]> dead = new LinkedHashMap<>();
        for (String kind :
                List.of("ReLU, at the start", "ReLU, short steps", "ReLU, long steps", "leaky ReLU, long steps")) {
            double rate = kind.endsWith("short steps") ? 0.01 : 0.03;
            int count = kind.endsWith("start") ? 0 : 20;
            double slope = kind.startsWith("leaky") ? 0.01 : 0;
            Generator weights = Generator.seeded(seed);
            List<Linear> net = new ArrayList<>();
            List<Tensor> parameters = new ArrayList<>();
            for (int layer = 0; layer < 5; layer++) {
                int in = layer == 0 ? 1 : width;
                int out = layer == 4 ? 1 : width;
                net.add(Linear.of(in, out, Initializer.heNormal(), weights, DType.FLOAT64));
                parameters.addAll(net.get(layer).parameters());
            }
            Sgd optimizer = Sgd.of(parameters, rate);
            int[] silent = new int[4];
            for (int step = 0; step <= count; step++) {
                Tensor a = inputs;
                for (int layer = 0; layer < 4; layer++) {
                    Tensor u = net.get(layer).forward(a);
                    Tensor alive = derivative(v -> v.leakyRelu(slope), u.detach())
                            .max(0)
                            .gt(0);
                    silent[layer] = width - (int) alive.to(DType.FLOAT64).sum().item();
                    a = u.leakyRelu(slope);
                }
                optimizer.zeroGrad();
                Losses.meanSquaredError(net.get(4).forward(a), targets).backward();
                optimizer.step();
            }
            dead.put(kind, silent);
        }
        Page.Table units = page.table("dead of " + width, "layer 1", "layer 2", "layer 3", "layer 4");
        dead.forEach((kind, n) -> units.row(kind, n[0], n[1], n[2], n[3]));
        units.print();
        int killed = IntStream.of(dead.get("ReLU, long steps")).sum();
        page.claim(
                "long steps kill units",
                killed > IntStream.of(dead.get("ReLU, short steps")).sum());
        page.claim(
                "no leaky unit is dead",
                IntStream.of(dead.get("leaky ReLU, long steps")).sum() == 0);
    }
}

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

    /** The length of the loss's gradient by the weights of each layer of a deep network. */
    static double[] gradientLengths(UnaryOperator<Tensor> f, double deviation, int layers, int width, long seed) {
        Generator generator = Generator.seeded(seed);
        Tensor out = Tensor.normal(generator, DType.FLOAT64, Shape.of(32, width), 0, 1);
        List<Tensor> weights = new ArrayList<>();
        for (int i = 0; i < layers; i++) {
            Tensor w = Tensor.normal(generator, DType.FLOAT64, Shape.of(width, width), 0, deviation)
                    .requireGrad();
            weights.add(w);
            out = f.apply(out.matmul(w));
        }
        out.square().mean().backward();
        return weights.stream().mapToDouble(w -> w.grad().norm().item()).toArray();
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

                    σ′ = σ (1 − σ)      tanh′ = 1 − tanh²      ReLU′ = 1 above zero, else 0      ELU′ = eˣ below zero
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
                N(0, 1/n) for n units, and N(0, 2/n) for ReLU, which halves the variance.
                """);
        double[] sigmoid = gradientLengths(v -> v.sigmoid(), Math.sqrt(1.0 / width), layers, width, seed);
        double[] tanh = gradientLengths(v -> v.tanh(), Math.sqrt(1.0 / width), layers, width, seed);
        double[] relu = gradientLengths(v -> v.relu(), Math.sqrt(2.0 / width), layers, width, seed);
        page.table("", "first layer", "last layer")
                .row("sigmoid", sigmoid[0], sigmoid[layers - 1])
                .row("tanh", tanh[0], tanh[layers - 1])
                .row("ReLU", relu[0], relu[layers - 1])
                .print();
        page.picture(
                "saturation",
                Plot.of("The gradient in a deep network", "layer (0 is the first)", "length of the gradient")
                        .line("sigmoid", sigmoid)
                        .line("tanh", tanh)
                        .line("ReLU", relu)
                        .logY()
                        .legendBelow());
        page.claim(
                "through sigmoids the gradient shrinks by more than 2 per layer",
                sigmoid[0] * Math.pow(2, layers - 1) < sigmoid[layers - 1]);
        page.claim(
                "through ReLU it keeps within a factor of 20",
                relu[0] * 20 > relu[layers - 1] && relu[layers - 1] * 20 > relu[0]);

        page.section("Dead units", """
                A ReLU unit whose input is below zero for every example gives 0 for all of them, and its derivative
                is 0 for all of them. No gradient reaches its weights, and it stays as it is: it is dead. One step
                that is too long is enough to kill units. Here a hidden layer learns y = x² by gradient descent, one
                network with short steps, one with steps that are far too long, and one of the latter with leaky
                ReLU.
                """);
        Tensor inputs = Tensor.linspace(-1, 1, 64).reshape(64, 1);
        Tensor targets = inputs.square();
        Map<String, Integer> dead = new LinkedHashMap<>();
        for (String kind : List.of("ReLU, short steps", "ReLU, long steps", "leaky ReLU, long steps")) {
            double rate = kind.endsWith("short steps") ? 0.01 : 0.3;
            double slope = kind.startsWith("leaky") ? 0.01 : 0;
            Generator weights = Generator.seeded(seed);
            Tensor w1 = Tensor.normal(weights, DType.FLOAT64, Shape.of(1, width), 0, 1);
            Tensor b1 = Tensor.normal(weights, DType.FLOAT64, Shape.of(width), 0, 0.5);
            Tensor w2 = Tensor.normal(weights, DType.FLOAT64, Shape.of(width, 1), 0, Math.sqrt(2.0 / width));
            int silent = 0;
            for (int step = 0; step <= 5; step++) {
                Tensor u = w1.detach().requireGrad();
                Tensor b = b1.detach().requireGrad();
                Tensor v = w2.detach().requireGrad();
                Tensor hidden = inputs.matmul(u).add(b).leakyRelu(slope);
                hidden.matmul(v).sub(targets).square().mean().backward();
                // A unit is dead if no example moves its weight and its bias.
                Tensor moved = u.grad().abs().reshape(width).add(b.grad().abs());
                silent = width - (int) moved.gt(0).to(DType.FLOAT64).sum().item();
                w1 = w1.sub(u.grad().mul(rate));
                b1 = b1.sub(b.grad().mul(rate));
                w2 = w2.sub(v.grad().mul(rate));
            }
            dead.put(kind, silent);
        }
        Page.Table units = page.table("", "dead units", "of");
        dead.forEach((kind, n) -> units.row(kind, n, width));
        units.print();
        page.claim("long steps kill units", dead.get("ReLU, long steps") > dead.get("ReLU, short steps"));
        page.claim("no leaky unit is dead", dead.get("leaky ReLU, long steps") == 0);
    }
}

package dev.autodiff.benchmarks.compare;

import dev.autodiff.Autodiff;
import dev.autodiff.Compiled;
import dev.autodiff.ConvOptions;
import dev.autodiff.Tensor;
import dev.autodiff.benchmarks.Elementwise;
import dev.autodiff.nn.Activation;
import dev.autodiff.nn.Layer;
import dev.autodiff.nn.Linear;
import dev.autodiff.nn.Losses;
import dev.autodiff.nn.Recurrent;
import dev.autodiff.nn.Sequential;
import dev.autodiff.nn.optim.Adam;
import dev.autodiff.nn.optim.Optimizer;
import dev.autodiff.nn.optim.Sgd;
import dev.autodiff.shape.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** This library's side, written as a user would write it. */
final class OwnSide implements Side {
    /** Enough for a replay, which begins with the third. */
    private static final int CHECKED_STEPS = 4;

    private static final double SGD_RATE = 0.01;

    private OwnSide() {}

    static Side create() {
        return new OwnSide();
    }

    /** The process: {@code -Dautodiff.kernels} and {@code -Dautodiff.threads} say how it works, the first argument {@code peak} what. */
    public static void main(String[] args) throws IOException {
        if (args.length > 0 && args[0].equals("peak")) {
            Child.serve(Peak::new);
        } else {
            Child.serve(OwnSide::new);
        }
    }

    @Override
    public String version() {
        return "autodiff, Java " + Runtime.version();
    }

    @Override
    public @Nullable Step prepare(String work, String mode) {
        boolean replayed = mode.equals("replayed");
        return switch (work) {
            case "W1" -> xor(replayed);
            case "W2" -> powell(replayed);
            case "W3" -> perceptron(replayed, 64, false, 784, 128, 64, 10);
            case "W4" -> perceptron(replayed, 128, true, 784, 512, 256, 10);
            case "W5" -> leNet(replayed);
            case "W6" -> chain(replayed);
            case "W7" -> lstm(replayed);
            default -> product(replayed, work.split("-", -1));
        };
    }

    // ---- the work ----

    private static Step xor(boolean replayed) {
        Layer model = Sequential.of(linear(1, 2, 4), Activation.SIGMOID, linear(3, 4, 1), Activation.SIGMOID);
        Optimizer optimizer = Sgd.of(model.parameters(), 0.1);
        Tensor x = Tensor.of(new float[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}});
        Tensor y = Tensor.of(new float[][] {{0}, {1}, {1}, {0}});
        return training(replayed, x, y, model, Losses::sumOfSquaredErrors, optimizer);
    }

    private static Step powell(boolean replayed) {
        List<Tensor> points = List.of(Tensor.of(3.0), Tensor.of(-1.0), Tensor.of(0.0), Tensor.of(1.0));
        Function<List<Tensor>, List<Tensor>> gradient = xs -> {
            List<Tensor> leaves = xs.stream().map(Tensor::requireGrad).toList();
            powell(leaves).backward();
            return leaves.stream().map(x -> Objects.requireNonNull(x.grad())).toList();
        };
        Function<List<Tensor>, List<Tensor>> run = replayed ? Autodiff.compileAll(gradient)::applyAll : gradient;
        return new Step() {
            @Override
            public double[] values() {
                double[] values = {};
                for (int i = 0; i < CHECKED_STEPS; i++) {
                    values =
                            run.apply(points).stream().mapToDouble(Tensor::item).toArray();
                }
                return values;
            }

            @Override
            public Object run() {
                return run.apply(points);
            }
        };
    }

    /** {@code (x₁ + 10·x₂)² + 5·(x₃ − x₄)² + (x₂ − 2·x₃)⁴ + 10·(x₁ − x₄)⁴}; Powell, 1962. */
    private static Tensor powell(List<Tensor> x) {
        Tensor first = x.get(0).add(x.get(1).mul(10)).square();
        Tensor second = x.get(2).sub(x.get(3)).square().mul(5);
        Tensor third = x.get(1).sub(x.get(2).mul(2)).pow(4);
        Tensor fourth = x.get(0).sub(x.get(3)).pow(4).mul(10);
        return first.add(second).add(third).add(fourth);
    }

    private static Step perceptron(boolean replayed, int batch, boolean adam, int... sizes) {
        List<Layer> layers = new ArrayList<>();
        for (int i = 1; i < sizes.length; i++) {
            layers.add(linear(2 * i - 1, sizes[i - 1], sizes[i]));
            if (i < sizes.length - 1) {
                layers.add(Activation.RELU);
            }
        }
        Layer model = new Sequential(layers);
        Optimizer optimizer = adam ? Adam.of(model.parameters(), 1e-3) : Sgd.of(model.parameters(), SGD_RATE);
        Tensor x = tensor(101, 1, batch, sizes[0]);
        Tensor y = Tensor.of(Inputs.classes(102, batch));
        return training(replayed, x, y, model, Losses::crossEntropy, optimizer);
    }

    /** LeNet; the batch is [n, 1, 28, 28]. */
    private record LeNet(Tensor kernel1, Tensor bias1, Tensor kernel2, Tensor bias2, Layer head) implements Layer {
        private static final ConvOptions SAME = ConvOptions.defaults().samePadding();
        private static final ConvOptions VALID = ConvOptions.defaults();

        @Override
        public Tensor forward(Tensor x) {
            Tensor first = x.conv2d(kernel1, bias1, SAME).relu().maxPool2d(2);
            Tensor second = first.conv2d(kernel2, bias2, VALID).relu().maxPool2d(2);
            return head.forward(second.reshape(x.size(0), -1));
        }
    }

    private static Step leNet(boolean replayed) {
        Layer head = Sequential.of(
                linear(5, 400, 120), Activation.RELU, linear(7, 120, 84), Activation.RELU, linear(9, 84, 10));
        Layer model = new LeNet(
                parameter(1, 25, 8, 1, 5, 5),
                parameter(2, 25, 8),
                parameter(3, 200, 16, 8, 5, 5),
                parameter(4, 200, 16),
                head);
        Tensor x = tensor(101, 1, 64, 1, 28, 28);
        Tensor y = Tensor.of(Inputs.classes(102, 64));
        return training(replayed, x, y, model, Losses::crossEntropy, Sgd.of(model.parameters(), SGD_RATE));
    }

    private static Step chain(boolean replayed) {
        Tensor point = tensor(101, 3, 1_000_000);
        return ofResult(replayed, Elementwise.CHAIN, point);
    }

    private static Step lstm(boolean replayed) {
        List<Tensor> p = List.of(
                parameter(1, 128, 512, 64),
                parameter(2, 128, 512, 128),
                parameter(3, 128, 512),
                parameter(4, 128, 512));
        var weights = new Recurrent.Weights(p.get(0), p.get(1), p.get(2), p.get(3));
        Layer last = x -> Recurrent.lstm(x, null, List.of(weights)).output().select(0, -1);
        Tensor x = tensor(101, 1, 50, 32, 64);
        Tensor y = tensor(102, 1, 32, 128);
        return training(replayed, x, y, last, Losses::meanSquaredError, Sgd.of(p, SGD_RATE));
    }

    private static @Nullable Step product(boolean replayed, String... name) {
        if (name.length != 4) {
            return null;
        }
        int n = Integer.parseInt(name[1]);
        boolean single = name[3].equals("float32");
        Shape shape = Shape.of(n, n);
        Tensor a = single ? tensor(1, 1, n, n) : Tensor.of(Inputs.uniform(1, n * n, 1), shape);
        Tensor b = single ? tensor(2, 1, n, n) : Tensor.of(Inputs.uniform(2, n * n, 1), shape);
        BinaryOperator<Tensor> f = switch (name[2]) {
            case "AtB" -> (x, y) -> x.transpose().matmul(y);
            case "ABt" -> (x, y) -> x.matmul(y.transpose());
            default -> Tensor::matmul;
        };
        if (!replayed) {
            return ofResult(false, x -> f.apply(x, b), a);
        }
        Compiled compiled = Autodiff.compile(f);
        return ofResult(false, x -> compiled.apply(x, b), a);
    }

    // ---- what the work has in common ----

    private static Step training(
            boolean replayed, Tensor x, Tensor y, Layer model, BinaryOperator<Tensor> loss, Optimizer optimizer) {
        BinaryOperator<Tensor> eager = (inputs, targets) -> {
            Tensor value = loss.apply(model.forward(inputs), targets);
            optimizer.zeroGrad();
            value.backward();
            optimizer.step();
            return value;
        };
        BinaryOperator<Tensor> step = replayed ? Autodiff.compile(eager)::apply : eager;
        return new Step() {
            @Override
            public double[] values() {
                double[] losses = new double[CHECKED_STEPS];
                Arrays.setAll(losses, i -> step.apply(x, y).item());
                return losses;
            }

            @Override
            public Object run() {
                return step.apply(x, y);
            }
        };
    }

    private static Step ofResult(boolean replayed, UnaryOperator<Tensor> f, Tensor x) {
        UnaryOperator<Tensor> step = replayed ? Autodiff.compile(f)::apply : f;
        return new Step() {
            @Override
            public double[] values() {
                Tensor result = x;
                for (int i = 0; i < CHECKED_STEPS; i++) {
                    result = step.apply(x);
                }
                return Checksum.of(result.toDoubleArray());
            }

            @Override
            public Object run() {
                return step.apply(x);
            }
        };
    }

    /** A layer with weights and bias of two streams, spread as PyTorch does it. */
    private static Linear linear(int stream, int in, int out) {
        return new Linear(parameter(stream, in, out, in), parameter(stream + 1, in, out));
    }

    private static Tensor parameter(int stream, int fanIn, int... shape) {
        return tensor(stream, 1 / Math.sqrt(fanIn), shape).requireGrad();
    }

    private static Tensor tensor(int stream, double bound, int... shape) {
        int n = 1;
        for (int size : shape) {
            n *= size;
        }
        return Tensor.of(Inputs.floats(stream, n, bound), Shape.of(shape));
    }
}

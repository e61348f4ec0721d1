package dev.autodiff.benchmarks.peers;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import dev.autodiff.benchmarks.compare.Checksum;
import dev.autodiff.benchmarks.compare.Child;
import dev.autodiff.benchmarks.compare.Inputs;
import dev.autodiff.benchmarks.compare.Side;
import dev.autodiff.benchmarks.compare.Step;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** DJL with its PyTorch engine. Steps on plain arrays where that is faster than its trainer. */
final class DjlSide implements Side {
    private static final int CHECKED_STEPS = 4;

    private final Engine engine = Engine.getInstance();
    private final NDManager manager = NDManager.newBaseManager();

    private DjlSide() {}

    public static void main(String[] args) throws IOException {
        Child.serve(DjlSide::new);
        System.exit(0); // the engine has threads of its own
    }

    @Override
    public String version() {
        return "DJL " + Engine.getDjlVersion() + ", PyTorch " + engine.getVersion();
    }

    @Override
    public @Nullable Step prepare(String work, String mode) {
        if (!mode.equals("eager")) {
            return null;
        }
        return switch (work) {
            case "W1" -> xor();
            case "W2" -> powell();
            case "W3" -> training(perceptron(784, 128, 64, 10), sgd(), new Shape(64, 784));
            case "W4" ->
                training(
                        perceptron(784, 512, 256, 10),
                        Optimizer.adam()
                                .optLearningRateTracker(Tracker.fixed(1e-3f))
                                .build(),
                        new Shape(128, 784));
            case "W5" -> training(leNet(), sgd(), new Shape(64, 1, 28, 28));
            case "W6" -> chain();
            default -> product(work.split("-", -1));
        };
    }

    private static Optimizer sgd() {
        return Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.01f)).build();
    }

    private NDArray array(int stream, double bound, Shape shape) {
        return manager.create(Inputs.floats(stream, (int) shape.size(), bound), shape);
    }

    private Step xor() {
        NDArray x = manager.create(new float[] {0, 0, 0, 1, 1, 0, 1, 1}, new Shape(4, 2));
        NDArray y = manager.create(new float[] {0, 1, 1, 0}, new Shape(4, 1));
        double half = 1 / Math.sqrt(2);
        NDArray[] p = {
            array(1, half, new Shape(4, 2)).transpose().duplicate(),
            array(2, half, new Shape(1, 4)),
            array(3, 0.5, new Shape(4, 1)),
            array(4, 0.5, new Shape(1, 1))
        };
        for (NDArray parameter : p) {
            parameter.setRequiresGradient(true);
        }
        return step(wanted -> {
            try (NDManager scope = manager.newSubManager()) {
                NDArray inputs = scoped(x, scope);
                try (GradientCollector collector = engine.newGradientCollector()) {
                    NDArray hidden = Activation.sigmoid(inputs.matMul(p[0]).add(p[1]));
                    NDArray d =
                            Activation.sigmoid(hidden.matMul(p[2]).add(p[3])).sub(y);
                    NDArray loss = d.mul(d).sum();
                    collector.backward(loss);
                    wanted.accept(loss);
                }
                for (NDArray parameter : p) {
                    NDArray g = parameter.getGradient();
                    g.attach(scope);
                    NDArray change = g.mul(0.1);
                    change.attach(scope);
                    parameter.subi(change);
                }
            }
        });
    }

    private Step powell() {
        NDArray[] x = {manager.create(3.0), manager.create(-1.0), manager.create(0.0), manager.create(1.0)};
        for (NDArray variable : x) {
            variable.setRequiresGradient(true);
        }
        return new Step() {
            @Override
            public double[] values() {
                double[] gradients = new double[x.length];
                gradient(gradients);
                return gradients;
            }

            @Override
            public Object run() {
                gradient(null);
                return x;
            }

            private void gradient(double @Nullable [] wanted) {
                try (NDManager scope = manager.newSubManager();
                        GradientCollector collector = engine.newGradientCollector()) {
                    NDArray[] v = new NDArray[x.length];
                    Arrays.setAll(v, i -> scoped(x[i], scope));
                    NDArray a = v[0].add(v[1].mul(10));
                    NDArray b = v[2].sub(v[3]);
                    NDArray c = v[1].sub(v[2].mul(2));
                    NDArray d = v[0].sub(v[3]);
                    collector.backward(a.mul(a)
                            .add(b.mul(b).mul(5))
                            .add(c.pow(4))
                            .add(d.pow(4).mul(10)));
                    for (int i = 0; i < x.length; i++) {
                        try (NDArray g = x[i].getGradient()) {
                            if (wanted != null) {
                                wanted[i] = g.getDouble();
                            }
                        }
                    }
                }
            }
        };
    }

    private Step chain() {
        NDArray x = array(101, 3, new Shape(1_000_000));
        x.setRequiresGradient(true);
        return new Step() {
            @Override
            public double[] values() {
                try (NDArray g = gradient()) {
                    float[] values = g.toFloatArray();
                    double[] wide = new double[values.length];
                    Arrays.setAll(wide, i -> values[i]);
                    return Checksum.of(wide);
                }
            }

            @Override
            public Object run() {
                gradient().close();
                return x;
            }

            private NDArray gradient() {
                try (NDManager scope = manager.newSubManager();
                        GradientCollector collector = engine.newGradientCollector()) {
                    NDArray v = scoped(x, scope);
                    collector.backward(Activation.sigmoid(v.mul(1.3).add(0.2))
                            .mul(v)
                            .tanh()
                            .add(v.mul(v).neg().exp())
                            .sum());
                    return x.getGradient();
                }
            }
        };
    }

    private @Nullable Step product(String... name) {
        if (name.length != 4) {
            return null;
        }
        int n = Integer.parseInt(name[1]);
        Shape shape = new Shape(n, n);
        boolean single = name[3].equals("float32");
        NDArray first = single ? array(1, 1, shape) : manager.create(Inputs.uniform(1, n * n, 1), shape);
        NDArray second = single ? array(2, 1, shape) : manager.create(Inputs.uniform(2, n * n, 1), shape);
        NDArray a = name[2].equals("AtB") ? first.transpose() : first;
        NDArray b = name[2].equals("ABt") ? second.transpose() : second;
        return new Step() {
            @Override
            public double[] values() {
                try (NDArray c = a.matMul(b)) {
                    Number[] values = c.toArray();
                    double[] wide = new double[values.length];
                    Arrays.setAll(wide, i -> values[i].doubleValue());
                    return Checksum.of(wide);
                }
            }

            @Override
            public Object run() {
                a.matMul(b).close();
                return a;
            }

            @Override
            public void close() {
                for (NDArray array : new NDArray[] {first, second, a, b}) {
                    array.close();
                }
            }
        };
    }

    // ---- its trainer ----

    private static SequentialBlock perceptron(int... sizes) {
        SequentialBlock block = new SequentialBlock();
        for (int i = 1; i < sizes.length; i++) {
            block.add(Linear.builder().setUnits(sizes[i]).build());
            if (i < sizes.length - 1) {
                block.add(Activation::relu);
            }
        }
        return block;
    }

    private static SequentialBlock leNet() {
        Shape five = new Shape(5, 5);
        Shape two = new Shape(2, 2);
        return new SequentialBlock()
                .add(Conv2d.builder()
                        .setKernelShape(five)
                        .optPadding(two)
                        .setFilters(8)
                        .build())
                .add(Activation::relu)
                .add(Pool.maxPool2dBlock(two, two))
                .add(Conv2d.builder().setKernelShape(five).setFilters(16).build())
                .add(Activation::relu)
                .add(Pool.maxPool2dBlock(two, two))
                .add(Blocks.batchFlattenBlock())
                .addAll(perceptron(400, 120, 84, 10).getChildren().values());
    }

    private Step training(Block block, Optimizer optimizer, Shape inputs) {
        Model model = Model.newInstance("work");
        model.setBlock(block);
        Trainer trainer = model.newTrainer(new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optOptimizer(optimizer)
                .optDevices(new Device[] {Device.cpu()}));
        trainer.initialize(inputs);
        int stream = 1;
        double bound = 0;
        for (Parameter parameter : block.getParameters().values()) {
            NDArray values = parameter.getArray();
            Shape shape = values.getShape();
            if (shape.dimension() > 1) {
                bound = 1 / Math.sqrt((double) shape.size() / shape.get(0)); // of the bias that follows too
            }
            values.set(Inputs.floats(stream++, (int) shape.size(), bound));
        }
        int batch = (int) inputs.get(0);
        NDArray x = array(101, 1, inputs);
        NDArray y = manager.create(Inputs.classes(102, batch), new Shape(batch));
        Loss loss = trainer.getLoss();
        return step(wanted -> {
            try (NDManager scope = manager.newSubManager()) {
                try (GradientCollector collector = trainer.newGradientCollector()) {
                    NDArray value =
                            loss.evaluate(new NDList(scoped(y, scope)), trainer.forward(new NDList(scoped(x, scope))));
                    collector.backward(value);
                    wanted.accept(value);
                }
                trainer.step();
            }
        });
    }

    /** The same array as a view that the scope closes, with everything that is computed from it. */
    private static NDArray scoped(NDArray x, NDManager scope) {
        NDArray view = x.reshape(x.getShape());
        view.attach(scope);
        return view;
    }

    /** A training step that hands its loss on. */
    private static Step step(Consumer<Consumer<NDArray>> step) {
        double[] last = {0};
        DoubleSupplier loss = () -> {
            step.accept(value -> last[0] = value.getFloat());
            return last[0];
        };
        return new Step() {
            @Override
            public double[] values() {
                double[] losses = new double[CHECKED_STEPS];
                Arrays.setAll(losses, i -> loss.getAsDouble());
                return losses;
            }

            @Override
            public Object run() {
                step.accept(value -> {});
                return last;
            }
        };
    }
}

package dev.autodiff.benchmarks.peers;

import dev.autodiff.benchmarks.compare.Child;
import dev.autodiff.benchmarks.compare.Inputs;
import dev.autodiff.benchmarks.compare.Side;
import dev.autodiff.benchmarks.compare.Step;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.TensorFlow;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Assign;
import org.tensorflow.op.core.Gradients;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;

/** TensorFlow Java in graph mode, on the two perceptrons. */
final class TensorFlowSide implements Side {
    private static final int CHECKED_STEPS = 4;
    private static final int CLASSES = 10;

    private final int threads;

    private TensorFlowSide(int threads) {
        this.threads = threads;
    }

    /** The argument is the number of threads. */
    public static void main(String[] args) throws IOException {
        Child.serve(() -> new TensorFlowSide(Integer.parseInt(args[0])));
        System.exit(0); // native threads
    }

    @Override
    public String version() {
        return "TensorFlow " + TensorFlow.version();
    }

    @Override
    public @Nullable Step prepare(String work, String mode) {
        if (!mode.equals("eager")) {
            return null;
        }
        return switch (work) {
            case "W3" -> perceptron(64, false, 784, 128, 64, CLASSES);
            case "W4" -> perceptron(128, true, 784, 512, 256, CLASSES);
            default -> null;
        };
    }

    private Step perceptron(int batch, boolean adam, int... sizes) {
        Graph graph = new Graph();
        Ops tf = Ops.create(graph);
        Placeholder<TFloat32> inputs = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(batch, sizes[0])));
        Placeholder<TFloat32> targets = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(batch, CLASSES)));
        Operand<TFloat32> x = inputs;
        List<Variable<TFloat32>> parameters = new ArrayList<>();
        for (int i = 1; i < sizes.length; i++) {
            double bound = 1 / Math.sqrt(sizes[i - 1]);
            float[] weight = Inputs.floats(2 * i - 1, sizes[i] * sizes[i - 1], bound);
            Variable<TFloat32> w = tf.variable(
                    tf.constant(tensor(transposed(weight, sizes[i], sizes[i - 1]), sizes[i - 1], sizes[i])));
            Variable<TFloat32> b = tf.variable(tf.constant(tensor(Inputs.floats(2 * i, sizes[i], bound), sizes[i])));
            parameters.add(w);
            parameters.add(b);
            x = tf.math.add(tf.linalg.matMul(x, w), b);
            if (i < sizes.length - 1) {
                x = tf.nn.relu(x);
            }
        }
        Operand<TFloat32> loss =
                tf.math.mean(tf.nn.softmaxCrossEntropyWithLogits(x, targets).loss(), tf.constant(0));
        Op step = update(tf, loss, parameters, adam);
        Session session = new Session(
                graph,
                ConfigProto.newBuilder()
                        .setIntraOpParallelismThreads(threads)
                        .setInterOpParallelismThreads(1)
                        .build());
        session.initialize();
        TFloat32 data = tensor(Inputs.floats(101, batch * sizes[0], 1), batch, sizes[0]);
        float[] oneHot = new float[batch * CLASSES];
        long[] classes = Inputs.classes(102, batch);
        for (int i = 0; i < batch; i++) {
            oneHot[i * CLASSES + (int) classes[i]] = 1;
        }
        TFloat32 labels = tensor(oneHot, batch, CLASSES);
        return new Step() {
            @Override
            public double[] values() {
                double[] losses = new double[CHECKED_STEPS];
                Arrays.setAll(losses, i -> once());
                return losses;
            }

            @Override
            public Object run() {
                return once();
            }

            private double once() {
                try (Result result = session.runner()
                        .feed(inputs, data)
                        .feed(targets, labels)
                        .fetch(loss)
                        .addTarget(step)
                        .run()) {
                    return ((TFloat32) result.get(0)).getFloat();
                }
            }

            @Override
            public void close() {
                session.close();
                graph.close();
            }
        };
    }

    /**
     * Every update waits for all gradients. Those of the framework's optimizers do not, so that the gradient of an earlier layer may be
     * computed from weights of a later one that have changed already: on W4 the second loss differs by 0.03.
     */
    private static Op update(Ops tf, Operand<TFloat32> loss, List<Variable<TFloat32>> parameters, boolean adam) {
        Gradients gradients = tf.gradients(loss, parameters);
        List<Op> all = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            all.add(gradients.dy(i));
        }
        Ops after = tf.withControlDependencies(all);
        List<Op> updates = new ArrayList<>();
        if (!adam) {
            for (int i = 0; i < parameters.size(); i++) {
                updates.add(after.train.applyGradientDescent(parameters.get(i), tf.constant(0.01f), gradients.dy(i)));
            }
            return tf.withControlDependencies(updates).noOp();
        }
        Operand<TFloat32> beta1 = tf.constant(0.9f);
        Operand<TFloat32> beta2 = tf.constant(0.999f);
        Variable<TFloat32> power1 = tf.variable(beta1);
        Variable<TFloat32> power2 = tf.variable(beta2);
        for (int i = 0; i < parameters.size(); i++) {
            Variable<TFloat32> mean = zeros(tf, parameters.get(i));
            Variable<TFloat32> variance = zeros(tf, parameters.get(i));
            updates.add(after.train.applyAdam(
                    parameters.get(i),
                    mean,
                    variance,
                    power1,
                    power2,
                    tf.constant(1e-3f),
                    beta1,
                    beta2,
                    tf.constant(1e-8f),
                    gradients.dy(i)));
        }
        Ops last = tf.withControlDependencies(updates);
        Assign<TFloat32> next1 = last.assign(power1, last.math.mul(power1, beta1));
        Assign<TFloat32> next2 = last.assign(power2, last.math.mul(power2, beta2));
        return tf.withControlDependencies(List.<Op>of(next1, next2)).noOp();
    }

    private static Variable<TFloat32> zeros(Ops tf, Variable<TFloat32> like) {
        long[] shape = like.shape().asArray();
        return tf.variable(tf.constant(tensor(new float[(int) like.shape().size()], shape)));
    }

    private static float[] transposed(float[] x, int rows, int columns) {
        float[] y = new float[x.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                y[j * rows + i] = x[i * columns + j];
            }
        }
        return y;
    }

    private static TFloat32 tensor(float[] values, long... shape) {
        return TFloat32.tensorOf(Shape.of(shape), DataBuffers.of(values));
    }
}

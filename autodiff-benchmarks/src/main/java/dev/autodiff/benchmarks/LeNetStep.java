package dev.autodiff.benchmarks;

import dev.autodiff.ConvOptions;
import dev.autodiff.Generator;
import dev.autodiff.InPlace;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One training step of LeNet in float32 on 64 random images of 28·28 pixels: convolutions 1 → 8 with equal size and 8 → 16, both 5·5 with
 * ReLU and maximum pooling by 2, then 400-120-84-10, softmax cross-entropy and SGD.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class LeNetStep {
    private static final int BATCH = 64;
    private static final double LEARNING_RATE = 0.01;
    private static final ConvOptions SAME = ConvOptions.defaults().samePadding();

    private Tensor images = Tensor.zeros(DType.FLOAT32, 0, 1, 28, 28);
    private Tensor labels = Tensor.range(0, 0);
    private Tensor[] kernels = {};
    private Network network = new Network(DType.FLOAT32, Generator.seeded(1), 400, 120, 84, 10);

    /** Makes the batch and the parameters; the labels are spread evenly over the ten classes. */
    @Setup
    public void prepare() {
        Generator generator = Generator.seeded(1);
        images = Tensor.uniform(generator, DType.FLOAT32, Shape.of(BATCH, 1, 28, 28), 0, 1);
        long[] classes = new long[BATCH];
        for (int i = 0; i < BATCH; i++) {
            classes[i] = i % 10;
        }
        labels = Tensor.of(classes);
        kernels = new Tensor[] {
            Tensor.normal(generator, DType.FLOAT32, Shape.of(8, 1, 5, 5), 0, 0.2)
                    .requireGrad(),
            Tensor.zeros(DType.FLOAT32, 8).requireGrad(),
            Tensor.normal(generator, DType.FLOAT32, Shape.of(16, 8, 5, 5), 0, 0.07)
                    .requireGrad(),
            Tensor.zeros(DType.FLOAT32, 16).requireGrad()
        };
        network = new Network(DType.FLOAT32, generator, 400, 120, 84, 10);
    }

    /** Forward, backward and update; returns the loss. */
    @Benchmark
    public double step() {
        network.clearGrads();
        for (Tensor parameter : kernels) {
            parameter.clearGrad();
        }
        Tensor x = images.conv2d(kernels[0], kernels[1], SAME).relu().maxPool2d(2);
        x = x.conv2d(kernels[2], kernels[3], ConvOptions.defaults()).relu().maxPool2d(2);
        x = x.reshape(BATCH, -1);
        for (int i = 0; i < network.layers(); i++) {
            x = network.layer(i, i == 0 ? x : x.relu());
        }
        Tensor loss = x.softmaxCrossEntropy(labels).mean();
        loss.backward();
        network.sgd(LEARNING_RATE);
        for (Tensor parameter : kernels) {
            Tensor g = parameter.grad();
            if (g != null) {
                InPlace.sgd(parameter, g, LEARNING_RATE, 0);
            }
        }
        return loss.item();
    }
}

package dev.autodiff.benchmarks;

import dev.autodiff.Autodiff;
import dev.autodiff.Compiled;
import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One training step of 784-128-64-10 with ReLU, softmax cross-entropy and SGD in float32, on a batch of random pixels. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class MnistStep {
    /** The digits in a batch. */
    @Param({"64", "128"})
    public int batch = 64;

    private Tensor images = Tensor.zeros(DType.FLOAT32, 0, 784);
    private Tensor labels = Tensor.range(0, 0);
    private Network network = new Network(DType.FLOAT32, Generator.seeded(1), 784, 128, 64, 10);

    /** Makes the batch; the labels are spread evenly over the ten classes. */
    @Setup
    public void prepare() {
        Generator generator = Generator.seeded(1);
        network = new Network(DType.FLOAT32, generator, 784, 128, 64, 10);
        images = Tensor.uniform(generator, DType.FLOAT32, Shape.of(batch, 784), 0, 1);
        long[] classes = new long[batch];
        for (int i = 0; i < batch; i++) {
            classes[i] = i % 10;
        }
        labels = Tensor.of(classes);
    }

    private final Compiled compiled = Autodiff.compile(this::train);

    private Tensor train(Tensor x, Tensor y) {
        network.clearGrads();
        Tensor z = x;
        for (int i = 0; i < network.layers(); i++) {
            z = network.layer(i, i == 0 ? z : z.relu());
        }
        Tensor loss = z.softmaxCrossEntropy(y).mean();
        loss.backward();
        network.sgd(0.01);
        return loss;
    }

    /** Forward, backward and update, operation by operation; returns the loss. */
    @Benchmark
    public double step() {
        return train(images, labels).item();
    }

    /** The same step, captured and replayed. */
    @Benchmark
    public double replayed() {
        return compiled.apply(images, labels).item();
    }
}

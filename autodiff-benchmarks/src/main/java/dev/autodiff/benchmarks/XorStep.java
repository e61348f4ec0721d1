package dev.autodiff.benchmarks;

import dev.autodiff.Autodiff;
import dev.autodiff.Compiled;
import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
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

/** One training step of a 2-4-1 network on the four points of XOR: sigmoids, squared error, SGD. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class XorStep {
    /** The type of all tensors. */
    @Param({"FLOAT32", "FLOAT64"})
    public DType dtype = DType.FLOAT32;

    private Tensor x = Tensor.of(new double[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}});
    private Tensor y = Tensor.of(new double[][] {{0}, {1}, {1}, {0}});
    private Network network = new Network(dtype, Generator.seeded(1), 2, 4, 1);

    private final Compiled compiled = Autodiff.compile(this::train);

    /** Makes the network and the data. */
    @Setup
    public void prepare() {
        x = x.to(dtype);
        y = y.to(dtype);
        network = new Network(dtype, Generator.seeded(1), 2, 4, 1);
    }

    private Tensor train(Tensor inputs, Tensor targets) {
        network.clearGrads();
        Tensor out = network.layer(1, network.layer(0, inputs).sigmoid()).sigmoid();
        Tensor loss = out.squaredError(targets);
        loss.backward();
        network.sgd(0.5);
        return loss;
    }

    /** Forward, backward and update, operation by operation; returns the loss. */
    @Benchmark
    public double step() {
        return train(x, y).item();
    }

    /** The same step, captured and replayed. */
    @Benchmark
    public double replayed() {
        return compiled.apply(x, y).item();
    }
}

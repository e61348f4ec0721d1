package dev.autodiff.benchmarks;

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
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Functions of a million float32 numbers, without a gradient; each call makes its result anew. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class Elementwise {
    private static final Shape SHAPE = Shape.of(1_000_000);

    private Tensor x = Tensor.zeros(DType.FLOAT32, 0);
    private Tensor y = Tensor.zeros(DType.FLOAT32, 0);
    private float[] plain = {};

    /** Fills the vectors. */
    @Setup
    public void prepare() {
        Generator generator = Generator.seeded(1);
        x = Tensor.normal(generator, DType.FLOAT32, SHAPE, 0, 1);
        y = Tensor.normal(generator, DType.FLOAT32, SHAPE, 0, 1);
        plain = x.toFloatArray();
    }

    /** A copy of the array in plain Java: the floor of everything that makes a new array. */
    @Benchmark
    public float[] copy() {
        return plain.clone();
    }

    /** {@code x + y}. */
    @Benchmark
    public Tensor add() {
        return x.add(y);
    }

    /** {@code max(x, 0)}. */
    @Benchmark
    public Tensor relu() {
        return x.relu();
    }

    /** {@code eˣ}. */
    @Benchmark
    public Tensor exp() {
        return x.exp();
    }

    /** {@code tanh x}. */
    @Benchmark
    public Tensor tanh() {
        return x.tanh();
    }

    /** {@code 1 / (1 + e⁻ˣ)}. */
    @Benchmark
    public Tensor sigmoid() {
        return x.sigmoid();
    }

    /** {@code Σ x}. */
    @Benchmark
    public Tensor sum() {
        return x.sum();
    }
}

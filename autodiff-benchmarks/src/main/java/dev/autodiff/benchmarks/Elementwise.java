package dev.autodiff.benchmarks;

import dev.autodiff.Autodiff;
import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Functions of a million float32 numbers, and the gradient of a chain of them; each call makes its result anew. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class Elementwise {
    private static final Shape SHAPE = Shape.of(1_000_000);

    /** The gradient of {@code Σ tanh(σ(1.3·x + 0.2)·x) + exp(−x²)}: the work W6. */
    public static final UnaryOperator<Tensor> CHAIN = Autodiff.grad(x -> x.mul(1.3)
            .add(0.2)
            .sigmoid()
            .mul(x)
            .tanh()
            .add(x.square().neg().exp())
            .sum());

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

    /** Lets a result be computed, which waits until somebody reads an element. */
    private static double read(Tensor result) {
        return result.get(0);
    }

    /** {@link #CHAIN}, computed before it is returned. */
    @Benchmark
    public Tensor gradientOfChain() {
        return CHAIN.apply(x);
    }

    /** {@code x + y}. */
    @Benchmark
    public double add() {
        return read(x.add(y));
    }

    /** {@code max(x, 0)}. */
    @Benchmark
    public double relu() {
        return read(x.relu());
    }

    /** {@code eˣ}. */
    @Benchmark
    public double exp() {
        return read(x.exp());
    }

    /** {@code tanh x}. */
    @Benchmark
    public double tanh() {
        return read(x.tanh());
    }

    /** {@code 1 / (1 + e⁻ˣ)}. */
    @Benchmark
    public double sigmoid() {
        return read(x.sigmoid());
    }

    /** {@code Σ x}. */
    @Benchmark
    public Tensor sum() {
        return x.sum();
    }
}

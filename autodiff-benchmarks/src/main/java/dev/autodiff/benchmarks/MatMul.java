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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The product of two 256 × 256 matrices, without a gradient: 2·256³ = 33.6 million operations. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class MatMul {
    private static final Shape SHAPE = Shape.of(256, 256);

    /** The type of both matrices. */
    @Param({"FLOAT32", "FLOAT64"})
    public DType dtype = DType.FLOAT32;

    private Tensor a = Tensor.zeros(dtype, SHAPE);
    private Tensor b = Tensor.zeros(dtype, SHAPE);

    /** Fills the matrices. */
    @Setup
    public void prepare() {
        Generator generator = Generator.seeded(1);
        a = Tensor.normal(generator, dtype, SHAPE, 0, 1);
        b = Tensor.normal(generator, dtype, SHAPE, 0, 1);
    }

    /** {@code a·b}. */
    @Benchmark
    public Tensor product() {
        return a.matmul(b);
    }

    /** {@code a·bᵀ}, as a layer reads its weight. */
    @Benchmark
    public Tensor productWithTranspose() {
        return a.matmul(b.transpose());
    }
}

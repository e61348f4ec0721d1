package dev.autodiff.benchmarks;

import dev.autodiff.Autodiff;
import dev.autodiff.Tensor;
import dev.autodiff.kernel.ElementwiseLoops;
import dev.autodiff.kernel.KernelRegistry;
import dev.autodiff.kernel.KernelSet;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What one operation costs besides its arithmetic: a chain of {@value #LENGTH} operations on few elements, with what the kernels alone take
 * for the same in {@link #kernels}. Of the memory, {@code 16 + 8·size} bytes rounded up to eight are the result's array. Run it with
 * {@code -prof gc}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class Overhead {
    private static final int LENGTH = 100;

    /** The number of elements. */
    @Param({"1", "4"})
    public int size = 1;

    private Tensor x = Tensor.of(0.0);
    private Tensor y = Tensor.of(0.0);
    private Tensor w = Tensor.of(0.0).requireGrad();
    private double[] a = {};
    private double[] b = {};
    private final ElementwiseLoops<double[]> loops =
            KernelRegistry.kernels().float64().elementwise();
    private final int add = KernelSet.numberOf("ADD");

    /** Makes the tensors. */
    @Setup
    public void prepare() {
        x = Tensor.linspace(0, 1, size);
        y = Tensor.linspace(1, 2, size);
        w = y.requireGrad();
        a = x.toDoubleArray();
        b = y.toDoubleArray();
    }

    /** Sums that nobody differentiates. */
    @Benchmark
    @OperationsPerInvocation(LENGTH)
    public Tensor forward() {
        Tensor sum = x;
        for (int i = 0; i < LENGTH; i++) {
            sum = sum.add(y);
        }
        return sum;
    }

    /** Sums that are recorded. */
    @Benchmark
    @OperationsPerInvocation(LENGTH)
    public Tensor recorded() {
        Tensor sum = w;
        for (int i = 0; i < LENGTH; i++) {
            sum = sum.add(y);
        }
        return sum;
    }

    /** Negations that are recorded, and the sweep back over them, which negates as often: two operations each. */
    @Benchmark
    @OperationsPerInvocation(2 * LENGTH)
    public Tensor recordedAndSwept() {
        w.clearGrad();
        Tensor out = w;
        for (int i = 0; i < LENGTH; i++) {
            out = out.neg();
        }
        out.backward(y);
        return w;
    }

    /** Sums in noGrad of a parameter. */
    @Benchmark
    @OperationsPerInvocation(LENGTH)
    public Tensor notRecorded() {
        return Autodiff.noGrad(() -> {
            Tensor sum = w;
            for (int i = 0; i < LENGTH; i++) {
                sum = sum.add(y);
            }
            return sum;
        });
    }

    /** The kernel alone, into fresh arrays. */
    @Benchmark
    @OperationsPerInvocation(LENGTH)
    public double[] kernels() {
        double[] sum = a;
        for (int i = 0; i < LENGTH; i++) {
            double[] next = new double[size];
            loops.binary(add, sum, 0, 1, b, 0, 1, next, 0, size);
            sum = next;
        }
        return sum;
    }
}

package dev.autodiff.benchmarks;

import dev.autodiff.Autodiff;
import dev.autodiff.Compiled;
import dev.autodiff.Tensor;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The gradient of Powell's singular function of four variables,
 * {@code (x₁ + 10·x₂)² + 5·(x₃ − x₄)² + (x₂ − 2·x₃)⁴ + 10·(x₁ − x₄)⁴}, from scalar float64 tensors: almost nothing but the cost of recording
 * and sweeping. The source is Powell, "An iterative method for finding stationary values of a function of several variables", 1962.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class ScalarGraph {
    private final Tensor x1 = Tensor.of(3.0).requireGrad();
    private final Tensor x2 = Tensor.of(-1.0).requireGrad();
    private final Tensor x3 = Tensor.of(0.0).requireGrad();
    private final Tensor x4 = Tensor.of(1.0).requireGrad();
    private double a = 3;

    private final Compiled compiled = Autodiff.compile(this::slope);

    private Tensor slope() {
        x1.clearGrad();
        x2.clearGrad();
        x3.clearGrad();
        x4.clearGrad();
        Tensor first = x1.add(x2.mul(10)).square();
        Tensor second = x3.sub(x4).square().mul(5);
        Tensor third = x2.sub(x3.mul(2)).square().square();
        Tensor fourth = x1.sub(x4).square().square().mul(10);
        first.add(second).add(third).add(fourth).backward();
        return Objects.requireNonNull(x1.grad());
    }

    /** Records 17 operations, sweeps back and reads one gradient. */
    @Benchmark
    public double autodiff() {
        return slope().item();
    }

    /** The same, captured and replayed. */
    @Benchmark
    public double replayed() {
        return compiled.apply().item();
    }

    /** The same four derivatives by hand in plain Java: the floor. */
    @Benchmark
    public double plainJava() {
        double x = a;
        double y = -1;
        double z = 0;
        double w = 1;
        double s = x + 10 * y;
        double t = z - w;
        double u = y - 2 * z;
        double v = x - w;
        double cube = u * u * u;
        double last = v * v * v;
        double byX = 2 * s + 40 * last;
        double byY = 20 * s + 4 * cube;
        double byZ = 10 * t - 8 * cube;
        double byW = -10 * t - 40 * last;
        a = x + 0 * (byX + byY + byZ + byW); // so that no call can be left out
        return byX;
    }
}

package dev.autodiff.nn;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.autodiff.Autodiff;
import dev.autodiff.Compiled;
import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.kernel.Workers;
import dev.autodiff.nn.optim.Adam;
import dev.autodiff.nn.optim.Optimizer;
import dev.autodiff.nn.optim.Sgd;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A replay of a training step makes nothing but the loss that it returns; on one thread, since shared work makes a job for each piece. */
class ReplayAllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /**
     * The loss, its shape's and its list's objects, and the arguments of the call are 184 bytes with compressed references; 288 where the compiler
     * removes no object at all ({@code -XX:-DoEscapeAnalysis}), as it may in a process that ran much else.
     */
    private static final int MOST_BYTES = 300;

    private static final int REPLAYS = 50;

    /** Until the loops are compiled they allocate their vectors. */
    private static final long PATIENCE_NANOS = 90_000_000_000L;

    private int threads;

    @BeforeEach
    void oneThread() {
        threads = Workers.threads();
        Workers.setThreads(1);
    }

    @AfterEach
    void asBefore() {
        Workers.setThreads(threads);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sgd", "momentum", "adam"})
    void aStepOfAPerceptronMakesItsLossAlone(String name) {
        Generator random = Generator.seeded(1);
        Layer model = Sequential.of(
                Linear.of(60, 40, Initializer.heNormal(), random, DType.FLOAT32),
                Activation.RELU,
                Linear.of(40, 30, Initializer.heNormal(), random, DType.FLOAT32),
                Activation.RELU,
                Linear.of(30, 10, Initializer.heNormal(), random, DType.FLOAT32));
        Function<List<Tensor>, Optimizer> optimizers = switch (name) {
            case "adam" -> parameters -> Adam.of(parameters, 1e-3);
            case "momentum" -> parameters -> Sgd.of(parameters, 1e-3).withMomentum(0.9);
            default -> parameters -> Sgd.of(parameters, 1e-3);
        };
        Optimizer optimizer = optimizers.apply(model.parameters());
        Compiled step = Autodiff.compile((Tensor x, Tensor y) -> {
            Tensor loss = Losses.crossEntropy(model.forward(x), y);
            optimizer.zeroGrad();
            loss.backward();
            optimizer.step();
            return loss;
        });
        Tensor x = Tensor.normal(random, DType.FLOAT32, Shape.of(64, 60), 0, 1);
        long[] classes = new long[64];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = i % 10;
        }
        Tensor y = Tensor.of(classes);
        long start = System.nanoTime();
        long bytes;
        do {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < REPLAYS; i++) {
                step.apply(x, y);
            }
            bytes = (THREADS.getCurrentThreadAllocatedBytes() - before) / REPLAYS;
        } while (bytes > MOST_BYTES && System.nanoTime() - start < PATIENCE_NANOS);
        assertTrue(bytes <= MOST_BYTES, bytes + " bytes in each replay with " + name);
    }
}

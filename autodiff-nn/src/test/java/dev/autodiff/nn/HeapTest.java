package dev.autodiff.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.Autodiff;
import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.nn.optim.Adam;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BinaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Twelve layers of width 512 with Adam, 38 MB of parameters and memory, learn from a batch of 256 in a heap of 256 MiB. */
class HeapTest {
    @ParameterizedTest
    @ValueSource(strings = {"eager", "compiled"})
    void aDeepNetworkTrainsInASmallHeap(String how) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m"));
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
            command.add("--add-modules=jdk.incubator.vector");
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), HeapTest.class.getName(), how));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(3, TimeUnit.MINUTES), () -> how + " does not end");
        assertEquals(0, process.exitValue(), text);
        assertEquals("learns", text.strip());
    }

    /** The process with the small heap. */
    public static void main(String[] args) {
        Generator generator = Generator.seeded(1);
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            layers.add(Linear.of(512, 512, Initializer.heUniform(), generator));
            layers.add(Activation.RELU);
        }
        Layer model = new Sequential(layers);
        Adam optimizer = Adam.of(model.parameters(), 1e-4);
        Tensor x = Tensor.normal(generator, DType.FLOAT32, Shape.of(256, 512), 0, 1);
        Tensor y = Tensor.uniform(generator, DType.FLOAT32, Shape.of(256, 512), 0, 1);
        BinaryOperator<Tensor> step = (inputs, targets) -> {
            Tensor loss = Losses.meanSquaredError(model.forward(inputs), targets);
            optimizer.zeroGrad();
            loss.backward();
            optimizer.step();
            return loss;
        };
        BinaryOperator<Tensor> run = args[0].equals("compiled") ? Autodiff.compile(step)::apply : step;
        double first = run.apply(x, y).item();
        double last = first;
        for (int i = 0; i < 12; i++) {
            last = run.apply(x, y).item();
        }
        System.out.println(last < first ? "learns" : "loss " + first + ", then " + last);
    }
}

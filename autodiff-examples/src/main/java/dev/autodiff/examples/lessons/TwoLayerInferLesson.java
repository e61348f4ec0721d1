package dev.autodiff.examples.lessons;

import dev.autodiff.Tensor;
import dev.autodiff.examples.draw.Field;
import dev.autodiff.examples.page.Lesson;
import dev.autodiff.examples.page.Page;
import dev.autodiff.examples.page.ProgramException;
import dev.autodiff.nn.io.Safetensors;
import dev.autodiff.shape.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What a trained network is used for: another process, new inputs. */
@Command(name = "two-layer-infer", description = "Loads the weights of two-layer in another process and predicts.")
final class TwoLayerInferLesson implements Lesson {
    @Option(names = "--weights", paramLabel = "FILE", description = "What two-layer has saved.")
    private Path weights = Path.of("runs", "two-layer", "weights.safetensors");

    @Override
    public List<String> small() {
        return List.of("--weights", "runs/two-layer/weights.safetensors");
    }

    @Override
    public void run(Page page) throws IOException {
        page.section("The weights", """
                Another process has trained the network and written its two matrices, see `./autodiff two-layer`.
                This one knows nothing of the training: it reads the file and applies Yᵖ = σ(σ(X W₁) W₂).
                """);
        if (!Files.exists(weights)) {
            throw new ProgramException(weights + " is missing; run ./autodiff two-layer first");
        }
        Map<String, Tensor> tensors = Safetensors.read(weights).tensors();
        Tensor w1 = tensors.get("w1");
        Tensor w2 = tensors.get("w2");
        page.print(w1);
        page.print(w2);

        page.section("The examples it has seen", """
                The outputs for the four examples of the training, now without any derivative being recorded, since
                none of the tensors asks for one.
                """);
        Tensor seen = Tensor.of(new double[][] {{0, 0, 1}, {0, 1, 1}, {1, 0, 1}, {1, 1, 1}});
        Tensor outputs = seen.matmul(w1).sigmoid().matmul(w2).sigmoid();
        page.print(outputs);
        boolean[] decided = outputs.gt(0.5).toBooleanArray();
        page.claim("it says 0, 1, 1, 0", Arrays.equals(decided, new boolean[] {false, true, true, false}));

        page.section("Inputs it has never seen", """
                A network is a function of any inputs. Near an example it answers nearly as it does there. In the
                middle of the four it answers as well, though no data has told it what is right.
                """);
        Tensor unseen = Tensor.of(new double[][] {{0.1, 0.1, 1}, {0.1, 0.9, 1}, {0.9, 0.2, 1}, {0.5, 0.5, 1}});
        Tensor predicted = unseen.matmul(w1).sigmoid().matmul(w2).sigmoid();
        page.table("x₁", "x₂", "output", "decision")
                .row(0.1, 0.1, predicted.get(0, 0), predicted.get(0, 0) > 0.5 ? 1 : 0)
                .row(0.1, 0.9, predicted.get(1, 0), predicted.get(1, 0) > 0.5 ? 1 : 0)
                .row(0.9, 0.2, predicted.get(2, 0), predicted.get(2, 0) > 0.5 ? 1 : 0)
                .row(0.5, 0.5, predicted.get(3, 0), predicted.get(3, 0) > 0.5 ? 1 : 0)
                .print();
        page.claim(
                "near (0, 0), (0, 1) and (1, 0) it decides as there",
                predicted.get(0, 0) < 0.5 && predicted.get(1, 0) > 0.5 && predicted.get(2, 0) > 0.5);
        page.picture(
                "outputs",
                Field.of("The output over all inputs", "x₁", "x₂", -0.5, 1.5, -0.5, 1.5)
                        .regions(p -> Tensor.concat(1, p, Tensor.ones(DType.FLOAT64, p.size(0), 1))
                                .matmul(w1)
                                .sigmoid()
                                .matmul(w2)
                                .sigmoid())
                        .scale("output")
                        .points("target 0", new double[] {0, 1}, new double[] {0, 1})
                        .points("target 1", new double[] {0, 1}, new double[] {1, 0}));
    }
}

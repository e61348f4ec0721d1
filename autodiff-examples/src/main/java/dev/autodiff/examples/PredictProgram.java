package dev.autodiff.examples;

import dev.autodiff.Tensor;
import dev.autodiff.examples.page.ProgramException;
import dev.autodiff.nn.data.Idx;
import dev.autodiff.shape.DType;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Tells which digit a picture shows. */
@Command(
        name = "predict",
        description = "Tells which digit a picture shows, with a model that mnist has trained.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Prints the digit alone on the first line, then the ten probabilities.",
            "",
            "A picture of 28 x 28 pixels is taken as it is, another one as MNIST was made: the ink is cut out, scaled to fit"
                    + " 20 x 20 pixels and laid with its centre of mass in the middle of 28 x 28. A light border means"
                    + " dark ink on light paper, a dark one light ink on dark ground; transparent pixels count as white."
        })
final class PredictProgram implements Callable<Integer> {
    /** The least difference of two pixels that is a drawing. */
    private static final double BLANK = 1e-3;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--model", required = true, paramLabel = "FILE", description = "model.safetensors of mnist.")
    @SuppressWarnings("NullAway.Init")
    private Path model;

    @Parameters(paramLabel = "IMAGE", description = "A PNG, JPEG, GIF or BMP; or an IDX file of images with --index.")
    @SuppressWarnings("NullAway.Init")
    private Path image;

    @Option(names = "--index", paramLabel = "N", description = "Which image of an IDX file (.gz or plain), from 0.")
    private @Nullable Integer index;

    @Override
    public Integer call() {
        if (index == null && image.toString().endsWith(".gz")) {
            throw new ParameterException(
                    spec.commandLine(), "--index: expected which image of " + image + " is meant, got nothing");
        }
        if (!Files.isRegularFile(image)) {
            throw new ProgramException(image + ": expected a picture, "
                    + (Files.exists(image) ? "this is no file" : "there is no such file"));
        }
        DigitModel classifier = DigitModel.load(model);
        Tensor picture = index == null ? DigitImage.read(image) : entry(image, index);
        if (picture.max().sub(picture.min()).item() < BLANK) {
            spec.commandLine().getErr().println(image + ": the picture is blank, so the digit below means nothing");
        }
        double[] probabilities = classifier.probabilities(picture);
        PrintWriter out = spec.commandLine().getOut();
        int best = 0;
        for (int i = 1; i < probabilities.length; i++) {
            best = probabilities[i] > probabilities[best] ? i : best;
        }
        out.println(best);
        for (int i = 0; i < probabilities.length; i++) {
            out.printf(Locale.ROOT, "%d %.4f%n", i, probabilities[i]);
        }
        return 0;
    }

    private Tensor entry(Path file, int index) {
        Tensor images = Idx.images(file, DType.FLOAT32);
        if (images.rank() != 3 || images.size(1) != DigitModel.SIDE || images.size(2) != DigitModel.SIDE) {
            throw new ProgramException(file + ": expected images [n, 28, 28], got shape " + images.shape());
        }
        if (index < 0 || index >= images.size(0)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--index: expected 0 to " + (images.size(0) - 1) + " for " + file + ", got " + index);
        }
        return images.select(0, index);
    }
}

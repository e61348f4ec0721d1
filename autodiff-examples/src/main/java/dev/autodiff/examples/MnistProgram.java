package dev.autodiff.examples;

import dev.autodiff.examples.page.OutputFolder;
import dev.autodiff.shape.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of {@link MnistTraining}: checks every option before anything is computed. */
@Command(
        name = "mnist",
        description = "Trains a classifier of handwritten digits on MNIST and tests it.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
final class MnistProgram implements Callable<Integer> {
    static final int TRAINING_DIGITS = 60_000;
    static final int TEST_DIGITS = 10_000;
    private static final int MOST_UNITS = 100_000;
    private static final int MOST_THREADS = 1024;
    private static final double ADAM_RATE = 2e-3;
    private static final double SGD_RATE = 0.05;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--epochs", paramLabel = "N", description = "How often all training digits are seen.")
    private int epochs = 10;

    @Option(names = "--batch", paramLabel = "N", description = "Digits in a mini-batch.")
    private int batch = 128;

    @Option(
            names = "--lr",
            paramLabel = "RATE",
            description =
                    "The learning rate at the beginning; a cosine takes it to zero (default: 0.002 for adam, 0.05 for sgd).",
            showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER)
    private @Nullable Double rate;

    @Option(
            names = "--optimizer",
            paramLabel = "sgd|adam",
            description = "How the weights move; sgd has a momentum of 0.9.")
    private String optimizer = "adam";

    @Option(names = "--hidden", paramLabel = "N,N,…", description = "Units of the hidden layers, or none.")
    private String hidden = "128,64";

    @Option(names = "--seed", paramLabel = "N", description = "Where all random numbers begin.")
    private long seed = 1;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads of the kernels; the result is the same for any (default: the processors).",
            showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER)
    private @Nullable Integer threads;

    @Option(names = "--dtype", paramLabel = "float32|float64", description = "The type of the numbers.")
    private String dtype = "float32";

    @Option(
            names = "--validation",
            paramLabel = "N",
            description = "Digits at the end of the 60,000 that are kept for validation.")
    private int validation = 5_000;

    @Option(names = "--out", paramLabel = "DIR", description = "Where the results go.")
    private Path out = Path.of("runs", "mnist");

    /** For tests: only so many digits for training and as many at most for validation and test. */
    @Option(names = "--limit", hidden = true)
    private int limit = TRAINING_DIGITS;

    @Override
    public Integer call() throws IOException {
        check(epochs >= 1, "--epochs", "a whole number from 1", epochs);
        check(validation >= 1 && validation < TRAINING_DIGITS, "--validation", "1 to 59999", validation);
        check(limit >= 1, "--limit", "a whole number from 1", limit);
        int training = Math.min(limit, TRAINING_DIGITS - validation);
        check(batch >= 1 && batch <= training, "--batch", "1 to " + training + ", the training digits", batch);
        boolean adam = optimizer.equals("adam");
        check(adam || optimizer.equals("sgd"), "--optimizer", "sgd or adam", optimizer);
        double lr = rate == null ? (adam ? ADAM_RATE : SGD_RATE) : rate;
        check(lr > 0 && Double.isFinite(lr), "--lr", "a number above 0", lr);
        check(dtype.equals("float32") || dtype.equals("float64"), "--dtype", "float32 or float64", dtype);
        if (threads != null) {
            check(threads >= 1 && threads <= MOST_THREADS, "--threads", "1 to " + MOST_THREADS, threads);
            // Read once, when the first tensor is computed.
            System.setProperty("autodiff.threads", threads.toString());
        }
        MnistTraining.Settings settings = new MnistTraining.Settings(
                epochs,
                batch,
                lr,
                optimizer,
                hiddenUnits(),
                seed,
                threads,
                DType.ofLabel(dtype),
                validation,
                training,
                limit);
        OutputFolder.prepare(out);
        new MnistTraining(
                        settings,
                        out,
                        spec.commandLine().getOut(),
                        spec.commandLine().getErr())
                .run();
        return 0;
    }

    private List<Integer> hiddenUnits() {
        List<Integer> units = new ArrayList<>();
        if (hidden.equals("none")) {
            return units;
        }
        for (String word : hidden.split(",", -1)) {
            int n;
            try {
                n = Integer.parseInt(word.strip());
            } catch (NumberFormatException e) {
                n = 0;
            }
            check(
                    n >= 1 && n <= MOST_UNITS,
                    "--hidden",
                    "whole numbers from 1 to " + MOST_UNITS + " with commas, or none",
                    hidden);
            units.add(n);
        }
        return units;
    }

    private void check(boolean good, String option, String expected, Object actual) {
        if (!good) {
            throw new ParameterException(
                    spec.commandLine(), option + ": expected " + expected + ", got '" + actual + "'");
        }
    }
}

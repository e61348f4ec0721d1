package dev.autodiff.examples;

import com.google.gson.GsonBuilder;
import dev.autodiff.Autodiff;
import dev.autodiff.Compiled;
import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.examples.mnist.MnistData;
import dev.autodiff.examples.page.ProgramException;
import dev.autodiff.examples.page.Progress;
import dev.autodiff.nn.Losses;
import dev.autodiff.nn.data.Batch;
import dev.autodiff.nn.data.DataLoader;
import dev.autodiff.nn.io.AtomicFiles;
import dev.autodiff.nn.optim.Adam;
import dev.autodiff.nn.optim.CosineSchedule;
import dev.autodiff.nn.optim.Optimizer;
import dev.autodiff.nn.optim.Schedule;
import dev.autodiff.nn.optim.Sgd;
import dev.autodiff.shape.DType;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Trains a {@link DigitModel} on MNIST, writes it after every epoch, and tests it at the end. Leaves {@code model.safetensors},
 * {@code metrics.json}, {@code loss.png} and {@code wrong.png} in its folder.
 */
final class MnistTraining {
    private static final int EVALUATION_BATCH = 1000;
    private static final int SHOWN_WRONG = 60;
    private static final double MOMENTUM = 0.9;

    /** What the user chose. */
    record Settings(
            int epochs,
            int batch,
            double lr,
            String optimizer,
            List<Integer> hidden,
            long seed,
            @Nullable Integer threads,
            DType dtype,
            int validation,
            int training,
            int limit) {

        /** As {@code metrics.json} tells them. */
        Map<String, Object> described() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("epochs", epochs);
            map.put("batch", batch);
            map.put("lr", lr);
            map.put("optimizer", optimizer);
            map.put("hidden", hidden);
            map.put("threads", threads == null ? Runtime.getRuntime().availableProcessors() : threads);
            map.put("dtype", dtype.label());
            map.put("validation", validation);
            map.put("training", training);
            return map;
        }
    }

    /** What one epoch has brought; the training figures are means over its batches, while the weights move. */
    record Epoch(double train_loss, double train_accuracy, double validation_loss, double validation_accuracy) {}

    /** Mean loss and part of right answers. */
    private record Score(double loss, double accuracy) {}

    private final Settings settings;
    private final Path modelFile;
    private final Path folder;
    private final PrintWriter out;
    private final PrintWriter err;

    /** Held while the model is written, so that Ctrl-C lets it be finished. */
    private final Object saving = new Object();

    private int savedEpoch;
    private volatile boolean done;

    MnistTraining(Settings settings, Path folder, PrintWriter out, PrintWriter err) {
        this.settings = settings;
        this.folder = folder;
        this.modelFile = folder.resolve("model.safetensors");
        this.out = out;
        this.err = err;
    }

    void run() throws IOException {
        Thread hook = new Thread(this::interrupted, "mnist-interrupted");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            train();
        } finally {
            done = true;
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException shutdown) {
                err.flush(); // Ctrl-C came first, and the hook runs
            }
        }
    }

    /** Runs when the process is told to end. */
    private void interrupted() {
        synchronized (saving) {
            if (!done) {
                err.println();
                err.println(
                        savedEpoch == 0
                                ? "interrupted before the first epoch was complete; no model was written"
                                : "interrupted; " + modelFile + " holds the model after epoch " + savedEpoch + " of "
                                        + settings.epochs());
                err.flush();
            }
        }
    }

    private void train() throws IOException {
        long start = System.nanoTime();
        MnistData all = MnistData.train(settings.dtype());
        MnistData training = all.range(0, settings.training());
        MnistData validation = all.range(
                MnistProgram.TRAINING_DIGITS - settings.validation(),
                Math.min(settings.limit(), settings.validation()));
        all = null; // its memory is needed
        Generator generator = Generator.seeded(settings.seed());
        DigitModel model = DigitModel.create(settings.hidden(), settings.dtype(), generator.named("parameters"));
        DataLoader loader = DataLoader.of(training.images(), training.labels(), settings.batch())
                .shuffled(generator.named("shuffle"));
        List<Tensor> parameters = model.net().parameters();
        Optimizer optimizer = settings.optimizer().equals("adam")
                ? Adam.of(parameters, settings.lr())
                : Sgd.of(parameters, settings.lr()).withMomentum(MOMENTUM);
        Schedule schedule = CosineSchedule.of(settings.lr(), (long) settings.epochs() * loader.size());
        out.printf(
                Locale.ROOT,
                "%s ReLU, %s, %d digits for training, %d for validation%n",
                model.architecture(),
                settings.dtype(),
                training.size(),
                validation.size());
        Compiled step = Autodiff.compileAll(batch -> {
            optimizer.zeroGrad();
            Tensor logits = model.logits(batch.get(0));
            Tensor loss = Losses.crossEntropy(logits, batch.get(1));
            loss.backward();
            optimizer.step();
            return List.of(loss, hits(logits, batch.get(1)));
        });
        List<Epoch> epochs = new ArrayList<>();
        for (int e = 1; e <= settings.epochs(); e++) {
            long began = System.nanoTime();
            Score trained = epoch(e, step, loader, optimizer, schedule);
            Score validated = evaluate(model, validation);
            synchronized (saving) {
                model.save(modelFile);
                savedEpoch = e;
            }
            epochs.add(new Epoch(trained.loss, trained.accuracy, validated.loss, validated.accuracy));
            out.printf(
                    Locale.ROOT,
                    "epoch %2d/%d  training loss %.4f accuracy %6.2f %%  validation loss %.4f accuracy %6.2f %%  %.1f s%n",
                    e,
                    settings.epochs(),
                    trained.loss,
                    100 * trained.accuracy,
                    validated.loss,
                    100 * validated.accuracy,
                    (System.nanoTime() - began) / 1e9);
            out.flush();
        }
        finish(model, epochs, start);
    }

    private Score epoch(int number, Compiled step, DataLoader loader, Optimizer optimizer, Schedule schedule) {
        long taken = (long) (number - 1) * loader.size();
        double loss = 0;
        long right = 0;
        try (Progress progress = Progress.of("epoch " + number + "/" + settings.epochs(), loader.samples(), "digits")) {
            for (Batch batch : loader) {
                optimizer.learningRate(schedule.at(taken));
                taken++;
                List<Tensor> results = step.applyAll(List.of(batch.inputs(), batch.labels()));
                double value = results.get(0).item();
                if (!Double.isFinite(value)) {
                    throw new ProgramException("the loss became " + value + " in epoch " + number
                            + "; a lower --lr than " + settings.lr() + " may help");
                }
                loss += value * batch.size();
                right += count(results.get(1));
                progress.advance(batch.size());
                progress.tell(String.format(Locale.ROOT, "loss %.4f", value));
            }
        }
        return new Score(loss / loader.samples(), (double) right / loader.samples());
    }

    /** Tells for each row whether the largest logit is that of the label. */
    private static Tensor hits(Tensor logits, Tensor labels) {
        return logits.detach().argmax(1).eq(labels);
    }

    private static long count(Tensor hits) {
        long count = 0;
        for (boolean hit : hits.toBooleanArray()) {
            count += hit ? 1 : 0;
        }
        return count;
    }

    private static Score evaluate(DigitModel model, MnistData data) {
        return Autodiff.noGrad(() -> {
            double loss = 0;
            long right = 0;
            for (Batch batch : DataLoader.of(data.images(), data.labels(), EVALUATION_BATCH)) {
                Tensor logits = model.logits(batch.inputs());
                loss += logits.softmaxCrossEntropy(batch.labels()).sum().item();
                right += count(hits(logits, batch.labels()));
            }
            return new Score(loss / data.size(), (double) right / data.size());
        });
    }

    // ---- the end ----

    private void finish(DigitModel model, List<Epoch> epochs, long start) throws IOException {
        MnistData test = MnistData.test(settings.dtype());
        test = test.range(0, Math.min(settings.limit(), MnistProgram.TEST_DIGITS));
        long[][] confusion = new long[DigitModel.CLASSES][DigitModel.CLASSES];
        List<Pictures.Wrong> wrong = test(model, test, confusion);
        double accuracy = 1 - (double) wrong.size() / test.size();
        double seconds = (System.nanoTime() - start) / 1e9;
        Map<String, Object> metrics = new LinkedHashMap<>();
        metrics.put("test_accuracy", accuracy);
        metrics.put("epochs", epochs);
        metrics.put("seconds", seconds);
        metrics.put("settings", settings.described());
        metrics.put("seed", settings.seed());
        AtomicFiles.write(
                folder.resolve("metrics.json"),
                new GsonBuilder().setPrettyPrinting().create().toJson(metrics) + "\n");
        pictures(epochs, wrong, test.size());
        out.printf(
                Locale.ROOT,
                "test accuracy %.2f %% (%d of %d digits), %.1f s%n",
                100 * accuracy,
                test.size() - wrong.size(),
                test.size(),
                seconds);
        print(confusion);
        out.println("model, metrics and pictures: " + folder);
    }

    /** Counts in {@code confusion[truth][prediction]} and returns the wrong ones, the surest first. */
    private static List<Pictures.Wrong> test(DigitModel model, MnistData test, long[][] confusion) {
        List<Pictures.Wrong> wrong = new ArrayList<>();
        for (Batch batch : DataLoader.of(test.images(), test.labels(), EVALUATION_BATCH)) {
            Tensor probabilities =
                    Autodiff.noGrad(() -> model.logits(batch.inputs()).softmax(1));
            long[] predictions = probabilities.argmax(1).toLongArray();
            long[] truths = batch.labels().toLongArray();
            for (int i = 0; i < truths.length; i++) {
                int truth = (int) truths[i];
                int prediction = (int) predictions[i];
                confusion[truth][prediction]++;
                if (truth != prediction) {
                    wrong.add(new Pictures.Wrong(
                            batch.inputs().select(0, i), truth, prediction, probabilities.get(i, prediction)));
                }
            }
        }
        wrong.sort(Comparator.comparingDouble(Pictures.Wrong::probability).reversed());
        return wrong;
    }

    private void print(long[][] confusion) {
        StringBuilder header = new StringBuilder("is \\ said");
        for (int p = 0; p < DigitModel.CLASSES; p++) {
            header.append(String.format(Locale.ROOT, "%6d", p));
        }
        out.println(header);
        for (int t = 0; t < DigitModel.CLASSES; t++) {
            StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "%9d", t));
            for (long n : confusion[t]) {
                row.append(n == 0 ? "     ." : String.format(Locale.ROOT, "%6d", n));
            }
            out.println(row);
        }
    }

    private void pictures(List<Epoch> epochs, List<Pictures.Wrong> wrong, int tested) throws IOException {
        try {
            AtomicFiles.write(
                    folder.resolve("loss.png"),
                    Pictures.loss(
                            epochs.stream().map(Epoch::train_loss).toList(),
                            epochs.stream().map(Epoch::validation_loss).toList()));
            List<Pictures.Wrong> shown = wrong.subList(0, Math.min(SHOWN_WRONG, wrong.size()));
            String title = wrong.size() + " of " + tested + " test digits are wrong"
                    + (shown.size() < wrong.size() ? "; the " + shown.size() + " surest ones of them" : "");
            AtomicFiles.write(folder.resolve("wrong.png"), Pictures.wrong(shown, title));
        } catch (LinkageError | InternalError | NullPointerException e) {
            // Java's font code fails like this where no font is installed.
            err.println("the pictures could not be drawn, which needs a font and fontconfig on this machine: " + e);
        }
    }
}

package dev.autodiff.examples;

import dev.autodiff.Tensor;
import dev.autodiff.examples.draw.Images;
import dev.autodiff.examples.draw.Plot;
import java.util.List;
import java.util.stream.IntStream;

/** Draws what a training leaves behind, as PNG files. */
final class Pictures {
    private static final int COLUMNS = 10;
    private static final int ZOOM = 3;

    /** A digit that was taken for another one. */
    record Wrong(Tensor pixels, int truth, int prediction, double probability) {}

    private Pictures() {}

    /** The loss by epoch on the training and on the validation digits. */
    static byte[] loss(List<Double> training, List<Double> validation) {
        double[] epochs =
                IntStream.rangeClosed(1, training.size()).asDoubleStream().toArray();
        double highest = 1.05
                * IntStream.range(0, training.size())
                        .mapToDouble(i -> Math.max(training.get(i), validation.get(i)))
                        .max()
                        .orElse(1);
        return Plot.of("Cross-entropy by epoch", "epoch", "mean loss")
                .line("training", epochs, array(training))
                .line("validation", epochs, array(validation))
                .yRange(0, highest)
                .png();
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** A grid of wrongly classified digits, in the order given, each with the truth and the prediction. */
    static byte[] wrong(List<Wrong> digits, String title) {
        Images images = Images.of(title, COLUMNS, ZOOM);
        for (Wrong digit : digits) {
            images.add(
                    digit.pixels().reshape(DigitModel.SIDE, DigitModel.SIDE),
                    "is " + digit.truth(),
                    "said " + digit.prediction());
        }
        return images.png();
    }
}

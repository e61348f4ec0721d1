package dev.autodiff.examples.mnist;

import dev.autodiff.examples.page.Range;
import picocli.CommandLine.Option;

/** How a small network is trained on digits; the settings that the lessons on MNIST have in common. */
public final class TrainingSettings {
    @Option(names = "--digits", paramLabel = "N", description = "Digits for the training.")
    @Range(min = 1000, max = 60000)
    public int digits = 12000;

    @Option(names = "--epochs", paramLabel = "N", description = "How often all of them are seen.")
    @Range(min = 1, max = 100)
    public int epochs = 3;

    @Option(names = "--batch", paramLabel = "N", description = "Digits in a mini-batch.")
    @Range(min = 1, max = 1000)
    public int batch = 64;

    @Option(names = "--lr", paramLabel = "RATE", description = "The learning rate.")
    @Range(min = 0, max = 100)
    public double rate = 0.1;

    @Option(names = "--seed", paramLabel = "N", description = "Where all random numbers begin.")
    public long seed = 1;

    /** Those that a run takes unless told otherwise. */
    public TrainingSettings() {}
}

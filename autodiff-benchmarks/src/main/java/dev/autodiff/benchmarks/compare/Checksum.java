package dev.autodiff.benchmarks.compare;

/** A few numbers that tell whether two long results are the same. */
public final class Checksum {
    private Checksum() {}

    /** Returns the mean square, the mean, and elements near the beginning, in the middle and at the end: not the same for a transposed matrix. */
    public static double[] of(double[] x) {
        double squares = 0;
        double sum = 0;
        for (double value : x) {
            squares += value * value;
            sum += value;
        }
        return new double[] {squares / x.length, sum / x.length, x[1], x[x.length / 2 + 3], x[x.length - 2]};
    }
}

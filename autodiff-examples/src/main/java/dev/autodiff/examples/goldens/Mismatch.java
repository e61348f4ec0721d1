package dev.autodiff.examples.goldens;

import java.util.Locale;

/**
 * The worst difference between a tensor and what was recorded.
 *
 * @param what the tensor, {@code output 0} or {@code grad of input} for example
 * @param index where in the tensor, {@code [0, 2]}; empty where something else than a number is wrong
 * @param got what the library gave
 * @param want what was recorded
 * @param error how far beyond the tolerance, as a multiple of it
 */
record Mismatch(String what, String index, String got, String want, double error) {

    static Mismatch of(String what, String got, String want) {
        return new Mismatch(what, "", got, want, Double.POSITIVE_INFINITY);
    }

    @Override
    public String toString() {
        return what + index + ": got " + got + ", want " + want
                + (Double.isInfinite(error) ? "" : String.format(Locale.ROOT, " (%.3g × the tolerance)", error));
    }
}

package dev.autodiff.optimize;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What all minimisers have in common.
 *
 * @param gradientTolerance NaN for the default of the type
 * @param observer returns false to stop
 */
record Settings(
        double gradientTolerance,
        double stepTolerance,
        double decreaseTolerance,
        int iterations,
        boolean trace,
        boolean curvature,
        @Nullable Predicate<? super Iteration> observer) {
    static final Settings DEFAULT = new Settings(Double.NaN, 0, 0, 1000, false, true, null);
}

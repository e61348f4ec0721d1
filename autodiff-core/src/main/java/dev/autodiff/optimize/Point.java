package dev.autodiff.optimize;

import dev.autodiff.Tensor;

/**
 * A point with what is known of the function there.
 *
 * @param norm the largest component of the gradient
 * @param measure what the gradient tolerance is compared with
 */
record Point(Tensor x, double value, Tensor gradient, double norm, double measure) {
    static Point of(Tensor x, double value, Tensor gradient) {
        double norm = Vectors.largest(gradient);
        return new Point(x, value, gradient, norm, norm); // not relative to the value, to which a constant may be added
    }

    boolean isFinite() {
        return Double.isFinite(value) && Double.isFinite(norm);
    }
}

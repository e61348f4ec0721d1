package dev.autodiff.examples.goldens;

import dev.autodiff.Tensor;
import dev.autodiff.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Derivatives that PyTorch 1.13 records wrongly, each beside a second way to compute it that has nothing to do with the library: either is
 * accepted, at the same tolerance.
 */
final class PeerFaults {
    private static final int TERMS = 30;

    private PeerFaults() {}

    /** Returns what the slope of an operation of one input is at x, or null if PyTorch's can be trusted. */
    static @Nullable Tensor slope(String op, Tensor x) {
        if (!op.equals("sinc")) {
            return null;
        }
        double[] at = x.toDoubleArray();
        double[] slopes = new double[at.length];
        for (int i = 0; i < at.length; i++) {
            slopes[i] = sincSlope(at[i]);
        }
        return Tensor.of(slopes, x.shape()).to(x.dtype());
    }

    /**
     * What the forward mode of embedding gives for a table's direction t: row {@code t[index]}, but 0 for the padding index, whose gradient
     * is 0 by definition. PyTorch's reverse mode obeys that, its forward mode gives the row.
     */
    static Tensor embeddingJvp(Tensor indices, Tensor tangent, int padding) {
        double[] t = tangent.toDoubleArray();
        double[] at = indices.toDoubleArray();
        int width = tangent.size(1);
        int skipped = padding < 0 ? padding + tangent.size(0) : padding;
        double[] rows = new double[at.length * width];
        for (int i = 0; i < at.length; i++) {
            if (at[i] != skipped) {
                System.arraycopy(t, ((int) at[i]) * width, rows, i * width, width);
            }
        }
        return Tensor.of(rows, indices.shape().concat(Shape.of(width))).to(tangent.dtype());
    }

    /**
     * The derivative of sin(πx)/(πx). PyTorch computes {@code (πx·cos πx − sin πx) / (πx²)}, of which nothing is left for x below 10⁻⁸, and its
     * forward mode gives NaN at 0; the series is {@code Σ (−1)^k·2k·π^(2k)·x^(2k−1) / (2k + 1)!}.
     */
    private static double sincSlope(double x) {
        double y = Math.PI * x;
        if (Math.abs(x) > 1) {
            return (y * Math.cos(y) - Math.sin(y)) / (y * x);
        }
        double sum = 0;
        double power = 1; // π^(2k)·x^(2k−1)/(2k + 1)! by steps
        for (int k = 1; k <= TERMS; k++) {
            power = k == 1 ? Math.PI * y / 6 : power * y * y / ((2.0 * k) * (2 * k + 1));
            sum += (k % 2 == 0 ? 1 : -1) * 2 * k * power;
        }
        return sum;
    }
}

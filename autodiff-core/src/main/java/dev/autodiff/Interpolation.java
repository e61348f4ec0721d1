package dev.autodiff;

import java.util.Arrays;
import java.util.Objects;

/**
 * Resampling along one axis: each new element is a weighted sum of a few old ones, picked by index. Source positions and their limits are
 * those of PyTorch.
 */
final class Interpolation {
    /** The parameter of the cubic, as in PyTorch. */
    private static final double A = -0.75;

    private Interpolation() {}

    /**
     * Resamples an axis.
     *
     * @param scale the distance of the new elements in old ones, unless corners are aligned
     */
    static Tensor along(Tensor x, int axis, int count, double scale, InterpolationMode mode, boolean alignCorners) {
        int n = x.size(axis);
        double step = alignCorners ? (count > 1 ? (n - 1.0) / (count - 1) : 0) : scale;
        int taps = switch (mode) {
            case LINEAR -> 2;
            case CUBIC -> 4;
            case NEAREST, NEAREST_EXACT, AREA -> 1;
        };
        long[][] places = new long[taps][count];
        double[][] weights = new double[taps][count];
        for (int o = 0; o < count; o++) {
            double position = switch (mode) {
                case NEAREST -> o * step;
                case NEAREST_EXACT -> (o + 0.5) * step;
                case LINEAR, CUBIC, AREA -> alignCorners ? o * step : (o + 0.5) * step - 0.5;
            };
            if (mode == InterpolationMode.LINEAR) {
                position = Math.max(0, position);
            }
            long base = (long) Math.floor(position);
            if (mode == InterpolationMode.LINEAR) {
                base = Math.min(base, n - 1);
            }
            double t = Math.min(1, position - base);
            for (int k = 0; k < taps; k++) {
                long place = base + k - (taps == 4 ? 1 : 0);
                places[k][o] = Math.max(0, Math.min(n - 1, place));
                weights[k][o] = taps == 1 ? 1 : taps == 2 ? (k == 0 ? 1 - t : t) : cubic(Math.abs(t + 1 - k));
            }
        }
        Tensor out = null;
        for (int k = 0; k < taps; k++) {
            Tensor picked = Engine.apply(new Indexing.Take("interpolate", axis), x, Tensor.of(places[k]));
            Tensor term = taps == 1 ? picked : picked.mul(alongAxis(weights[k], x, axis));
            out = out == null ? term : out.add(term);
        }
        return Objects.requireNonNull(out);
    }

    /** The weights as a constant that broadcasts along an axis. */
    private static Tensor alongAxis(double[] weights, Tensor x, int axis) {
        int[] shape = new int[x.rank() - axis];
        Arrays.fill(shape, 1);
        shape[0] = weights.length;
        return Tensor.of(weights).to(x.dtype()).reshape(shape);
    }

    /** The cubic convolution kernel at a distance from 0 to 2. */
    private static double cubic(double d) {
        return d <= 1 ? ((A + 2) * d - (A + 3)) * d * d + 1 : ((A * d - 5 * A) * d + 8 * A) * d - 4 * A;
    }
}

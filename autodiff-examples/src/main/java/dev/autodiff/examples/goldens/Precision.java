package dev.autodiff.examples.goldens;

import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The element type that the cases run in, and how close its results must be to what was recorded in float64: within
 * {@code absolute + relative·|want|}.
 */
enum Precision {
    /** {@code 10⁻¹² + 10⁻¹⁰·|want|}, for forward derivatives and second derivatives {@code 10⁻⁸}: what FORMAT.md asks for. */
    FLOAT64(DType.FLOAT64),

    /**
     * {@code 2·10⁻⁵ + 10⁻³·|want|} for everything. The recorded inputs are rounded to float32 first, by a relative 6·10⁻⁸, which a function
     * may magnify; what no float32 can hold must come out as ±∞ or within the absolute part.
     */
    FLOAT32(DType.FLOAT32);

    static final double ABSOLUTE = 1e-12;
    static final double FIRST_ORDER = 1e-10;
    static final double SECOND_ORDER = 1e-8;
    private static final double ABSOLUTE_32 = 2e-5;
    private static final double RELATIVE_32 = 1e-3;
    /** From here on a number of an extreme case must be right relatively, not only as small as the absolute part. */
    private static final double EXTREME = 1e-300;

    private final DType dtype;

    Precision(DType dtype) {
        this.dtype = dtype;
    }

    DType dtype() {
        return dtype;
    }

    /** How a case's numbers are compared. */
    record Bound(double relative, double absolute, boolean extreme) {
        Bound(double relative) {
            this(relative, ABSOLUTE, false);
        }
    }

    /** Returns the worst mismatch, or null if every element matches one of the accepted tensors. */
    @Nullable
    Mismatch compare(String what, Tensor got, List<Tensor> accepted, Bound bound) {
        Tensor want = accepted.get(0);
        if (!got.shape().equals(want.shape())) {
            return Mismatch.of(what, "shape " + got.shape(), "shape " + want.shape());
        }
        if (got.dtype() != want.dtype()) {
            return Mismatch.of(what, got.dtype().label(), want.dtype().label());
        }
        double[] values = got.toDoubleArray();
        double[][] wanted = accepted.stream().map(Tensor::toDoubleArray).toArray(double[][]::new);
        Mismatch worst = null;
        for (int i = 0; i < values.length; i++) {
            double error = Double.POSITIVE_INFINITY;
            for (double[] w : wanted) {
                error = Math.min(
                        error, got.dtype().isFloating() ? error(values[i], w[i], bound) : exact(values[i], w[i]));
            }
            if (error > 1 && (worst == null || error > worst.error())) {
                worst = new Mismatch(
                        what, Arrays.toString(got.shape().index(i)), number(values[i]), number(wanted[0][i]), error);
            }
        }
        return worst;
    }

    private static double exact(double got, double want) {
        return got == want ? 0 : Double.POSITIVE_INFINITY;
    }

    /** Returns the error as a multiple of what is allowed. */
    private double error(double got, double want, Bound bound) {
        if (got == want || (Double.isNaN(got) && Double.isNaN(want))) {
            return 0;
        }
        if (!Double.isFinite(got) || !Double.isFinite(want)) {
            return Double.POSITIVE_INFINITY;
        }
        double allowed = switch (this) {
            case FLOAT64 ->
                bound.extreme && Math.abs(want) > EXTREME
                        ? bound.relative * Math.abs(want)
                        : bound.absolute + bound.relative * Math.abs(want);
            case FLOAT32 -> Math.max(bound.absolute, ABSOLUTE_32) + RELATIVE_32 * Math.abs(want);
        };
        return Math.abs(got - want) / allowed;
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}

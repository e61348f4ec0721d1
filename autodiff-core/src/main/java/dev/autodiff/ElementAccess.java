package dev.autodiff;

import dev.autodiff.array.Storage;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.Arrays;

/** Looking at the elements of a tensor from Java, which a step under {@link Autodiff#compile} must not do. */
public sealed interface ElementAccess permits Tensor {
    /**
     * Returns the one element.
     *
     * @throws ShapeException if there is not exactly one
     */
    default double item() {
        Tensor x = (Tensor) this;
        if (x.size() != 1) {
            throw new ShapeException("item: expected a tensor of one element, got shape " + x.shape());
        }
        Mode.reading("item", x);
        return x.storage().get(0);
    }

    /**
     * Returns the element at an index, one number for each axis; negative ones count from the end.
     *
     * @throws IndexOutOfBoundsException if there is no such element
     */
    default double get(int... index) {
        Tensor x = (Tensor) this;
        Shape shape = x.shape();
        if (index.length != x.rank()) {
            throw new ShapeException(
                    "get: expected " + x.rank() + " numbers for shape " + shape + ", got " + Arrays.toString(index));
        }
        Mode.reading("get", x);
        int position = 0;
        int last = index.length - 1;
        for (int axis = 0; axis < index.length; axis++) {
            // as the axes lie in the storage: a transposed parameter would be copied for each element
            int i = x.isTransposedView() && axis >= last - 1 ? 2 * last - 1 - axis : axis;
            int n = shape.size(i);
            int k = index[i] < 0 ? index[i] + n : index[i];
            if (k < 0 || k >= n) {
                throw new IndexOutOfBoundsException("get: index " + Arrays.toString(index)
                        + " is out of range for shape " + shape + "; expected " + Shape.range(n) + " at axis " + i);
            }
            position = position * n + k;
        }
        return x.storage().get(position);
    }

    /**
     * Checks that every element lies in a range, and returns this tensor. A compiled step checks when it is captured, not when it is
     * replayed.
     *
     * @param what names the tensor, {@code "logLoss: probabilities"} for example
     * @throws IllegalArgumentException if an element is below {@code low}, above {@code high} or NaN; the message says which
     */
    default Tensor checkRange(String what, double low, double high) {
        Tensor x = (Tensor) this;
        Storage data = x.data();
        for (int i = 0; i < x.size(); i++) {
            double value = data.get(i);
            if (!(value >= low && value <= high)) {
                String wanted = high == Double.POSITIVE_INFINITY ? "≥ " + low : "from " + low + " to " + high;
                throw new IllegalArgumentException(what + " must be " + wanted + ", got " + value + " at "
                        + Arrays.toString(x.shape().index(i)));
            }
        }
        return x;
    }

    /** Returns a copy of the elements in row-major order; {@code true} is 1. */
    default double[] toDoubleArray() {
        Tensor x = (Tensor) this;
        Mode.reading("toDoubleArray", x);
        Storage data = x.data();
        if (x.dtype() == DType.FLOAT64) {
            return data.float64().clone();
        }
        double[] result = new double[x.size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = data.get(i);
        }
        return result;
    }

    /** Returns a copy of the elements in row-major order, rounded to float. */
    default float[] toFloatArray() {
        Tensor x = (Tensor) this;
        Mode.reading("toFloatArray", x);
        Storage data = x.data();
        if (x.dtype() == DType.FLOAT32) {
            return data.float32().clone();
        }
        float[] result = new float[x.size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = (float) data.get(i);
        }
        return result;
    }

    /** Returns a copy of the elements of an int64 tensor in row-major order. */
    default long[] toLongArray() {
        Tensor x = (Tensor) this;
        Engine.expect("toLongArray", DType.INT64, x);
        Mode.reading("toLongArray", x);
        return x.data().int64().clone();
    }

    /** Returns a copy of the elements of a bool tensor in row-major order. */
    default boolean[] toBooleanArray() {
        Tensor x = (Tensor) this;
        Engine.expect("toBooleanArray", DType.BOOL, x);
        Mode.reading("toBooleanArray", x);
        return x.data().bool().clone();
    }

    /** Returns a copy of the elements of a matrix, row by row. */
    default double[][] toDoubleMatrix() {
        Shape shape = ((Tensor) this).shape();
        if (shape.rank() != 2) {
            throw new ShapeException("toDoubleMatrix: expected a matrix, got shape " + shape);
        }
        double[] values = toDoubleArray();
        int columns = shape.size(1);
        double[][] rows = new double[shape.size(0)][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Arrays.copyOfRange(values, i * columns, (i + 1) * columns);
        }
        return rows;
    }

    /** Tells whether {@code |x − y| ≤ absolute + relative·|y|} for all elements; NaN equals NaN, infinities by sign. */
    default boolean allClose(Tensor y, double relative, double absolute) {
        Operands.check("allClose", 1, y);
        Tensor x = (Tensor) this;
        if (!x.shape().equals(y.shape())) {
            return false;
        }
        Mode.reading("allClose", x);
        Mode.reading("allClose", y);
        Storage left = x.data(); // outside the loop: of a transposed parameter each call is a copy
        Storage right = y.data();
        boolean whole = x.dtype() == DType.INT64 && y.dtype() == DType.INT64;
        for (int i = 0; i < x.size(); i++) {
            double a = left.get(i);
            double b = right.get(i);
            double distance = whole ? distance(left.int64()[i], right.int64()[i]) : Math.abs(a - b);
            boolean same = whole ? distance == 0 : a == b || (Double.isNaN(a) && Double.isNaN(b));
            if (!same && !(distance <= absolute + relative * Math.abs(b) && Double.isFinite(b))) {
                return false;
            }
        }
        return true;
    }

    /** Returns |a − b|, which a difference of doubles loses from 2⁵³ on. */
    private static double distance(long a, long b) {
        long difference = a - b;
        boolean overflow = ((a ^ b) & (a ^ difference)) < 0;
        return Math.abs(overflow ? (double) a - (double) b : (double) difference);
    }
}

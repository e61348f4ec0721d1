package dev.autodiff.optimize;

import dev.autodiff.Tensor;

/** Products and norms of tensors as Java numbers. */
final class Vectors {
    private Vectors() {}

    static double dot(Tensor a, Tensor b) {
        double[] x = a.toDoubleArray();
        double[] y = b.toDoubleArray();
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    static double norm(Tensor a) {
        double largest = largest(a);
        return largest == 0 || !Double.isFinite(largest)
                ? largest
                : largest * Math.sqrt(dot(a.div(largest), a.div(largest)));
    }

    /** Returns the largest absolute value; NaN if there is one. */
    static double largest(Tensor a) {
        double largest = 0;
        for (double value : a.toDoubleArray()) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}

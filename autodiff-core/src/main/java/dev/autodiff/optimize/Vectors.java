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
        return norm(a.toDoubleArray());
    }

    static double norm(double[] a) {
        double largest = largest(a);
        if (largest == 0 || !Double.isFinite(largest)) {
            return largest;
        }
        double squares = 0;
        for (double value : a) {
            squares += value / largest * (value / largest);
        }
        return largest * Math.sqrt(squares);
    }

    /** Returns the cosine of the angle between two vectors, 0 if one of them is 0; neither squares nor products overflow. */
    static double cosine(double[] a, double[] b) {
        double lengthOfA = norm(a);
        double lengthOfB = norm(b);
        double sum = 0;
        for (int i = 0; i < a.length && lengthOfA > 0 && lengthOfB > 0; i++) {
            sum += a[i] / lengthOfA * (b[i] / lengthOfB);
        }
        return sum;
    }

    /** Returns the largest absolute value; NaN if there is one. */
    static double largest(Tensor a) {
        return largest(a.toDoubleArray());
    }

    private static double largest(double[] a) {
        double largest = 0;
        for (double value : a) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}

package dev.autodiff.examples.draw;

import dev.autodiff.Autodiff;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;

/** A grid of points over a rectangle, and a function's values there: {@code z[row][column]}, rows upwards in y. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Plane(double x0, double x1, double y0, double y1, double[][] z) {

    static Plane of(double[] ranges, int n, DoubleBinaryOperator f) {
        double[][] z = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                z[i][j] = f.applyAsDouble(place(ranges[0], ranges[1], j, n), place(ranges[2], ranges[3], i, n));
            }
        }
        return new Plane(ranges[0], ranges[1], ranges[2], ranges[3], z);
    }

    static Plane of(double[] ranges, int n, PointFunction f) {
        double[] points = new double[2 * n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                points[2 * (i * n + j)] = place(ranges[0], ranges[1], j, n);
                points[2 * (i * n + j) + 1] = place(ranges[2], ranges[3], i, n);
            }
        }
        double[] values = Autodiff.noGrad(() -> f.values(Tensor.of(points, Shape.of(n * n, 2))))
                .to(DType.FLOAT64)
                .toDoubleArray();
        if (values.length != n * n) {
            throw new IllegalArgumentException(
                    "expected one value for each of " + n * n + " points, got " + values.length);
        }
        double[][] z = new double[n][];
        for (int i = 0; i < n; i++) {
            z[i] = Arrays.copyOfRange(values, i * n, (i + 1) * n);
        }
        return new Plane(ranges[0], ranges[1], ranges[2], ranges[3], z);
    }

    private static double place(double from, double to, int i, int n) {
        return from + (to - from) * i / (n - 1);
    }

    int size() {
        return z.length;
    }

    double x(int column) {
        return place(x0, x1, column, z.length);
    }

    double y(int row) {
        return place(y0, y1, row, z.length);
    }

    double min() {
        double min = Double.POSITIVE_INFINITY;
        for (double[] row : z) {
            for (double v : row) {
                min = Math.min(min, v);
            }
        }
        return min;
    }

    double max() {
        double max = Double.NEGATIVE_INFINITY;
        for (double[] row : z) {
            for (double v : row) {
                max = Math.max(max, v);
            }
        }
        return max;
    }
}

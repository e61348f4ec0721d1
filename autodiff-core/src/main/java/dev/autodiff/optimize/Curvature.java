package dev.autodiff.optimize;

import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * The extreme curvatures of a function at a point, from a few products with its Hessian: Lanczos' method with full orthogonalisation from a
 * random start. Exact up to {@value #STEPS} unknowns; beyond, the extremes that it finds lie inside the true ones.
 *
 * @param direction of length 1, along which the curvature is {@code smallest}
 */
record Curvature(double smallest, double largest, Tensor direction) {
    private static final int STEPS = 30;

    /** A vector of which orthogonalising leaves no more than this is one of rounding: three digits above 2⁻⁵². */
    private static final double CLOSED = 1e-12;

    static Curvature of(UnaryOperator<Tensor> hessian, Tensor like) {
        int n = like.size();
        Generator generator = Generator.seeded(n);
        List<double[]> basis = new ArrayList<>();
        double[] v = new double[n];
        for (int i = 0; i < n; i++) {
            v[i] = generator.nextGaussian();
        }
        int limit = Math.min(n, STEPS);
        DMatrixRMaj projected = new DMatrixRMaj(limit, limit);
        int size = 0;
        for (int j = 0; j < limit; j++) {
            double before = length(v);
            orthogonalise(v, basis);
            double length = length(v);
            if (!(length > CLOSED * before) || before == 0) {
                break; // the space is closed under the Hessian
            }
            for (int i = 0; i < n; i++) {
                v[i] /= length;
            }
            basis.add(v.clone());
            size = j + 1;
            v = hessian.apply(Tensor.of(v, like.shape()).to(like.dtype())).toDoubleArray();
            for (int i = 0; i < size; i++) {
                double h = dot(v, basis.get(i));
                projected.set(i, j, h);
                projected.set(j, i, h);
            }
        }
        DMatrixRMaj symmetric = new DMatrixRMaj(size, size);
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                symmetric.set(i, j, projected.get(i, j));
            }
        }
        return extremes(symmetric, basis, like);
    }

    private static Curvature extremes(DMatrixRMaj symmetric, List<double[]> basis, Tensor like) {
        int size = symmetric.numRows;
        EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(size, true, true);
        if (!eigen.decompose(symmetric)) {
            throw new IllegalStateException("curvature: the Hessian's products are not finite or not symmetric");
        }
        int smallest = 0;
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < size; i++) {
            double value = eigen.getEigenvalue(i).getReal();
            if (value < eigen.getEigenvalue(smallest).getReal()) {
                smallest = i;
            }
            largest = Math.max(largest, value);
        }
        double[] direction = new double[like.size()];
        DMatrixRMaj weights = eigen.getEigenVector(smallest);
        for (int k = 0; k < size; k++) {
            for (int i = 0; i < direction.length; i++) {
                direction[i] += weights.get(k) * basis.get(k)[i];
            }
        }
        return new Curvature(
                eigen.getEigenvalue(smallest).getReal(),
                largest,
                Tensor.of(direction, like.shape()).to(like.dtype()));
    }

    /** Tells whether the smallest curvature lies below zero by more than the Hessian's rounding. */
    boolean isNegative(double rounding) {
        return smallest < -Math.sqrt(rounding) * Math.max(Math.abs(largest), Math.abs(smallest));
    }

    private static void orthogonalise(double[] v, List<double[]> basis) {
        for (int pass = 0; pass < 2; pass++) {
            for (double[] b : basis) {
                double projection = dot(v, b);
                for (int i = 0; i < v.length; i++) {
                    v[i] -= projection * b[i];
                }
            }
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double length(double[] v) {
        return Math.sqrt(dot(v, v));
    }
}

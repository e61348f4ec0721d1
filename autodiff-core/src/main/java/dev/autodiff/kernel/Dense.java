package dev.autodiff.kernel;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.NormOps_DDRM;
import org.ejml.dense.row.decomposition.chol.CholeskyDecompositionInner_DDRM;
import org.ejml.dense.row.decomposition.eig.SymmetricQRAlgorithmDecomposition_DDRM;
import org.ejml.dense.row.decomposition.svd.SvdImplicitQrDecompose_DDRM;

/**
 * Linear algebra of single matrices, row-major in double arrays, by EJML. Arguments are not modified unless it is said. A matrix that
 * a method can't handle makes it return false; what it wrote then is of no use.
 */
public final class Dense {
    /** The coefficients of the numerator of the Padé approximant of degree 13 to the exponential (Higham 2005). */
    private static final double[] PADE = {
        64764752532480000.0,
        32382376266240000.0,
        7771770303897600.0,
        1187353796428800.0,
        129060195264000.0,
        10559470521600.0,
        670442572800.0,
        33522128640.0,
        1323241920.0,
        40840800.0,
        960960.0,
        16380.0,
        182.0,
        1.0
    };

    /** Up to this 1-norm the approximant is exact to double precision (Higham 2005, table 2.3). */
    private static final double PADE_RADIUS = 5.371920351148152;

    private Dense() {}

    /** {@code out = x⁻¹}, for x [n, n]. Returns false if a pivot is 0. */
    public static boolean invert(double[] x, double[] out, int n) {
        Lu lu = new Lu();
        if (!lu.factor(x, n)) {
            return false;
        }
        Arrays.fill(out, 0);
        for (int i = 0; i < n; i++) {
            out[i * n + i] = 1;
        }
        lu.solve(out, n);
        return true;
    }

    /**
     * {@code y ← x⁻¹·y} for a triangular x [n, n], whose other half is not read. A zero on the diagonal divides.
     *
     * @param y [n, columns]. Modified.
     */
    public static void solveTriangular(boolean upper, double[] x, double[] y, int n, int columns) {
        for (int step = 0; step < n; step++) {
            int i = upper ? n - 1 - step : step;
            for (int k = upper ? i + 1 : 0; k < (upper ? n : i); k++) {
                double factor = x[i * n + k];
                for (int j = 0; j < columns; j++) {
                    y[i * columns + j] -= factor * y[k * columns + j];
                }
            }
            for (int j = 0; j < columns; j++) {
                y[i * columns + j] /= x[i * n + i];
            }
        }
    }

    /** {@code out = L} with {@code L·Lᵀ = ½(x + xᵀ)}, for x [n, n]. Returns false if that is not positive definite. */
    public static boolean cholesky(double[] x, double[] out, int n) {
        double[] symmetric = symmetricPart(x, n);
        if (!isFinite(symmetric) || !new CholeskyDecompositionInner_DDRM(true).decompose(wrap(symmetric, n, n))) {
            return false;
        }
        System.arraycopy(symmetric, 0, out, 0, n * n); // EJML works in place
        return true;
    }

    /**
     * The eigenvalues of ½(x + xᵀ), ascending, and an eigenvector for each, of length 1 and with its largest component positive. Returns
     * false if an element is not finite or the iteration does not converge.
     *
     * @param out [n + 1, n]: the values, and below each its vector
     */
    public static boolean eigen(double[] x, double[] out, int n) {
        if (n == 0) {
            return true;
        }
        double[] symmetric = symmetricPart(x, n);
        var eigen = new SymmetricQRAlgorithmDecomposition_DDRM(true);
        eigen.setComputeVectorsWithValues(true);
        if (!isFinite(symmetric) || !eigen.decompose(wrap(symmetric, n, n))) {
            return false;
        }
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            values[i] = eigen.getEigenvalue(i).real;
        }
        int[] order = ascending(values);
        for (int j = 0; j < n; j++) {
            double[] vector = eigen.getEigenVector(order[j]).data;
            double sign = signOfLargest(vector, n);
            out[j] = values[order[j]];
            for (int i = 0; i < n; i++) {
                out[(i + 1) * n + j] = sign * vector[i];
            }
        }
        return true;
    }

    /**
     * The singular values of x [m, n], descending, and the k = min(m, n) left and right singular vectors, each left one with its
     * largest component positive. Returns false if an element is not finite or the iteration does not converge.
     *
     * @param out [m + 1 + n, k]: the left vectors as columns, below them the values, below those the right vectors as columns
     */
    public static boolean singular(double[] x, double[] out, int m, int n) {
        int k = Math.min(m, n);
        if (k == 0) {
            return true;
        }
        var svd = new SvdImplicitQrDecompose_DDRM(true, true, true, false);
        if (!isFinite(x) || !svd.decompose(wrap(x.clone(), m, n))) {
            return false;
        }
        double[] values = Arrays.copyOf(svd.getSingularValues(), k);
        DMatrixRMaj left = svd.getU(null, true); // the vectors as rows
        DMatrixRMaj right = svd.getV(null, true);
        int[] order = ascending(values);
        for (int j = 0; j < k; j++) {
            int from = order[k - 1 - j];
            double[] vector = Arrays.copyOfRange(left.data, from * m, from * m + m);
            double sign = signOfLargest(vector, m);
            for (int i = 0; i < m; i++) {
                out[i * k + j] = sign * vector[i];
            }
            out[m * k + j] = values[from];
            for (int i = 0; i < n; i++) {
                out[(m + 1 + i) * k + j] = sign * right.data[from * n + i];
            }
        }
        return true;
    }

    /**
     * {@code x = Q·R} by Householder reflections, for x [m, n] with m ≥ n. As in LAPACK a diagonal element of R has the sign opposite
     * to that of the column that it was reflected from, and a column that is already a multiple of the unit vector stays as it is;
     * EJML reflects also that one, which is why this is not its decomposition.
     *
     * @param out [columns + m, columns]: Q [m, columns], and R in the first n rows and columns of what is below
     * @param columns n, or m for the complete Q
     */
    public static void qr(double[] x, double[] out, int m, int n, int columns) {
        double[] r = x.clone();
        double[] factors = new double[n];
        for (int j = 0; j < n; j++) {
            factors[j] = reflection(r, m, n, j);
            double pivot = r[j * n + j];
            r[j * n + j] = 1; // the reflecting vector lies in the column from here down
            reflect(r, n, j, factors[j], r, n, j + 1, m);
            r[j * n + j] = pivot;
        }
        Arrays.fill(out, 0);
        for (int i = 0; i < columns; i++) {
            out[i * columns + i] = 1;
        }
        for (int j = n - 1; j >= 0; j--) {
            double pivot = r[j * n + j];
            r[j * n + j] = 1;
            reflect(r, n, j, factors[j], out, columns, j, m);
            r[j * n + j] = pivot;
        }
        for (int i = 0; i < n; i++) {
            System.arraycopy(r, i * n + i, out, (m + i) * columns + i, n - i);
        }
    }

    /**
     * Replaces column j of r from the diagonal down by the diagonal element of R and the rest of the reflecting vector, whose first
     * element is 1. Returns the factor τ of the reflection 1 − τ·v·vᵀ.
     */
    private static double reflection(double[] r, int m, int n, int j) {
        double norm = 0;
        for (int i = j + 1; i < m; i++) {
            norm = Math.hypot(norm, r[i * n + j]);
        }
        if (norm == 0) {
            return 0;
        }
        double alpha = r[j * n + j];
        double beta = -Math.copySign(Math.hypot(alpha, norm), alpha);
        for (int i = j + 1; i < m; i++) {
            r[i * n + j] /= alpha - beta;
        }
        r[j * n + j] = beta;
        return (beta - alpha) / beta;
    }

    /** Applies 1 − τ·v·vᵀ to the columns of y from {@code first} on, where v is column j of r from the diagonal down. */
    private static void reflect(double[] r, int n, int j, double factor, double[] y, int columns, int first, int m) {
        for (int c = first; c < columns && factor != 0; c++) {
            double sum = 0;
            for (int i = j; i < m; i++) {
                sum += r[i * n + j] * y[i * columns + c];
            }
            for (int i = j; i < m; i++) {
                y[i * columns + c] -= factor * sum * r[i * n + j];
            }
        }
    }

    /**
     * The matrix of the cofactors of x [n, n], {@code out = det(U·Vᵀ)·U·diag(Π_{j≠i} s_j)·Vᵀ} from the singular value decomposition,
     * right for singular matrices too. Returns false if there is no decomposition.
     */
    public static boolean cofactors(double[] x, double[] out, int n) {
        double[] parts = new double[(2 * n + 1) * n];
        if (!singular(x, parts, n, n)) {
            return false;
        }
        double[] inner = new double[n * n];
        for (int i = 0; i < n; i++) {
            inner[i * n + i] = productWithout(parts, n, i, i);
        }
        fromSingularBases(parts, inner, out, n);
        return true;
    }

    /**
     * The derivative of the cofactors of x along y, both [n, n]: in the bases of the singular vectors, with H = Uᵀ·y·V and the products
     * P_ij of all singular values but s_i and s_j, it has Σ_{j≠i} P_ij·H_jj on the diagonal and −P_ij·H_ji beside it. Returns false if
     * there is no decomposition.
     */
    public static boolean cofactorsAlong(double[] x, double[] y, double[] out, int n) {
        double[] parts = new double[(2 * n + 1) * n];
        if (!singular(x, parts, n, n)) {
            return false;
        }
        DMatrixRMaj left = wrap(Arrays.copyOf(parts, n * n), n, n);
        DMatrixRMaj right = wrap(Arrays.copyOfRange(parts, (n + 1) * n, parts.length), n, n);
        DMatrixRMaj half = new DMatrixRMaj(n, n);
        DMatrixRMaj turned = new DMatrixRMaj(n, n);
        CommonOps_DDRM.multTransA(left, wrap(y, n, n), half);
        CommonOps_DDRM.mult(half, right, turned);
        double[] inner = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                if (i != j) {
                    double product = productWithout(parts, n, i, j);
                    inner[i * n + i] += product * turned.data[j * n + j];
                    inner[i * n + j] = -product * turned.data[j * n + i];
                }
            }
        }
        fromSingularBases(parts, inner, out, n);
        return true;
    }

    private static double productWithout(double[] parts, int n, int i, int j) {
        double product = 1;
        for (int k = 0; k < n; k++) {
            product *= k == i || k == j ? 1 : parts[n * n + k];
        }
        return product;
    }

    /** {@code out = det(U·Vᵀ)·U·inner·Vᵀ}. */
    private static void fromSingularBases(double[] parts, double[] inner, double[] out, int n) {
        double[] u = Arrays.copyOf(parts, n * n);
        double[] v = Arrays.copyOfRange(parts, (n + 1) * n, parts.length);
        Lu lu = new Lu();
        lu.factor(u, n);
        double sign = lu.sign();
        lu.factor(v, n);
        sign *= lu.sign();
        DMatrixRMaj half = new DMatrixRMaj(n, n);
        CommonOps_DDRM.mult(sign, wrap(u, n, n), wrap(inner, n, n), half);
        CommonOps_DDRM.multTransB(half, wrap(v, n, n), wrap(out, n, n));
    }

    /**
     * {@code out = V·diag(1/s_i)·Uᵀ} [n, m], the pseudo-inverse of x [m, n], where singular values up to {@code relative} times the
     * largest count as 0. Returns false if there is no decomposition.
     */
    public static boolean pseudoInverse(double[] x, double[] out, int m, int n, double relative) {
        int k = Math.min(m, n);
        double[] parts = new double[(m + 1 + n) * k];
        if (!singular(x, parts, m, n)) {
            return false;
        }
        Arrays.fill(out, 0);
        for (int p = 0; p < k && parts[m * k + p] > relative * parts[m * k]; p++) {
            double value = parts[m * k + p];
            for (int i = 0; i < n; i++) {
                double right = parts[(m + 1 + i) * k + p] / value;
                for (int j = 0; j < m; j++) {
                    out[i * m + j] += right * parts[j * k + p];
                }
            }
        }
        return true;
    }

    /**
     * {@code out = Σ_k xᵏ/k!}, for x [n, n], by scaling and squaring with the Padé approximant of degree 13 (Higham, The scaling and
     * squaring method for the matrix exponential revisited, 2005). Elements that are not finite make the result NaN.
     */
    public static void exponential(double[] x, double[] out, int n) {
        if (!isFinite(x)) {
            Arrays.fill(out, Double.NaN);
            return;
        }
        DMatrixRMaj a = wrap(x.clone(), n, n);
        double norm = n == 0 ? 0 : NormOps_DDRM.normP1(a);
        int squarings = norm <= PADE_RADIUS ? 0 : Math.max(0, Math.getExponent(norm / PADE_RADIUS) + 1);
        for (int i = 0; i < a.data.length; i++) {
            a.data[i] = Math.scalb(a.data[i], -squarings);
        }
        DMatrixRMaj a2 = product(a, a);
        DMatrixRMaj a4 = product(a2, a2);
        DMatrixRMaj a6 = product(a4, a2);
        // The odd part a·(a6·(…) + …) and the even part of the numerator; the denominator has the odd part with the
        // other sign.
        DMatrixRMaj odd = product(a6, sum(0, 9, a2, a4, a6));
        CommonOps_DDRM.addEquals(odd, sum(PADE[1], 3, a2, a4, a6));
        odd = product(a, odd);
        DMatrixRMaj even = product(a6, sum(0, 8, a2, a4, a6));
        CommonOps_DDRM.addEquals(even, sum(PADE[0], 2, a2, a4, a6));
        DMatrixRMaj result = new DMatrixRMaj(n, n);
        DMatrixRMaj denominator = new DMatrixRMaj(n, n);
        CommonOps_DDRM.add(even, odd, result);
        CommonOps_DDRM.subtract(even, odd, denominator);
        Lu lu = new Lu();
        lu.factor(denominator.data, n); // well-conditioned for all scaled matrices
        lu.solve(result.data, n);
        for (int i = 0; i < squarings; i++) {
            result = product(result, result);
        }
        System.arraycopy(result.data, 0, out, 0, n * n);
    }

    /** Returns {@code constant·1 + b_k·a² + b_{k+2}·a⁴ + b_{k+4}·a⁶}. */
    private static DMatrixRMaj sum(double constant, int k, DMatrixRMaj a2, DMatrixRMaj a4, DMatrixRMaj a6) {
        int n = a2.numRows;
        DMatrixRMaj result = new DMatrixRMaj(n, n);
        for (int i = 0; i < n * n; i++) {
            result.data[i] = PADE[k] * a2.data[i] + PADE[k + 2] * a4.data[i] + PADE[k + 4] * a6.data[i];
        }
        for (int i = 0; i < n; i++) {
            result.data[i * n + i] += constant;
        }
        return result;
    }

    private static DMatrixRMaj product(DMatrixRMaj x, DMatrixRMaj y) {
        DMatrixRMaj out = new DMatrixRMaj(x.numRows, y.numCols);
        CommonOps_DDRM.mult(x, y, out);
        return out;
    }

    private static double[] symmetricPart(double[] x, int n) {
        double[] out = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                out[i * n + j] = 0.5 * x[i * n + j] + 0.5 * x[j * n + i];
            }
        }
        return out;
    }

    private static boolean isFinite(double[] x) {
        for (double value : x) {
            if (!Double.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    /** Returns the places of the numbers from the smallest to the largest; equal ones stay in order. */
    private static int[] ascending(double[] values) {
        int[] order = new int[values.length];
        for (int i = 0; i < order.length; i++) {
            int at = i;
            while (at > 0 && values[order[at - 1]] > values[i]) {
                order[at] = order[at - 1];
                at--;
            }
            order[at] = i;
        }
        return order;
    }

    private static double signOfLargest(double[] vector, int n) {
        int largest = 0;
        for (int i = 1; i < n; i++) {
            largest = Math.abs(vector[i]) > Math.abs(vector[largest]) ? i : largest;
        }
        return vector[largest] < 0 ? -1 : 1;
    }

    static DMatrixRMaj wrap(double[] x, int rows, int columns) {
        return DMatrixRMaj.wrap(rows, columns, x);
    }
}

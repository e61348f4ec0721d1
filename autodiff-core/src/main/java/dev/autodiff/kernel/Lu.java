package dev.autodiff.kernel;

import org.ejml.dense.row.decomposition.lu.LUDecompositionAlt_DDRM;

/** The triangular factors of a square matrix with rows exchanged, {@code P·x = L·U}: what solves, inverts and gives determinants. */
public final class Lu {
    private final LUDecompositionAlt_DDRM factors = new LUDecompositionAlt_DDRM();
    private int n;

    /** Creates an object without factors. */
    public Lu() {}

    /** Factors x [n, n], which is not modified. Returns false if a pivot is 0, so that {@link #solve} would divide by it. */
    public boolean factor(double[] x, int size) {
        n = size;
        if (n > 0) {
            factors.decompose(Dense.wrap(x, n, n));
        }
        // EJML's own isSingular compares with an absolute bound, under which 10⁻¹⁷·I would be singular.
        for (int i = 0; i < n; i++) {
            if (pivot(i) == 0) {
                return false;
            }
        }
        return true;
    }

    /** {@code y ← x⁻¹·y}, for y [n, columns]. Modified. */
    public void solve(double[] y, int columns) {
        double[] column = new double[n];
        for (int j = 0; j < columns; j++) {
            for (int i = 0; i < n; i++) {
                column[i] = y[i * columns + j];
            }
            factors._solveVectorInternal(column);
            for (int i = 0; i < n; i++) {
                y[i * columns + j] = column[i];
            }
        }
    }

    /** Returns the determinant, 1 of an empty matrix. */
    public double determinant() {
        return n == 0 ? 1 : factors.computeDeterminant().real;
    }

    /** Returns the sign of the determinant: −1, 0 or 1. */
    public double sign() {
        double sign = n == 0 ? 1 : exchanges();
        for (int i = 0; i < n; i++) {
            sign *= Math.signum(pivot(i));
        }
        return sign;
    }

    /** Returns log |determinant|, which neither overflows nor underflows; −∞ of a singular matrix. */
    public double logAbsDeterminant() {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += Math.log(Math.abs(pivot(i)));
        }
        return sum;
    }

    private double pivot(int i) {
        return factors.getLU().data[i * n + i];
    }

    /** Returns the sign of the permutation. */
    private double exchanges() {
        int[] exchanged = factors.getIndx();
        double sign = 1;
        for (int i = 0; i < n; i++) {
            sign = exchanged[i] == i ? sign : -sign;
        }
        return sign;
    }
}

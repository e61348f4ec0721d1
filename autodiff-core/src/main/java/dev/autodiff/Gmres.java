package dev.autodiff;

import dev.autodiff.shape.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Solves {@code A·x = b} for a matrix of which only products are known: GMRES by Saad and Schultz (SIAM J. Sci. Stat. Comput. 7, 1986),
 * restarted after {@value #BASIS} vectors. The basis is orthogonalised twice, and each restart works on the residual that was computed
 * anew, so that the last digits are right too. For a system of n unknowns it needs at most n products if n ≤ {@value #BASIS}, and far fewer
 * where the eigenvalues lie in a few groups, as those of I − J of a contraction do.
 */
final class Gmres {
    private static final int BASIS = 100;
    private static final int RESTARTS = 30;

    /** The residual relative to b that is worked towards, well above the rounding of the products. */
    private static final double TARGET_64 = 1e-14;

    private static final double TARGET_32 = 1e-6;

    /** The residual relative to b that is accepted if the target cannot be reached: half of the digits. */
    private static final double ACCEPTED_64 = 1e-8;

    private static final double ACCEPTED_32 = 1e-3;

    /** A restart that leaves more than this of the residual is the last: the next ones would not do better. */
    private static final double SLOW = 0.9;

    /** A product of which orthogonalising leaves no more than this, a few roundings, lies in the space already. */
    private static final double IN_THE_SPACE = 1e-15;

    /** A residual that has shrunk by this within a restart is one of rounding alone. */
    private static final double VANISHED = 1e-16;

    private Gmres() {}

    /**
     * Returns x, of b's shape.
     *
     * @throws ConvergenceException if the residual stays too large, as for a singular matrix
     */
    static Tensor solve(String operation, UnaryOperator<Tensor> a, Tensor b) {
        boolean single = b.dtype() == DType.FLOAT32;
        double[] right = b.toDoubleArray();
        double scale = norm(right);
        double[] x = new double[right.length];
        if (scale == 0) {
            return b.zerosLike();
        }
        double[] residual = right.clone();
        double error = 1;
        for (int restart = 0; restart < RESTARTS && error > (single ? TARGET_32 : TARGET_64); restart++) {
            double[] next = x.clone();
            cycle(a, b, residual, next);
            double[] left = product(a, b, next);
            double[] r = new double[right.length];
            for (int i = 0; i < r.length; i++) {
                r[i] = right[i] - left[i];
            }
            double now = norm(r) / scale;
            if (!(now < error)) {
                break; // rounding has the last word
            }
            boolean slow = now > error * SLOW;
            x = next;
            residual = r;
            error = now;
            if (slow) {
                break;
            }
        }
        if (!(error <= (single ? ACCEPTED_32 : ACCEPTED_64))) {
            throw new ConvergenceException(
                    operation + ": the linear system of " + right.length
                            + " unknowns could not be solved, its residual stays at " + error
                            + " of the right-hand side; the Jacobian by the unknowns is singular or nearly so at this point; start from another one");
        }
        return Tensor.of(x, b.shape()).to(b.dtype());
    }

    /** Adds to x the correction with the smallest residual in one Krylov space. */
    private static void cycle(UnaryOperator<Tensor> a, Tensor like, double[] residual, double[] x) {
        int n = residual.length;
        int limit = Math.min(n, BASIS);
        List<double[]> basis = new ArrayList<>();
        double beta = norm(residual);
        basis.add(scaled(residual, 1 / beta));
        double[][] h = new double[limit + 1][limit];
        double[] cosine = new double[limit];
        double[] sine = new double[limit];
        double[] g = new double[limit + 1];
        g[0] = beta;
        int size = 0;
        for (int j = 0; j < limit; j++) {
            double[] w = product(a, like, basis.get(j));
            double before = norm(w);
            for (int pass = 0; pass < 2; pass++) {
                for (int i = 0; i <= j; i++) {
                    double projection = dot(w, basis.get(i));
                    h[i][j] += projection;
                    add(w, -projection, basis.get(i));
                }
            }
            double length = norm(w);
            boolean exhausted = !(length > IN_THE_SPACE * before); // the space holds the solution
            h[j + 1][j] = exhausted ? 0 : length;
            for (int i = 0; i < j; i++) {
                double t = cosine[i] * h[i][j] + sine[i] * h[i + 1][j];
                h[i + 1][j] = -sine[i] * h[i][j] + cosine[i] * h[i + 1][j];
                h[i][j] = t;
            }
            double r = Math.hypot(h[j][j], h[j + 1][j]);
            if (!(r > 0)) {
                break; // singular: this direction does not lower the residual
            }
            cosine[j] = h[j][j] / r;
            sine[j] = h[j + 1][j] / r;
            h[j][j] = r;
            g[j + 1] = -sine[j] * g[j];
            g[j] *= cosine[j];
            size = j + 1;
            if (exhausted || Math.abs(g[j + 1]) <= VANISHED * beta) {
                break;
            }
            basis.add(scaled(w, 1 / length));
        }
        double[] y = new double[size];
        for (int i = size - 1; i >= 0; i--) {
            double sum = g[i];
            for (int k = i + 1; k < size; k++) {
                sum -= h[i][k] * y[k];
            }
            y[i] = sum / h[i][i];
            add(x, y[i], basis.get(i));
        }
    }

    private static double[] product(UnaryOperator<Tensor> a, Tensor like, double[] v) {
        return a.apply(Tensor.of(v, like.shape()).to(like.dtype())).toDoubleArray();
    }

    private static double[] scaled(double[] v, double by) {
        double[] result = new double[v.length];
        add(result, by, v);
        return result;
    }

    private static void add(double[] to, double by, double[] v) {
        for (int i = 0; i < v.length; i++) {
            to[i] += by * v[i];
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    static double norm(double[] v) {
        double largest = 0;
        for (double value : v) {
            largest = Math.max(largest, Math.abs(value)); // NaN stays NaN
        }
        if (largest == 0 || !Double.isFinite(largest)) {
            return largest;
        }
        double sum = 0;
        for (double value : v) {
            sum += (value / largest) * (value / largest);
        }
        return largest * Math.sqrt(sum);
    }
}

package dev.autodiff.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The steps of optimizers of every provider against their formulas in double precision. */
class Updates64Test {
    /** The numbers are of size 1 and pass through a dozen operations. */
    private static final double TOLERANCE = 32 * Math.ulp(1.0);

    @Property
    void agreeWithTheFormulas(
            @ForAll @IntRange(min = 0, max = 300) int n,
            @ForAll boolean nesterov,
            @ForAll boolean first,
            @ForAll boolean decays,
            @ForAll long seed) {
        check(n, nesterov, first, decays, seed);
    }

    @Property
    void agreeWithTheFormulasWhereWorkIsShared(@ForAll boolean nesterov, @ForAll boolean first) {
        check(400_001, nesterov, first, true, 5);
    }

    private static void check(int n, boolean nesterov, boolean first, boolean decays, long seed) {
        Random random = new Random(seed);
        double[] p = numbers(random, n);
        double[] g = numbers(random, n);
        double[] b = numbers(random, n);
        double[] v = numbers(random, n);
        for (int i = 0; i < n; i++) {
            v[i] = Math.abs(v[i]) + 1e-3;
        }
        /*wide*/ double lr = 0.1d;
        /*wide*/ double decay = decays ? 0.01d : 0;
        for (Kernels kernels : Usable.KERNELS) {
            Updates<double[]> updates = kernels.float64().updates();
            double[] sgd = p.clone();
            updates.sgd(sgd, g, lr, decay, n);
            double[] pm = p.clone();
            double[] bm = b.clone();
            updates.momentum(pm, g, bm, lr, decay, 0.9d, 0.2d, nesterov, first, n);
            double[] pa = p.clone();
            double[] ma = b.clone();
            double[] va = v.clone();
            updates.adam(pa, g, ma, va, lr, 0.5d, 0.9d, 0.99d, 1e-6d, decay, decays ? 0.003d : 0, n);
            for (int i = 0; i < n; i++) {
                String where = kernels.name() + " at " + i + " of " + n + ", seed " + seed;
                /*wide*/ double d = g[i] + decay * p[i];
                assertEquals(p[i] - lr * d, sgd[i], TOLERANCE, where);
                /*wide*/ double velocity = first ? d : 0.9d * b[i] + 0.8d * d;
                assertEquals(velocity, bm[i], 4 * TOLERANCE, where);
                assertEquals(p[i] - lr * (nesterov ? d + 0.9d * velocity : velocity), pm[i], 4 * TOLERANCE, where);
                /*wide*/ double m = 0.9d * b[i] + 0.1d * d;
                /*wide*/ double w = 0.99d * v[i] + 0.01d * d * d;
                assertEquals(m, ma[i], 4 * TOLERANCE, where);
                assertEquals(w, va[i], 4 * TOLERANCE, where);
                /*wide*/ double step = lr * m / (Math.sqrt(w) / 0.5d + 1e-6d);
                /*wide*/ double shrunk = p[i] * (1 - (decays ? 0.003d : 0));
                assertEquals(shrunk - step, pa[i], 4 * TOLERANCE * (1 + Math.abs(step)), where);
            }
        }
    }

    @Test
    void theFirstStepOfMomentumDoesNotReadTheBuffer() {
        for (Kernels kernels : Usable.KERNELS) {
            double[] p = {1, 2};
            double[] b = {Double.NaN, Double.POSITIVE_INFINITY};
            kernels.float64().updates().momentum(p, new double[] {4, 8}, b, 0.25d, 0, 0.5d, 0, false, true, 2);
            assertArrayEquals(new double[] {4, 8}, b, kernels.name());
            assertArrayEquals(new double[] {0, 0}, p, kernels.name());
        }
    }

    private static double[] numbers(Random random, int n) {
        double[] result = new double[n];
        for (int i = 0; i < n; i++) {
            result[i] = /*narrow*/ random.nextGaussian();
        }
        return result;
    }
}

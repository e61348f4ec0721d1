package dev.autodiff.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The LSTM of every provider against its formulas, element by element in double precision. */
class Recurrence64Test {
    /** Values of size 1, through five steps of sums of some ten products. */
    private static final /*wide*/ double TOLERANCE = 256 * Math.ulp(1.0);

    @Property
    void theLstmAgreesWithItsFormulas(
            @ForAll @IntRange(min = 1, max = 5) int steps,
            @ForAll @IntRange(min = 0, max = 40) int batch,
            @ForAll @IntRange(min = 1, max = 9) int size,
            @ForAll boolean reverse,
            @ForAll long seed) {
        check(steps, batch, size, reverse, seed);
    }

    @Test
    void theLstmAgreesWithItsFormulasWhereThreadsShareIt() {
        check(7, 70, 20, false, 1);
        check(7, 70, 20, true, 2);
    }

    private static void check(int steps, int batch, int size, boolean reverse, long seed) {
        Random random = new Random(seed);
        int plane = steps * batch * size;
        double[] x = numbers(random, 4 * plane);
        double[] hidden = numbers(random, batch * size);
        double[] cell = numbers(random, batch * size);
        double[] weights = numbers(random, 4 * size * size);
        for (int i = 0; i < weights.length; i++) {
            weights[i] /= size; // so that the sums stay of size 1
        }
        double[] g = numbers(random, 6 * plane);
        /*wide*/ double[] states = states(x, hidden, cell, weights, steps, batch, size, reverse);
        double[] given = new double[states.length];
        for (int i = 0; i < given.length; i++) {
            given[i] = /*narrow*/ states[i];
        }
        /*wide*/ double[] delta = delta(g, given, cell, weights, steps, batch, size, reverse);
        for (Kernels kernels : Usable.KERNELS) {
            FloatKernels<double[]> k = kernels.float64();
            double[] out = new double[6 * plane];
            Arrays.fill(out, Double.NaN);
            k.recurrences().lstm(k, x, hidden, cell, weights, out, steps, batch, size, reverse);
            assertClose(states, out, kernels.name());
            double[] by = new double[4 * (plane + batch * size)];
            Arrays.fill(by, Double.NaN);
            k.recurrences().lstmGradient(k, g, given, cell, weights, by, steps, batch, size, reverse);
            assertClose(delta, by, kernels.name() + ", gradient");
        }
    }

    private static double[] numbers(Random random, int n) {
        double[] result = new double[n];
        for (int i = 0; i < n; i++) {
            result[i] = /*narrow*/ (2 * random.nextDouble() - 1);
        }
        return result;
    }

    private static void assertClose(/*wide*/ double[] want, double[] got, String where) {
        assertEquals(want.length, got.length, where);
        for (int i = 0; i < want.length; i++) {
            assertEquals(want[i], got[i], TOLERANCE * Math.max(1, Math.abs(want[i])), where + " at " + i);
        }
    }

    private static /*wide*/ double sigmoid(/*wide*/ double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private static /*wide*/ double[] states(
            double[] x,
            double[] hidden,
            double[] cell,
            double[] weights,
            int steps,
            int batch,
            int size,
            boolean reverse) {
        int plane = steps * batch * size;
        /*wide*/ double[] out = new /*wide*/ double[6 * plane];
        for (int s = 0; s < steps; s++) {
            int t = reverse ? steps - 1 - s : s;
            int before = reverse ? t + 1 : t - 1;
            for (int b = 0; b < batch; b++) {
                for (int u = 0; u < size; u++) {
                    /*wide*/ double[] gates = new /*wide*/ double[4];
                    for (int k = 0; k < 4; k++) {
                        gates[k] = x[(t * batch + b) * 4 * size + k * size + u];
                        for (int v = 0; v < size; v++) {
                            /*wide*/ double h = s == 0 ? hidden[b * size + v] : out[(before * batch + b) * size + v];
                            gates[k] += h * weights[(k * size + u) * size + v];
                        }
                        gates[k] = k == 2 ? Math.tanh(gates[k]) : sigmoid(gates[k]);
                    }
                    int at = (t * batch + b) * size + u;
                    /*wide*/ double c = s == 0 ? cell[b * size + u] : out[plane + (before * batch + b) * size + u];
                    c = gates[1] * c + gates[0] * gates[2];
                    out[at] = gates[3] * Math.tanh(c);
                    out[plane + at] = c;
                    for (int k = 0; k < 4; k++) {
                        out[(2 + k) * plane + at] = gates[k];
                    }
                }
            }
        }
        return out;
    }

    private static /*wide*/ double[] delta(
            double[] g,
            double[] states,
            double[] cell,
            double[] weights,
            int steps,
            int batch,
            int size,
            boolean reverse) {
        int plane = steps * batch * size;
        /*wide*/ double[] out = new /*wide*/ double[4 * (plane + batch * size)];
        /*wide*/ double[] byHidden = new /*wide*/ double[batch * size];
        /*wide*/ double[] byCell = new /*wide*/ double[batch * size];
        for (int s = steps - 1; s >= 0; s--) {
            int t = reverse ? steps - 1 - s : s;
            int before = reverse ? t + 1 : t - 1;
            for (int b = 0; b < batch; b++) {
                for (int u = 0; u < size; u++) {
                    int own = b * size + u;
                    int at = t * batch * size + own;
                    /*wide*/ double i = states[2 * plane + at];
                    /*wide*/ double f = states[3 * plane + at];
                    /*wide*/ double n = states[4 * plane + at];
                    /*wide*/ double o = states[5 * plane + at];
                    /*wide*/ double shown = Math.tanh(states[plane + at]);
                    /*wide*/ double c = s == 0 ? cell[own] : states[plane + before * batch * size + own];
                    /*wide*/ double byH = g[at] + byHidden[own];
                    /*wide*/ double byC = g[plane + at] + byCell[own] + byH * o * (1 - shown * shown);
                    int row = 4 * (t * batch + b) * size + u;
                    out[row] = (g[2 * plane + at] + byC * n) * i * (1 - i);
                    out[row + size] = (g[3 * plane + at] + byC * c) * f * (1 - f);
                    out[row + 2 * size] = (g[4 * plane + at] + byC * i) * (1 - n * n);
                    out[row + 3 * size] = (g[5 * plane + at] + byH * shown) * o * (1 - o);
                    byCell[own] = byC * f;
                }
                for (int u = 0; u < size; u++) {
                    /*wide*/ double sum = 0;
                    for (int k = 0; k < 4 * size; k++) {
                        sum += out[4 * (t * batch + b) * size + k] * weights[k * size + u];
                    }
                    byHidden[b * size + u] = sum;
                }
            }
        }
        for (int b = 0; b < batch; b++) {
            for (int u = 0; u < size; u++) {
                out[4 * plane + 4 * b * size + u] = byHidden[b * size + u];
                out[4 * plane + 4 * b * size + size + u] = byCell[b * size + u];
            }
        }
        return out;
    }
}

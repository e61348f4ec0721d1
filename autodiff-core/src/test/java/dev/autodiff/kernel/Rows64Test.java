package dev.autodiff.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Softmax and cross-entropy of every provider against their formulas in double precision. */
class Rows64Test {
    /** Numbers below are of size 1 to 20 and pass through an exponential, a sum and a quotient. */
    private static final double TOLERANCE = 16 * Math.ulp(1.0);

    @Property
    void agreeWithTheFormulas(
            @ForAll @IntRange(min = 0, max = 30) int rows,
            @ForAll @IntRange(min = 1, max = 40) int n,
            @ForAll long seed) {
        check(rows, n, seed);
    }

    @Test
    void agreeWithTheFormulasForLongRowsAndSharedWork() {
        check(2, 511, 1);
        check(3, 512, 2);
        check(3, 1500, 3);
        check(1000, 64, 4);
    }

    private static void check(int rows, int n, long seed) {
        Random random = new Random(seed);
        double[] x = numbers(random, rows * n);
        double[] g = numbers(random, rows * n);
        double[] target = numbers(random, rows * n);
        double[] gr = numbers(random, rows);
        long[] label = new long[rows];
        for (int r = 0; r < rows; r++) {
            label[r] = random.nextInt(n);
        }
        for (Kernels kernels : Usable.KERNELS) {
            Rows<double[]> k = kernels.float64().rows();
            double[][] got = new double[6][rows * n];
            double[] byLabel = new double[rows];
            double[] byTarget = new double[rows];
            k.softmax(x, got[0], rows, n);
            k.logSoftmax(x, got[1], rows, n);
            k.softmaxGradient(g, got[0], got[2], rows, n);
            k.logSoftmaxGradient(g, got[1], got[3], rows, n);
            k.crossEntropy(x, label, byLabel, rows, n);
            k.crossEntropyGradient(gr, x, label, got[4], rows, n);
            k.crossEntropy(x, target, byTarget, rows, n);
            k.crossEntropyGradient(gr, x, target, got[5], rows, n);
            for (int r = 0; r < rows; r++) {
                /*wide*/ double max = Double.NEGATIVE_INFINITY;
                for (int j = 0; j < n; j++) {
                    max = Math.max(max, x[r * n + j]);
                }
                /*wide*/ double sum = 0;
                for (int j = 0; j < n; j++) {
                    sum += Math.exp(x[r * n + j] - max);
                }
                /*wide*/ double dot = 0;
                /*wide*/ double sumG = 0;
                /*wide*/ double sizeG = 0;
                /*wide*/ double sumT = 0;
                /*wide*/ double sizeT = 0;
                /*wide*/ double loss = 0;
                for (int j = 0; j < n; j++) {
                    int at = r * n + j;
                    dot += g[at] * Math.exp(x[at] - max) / sum;
                    sumG += g[at];
                    sizeG += Math.abs(g[at]);
                    sumT += target[at];
                    sizeT += Math.abs(target[at]);
                    loss -= target[at] * (x[at] - max - Math.log(sum));
                }
                for (int j = 0; j < n; j++) {
                    int at = r * n + j;
                    String where = kernels.name() + " [" + rows + ", " + n + "] at " + r + ", " + j + ", seed " + seed;
                    /*wide*/ double s = Math.exp(x[at] - max) / sum;
                    /*wide*/ double l = x[at] - max - Math.log(sum);
                    /*wide*/ double hit = label[r] == j ? 1 : 0;
                    assertEquals(s, got[0][at], TOLERANCE * s, where);
                    assertEquals(l, got[1][at], TOLERANCE * 4, where);
                    assertEquals(s * (g[at] - dot), got[2][at], TOLERANCE * (1 + sizeG), where);
                    assertEquals(g[at] - s * sumG, got[3][at], TOLERANCE * (1 + sizeG), where);
                    assertEquals(gr[r] * (s - hit), got[4][at], TOLERANCE * 4, where);
                    assertEquals(gr[r] * (s * sumT - target[at]), got[5][at], TOLERANCE * 4 * (1 + sizeT), where);
                }
                String where = kernels.name() + " [" + rows + ", " + n + "] row " + r + ", seed " + seed;
                assertEquals(max + Math.log(sum) - x[r * n + (int) label[r]], byLabel[r], TOLERANCE * 4, where);
                assertEquals(loss, byTarget[r], TOLERANCE * 20 * (1 + sizeT), where);
            }
        }
    }

    @Test
    void hugeLogitsGiveNoOverflow() {
        for (Kernels kernels : Usable.KERNELS) {
            Rows<double[]> k = kernels.float64().rows();
            double[] x = {1e30, -1e30, 0, 1e30};
            double[] out = new double[4];
            k.softmax(x, out, 1, 4);
            assertEquals(0.5, out[0]);
            assertEquals(0, out[1]);
            double[] loss = new double[1];
            k.crossEntropy(x, new long[] {0}, loss, 1, 4);
            assertTrue(Double.isFinite(loss[0]));
            k.softmax(new double[] {Double.NEGATIVE_INFINITY, 0, 0, Double.NEGATIVE_INFINITY}, out, 1, 4);
            assertEquals(0, out[0]);
            assertEquals(0.5, out[1]);
        }
    }

    /** Added to logits of this size, the logarithm of the sum would lose all but a few of its digits. */
    @Test
    void logitsFarFromZeroKeepTheDigitsOfTheirDifferences() {
        float far = 1 << 20; // a float32 holds the logits exactly
        double[] near = {0, 3, 9, 12};
        double[] x = {far, far + 3, far + 9, far + 12};
        for (Kernels kernels : Usable.KERNELS) {
            Rows<double[]> k = kernels.float64().rows();
            double[][] out = new double[2][4];
            k.logSoftmax(near, out[0], 1, 4);
            k.logSoftmax(x, out[1], 1, 4);
            assertArrayEquals(out[0], out[1]);
            double[] loss = new double[1];
            k.crossEntropy(x, new long[] {3}, loss, 1, 4);
            assertEquals(-out[0][3], loss[0]);
            k.crossEntropy(x, new double[] {0, 0, 0, 1}, loss, 1, 4);
            assertEquals(-out[0][3], loss[0]);
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

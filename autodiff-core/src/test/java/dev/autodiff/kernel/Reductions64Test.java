package dev.autodiff.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Reductions of every provider against plain loops in double precision. */
class Reductions64Test {
    /** Rounding of one operation in the twin's type. */
    private static final double ROUNDING = Math.ulp(1.0);

    @Property
    void agreeWithPlainLoops(
            @ForAll @IntRange(min = 0, max = 6) int outer,
            @ForAll @IntRange(min = 1, max = 700) int n,
            @ForAll @IntRange(min = 0, max = 80) int inner,
            @ForAll long seed) {
        check(outer, n, inner, seed);
        check(outer, n, 1, seed);
        check(1, n, inner, seed);
    }

    @Test
    void agreeWithPlainLoopsWhereWorkIsShared() {
        check(1, 300_000, 1, 1);
        check(300, 1000, 1, 2);
        check(1, 500, 700, 3);
        check(100, 50, 60, 4);
    }

    @Property
    void sumsAroundAnAxisAgreeWithPlainLoops(
            @ForAll @IntRange(min = 0, max = 300) int outer,
            @ForAll @IntRange(min = 1, max = 9) int kept,
            @ForAll @IntRange(min = 0, max = 300) int inner,
            @ForAll long seed) {
        Random random = new Random(seed);
        double[] x = new double[outer * kept * inner];
        for (int i = 0; i < x.length; i++) {
            x[i] = /*narrow*/ random.nextGaussian();
        }
        for (Kernels kernels : Usable.KERNELS) {
            double[] got = new double[kept];
            Arrays.fill(got, Double.NaN);
            kernels.float64().reductions().sumAround(x, got, outer, kept, inner);
            for (int k = 0; k < kept; k++) {
                /*wide*/ double sum = 0;
                /*wide*/ double size = 0;
                for (int o = 0; o < outer; o++) {
                    for (int i = 0; i < inner; i++) {
                        /*wide*/ double value = x[(o * kept + k) * inner + i];
                        sum += value;
                        size += Math.abs(value);
                    }
                }
                String where =
                        kernels.name() + " [" + outer + ", " + kept + ", " + inner + "] at " + k + ", seed " + seed;
                assertEquals(sum, got[k], ROUNDING * (Math.abs(sum) + 1e-6d) + outer * inner * 1e-16d * size, where);
            }
        }
    }

    private static void check(int outer, int n, int inner, long seed) {
        Random random = new Random(seed);
        double[] x = new double[outer * n * inner];
        for (int i = 0; i < x.length; i++) {
            x[i] = /*narrow*/ random.nextGaussian();
        }
        for (Kernels kernels : Usable.KERNELS) {
            Reductions<double[]> reductions = kernels.float64().reductions();
            double[][] got = new double[Reductions.Kind.values().length][outer * inner];
            for (Reductions.Kind kind : Reductions.Kind.values()) {
                reductions.reduce(kind, x, got[kind.ordinal()], outer, n, inner);
            }
            long[] largest = new long[outer * inner];
            long[] smallest = new long[outer * inner];
            reductions.argument(true, x, largest, outer, n, inner);
            reductions.argument(false, x, smallest, outer, n, inner);
            for (int o = 0; o < outer; o++) {
                for (int i = 0; i < inner; i++) {
                    /*wide*/ double sum = 0;
                    /*wide*/ double size = 0;
                    /*wide*/ double product = 1;
                    /*wide*/ double exps = 0;
                    int max = 0;
                    int min = 0;
                    for (int j = 0; j < n; j++) {
                        /*wide*/ double value = x[(o * n + j) * inner + i];
                        sum += value;
                        size += Math.abs(value);
                        product *= value;
                        exps += Math.exp(value);
                        max = value > x[(o * n + max) * inner + i] ? j : max;
                        min = value < x[(o * n + min) * inner + i] ? j : min;
                    }
                    int at = o * inner + i;
                    String where = kernels.name() + " [" + outer + ", " + n + ", " + inner + "] at " + o + ", " + i
                            + ", seed " + seed;
                    // the sums here are not pairwise; their own error is the larger one
                    assertEquals(sum, got[0][at], ROUNDING * (Math.abs(sum) + 1e-6d) + n * 1e-16d * size, where);
                    assertEquals(product, got[1][at], 2 * ROUNDING * Math.abs(product) + Double.MIN_VALUE, where);
                    assertEquals(x[(o * n + max) * inner + i], got[2][at], where);
                    assertEquals(x[(o * n + min) * inner + i], got[3][at], where);
                    // an exponential errs by some units in the last place, and its logarithm absolutely by as much
                    assertEquals(
                            Math.log(exps),
                            got[4][at],
                            4 * ROUNDING * (1 + Math.abs(Math.log(exps))) + n * 1e-16d,
                            where);
                    assertEquals(max, largest[at], where);
                    assertEquals(min, smallest[at], where);
                }
            }
        }
    }

    @Test
    void emptySumsAndProductsAreNeutral() {
        for (Kernels kernels : Usable.KERNELS) {
            for (int inner : new int[] {1, 3}) {
                double[] out = new double[2 * inner];
                double[] none = new double[0];
                Reductions<double[]> reductions = kernels.float64().reductions();
                for (int outer = 1; outer <= 2; outer++) {
                    reductions.reduce(Reductions.Kind.SUM, none, out, outer, 0, inner);
                    assertEquals(0, out[outer * inner - 1]);
                    reductions.reduce(Reductions.Kind.PRODUCT, none, out, outer, 0, inner);
                    assertEquals(1, out[outer * inner - 1]);
                    reductions.reduce(Reductions.Kind.LOG_SUM_EXP, none, out, outer, 0, inner);
                    assertEquals(Double.NEGATIVE_INFINITY, out[outer * inner - 1]);
                }
            }
        }
    }

    @Test
    void oneNanMakesExtremesNanAndIsTheirPlace() {
        for (int n = 1; n < 12; n++) {
            for (int bad = 0; bad < n; bad++) {
                double[] x = new double[n];
                x[bad] = Double.NaN;
                for (Kernels kernels : Usable.KERNELS) {
                    Reductions<double[]> reductions = kernels.float64().reductions();
                    double[] out = new double[1];
                    long[] place = new long[1];
                    reductions.reduce(Reductions.Kind.MAX, x, out, 1, n, 1);
                    assertEquals(Double.NaN, out[0]);
                    reductions.reduce(Reductions.Kind.MIN, x, out, 1, n, 1);
                    assertEquals(Double.NaN, out[0]);
                    reductions.reduce(Reductions.Kind.LOG_SUM_EXP, x, out, 1, n, 1);
                    assertEquals(Double.NaN, out[0]);
                    reductions.argument(true, x, place, 1, n, 1);
                    assertEquals(bad, place[0]);
                    reductions.argument(false, x, place, 1, n, 1);
                    assertEquals(bad, place[0]);
                }
            }
        }
    }

    @Test
    void logSumExpOfInfinitiesIsTheLimit() {
        double inf = Double.POSITIVE_INFINITY;
        for (Kernels kernels : Usable.KERNELS) {
            for (int inner = 1; inner <= 2; inner++) {
                double[] x = new double[3 * 2 * inner];
                Arrays.fill(x, 0, 2 * inner, -inf);
                Arrays.fill(x, 2 * inner, 3 * inner, inf);
                Arrays.fill(x, 3 * inner, 4 * inner, 1000);
                Arrays.fill(x, 4 * inner, 6 * inner, -1000);
                double[] out = new double[3 * inner];
                kernels.float64().reductions().reduce(Reductions.Kind.LOG_SUM_EXP, x, out, 3, 2, inner);
                assertEquals(-inf, out[0]);
                assertEquals(inf, out[inner]);
                assertEquals(-1000 + Math.log(2), out[2 * inner], 1000 * ROUNDING);
            }
        }
    }

    /** Numbers that come in pieces of whole runs have the sum of those that are all there. */
    @Property
    void sumsOfRunsHaveTheBitsOfOneSum(@ForAll @IntRange(min = 1, max = 5000) int n, @ForAll long seed) {
        Random random = new Random(seed);
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = /*narrow*/ random.nextGaussian();
        }
        for (Kernels kernels : Usable.KERNELS) {
            Reductions<double[]> reductions = kernels.float64().reductions();
            double[] want = new double[1];
            reductions.reduce(Reductions.Kind.SUM, x, want, 1, n, 1);
            /*wide*/ double[] sums = new /*wide*/ double[(n - 1) / Reductions.RUN + 1];
            for (int i = 0; i < n; i += 3 * Reductions.RUN) {
                double[] piece = Arrays.copyOfRange(x, i, Math.min(n, i + 3 * Reductions.RUN));
                reductions.sumEachRun(piece, piece.length, sums, i / Reductions.RUN);
            }
            double[] got = new double[1];
            reductions.sumOfRuns(sums, n, got);
            assertArrayEquals(want, got, kernels.name());
        }
    }
}

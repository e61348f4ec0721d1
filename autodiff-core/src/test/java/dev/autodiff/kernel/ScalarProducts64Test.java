package dev.autodiff.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Scalar products lane by lane, against their definition. */
class ScalarProducts64Test {
    /** Rounding of one addition in the twin's type. */
    private static final /*wide*/ double ROUNDING = Math.ulp(1.0);

    private static double[] numbers(Random random, int n) {
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = /*narrow*/ random.nextGaussian();
        }
        return x;
    }

    private static void fillRows(double value) {
        for (int columns = 128; columns <= 512; columns *= 2) {
            for (double[] row : CopiedRows64.BUFFERS.get().of(columns).b) {
                Arrays.fill(row, value);
            }
        }
    }

    @Property(tries = 200)
    void areTheirDefinition(
            @ForAll @IntRange(min = 1, max = 12) int m,
            @ForAll @IntRange(min = 1, max = 60) int units,
            @ForAll @IntRange(min = 1, max = 40) int size,
            @ForAll @IntRange(min = 1, max = 4) int terms,
            @ForAll long seed) {
        Random random = new Random(seed);
        int n = units * Product.UNIT;
        int apart = random.nextInt(2 * n);
        double[] a = numbers(random, m * terms * n);
        double[] b = numbers(random, 700 + terms * apart + n);
        int[] starts = random.ints(size, 0, 700).toArray();
        double[] c = new double[2 + m * size];
        Arrays.fill(c, 0.5);
        fillRows(Double.NaN); // what other products have left there must not be added
        new ScalarProducts64(m, n).add(terms, a, b, starts, apart, c, 1);
        fillRows(0);
        assertEquals(0.5, c[0], 0);
        assertEquals(0.5, c[c.length - 1], 0);
        for (int i = 0; i < m; i++) {
            for (int p = 0; p < size; p++) {
                /*wide*/ double want = 0.5;
                /*wide*/ double sizes = 0.5;
                for (int t = 0; t < terms; t++) {
                    for (int j = 0; j < n; j++) {
                        /*wide*/ double factor = a[(i * terms + t) * n + j];
                        want += factor * b[starts[p] + t * apart + j];
                        sizes += Math.abs(factor * b[starts[p] + t * apart + j]);
                    }
                }
                assertEquals(
                        want, c[1 + i * size + p], (terms * n + 1) * ROUNDING * sizes, "row " + i + ", with row " + p);
            }
        }
    }

    @Test
    void thePlaceOfRowsChangesNoBit() {
        Random random = new Random(3);
        double[] a = numbers(random, 7 * 2 * 304);
        double[] b = numbers(random, 100 + 3 * 304);
        int[] starts = random.ints(11, 0, 100).toArray();
        double[] want = null;
        for (int start = 0; start < CopiedRows64.LANES; start++) {
            CopiedRows64 rows = CopiedRows64.BUFFERS.get().of(160);
            rows.start = start;
            rows.next = Integer.MAX_VALUE;
            double[] c = new double[77];
            new ScalarProducts64(7, 304).add(2, a, b, starts, 304, c, 0);
            if (want == null) {
                want = c;
            }
            assertArrayEquals(want, c, "from " + start);
        }
    }

    @Test
    void withoutRoomForTheSumsTheyAreNotChosen() {
        assertEquals(Double.POSITIVE_INFINITY, new ScalarProducts64(200, 896).nanos(9, 4));
    }

    /** Returns the sums of one large term and small ones that are lost beside it, unless these are added to each other first. */
    private static double sumOfOne(int m, int n, int size, int terms) {
        double[] a = new double[m * terms * n];
        Arrays.fill(a, 1);
        double[] b = new double[terms * n];
        Arrays.fill(b, Math.ulp(1.0) / 4);
        b[0] = 1;
        double[] c = new double[m * size];
        new Product64().addRowProducts(m, n, terms, a, b, new int[size], n, c, 0);
        return c[0];
    }

    /** In one chain all others are lost beside the first one; lanes are not. */
    @Test
    void productsChooseThemWhereResultsAreShortAndTermsMany() {
        assertTrue(sumOfOne(4, 4224, 9, 4) > 1);
        assertEquals(1, sumOfOne(16, 144, 200, 4));
        assertEquals(1, sumOfOne(8, 256, 25, 1));
    }
}

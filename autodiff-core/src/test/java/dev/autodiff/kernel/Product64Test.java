package dev.autodiff.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The product of every provider that runs here, against EJML's in double precision. */
class Product64Test {
    /** Rounding of one addition in the twin's type; a sum of k terms errs by at most k of them, relative to their sizes. */
    private static final double ROUNDING = Math.ulp(1.0);

    @Property
    void agreesWithTheReference(
            @ForAll @IntRange(min = 0, max = 70) int m,
            @ForAll @IntRange(min = 0, max = 150) int n,
            @ForAll @IntRange(min = 0, max = 60) int k,
            @ForAll boolean ta,
            @ForAll boolean tb,
            @ForAll long seed) {
        check(m, n, k, ta, tb, seed);
    }

    @Test
    void agreesWithTheReferenceWhereBlocksAreCut() {
        for (boolean ta : new boolean[] {false, true}) {
            for (boolean tb : new boolean[] {false, true}) {
                check(145, 33, 513, ta, tb, 1); // strips of rows, more than one block of k
                check(33, 145, 513, ta, tb, 5); // strips of columns
                check(1540, 9, 513, ta, tb, 6); // more than one block of rows and of k
                check(5, 1030, 20, ta, tb, 2); // more than one block of columns
                check(1, 700, 300, ta, tb, 3);
                check(300, 1, 700, ta, tb, 4);
                check(300, 10, 700, ta, tb, 5); // more than one block of k, with long columns and short rows
                check(1030, 18, 120, ta, tb, 6);
            }
        }
    }

    @Test
    void agreesWithTheReferenceForEveryRemainderOfATile() {
        for (int m = 4; m <= 13; m++) {
            for (int n : new int[] {4, 7, 8, 9, 16, 17, 33}) {
                for (int k = 20; k <= 28; k++) {
                    for (int form = 0; form < 4; form++) {
                        check(m, n, k, form > 1, form % 2 == 1, 7);
                    }
                }
            }
        }
    }

    private static void check(int m, int n, int k, boolean ta, boolean tb, long seed) {
        Random random = new Random(seed);
        int ao = random.nextInt(4);
        int bo = random.nextInt(4);
        int co = random.nextInt(4);
        double[] a = numbers(random, ao + m * k);
        double[] b = numbers(random, bo + k * n);
        DMatrixRMaj left = matrix(a, ao, m, k, ta);
        DMatrixRMaj right = matrix(b, bo, k, n, tb);
        DMatrixRMaj want = new DMatrixRMaj(m, n);
        if (k > 0 && m > 0 && n > 0) {
            CommonOps_DDRM.mult(left, right, want);
        }
        for (KernelProvider provider : KernelRegistry.providers()) {
            if (!provider.isUsable()) {
                continue;
            }
            double[] c = new double[co + m * n + 3];
            Arrays.fill(c, Double.NaN);
            provider.create().float64().product().multiply(m, n, k, a, ao, ta, b, bo, tb, c, co);
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    /*wide*/ double size = 0;
                    for (int p = 0; p < k; p++) {
                        size += Math.abs(left.get(i, p) * right.get(p, j));
                    }
                    assertEquals(
                            want.get(i, j),
                            c[co + i * n + j],
                            (k + 1) * ROUNDING * size,
                            provider.name() + " " + m + "×" + k + "×" + n + " at " + i + ", " + j + ", seed " + seed);
                }
            }
            for (int i = 0; i < 3; i++) {
                assertEquals(Double.NaN, c[co + m * n + i], provider.name() + " wrote behind the result");
            }
        }
    }

    @AfterEach
    void forgetPlaces() {
        CopiedRows64.BUFFERS.remove();
        CopiedRows64.least = CopiedRows64.UNKNOWN;
    }

    @Test
    void thePlaceOfRowsChangesNoBit() {
        Random random = new Random(8);
        for (int n : new int[] {16, 40, 129, 300, 512, 700}) { // 9 rows: this thread alone, or columns shared
            for (int form = 0; form < 4; form++) {
                place(0);
                long seed = random.nextLong();
                double[] want = placed(9, n, form > 1, form % 2 == 1, seed);
                for (int start = 1; start < CopiedRows64.LANES; start++) {
                    place(start);
                    assertArrayEquals(want, placed(9, n, form > 1, form % 2 == 1, seed), n + " columns, from " + start);
                    place(start);
                    assertArrayEquals( // turned
                            transposed(want, 9, n),
                            placedTransposed(9, n, form > 1, form % 2 == 1, seed),
                            n + " rows, from " + start);
                }
            }
        }
    }

    private static void place(int start) {
        for (int columns : new int[] {128, 256, 512}) {
            CopiedRows64 rows = CopiedRows64.BUFFERS.get().of(columns);
            rows.start = start;
            rows.next = Integer.MAX_VALUE; // not measured again, unless garbage is collected
        }
    }

    private static double[] placed(int m, int n, boolean ta, boolean tb, long seed) {
        Random random = new Random(seed);
        double[] a = numbers(random, m * 99);
        double[] b = numbers(random, 99 * n);
        double[] c = new double[m * n];
        new Product64().multiply(m, n, 99, a, 0, ta, b, 0, tb, c, 0);
        return c;
    }

    /** The same as bᵀ·aᵀ. */
    private static double[] placedTransposed(int m, int n, boolean ta, boolean tb, long seed) {
        Random random = new Random(seed);
        double[] a = numbers(random, m * 99);
        double[] b = numbers(random, 99 * n);
        double[] c = new double[m * n];
        new Product64().multiply(n, m, 99, b, 0, !tb, a, 0, !ta, c, 0);
        return c;
    }

    private static double[] transposed(double[] c, int m, int n) {
        double[] result = new double[m * n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                result[j * m + i] = c[i * n + j];
            }
        }
        return result;
    }

    @Test
    void thePlaceOfRowsAnywhereChangesNoBit() {
        Random random = new Random(10);
        double[] b = numbers(random, 700 + 3 * 304);
        int[] rows = random.ints(99, 0, 700).toArray();
        double[] a = numbers(random, 9 * 3 * 304);
        double[] want = null;
        double[] wantAdded = null;
        for (int start = 0; start < CopiedRows64.LANES; start++) {
            place(start);
            double[] c = new double[9 * 300];
            new Product64().multiplyRows(9, 300, 99, a, 0, b, rows, c, 0);
            double[] added = new double[9 * 99];
            new Product64().addRowProducts(9, 304, 3, a, b, rows, 304, added, 0);
            if (want == null || wantAdded == null) {
                want = c;
                wantAdded = added;
            }
            assertArrayEquals(want, c, "from " + start);
            assertArrayEquals(wantAdded, added, "added, from " + start);
        }
    }

    @Test
    void measuringThePlaceOfRowsChangesNoBit() {
        Random random = new Random(9);
        double[] a = numbers(random, 9 * 601);
        double[] b = numbers(random, 601 * 40);
        double[] want = new double[9 * 40];
        new Product64().multiply(9, 40, 601, a, 0, false, b, 0, false, want, 0);
        for (int i = 0; i < 12; i++) {
            CopiedRows64 rows = CopiedRows64.BUFFERS.get().of(40);
            rows.begin(1 << 20); // enough passes for a measurement
            if (i % 4 == 3) {
                CopiedRows64.least = 1; // so that rows are made anew and measured after this
                System.gc();
            }
            double[] c = new double[9 * 40];
            new Product64().multiply(9, 40, 601, a, 0, false, b, 0, false, c, 0);
            assertArrayEquals(want, c, "product " + i);
        }
    }

    @Test
    void rowsThatACollectionOfGarbageMadeSlowAreMadeAnew() {
        CopiedRows64 rows = measured();
        CopiedRows64.least = 1; // anything is slower
        rows.patience = 100;
        collect();
        rows.begin(1);
        assertTrue(rows.patience <= 2, "an attempt was made");
    }

    @Test
    void rowsThatAreSlowerThanOthersAreMadeAnewAfterSomeMeasurements() {
        CopiedRows64 rows = measured();
        CopiedRows64.least = 1;
        rows.patience = 100;
        for (int i = 0; i < 100; i++) {
            rows.begin(1 << 20);
        }
        assumeTrue(rows.patience == 0, "no garbage was collected");
        rows.begin(1 << 20);
        assertTrue(rows.patience > 0, "an attempt was made");
        CopiedRows64.least = CopiedRows64.UNKNOWN;
        rows.patience = 100;
        rows.begin(1 << 20);
        assertEquals(100, rows.patience, "nothing is slower than what is not known");
    }

    @Test
    void newRowsStayIfTheyAreFaster() {
        CopiedRows64 rows = measured();
        double[][] b = rows.b;
        double[][] c = rows.c;
        int start = rows.start;
        rows.renew(0);
        assertSame(b, rows.b);
        assertSame(c, rows.c);
        assertEquals(start, rows.start);
        rows.renew(1_000_000_000);
        assertNotSame(b, rows.b);
        assertNotSame(c, rows.c);
        assertEquals(b.length, rows.b.length);
        assertEquals(c.length, rows.c.length);
    }

    @Test
    void passesAreTooLongToBecomePartOfAnotherMethod() {
        StringWriter out = new StringWriter();
        int status = ToolProvider.findFirst("javap")
                .orElseThrow()
                .run(
                        new PrintWriter(out),
                        new PrintWriter(Writer.nullWriter()),
                        "-p",
                        "-c",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CopiedRows64.class.getName());
        assertEquals(0, status, out::toString);
        String code = out.toString();
        String pass = code.substring(code.indexOf(" void pass("));
        Matcher end = Pattern.compile(" (\\d+): return\\b").matcher(pass);
        assertTrue(end.find(), code);
        int size = Integer.parseInt(end.group(1)) + 1; // a return is one byte
        assertTrue(size > 325, "pass has " + size + " bytes of code");
    }

    /** Returns rows that were measured, once passes are compiled. */
    private static CopiedRows64 measured() {
        CopiedRows64.least = CopiedRows64.UNKNOWN;
        CopiedRows64 rows = new CopiedRows64.Buffers().of(128);
        for (int i = 0; i < 1000 && CopiedRows64.least == CopiedRows64.UNKNOWN; i++) {
            rows.begin(1 << 20);
        }
        assumeTrue(CopiedRows64.least != CopiedRows64.UNKNOWN, "passes are compiled");
        return rows;
    }

    private static void collect() {
        WeakReference<Object> witness = new WeakReference<>(new Object());
        System.gc();
        assumeTrue(witness.refersTo(null), "garbage is collected on request");
    }

    /** The portable product once gave NaN for ∞ where k is odd: it multiplied the last column of a by a padding of zeros as well. */
    @Property
    void infinitiesAndNansGoThroughAsInTheDefinition(
            @ForAll @IntRange(min = 1, max = 40) int m,
            @ForAll @IntRange(min = 1, max = 150) int n,
            @ForAll @IntRange(min = 0, max = 30) int halfOfK,
            @ForAll boolean ta,
            @ForAll boolean tb,
            @ForAll long seed) {
        int k = 2 * halfOfK + 1;
        Random random = new Random(seed);
        double[] a = withSpecials(random, m * k);
        double[] b = withSpecials(random, k * n);
        DMatrixRMaj left = matrix(a, 0, m, k, ta);
        DMatrixRMaj right = matrix(b, 0, k, n, tb);
        for (KernelProvider provider : KernelRegistry.providers()) {
            if (!provider.isUsable()) {
                continue;
            }
            double[] c = new double[m * n];
            provider.create().float64().product().multiply(m, n, k, a, 0, ta, b, 0, tb, c, 0);
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    /*wide*/ double want = 0;
                    for (int p = 0; p < k; p++) {
                        want += left.get(i, p) * right.get(p, j);
                    }
                    double got = c[i * n + j];
                    String where = provider.name() + " " + m + "×" + k + "×" + n + " at " + i + ", " + j + ", seed "
                            + seed + ": got " + got + ", want " + want;
                    boolean finite = Math.abs(want) <= Double.MAX_VALUE;
                    assertEquals(finite, Math.abs(got) <= Double.MAX_VALUE, where);
                    if (!finite) {
                        assertEquals(want > 0, got > 0, where);
                        assertEquals(want < 0, got < 0, where);
                    }
                }
            }
        }
    }

    @Property(tries = 60)
    void rowsAnywhereInAnArrayAreMultiplied(
            @ForAll @IntRange(min = 1, max = 9) int m,
            @ForAll @IntRange(min = 1, max = 300) int n,
            @ForAll @IntRange(min = 1, max = 270) int k,
            @ForAll @IntRange(min = 1, max = 3) int terms,
            @ForAll long seed) {
        Random random = new Random(seed);
        int padded = (n + Product.UNIT - 1) / Product.UNIT * Product.UNIT;
        double[] b = numbers(random, 700 + terms * padded);
        int[] rows = random.ints(k, 0, 700).toArray();
        double[] left = numbers(random, m * k);
        double[] right = numbers(random, m * terms * padded);
        for (Kernels kernels : Usable.KERNELS) {
            double[] product = new double[m * n + 1];
            kernels.float64().product().multiplyRows(m, n, k, left, 0, b, rows, product, 1);
            double[] sums = new double[m * k + 1];
            Arrays.fill(sums, 0.5);
            kernels.float64().product().addRowProducts(m, padded, terms, right, b, rows, padded, sums, 1);
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    /*wide*/ double want = 0;
                    /*wide*/ double size = 0;
                    for (int p = 0; p < k; p++) {
                        /*wide*/ double factor = left[i * k + p];
                        want += factor * b[rows[p] + j];
                        size += Math.abs(factor * b[rows[p] + j]);
                    }
                    assertEquals(want, product[1 + i * n + j], (k + 1) * ROUNDING * size, kernels.name());
                }
                for (int p = 0; p < k; p++) {
                    /*wide*/ double want = 0.5;
                    /*wide*/ double size = 0.5;
                    for (int q = 0; q < terms * padded; q++) {
                        /*wide*/ double factor = right[i * terms * padded + q];
                        want += factor * b[rows[p] + q];
                        size += Math.abs(factor * b[rows[p] + q]);
                    }
                    assertEquals(want, sums[1 + i * k + p], (terms * padded + 1) * ROUNDING * size, kernels.name());
                }
            }
        }
    }

    private static double[] withSpecials(Random random, int n) {
        double[] result = numbers(random, n);
        double[] special = {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN};
        for (int i = random.nextInt(200); i < n; i += 1 + random.nextInt(400)) {
            result[i] = special[random.nextInt(3)];
        }
        return result;
    }

    @Test
    void theFirstCallGivesTheSameBitsAsTheTenThousandth() {
        double[] a = numbers(new Random(1), 16 * 40);
        double[] b = numbers(new Random(2), 40 * 70);
        for (KernelProvider provider : KernelRegistry.providers()) {
            if (provider.isUsable()) {
                Product<double[]> product = provider.create().float64().product();
                double[] first = new double[16 * 70];
                product.multiply(16, 70, 40, a, 0, false, b, 0, false, first, 0);
                double[] last = new double[16 * 70];
                for (int i = 0; i < 10_000; i++) {
                    product.multiply(16, 70, 40, a, 0, false, b, 0, false, last, 0);
                }
                assertArrayEquals(first, last, provider.name());
            }
        }
    }

    private static double[] numbers(Random random, int n) {
        double[] result = new double[n];
        for (int i = 0; i < n; i++) {
            result[i] = /*narrow*/ random.nextGaussian();
        }
        return result;
    }

    private static DMatrixRMaj matrix(double[] values, int offset, int rows, int columns, boolean transposed) {
        DMatrixRMaj matrix = new DMatrixRMaj(rows, columns);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                matrix.set(i, j, values[offset + (transposed ? j * rows + i : i * columns + j)]);
            }
        }
        return matrix;
    }
}

package dev.autodiff.kernel.vector;

import dev.autodiff.kernel.Scratch;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products with rows that begin anywhere in an array, read in place: tiles of 4 rows × 4 vectors of the result, or 4 × 4 scalar products at
 * once, stay in registers. Below 512 bits, where x86 has half as many registers, the tiles are 4 × 2. A tile at the lower edge computes its
 * first row again where one is missing; one at the right edge begins earlier and computes some columns again, to the same bits.
 */
final class VectorRows64 {
    private static final VectorSpecies<Double> SPECIES = VectorSpecies.of(double.class, Width.SHAPE);
    private static final int LANES = SPECIES.length();

    /** Columns of a tile. */
    private static final int NR = (Width.WIDE ? 4 : 2) * LANES;

    private static final Scratch<double[]> SUMS = new Scratch<>(double[]::new);
    private static final Scratch<int[]> PLACES = new Scratch<>(int[]::new);

    private VectorRows64() {}

    // ---- c[i, j] = Σ_p a[i, p]·b[rows[p] + j] ----

    static void multiply(int m, int n, int k, double[] a, int ao, double[] b, int[] rows, double[] c, int co) {
        if (n < LANES) {
            multiplyNarrow(m, n, k, a, ao, b, rows, c, co);
            return;
        }
        int j = 0;
        while (j < n) {
            boolean tile = n >= NR && n - j > LANES;
            int start = Math.min(j, n - (tile ? NR : LANES));
            for (int i = 0; i < m; i += 4) {
                int from = ao + i * k;
                int to = co + i * n + start;
                int a1 = i + 1 < m ? k : 0;
                int a2 = i + 2 < m ? 2 * k : 0;
                int a3 = i + 3 < m ? 3 * k : 0;
                int c1 = i + 1 < m ? n : 0;
                int c2 = i + 2 < m ? 2 * n : 0;
                int c3 = i + 3 < m ? 3 * n : 0;
                if (!tile) {
                    column(k, a, from, a1, a2, a3, b, rows, start, c, to, c1, c2, c3);
                } else if (Width.WIDE) {
                    tileOfFour(k, a, from, a1, a2, a3, b, rows, start, c, to, c1, c2, c3);
                } else {
                    tileOfTwo(k, a, from, a1, a2, a3, b, rows, start, c, to, c1, c2, c3);
                }
            }
            j = start + (tile ? NR : LANES);
        }
    }

    private static void multiplyNarrow(
            int m, int n, int k, double[] a, int ao, double[] b, int[] rows, double[] c, int co) {
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int p = 0; p < k; p++) {
                    sum = Math.fma(a[ao + i * k + p], b[rows[p] + j], sum);
                }
                c[co + i * n + j] = sum;
            }
        }
    }

    private static void tileOfFour(
            int k,
            double[] a,
            int a0,
            int a1,
            int a2,
            int a3,
            double[] b,
            int[] rows,
            int j,
            double[] c,
            int co,
            int c1,
            int c2,
            int c3) {
        DoubleVector zero = DoubleVector.zero(SPECIES);
        DoubleVector c00 = zero, c01 = zero, c02 = zero, c03 = zero;
        DoubleVector c10 = zero, c11 = zero, c12 = zero, c13 = zero;
        DoubleVector c20 = zero, c21 = zero, c22 = zero, c23 = zero;
        DoubleVector c30 = zero, c31 = zero, c32 = zero, c33 = zero;
        for (int p = 0; p < k; p++) {
            int bo = rows[p] + j;
            DoubleVector b0 = DoubleVector.fromArray(SPECIES, b, bo);
            DoubleVector b1 = DoubleVector.fromArray(SPECIES, b, bo + LANES);
            DoubleVector b2 = DoubleVector.fromArray(SPECIES, b, bo + 2 * LANES);
            DoubleVector b3 = DoubleVector.fromArray(SPECIES, b, bo + 3 * LANES);
            DoubleVector f = DoubleVector.broadcast(SPECIES, a[a0 + p]);
            c00 = f.fma(b0, c00);
            c01 = f.fma(b1, c01);
            c02 = f.fma(b2, c02);
            c03 = f.fma(b3, c03);
            f = DoubleVector.broadcast(SPECIES, a[a0 + a1 + p]);
            c10 = f.fma(b0, c10);
            c11 = f.fma(b1, c11);
            c12 = f.fma(b2, c12);
            c13 = f.fma(b3, c13);
            f = DoubleVector.broadcast(SPECIES, a[a0 + a2 + p]);
            c20 = f.fma(b0, c20);
            c21 = f.fma(b1, c21);
            c22 = f.fma(b2, c22);
            c23 = f.fma(b3, c23);
            f = DoubleVector.broadcast(SPECIES, a[a0 + a3 + p]);
            c30 = f.fma(b0, c30);
            c31 = f.fma(b1, c31);
            c32 = f.fma(b2, c32);
            c33 = f.fma(b3, c33);
        }
        store(c00, c01, c02, c03, c, co);
        store(c10, c11, c12, c13, c, co + c1);
        store(c20, c21, c22, c23, c, co + c2);
        store(c30, c31, c32, c33, c, co + c3);
    }

    private static void store(DoubleVector v0, DoubleVector v1, DoubleVector v2, DoubleVector v3, double[] to, int at) {
        v0.intoArray(to, at);
        v1.intoArray(to, at + LANES);
        v2.intoArray(to, at + 2 * LANES);
        v3.intoArray(to, at + 2 * LANES + LANES);
    }

    private static void tileOfTwo(
            int k,
            double[] a,
            int a0,
            int a1,
            int a2,
            int a3,
            double[] b,
            int[] rows,
            int j,
            double[] c,
            int co,
            int c1,
            int c2,
            int c3) {
        DoubleVector zero = DoubleVector.zero(SPECIES);
        DoubleVector c00 = zero, c01 = zero, c10 = zero, c11 = zero;
        DoubleVector c20 = zero, c21 = zero, c30 = zero, c31 = zero;
        for (int p = 0; p < k; p++) {
            int bo = rows[p] + j;
            DoubleVector b0 = DoubleVector.fromArray(SPECIES, b, bo);
            DoubleVector b1 = DoubleVector.fromArray(SPECIES, b, bo + LANES);
            DoubleVector f = DoubleVector.broadcast(SPECIES, a[a0 + p]);
            c00 = f.fma(b0, c00);
            c01 = f.fma(b1, c01);
            f = DoubleVector.broadcast(SPECIES, a[a0 + a1 + p]);
            c10 = f.fma(b0, c10);
            c11 = f.fma(b1, c11);
            f = DoubleVector.broadcast(SPECIES, a[a0 + a2 + p]);
            c20 = f.fma(b0, c20);
            c21 = f.fma(b1, c21);
            f = DoubleVector.broadcast(SPECIES, a[a0 + a3 + p]);
            c30 = f.fma(b0, c30);
            c31 = f.fma(b1, c31);
        }
        c00.intoArray(c, co);
        c01.intoArray(c, co + LANES);
        c10.intoArray(c, co + c1);
        c11.intoArray(c, co + c1 + LANES);
        c20.intoArray(c, co + c2);
        c21.intoArray(c, co + c2 + LANES);
        c30.intoArray(c, co + c3);
        c31.intoArray(c, co + c3 + LANES);
    }

    private static void column(
            int k,
            double[] a,
            int a0,
            int a1,
            int a2,
            int a3,
            double[] b,
            int[] rows,
            int j,
            double[] c,
            int co,
            int c1,
            int c2,
            int c3) {
        DoubleVector s0 = DoubleVector.zero(SPECIES);
        DoubleVector s1 = s0;
        DoubleVector s2 = s0;
        DoubleVector s3 = s0;
        for (int p = 0; p < k; p++) {
            DoubleVector v = DoubleVector.fromArray(SPECIES, b, rows[p] + j);
            s0 = DoubleVector.broadcast(SPECIES, a[a0 + p]).fma(v, s0);
            s1 = DoubleVector.broadcast(SPECIES, a[a0 + a1 + p]).fma(v, s1);
            s2 = DoubleVector.broadcast(SPECIES, a[a0 + a2 + p]).fma(v, s2);
            s3 = DoubleVector.broadcast(SPECIES, a[a0 + a3 + p]).fma(v, s3);
        }
        s0.intoArray(c, co);
        s1.intoArray(c, co + c1);
        s2.intoArray(c, co + c2);
        s3.intoArray(c, co + c3);
    }

    // ---- c[i, p] += Σ_t Σ_j a[i, t, j]·b[rows[p] + t·apart + j] ----

    static void addProducts(
            int m, int n, int terms, double[] a, double[] b, int[] rows, int apart, double[] c, int co) {
        int columns = rows.length;
        int rowsOfTile = Width.WIDE ? 4 : 2;
        double[] lanes = SUMS.ofSize(16 * LANES);
        int length = terms * n;
        int vectors = length / LANES;
        int[] places =
                PLACES.ofSize(vectors); // a loop over terms around that over vectors would make the compiler box them
        for (int v = 0; v < vectors; v++) {
            places[v] = v * LANES / n * apart + v * LANES % n;
        }
        for (int p = 0; p < columns; p += 4) {
            int b0 = rows[p];
            int b1 = rows[Math.min(p + 1, columns - 1)];
            int b2 = rows[Math.min(p + 2, columns - 1)];
            int b3 = rows[Math.min(p + 3, columns - 1)];
            for (int i = 0; i < m; i += rowsOfTile) {
                int a1 = i + 1 < m ? length : 0;
                if (Width.WIDE) {
                    int a2 = i + 2 < m ? 2 * length : 0;
                    int a3 = i + 3 < m ? 3 * length : 0;
                    productsOfFour(a, i * length, a1, a2, a3, b, b0, b1, b2, b3, places, vectors, lanes);
                } else {
                    productsOfTwo(a, i * length, a1, b, b0, b1, b2, b3, places, vectors, lanes);
                }
                for (int r = 0; r < Math.min(rowsOfTile, m - i); r++) {
                    for (int s = 0; s < Math.min(4, columns - p); s++) {
                        c[co + (i + r) * columns + p + s] += sum(lanes, (4 * r + s) * LANES);
                    }
                }
            }
        }
    }

    /** Adds the lanes in a fixed order: reduceLanes changes its bits once it is compiled. */
    private static double sum(double[] lanes, int from) {
        double even = lanes[from];
        double odd = lanes[from + 1];
        for (int l = 2; l < LANES; l += 2) {
            even += lanes[from + l];
            odd += lanes[from + l + 1];
        }
        return even + odd;
    }

    private static void productsOfFour(
            double[] a,
            int ao,
            int a1,
            int a2,
            int a3,
            double[] b,
            int b0,
            int b1,
            int b2,
            int b3,
            int[] places,
            int vectors,
            double[] lanes) {
        DoubleVector zero = DoubleVector.zero(SPECIES);
        DoubleVector c00 = zero, c01 = zero, c02 = zero, c03 = zero;
        DoubleVector c10 = zero, c11 = zero, c12 = zero, c13 = zero;
        DoubleVector c20 = zero, c21 = zero, c22 = zero, c23 = zero;
        DoubleVector c30 = zero, c31 = zero, c32 = zero, c33 = zero;
        for (int v = 0, at = ao; v < vectors; v++, at += LANES) {
            int bt = places[v];
            DoubleVector v0 = DoubleVector.fromArray(SPECIES, b, b0 + bt);
            DoubleVector v1 = DoubleVector.fromArray(SPECIES, b, b1 + bt);
            DoubleVector v2 = DoubleVector.fromArray(SPECIES, b, b2 + bt);
            DoubleVector v3 = DoubleVector.fromArray(SPECIES, b, b3 + bt);
            DoubleVector f = DoubleVector.fromArray(SPECIES, a, at);
            c00 = f.fma(v0, c00);
            c01 = f.fma(v1, c01);
            c02 = f.fma(v2, c02);
            c03 = f.fma(v3, c03);
            f = DoubleVector.fromArray(SPECIES, a, at + a1);
            c10 = f.fma(v0, c10);
            c11 = f.fma(v1, c11);
            c12 = f.fma(v2, c12);
            c13 = f.fma(v3, c13);
            f = DoubleVector.fromArray(SPECIES, a, at + a2);
            c20 = f.fma(v0, c20);
            c21 = f.fma(v1, c21);
            c22 = f.fma(v2, c22);
            c23 = f.fma(v3, c23);
            f = DoubleVector.fromArray(SPECIES, a, at + a3);
            c30 = f.fma(v0, c30);
            c31 = f.fma(v1, c31);
            c32 = f.fma(v2, c32);
            c33 = f.fma(v3, c33);
        }
        store(c00, c01, c02, c03, lanes, 0);
        store(c10, c11, c12, c13, lanes, 4 * LANES);
        store(c20, c21, c22, c23, lanes, 8 * LANES);
        store(c30, c31, c32, c33, lanes, 12 * LANES);
    }

    private static void productsOfTwo(
            double[] a,
            int ao,
            int a1,
            double[] b,
            int b0,
            int b1,
            int b2,
            int b3,
            int[] places,
            int vectors,
            double[] lanes) {
        DoubleVector zero = DoubleVector.zero(SPECIES);
        DoubleVector c00 = zero, c01 = zero, c02 = zero, c03 = zero;
        DoubleVector c10 = zero, c11 = zero, c12 = zero, c13 = zero;
        for (int v = 0, at = ao; v < vectors; v++, at += LANES) {
            int bt = places[v];
            DoubleVector f0 = DoubleVector.fromArray(SPECIES, a, at);
            DoubleVector f1 = DoubleVector.fromArray(SPECIES, a, at + a1);
            DoubleVector w = DoubleVector.fromArray(SPECIES, b, b0 + bt);
            c00 = f0.fma(w, c00);
            c10 = f1.fma(w, c10);
            w = DoubleVector.fromArray(SPECIES, b, b1 + bt);
            c01 = f0.fma(w, c01);
            c11 = f1.fma(w, c11);
            w = DoubleVector.fromArray(SPECIES, b, b2 + bt);
            c02 = f0.fma(w, c02);
            c12 = f1.fma(w, c12);
            w = DoubleVector.fromArray(SPECIES, b, b3 + bt);
            c03 = f0.fma(w, c03);
            c13 = f1.fma(w, c13);
        }
        store(c00, c01, c02, c03, lanes, 0);
        store(c10, c11, c12, c13, lanes, 4 * LANES);
    }
}

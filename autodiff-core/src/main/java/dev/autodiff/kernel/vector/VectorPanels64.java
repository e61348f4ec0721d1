package dev.autodiff.kernel.vector;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Copies parts of matrices to panels. The elements of one p stand behind those of the p before, {@code width} apart: element (p, i) at
 * {@code at + p·width + i}. Elements without a source hold anything; and up to one vector behind a panel is overwritten.
 */
final class VectorPanels64 {
    private static final VectorSpecies<Double> SPECIES = VectorSpecies.of(double.class, Width.SHAPE);
    private static final int LANES = SPECIES.length();

    /** Rows that are transposed at once, in registers. */
    private static final int ROWS = Math.max(8, LANES);

    private static final VectorShuffle<Double> SWAP4 = swap(4);
    private static final VectorShuffle<Double> SWAP2 = swap(2);
    private static final VectorShuffle<Double> SWAP1 = swap(1);
    private static final VectorMask<Double> SECOND8 = second(8);
    private static final VectorMask<Double> SECOND4 = second(4);
    private static final VectorMask<Double> SECOND2 = second(2);
    private static final VectorMask<Double> SECOND1 = second(1);

    private VectorPanels64() {}

    /** Exchanges neighbouring groups of so many lanes. */
    private static VectorShuffle<Double> swap(int size) {
        return VectorShuffle.fromOp(SPECIES, i -> (i ^ size) % LANES);
    }

    /** Selects the second of each two groups of so many lanes. */
    private static VectorMask<Double> second(int size) {
        boolean[] bits = new boolean[LANES];
        for (int i = 0; i < LANES; i++) {
            bits[i] = (i & size) != 0;
        }
        return VectorMask.fromArray(SPECIES, bits, 0);
    }

    /**
     * Copies {@code count} elements of each of kc rows to panels of {@code size}: element (p, i), at {@code from + p·stride + i}, goes to {@code at +
     * (i / size)·pitch + p·width + i % size}. Row by row, since a row is one piece of memory and its part that belongs to one panel but a line of the cache.
     */
    static void copy(
            int width, int size, int count, int kc, double[] x, int from, int stride, double[] to, int at, int pitch) {
        int vectors = (width + LANES - 1) / LANES;
        int panels = (count + size - 1) / size;
        // whole vectors of later rows would reach behind the array
        int last = x.length - (panels - 1) * size - vectors * LANES - from;
        int whole = last < 0 ? 0 : Math.min(kc, last / stride + 1);
        for (int p = 0; p < whole; p++, from += stride, at += width) {
            int source = from;
            int target = at;
            if (vectors == 1) {
                for (int panel = 0; panel < panels; panel++, source += size, target += pitch) {
                    DoubleVector.fromArray(SPECIES, x, source).intoArray(to, target);
                }
            } else if (vectors == 2) {
                for (int panel = 0; panel < panels; panel++, source += size, target += pitch) {
                    DoubleVector.fromArray(SPECIES, x, source).intoArray(to, target);
                    DoubleVector.fromArray(SPECIES, x, source + LANES).intoArray(to, target + LANES);
                }
            } else {
                for (int panel = 0; panel < panels; panel++, source += size, target += pitch) {
                    for (int v = 0; v < width; v += LANES) {
                        DoubleVector.fromArray(SPECIES, x, source + v).intoArray(to, target + v);
                    }
                }
            }
        }
        for (int p = whole; p < kc; p++, from += stride, at += width) {
            for (int i = 0; i < count; i++) {
                to[at + i / size * pitch + i % size] = x[from + i];
            }
        }
    }

    /** Copies {@code count} rows of kc elements: element (p, i) stands at {@code from + i·stride + p}. */
    static void transpose(int width, int count, int kc, double[] x, int from, int stride, double[] to, int at) {
        boolean fours = LANES == 4 || (LANES == 8 && width == 4);
        int size = fours ? 4 : ROWS;
        // the last block first, since a block may write behind its rows
        for (int row = (count - 1) / size * size; row >= 0; row -= size) {
            int rows = Math.min(size, count - row);
            int start = from + row * stride;
            int end = 0; // few rows are not worth the work for those that are missing
            if (fours && rows > 1) {
                end = fourRows(width, rows, kc, x, start, stride, to, at + row);
            } else if (!fours && LANES >= 8 && 2 * rows > size) {
                end = eightRows(width, rows, kc, x, start, stride, to, at + row);
            }
            oneByOne(width, rows, end, kc, x, start, stride, to, at + row);
        }
    }

    /**
     * Transposes blocks of 4 × LANES elements into four rows of a panel, as long as whole vectors of rows remain; returns the first p that is left. Of rows
     * that are missing the last one takes the place. A vector of eight has the elements of two p, of which the second is written too early, and then by
     * those of its turn.
     */
    private static int fourRows(int width, int rows, int end, double[] x, int from, int stride, double[] to, int at) {
        int third = Math.min(2, rows - 1) * stride;
        int fourth = Math.min(3, rows - 1) * stride;
        int p = 0;
        int q = at;
        for (int r = from; p + LANES <= end; p += LANES, r += LANES, q += LANES * width) {
            DoubleVector v0 = DoubleVector.fromArray(SPECIES, x, r);
            DoubleVector v1 = DoubleVector.fromArray(SPECIES, x, r + stride);
            DoubleVector v2 = DoubleVector.fromArray(SPECIES, x, r + third);
            DoubleVector v3 = DoubleVector.fromArray(SPECIES, x, r + fourth);

            DoubleVector w0 = v0.blend(v1.rearrange(SWAP1), SECOND1);
            DoubleVector w1 = v0.rearrange(SWAP1).blend(v1, SECOND1);
            DoubleVector w2 = v2.blend(v3.rearrange(SWAP1), SECOND1);
            DoubleVector w3 = v2.rearrange(SWAP1).blend(v3, SECOND1);

            v0 = w0.blend(w2.rearrange(SWAP2), SECOND2);
            v1 = w1.blend(w3.rearrange(SWAP2), SECOND2);
            v2 = w0.rearrange(SWAP2).blend(w2, SECOND2);
            v3 = w1.rearrange(SWAP2).blend(w3, SECOND2);
            v0.intoArray(to, q);
            v1.intoArray(to, q + width);
            v2.intoArray(to, q + 2 * width);
            v3.intoArray(to, q + 3 * width);
            if (LANES == 8) {
                v0.rearrange(SWAP4).intoArray(to, q + 16);
                v1.rearrange(SWAP4).intoArray(to, q + 20);
                v2.rearrange(SWAP4).intoArray(to, q + 24);
                v3.rearrange(SWAP4).intoArray(to, q + 28);
            }
        }
        return p;
    }

    private static void oneByOne(
            int width, int rows, int first, int kc, double[] x, int from, int stride, double[] to, int at) {
        int i = 0;
        for (; i + 3 < rows; i += 4) { // four at a time: their elements are neighbours in a panel
            int x0 = from + i * stride;
            int x1 = x0 + stride;
            int x2 = x1 + stride;
            int x3 = x2 + stride;
            for (int p = first, q = at + i + first * width; p < kc; p++, q += width) {
                to[q] = x[x0 + p];
                to[q + 1] = x[x1 + p];
                to[q + 2] = x[x2 + p];
                to[q + 3] = x[x3 + p];
            }
        }
        for (; i < rows; i++) {
            int start = from + i * stride;
            for (int p = first, q = at + i + first * width; p < kc; p++, q += width) {
                to[q] = x[start + p];
            }
        }
    }

    /** Transposes more than half of ROWS rows, 8 elements of each at once; returns the first p that is left. */
    private static int eightRows(int width, int rows, int kc, double[] x, int from, int stride, double[] to, int at) {
        // float32: if (LANES == 8) return PairTranspose.run(width, rows, kc, x, from, stride, to, at);
        return inRegisters(width, rows, kc, x, from, stride, to, at);
    }

    /**
     * Transposes blocks of ROWS × 8 elements as long as whole vectors can be read; returns the first p that is left. The places of rows are found by
     * adding: sixteen of them would not fit the processor's registers. With eight lanes the last row stands in for missing ones; with sixteen, what lies there is read.
     */
    private static int inRegisters(
            int width, int rows, int end, double[] x, int from, int stride, double[] to, int at) {
        boolean halves = LANES == 16; // the second eight rows stand in the upper half of each vector
        int upper = halves ? 8 * stride - 8 : 0;
        int sixth = rows > 5 ? stride : 0;
        int seventh = rows > 6 ? stride : 0;
        int eighth = rows > 7 ? stride : 0;
        long last = Math.min(end - 8, x.length - LANES - 4L * stride - sixth - seventh - eighth - upper - from);
        int p = 0;
        for (; p <= last; p += 8) {
            int r = from + p;
            DoubleVector v0 = eight(x, r, upper, halves);
            r += stride;
            DoubleVector v1 = eight(x, r, upper, halves);
            r += stride;
            DoubleVector v2 = eight(x, r, upper, halves);
            r += stride;
            DoubleVector v3 = eight(x, r, upper, halves);
            r += stride;
            DoubleVector v4 = eight(x, r, upper, halves);
            r += sixth;
            DoubleVector v5 = eight(x, r, upper, halves);
            r += seventh;
            DoubleVector v6 = eight(x, r, upper, halves);
            r += eighth;
            DoubleVector v7 = eight(x, r, upper, halves);

            DoubleVector w0 = v0.blend(v4.rearrange(SWAP4), SECOND4);
            DoubleVector w4 = v0.rearrange(SWAP4).blend(v4, SECOND4);
            DoubleVector w1 = v1.blend(v5.rearrange(SWAP4), SECOND4);
            DoubleVector w5 = v1.rearrange(SWAP4).blend(v5, SECOND4);
            DoubleVector w2 = v2.blend(v6.rearrange(SWAP4), SECOND4);
            DoubleVector w6 = v2.rearrange(SWAP4).blend(v6, SECOND4);
            DoubleVector w3 = v3.blend(v7.rearrange(SWAP4), SECOND4);
            DoubleVector w7 = v3.rearrange(SWAP4).blend(v7, SECOND4);

            v0 = w0.blend(w2.rearrange(SWAP2), SECOND2);
            v2 = w0.rearrange(SWAP2).blend(w2, SECOND2);
            v1 = w1.blend(w3.rearrange(SWAP2), SECOND2);
            v3 = w1.rearrange(SWAP2).blend(w3, SECOND2);
            v4 = w4.blend(w6.rearrange(SWAP2), SECOND2);
            v6 = w4.rearrange(SWAP2).blend(w6, SECOND2);
            v5 = w5.blend(w7.rearrange(SWAP2), SECOND2);
            v7 = w5.rearrange(SWAP2).blend(w7, SECOND2);

            int q = at + p * width;
            v0.blend(v1.rearrange(SWAP1), SECOND1).intoArray(to, q);
            v0.rearrange(SWAP1).blend(v1, SECOND1).intoArray(to, q + width);
            v2.blend(v3.rearrange(SWAP1), SECOND1).intoArray(to, q + 2 * width);
            v2.rearrange(SWAP1).blend(v3, SECOND1).intoArray(to, q + 3 * width);
            v4.blend(v5.rearrange(SWAP1), SECOND1).intoArray(to, q + 4 * width);
            v4.rearrange(SWAP1).blend(v5, SECOND1).intoArray(to, q + 5 * width);
            v6.blend(v7.rearrange(SWAP1), SECOND1).intoArray(to, q + 6 * width);
            v6.rearrange(SWAP1).blend(v7, SECOND1).intoArray(to, q + 7 * width);
        }
        return p;
    }

    /** Reads eight elements and, into the upper half, those that lie eight rows below. */
    private static DoubleVector eight(double[] x, int at, int upper, boolean halves) {
        DoubleVector low = DoubleVector.fromArray(SPECIES, x, at);
        return halves ? low.blend(DoubleVector.fromArray(SPECIES, x, at + upper), SECOND8) : low;
    }
}

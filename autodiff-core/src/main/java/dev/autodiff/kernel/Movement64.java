package dev.autodiff.kernel;

import java.util.Arrays;

/** Copies of boxes: neighbouring axes are merged, rows copied whole, and transposes done in square blocks. */
final class Movement64 implements Movement<double[]> {
    private static final int BLOCK = 16;

    /** Elements that are never cut apart: some lines of the cache. */
    private static final int UNIT = 64;

    /** About the time of filling one element. */
    private static final float NANOS_FILL = 0.3f;

    @Override
    public void copy(
            int[] sizes, double[] from, int fromOffset, int[] fromStrides, double[] to, int toOffset, int[] toStrides) {
        int[] s = new int[sizes.length];
        int[] fs = new int[sizes.length];
        int[] ts = new int[sizes.length];
        int rank = 0;
        for (int d = 0; d < sizes.length; d++) {
            if (sizes[d] == 0) {
                return;
            }
            if (sizes[d] == 1) {
                continue;
            }
            if (rank > 0 && fs[rank - 1] == fromStrides[d] * sizes[d] && ts[rank - 1] == toStrides[d] * sizes[d]) {
                rank--; // the axis before steps over exactly this one: together they are one longer axis
                s[rank] *= sizes[d];
            } else {
                s[rank] = sizes[d];
            }
            fs[rank] = fromStrides[d];
            ts[rank] = toStrides[d];
            rank++;
        }
        copy(0, rank, s, from, fromOffset, fs, to, toOffset, ts);
    }

    private static void copy(
            int axis, int rank, int[] s, double[] from, int f, int[] fs, double[] to, int t, int[] ts) {
        switch (rank - axis) {
            case 0 -> to[t] = from[f];
            case 1 -> line(s[axis], from, f, fs[axis], to, t, ts[axis]);
            case 2 -> {
                int last = axis + 1;
                if (fs[last] != 1 && fs[axis] == 1 && ts[last] == 1) {
                    transpose(s[axis], s[last], from, f, fs[last], to, t, ts[axis]);
                } else {
                    for (int i = 0; i < s[axis]; i++) {
                        line(s[last], from, f + i * fs[axis], fs[last], to, t + i * ts[axis], ts[last]);
                    }
                }
            }
            default -> {
                for (int i = 0; i < s[axis]; i++) {
                    copy(axis + 1, rank, s, from, f + i * fs[axis], fs, to, t + i * ts[axis], ts);
                }
            }
        }
    }

    private static void line(int n, double[] from, int f, int fs, double[] to, int t, int ts) {
        if (ts == 1 && fs == 1) {
            System.arraycopy(from, f, to, t, n);
        } else if (ts == 1 && fs == 0) {
            Arrays.fill(to, t, t + n, from[f]);
        } else {
            for (int i = 0; i < n; i++) {
                to[t + i * ts] = from[f + i * fs];
            }
        }
    }

    /** Sets {@code to[t + i·ts + j] = from[f + i + j·fs]}, block by block so that both sides stay in the cache. */
    private static void transpose(int rows, int columns, double[] from, int f, int fs, double[] to, int t, int ts) {
        for (int i0 = 0; i0 < rows; i0 += BLOCK) {
            int i1 = Math.min(rows, i0 + BLOCK);
            for (int j0 = 0; j0 < columns; j0 += BLOCK) {
                int j1 = Math.min(columns, j0 + BLOCK);
                for (int i = i0; i < i1; i++) {
                    for (int j = j0; j < j1; j++) {
                        to[t + i * ts + j] = from[f + i + j * fs];
                    }
                }
            }
        }
    }

    @Override
    public void take(double[] from, long[] index, double[] to, int outer, int size, int inner) {
        int n = index.length;
        if (outer == 1) {
            Workers.range(n, 1, to.length, (first, end) -> take(from, 0, index, first, end, to, 0, inner));
        } else {
            Workers.range(outer, 1, to.length, (first, end) -> {
                for (int o = first; o < end; o++) {
                    take(from, o * size * inner, index, 0, n, to, o * n * inner, inner);
                }
            });
        }
    }

    private static void take(double[] from, int f, long[] index, int first, int end, double[] to, int t, int inner) {
        if (inner == 1) {
            for (int k = first; k < end; k++) {
                to[t + k] = from[f + (int) index[k]];
            }
            return;
        }
        for (int k = first; k < end; k++) {
            System.arraycopy(from, f + (int) index[k] * inner, to, t + k * inner, inner);
        }
    }

    @Override
    public void fill(double[] from, int fromOffset, double[] to, int offset, int n) {
        float nanos = NANOS_FILL * n;
        if (!Workers.shares((long) nanos)) { // no lambda for few elements
            Arrays.fill(to, offset, offset + n, from[fromOffset]);
            return;
        }
        Workers.range(n, UNIT, nanos, (i, end) -> Arrays.fill(to, offset + i, offset + end, from[fromOffset]));
    }
}

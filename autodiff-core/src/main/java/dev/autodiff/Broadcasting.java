package dev.autodiff;

import dev.autodiff.shape.Shape;

/**
 * Walks through operands that are repeated along some axes: finds the longest runs in which every operand either advances by one
 * or stands still, so that a kernel's plain loop covers each run.
 */
final class Broadcasting {
    /** What to do with one run of {@code n} elements; operands that are not there have offset and stride 0. */
    interface Run {
        void run(int xo, int xs, int yo, int ys, int zo, int zs, int out, int n);
    }

    private Broadcasting() {}

    /** Calls {@code run} for every run of {@code out}, in row-major order. At most three operands. */
    static void forEachRun(Shape out, Run run, Shape... operands) {
        if (out.size() == 0) {
            return;
        }
        int count = operands.length;
        int[][] all = new int[3][];
        for (int k = 0; k < 3; k++) {
            all[k] = k < count ? operands[k].stridesIn(out) : new int[out.rank()];
        }
        // Merge axes that every operand walks through as if they were one.
        int rank = 0;
        int[] sizes = new int[out.rank() + 1];
        int[][] strides = new int[3][out.rank() + 1];
        for (int axis = 0; axis < out.rank(); axis++) {
            int size = out.size(axis);
            if (size == 1) {
                continue;
            }
            boolean merges = rank > 0;
            for (int k = 0; k < count && merges; k++) {
                merges = strides[k][rank - 1] == all[k][axis] * size;
            }
            if (!merges) {
                rank++;
            }
            sizes[rank - 1] = merges ? sizes[rank - 1] * size : size;
            for (int k = 0; k < count; k++) {
                strides[k][rank - 1] = all[k][axis];
            }
        }
        if (rank == 0) {
            run.run(0, 0, 0, 0, 0, 0, 0, 1);
            return;
        }
        int inner = sizes[rank - 1];
        int xs = strides[0][rank - 1];
        int ys = strides[1][rank - 1];
        int zs = strides[2][rank - 1];
        int[] index = new int[rank - 1];
        int xo = 0;
        int yo = 0;
        int zo = 0;
        for (int o = 0; ; ) {
            run.run(xo, xs, yo, ys, zo, zs, o, inner);
            o += inner;
            int axis = rank - 2;
            for (; axis >= 0; axis--) {
                xo += strides[0][axis];
                yo += strides[1][axis];
                zo += strides[2][axis];
                if (++index[axis] < sizes[axis]) {
                    break;
                }
                index[axis] = 0;
                xo -= strides[0][axis] * sizes[axis];
                yo -= strides[1][axis] * sizes[axis];
                zo -= strides[2][axis] * sizes[axis];
            }
            if (axis < 0) {
                return;
            }
        }
    }
}

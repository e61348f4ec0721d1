package dev.autodiff.kernel;

import java.util.List;

/**
 * Windows over planes of one to three spatial axes, as tables that loops can read: always three axes, of which the leading ones may be
 * of size 1.
 */
final class WindowPlan {
    /** The axes of every plan. */
    private static final int RANK = 3;

    private static final WindowAxis.Sliding ONE = new WindowAxis.Sliding(1, 1, 1, 1, 1, 0);

    final int[] input = new int[RANK];
    final int[] output = new int[RANK];
    final int[] step = new int[RANK];
    final int[][] first = new int[RANK][];
    final int[][] end = new int[RANK][];

    /** Elements of a plane. */
    final int inputs;

    /** Windows of a plane. */
    final int outputs;

    WindowPlan(List<? extends WindowAxis> axes) {
        int ins = 1;
        int outs = 1;
        for (int d = 0; d < RANK; d++) {
            WindowAxis axis = axis(axes, d);
            input[d] = axis.input();
            output[d] = axis.output();
            step[d] = axis.step();
            first[d] = new int[output[d]];
            end[d] = new int[output[d]];
            for (int o = 0; o < output[d]; o++) {
                first[d][o] = axis.first(o);
                end[d][o] = axis.end(o);
            }
            ins *= input[d];
            outs *= output[d];
        }
        inputs = ins;
        outputs = outs;
    }

    /** Tells whether the windows are 2 × 2 neighbours in a plane, side by side, none of them in a padding. */
    boolean isPairs() {
        return output[0] == 1 && end[0][0] - first[0][0] == 1 && isPairs(1) && isPairs(2);
    }

    private boolean isPairs(int d) {
        for (int o = 0; o < output[d]; o++) {
            if (first[d][o] != 2 * o || end[d][o] != 2 * o + 2) {
                return false;
            }
        }
        return step[d] == 1 && first[d].length > 0;
    }

    private static WindowAxis axis(List<? extends WindowAxis> axes, int d) {
        int missing = RANK - axes.size();
        if (missing < 0) {
            throw new IllegalArgumentException("windows: at most 3 spatial axes, got " + axes.size());
        }
        return d < missing ? ONE : axes.get(d - missing);
    }

    /** Returns three sliding axes, of which the leading ones may be of size 1. */
    static WindowAxis.Sliding[] sliding(List<WindowAxis.Sliding> axes) {
        WindowAxis.Sliding[] result = new WindowAxis.Sliding[RANK];
        for (int d = 0; d < RANK; d++) {
            result[d] = (WindowAxis.Sliding) axis(axes, d);
        }
        return result;
    }
}

package dev.autodiff.kernel;

import java.util.Arrays;
import java.util.List;

/** The loops over windows in plain Java; the sum of a window is wide (double in both twins). */
final class Pooling64 implements WindowLoops<double[]> {
    /** About the time of one element of a window. */
    private static final /*wide*/ double NANOS = 1d;

    /** About the time of one window besides its elements. */
    private static final /*wide*/ double NANOS_WINDOW = 3d;

    /** About the time of one window of 2 × 2 elements. */
    private static final /*wide*/ double NANOS_PAIRS = 2d;

    /** About the time of setting one element to zero. */
    private static final /*wide*/ double NANOS_CLEAR = 0.1d;

    private interface Planes {
        void run(int plane);
    }

    private static void forPlanes(int planes, /*wide*/ double nanos, Planes work) {
        Workers.range(planes, 1, nanos * planes, (from, to) -> {
            for (int p = from; p < to; p++) {
                work.run(p);
            }
        });
    }

    private static /*wide*/ double nanos(WindowPlan plan) {
        /*wide*/ double covered = 1;
        for (int d = 0; d < plan.input.length; d++) {
            long elements = 0;
            for (int o = 0; o < plan.output[d]; o++) {
                elements += Math.max(0, plan.end[d][o] - plan.first[d][o]) / plan.step[d] + 1;
            }
            covered *= elements;
        }
        return NANOS * covered + NANOS_WINDOW * plan.outputs;
    }

    @Override
    public void sum(List<? extends WindowAxis> axes, int planes, double[] x, double[] out) {
        WindowPlan plan = new WindowPlan(axes);
        forPlanes(planes, nanos(plan), p -> {
            int to = p * plan.outputs;
            for (int od = 0; od < plan.output[0]; od++) {
                for (int oh = 0; oh < plan.output[1]; oh++) {
                    for (int ow = 0; ow < plan.output[2]; ow++, to++) {
                        /*wide*/ double sum = 0;
                        for (int d = plan.first[0][od]; d < plan.end[0][od]; d += plan.step[0]) {
                            for (int h = plan.first[1][oh]; h < plan.end[1][oh]; h += plan.step[1]) {
                                int line = p * plan.inputs + (d * plan.input[1] + h) * plan.input[2];
                                for (int w = plan.first[2][ow]; w < plan.end[2][ow]; w += plan.step[2]) {
                                    sum += x[line + w];
                                }
                            }
                        }
                        out[to] = /*narrow*/ sum;
                    }
                }
            }
        });
    }

    @Override
    public void spread(List<? extends WindowAxis> axes, int planes, double[] g, double[] out) {
        WindowPlan plan = new WindowPlan(axes);
        forPlanes(planes, nanos(plan), p -> {
            Arrays.fill(out, p * plan.inputs, (p + 1) * plan.inputs, 0);
            int from = p * plan.outputs;
            for (int od = 0; od < plan.output[0]; od++) {
                for (int oh = 0; oh < plan.output[1]; oh++) {
                    for (int ow = 0; ow < plan.output[2]; ow++, from++) {
                        double value = g[from];
                        for (int d = plan.first[0][od]; d < plan.end[0][od]; d += plan.step[0]) {
                            for (int h = plan.first[1][oh]; h < plan.end[1][oh]; h += plan.step[1]) {
                                int line = p * plan.inputs + (d * plan.input[1] + h) * plan.input[2];
                                for (int w = plan.first[2][ow]; w < plan.end[2][ow]; w += plan.step[2]) {
                                    out[line + w] += value;
                                }
                            }
                        }
                    }
                }
            }
        });
    }

    @Override
    public void largest(List<? extends WindowAxis> axes, int planes, double[] x, long[] out) {
        WindowPlan plan = new WindowPlan(axes);
        boolean pairs = plan.isPairs();
        forPlanes(planes, pairs ? NANOS_PAIRS * plan.outputs : nanos(plan), p -> {
            for (int od = 0; od < plan.output[0]; od++) {
                for (int oh = 0; oh < plan.output[1]; oh++) {
                    int to = p * plan.outputs + (od * plan.output[1] + oh) * plan.output[2];
                    int plane = p * plan.inputs;
                    if (!pairs || !largestOfPairs(x, plane, 2 * oh, plan.input[2], out, to, plan.output[2])) {
                        largestOfRow(plan, x, plane, od, oh, out, to);
                    }
                }
            }
        });
    }

    /**
     * One row of windows of 2 × 2 elements side by side, without a branch for each comparison, which random elements make the processor
     * guess wrong, and without maxima of numbers, which take ten instructions each to obey the rules for NaN and −0. Returns false if a
     * difference is not finite, so that the places may be wrong.
     */
    private static boolean largestOfPairs(double[] x, int plane, int row, int width, long[] out, int to, int n) {
        double odd = 0;
        for (int o = 0; o < n; o++) {
            int place = row * width + 2 * o;
            int at = plane + place;
            double upper = x[at] - x[at + 1];
            double lower = x[at + width] - x[at + width + 1];
            int first = sign(upper + 0.0); // adding 0 takes the sign of −0 − 0, which are equal
            int second = width + sign(lower + 0.0);
            int third = sign(x[at + first] - x[at + second] + 0.0);
            odd = Math.fma(upper, 0.0, Math.fma(lower, 0.0, odd)); // NaN once one is not finite
            place += first + third * (second - first);
            out[to + o] = place;
        }
        return odd == 0;
    }

    /** Returns 1 for a negative number or −0, else 0. */
    private static int sign(double x) {
        return (int) (Double.doubleToRawLongBits(x) >>> 63); // float32: return Float.floatToRawIntBits(x) >>> 31;
    }

    /** One row of windows. A method of its own, which the compiler treats better than the whole nest. */
    private static void largestOfRow(WindowPlan plan, double[] x, int plane, int od, int oh, long[] out, int to) {
        int[] first = plan.first[2];
        int[] end = plan.end[2];
        int step = plan.step[2];
        int firstRow = plan.first[1][oh];
        int endRow = plan.end[1][oh];
        int rowStep = plan.step[1];
        int width = plan.input[2];
        for (int ow = 0; ow < plan.output[2]; ow++) {
            double best = Double.NEGATIVE_INFINITY;
            int place = -1;
            for (int d = plan.first[0][od]; d < plan.end[0][od]; d += plan.step[0]) {
                for (int h = firstRow; h < endRow; h += rowStep) {
                    int line = plane + (d * plan.input[1] + h) * width;
                    for (int w = first[ow]; w < end[ow]; w += step) {
                        double value = x[line + w];
                        if (value > best || Double.isNaN(value) || place < 0) { // nothing is above a NaN
                            best = value;
                            place = line + w;
                        }
                    }
                }
            }
            out[to + ow] = place < 0 ? -1 : place - plane;
        }
    }

    @Override
    public void pick(int planes, int inputs, int outputs, double[] x, long[] places, double[] out) {
        forPlanes(planes, NANOS * outputs, p -> {
            int from = p * inputs;
            for (int o = p * outputs; o < (p + 1) * outputs; o++) {
                out[o] = x[from + (int) places[o]];
            }
        });
    }

    @Override
    public void drop(int planes, int inputs, int outputs, double[] g, long[] places, double[] out) {
        forPlanes(planes, NANOS * outputs + NANOS_CLEAR * inputs, p -> {
            int to = p * inputs;
            Arrays.fill(out, to, to + inputs, 0);
            for (int o = p * outputs; o < (p + 1) * outputs; o++) {
                out[to + (int) places[o]] += g[o];
            }
        });
    }

    @Override
    public void unfold(List<WindowAxis.Sliding> axes, int planes, double[] x, double[] out) {
        Patches64 patches = new Patches64(WindowPlan.sliding(axes));
        int size = patches.kernel * patches.outputs;
        forPlanes(
                planes,
                NANOS * size,
                p -> patches.columns(x, p * patches.inputs, 1, 0, patches.outputs, out, p * size, patches.outputs));
    }

    @Override
    public void fold(List<WindowAxis.Sliding> axes, int planes, double[] g, double[] out) {
        Patches64 patches = new Patches64(WindowPlan.sliding(axes));
        int size = patches.kernel * patches.outputs;
        forPlanes(planes, NANOS * size, p -> {
            Arrays.fill(out, p * patches.inputs, (p + 1) * patches.inputs, 0);
            patches.addColumns(out, p * patches.inputs, 1, 0, patches.outputs, g, p * size, patches.outputs);
        });
    }
}

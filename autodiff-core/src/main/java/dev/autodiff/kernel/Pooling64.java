package dev.autodiff.kernel;

import java.util.List;

/** The loops over windows in plain Java; the sum of a window is wide (double in both twins). */
final class Pooling64 implements WindowLoops<double[]> {
    /** About the time of one element of a window. */
    private static final /*wide*/ double NANOS = 1d;

    /** About the time of one window besides its elements. */
    private static final /*wide*/ double NANOS_WINDOW = 3d;

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
        forPlanes(planes, nanos(plan), p -> {
            for (int od = 0; od < plan.output[0]; od++) {
                for (int oh = 0; oh < plan.output[1]; oh++) {
                    int to = p * plan.outputs + (od * plan.output[1] + oh) * plan.output[2];
                    largestOfRow(plan, x, p * plan.inputs, od, oh, out, to);
                }
            }
        });
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
        forPlanes(planes, NANOS * outputs, p -> {
            int to = p * inputs;
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
        forPlanes(
                planes,
                NANOS * size,
                p -> patches.addColumns(out, p * patches.inputs, 1, 0, patches.outputs, g, p * size, patches.outputs));
    }
}

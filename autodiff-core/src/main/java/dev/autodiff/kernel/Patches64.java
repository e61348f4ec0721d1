package dev.autodiff.kernel;

import java.util.Arrays;

/** The elements that windows cover, copied side by side so that a convolution becomes a matrix product, and added back. */
final class Patches64 {
    private final WindowAxis.Sliding depth;
    private final WindowAxis.Sliding height;
    private final WindowAxis.Sliding width;

    /** Elements of a plane. */
    final int inputs;

    /** Windows of a plane. */
    final int outputs;

    /** Elements of a window. */
    final int kernel;

    Patches64(WindowAxis.Sliding... axes) {
        depth = axes[0];
        height = axes[1];
        width = axes[2];
        inputs = depth.input() * height.input() * width.input();
        outputs = depth.output() * height.output() * width.output();
        kernel = depth.kernel() * height.kernel() * width.kernel();
    }

    /** Tells whether every window is the element at its own place, so that a plane is its patches. */
    boolean isIdentity() {
        return depth.isIdentity() && height.isIdentity() && width.isIdentity();
    }

    /** What is done with a run of windows in one row: elements of the plane from an offset on, and of the patches. */
    private interface Run {
        void run(int inside, int at, int lead, int count, int length);
    }

    /**
     * Sets {@code col[(c·kernel + j)·ld + q]} to element j of window {@code from + q} of plane c, or 0 outside, for windows from
     * {@code from} to {@code to} − 1. Modified: col.
     *
     * @param xo where plane 0 begins
     * @param co where row 0 of col begins
     */
    void columns(double[] x, int xo, int planes, int from, int to, double[] col, int co, int ld) {
        int stride = width.stride();
        each(xo, planes, from, to, co, ld, (inside, at, lead, count, length) -> {
            Arrays.fill(col, at, at + lead, 0);
            int start = at + lead;
            if (stride == 1) {
                if (count > 16) {
                    System.arraycopy(x, inside, col, start, count);
                } else {
                    for (int i = 0; i < count; i++) {
                        col[start + i] = x[inside + i];
                    }
                }
            } else {
                for (int i = 0; i < count; i++) {
                    col[start + i] = x[inside + i * stride];
                }
            }
            Arrays.fill(col, start + count, at + length, 0);
        });
    }

    /** Adds what {@link #columns} would copy back to the planes, in ascending order of the rows of col. Modified: x. */
    void addColumns(double[] x, int xo, int planes, int from, int to, double[] col, int co, int ld) {
        int stride = width.stride();
        each(xo, planes, from, to, co, ld, (inside, at, lead, count, length) -> {
            int start = at + lead;
            if (stride == 1) {
                for (int i = 0; i < count; i++) {
                    x[inside + i] += col[start + i];
                }
            } else {
                for (int i = 0; i < count; i++) {
                    x[inside + i * stride] += col[start + i];
                }
            }
        });
    }

    private void each(int xo, int planes, int from, int to, int co, int ld, Run work) {
        int ow = width.output();
        int row = co;
        for (int c = 0; c < planes; c++) {
            int plane = xo + c * inputs;
            for (int kd = 0; kd < depth.kernel(); kd++) {
                for (int kh = 0; kh < height.kernel(); kh++) {
                    for (int kw = 0; kw < width.kernel(); kw++, row += ld) {
                        int shift = kw * width.dilation() - width.padding();
                        int o = from % ow;
                        int oh = from / ow % height.output();
                        int od = from / ow / height.output();
                        for (int q = from; q < to; ) {
                            int length = Math.min(ow - o, to - q);
                            int d = od * depth.stride() + kd * depth.dilation() - depth.padding();
                            int h = oh * height.stride() + kh * height.dilation() - height.padding();
                            int at = row + q - from;
                            if (d < 0 || d >= depth.input() || h < 0 || h >= height.input()) {
                                work.run(plane, at, length, 0, length);
                            } else {
                                int w = o * width.stride() + shift;
                                int lead = clamp(-w, width.stride(), 0, length);
                                int count = clamp(width.input() - w, width.stride(), lead, length) - lead;
                                int line = plane + (d * height.input() + h) * width.input();
                                work.run(line + w + lead * width.stride(), at, lead, count, length);
                            }
                            q += length;
                            o = 0;
                            if (++oh == height.output()) {
                                oh = 0;
                                od++;
                            }
                        }
                    }
                }
            }
        }
    }

    /** Returns {@code ⌈distance / stride⌉}, kept within bounds. */
    private static int clamp(int distance, int stride, int low, int high) {
        int steps = distance <= 0 ? 0 : stride == 1 ? distance : (distance + stride - 1) / stride;
        return Math.max(low, Math.min(high, steps));
    }

    /**
     * Sets {@code rows[(q − from)·planes·kernel + c·kernel + j]} to element j of window q of plane c, or 0 outside: the transpose of what
     * {@link #columns} makes, for the products that read it along the windows. Modified: rows.
     */
    void rows(double[] x, int xo, int planes, int from, int to, double[] rows) {
        int kw = width.kernel();
        int step = width.dilation();
        int o = from % width.output();
        int oh = from / width.output() % height.output();
        int od = from / width.output() / height.output();
        int at = 0;
        for (int q = from; q < to; q++) {
            int w = o * width.stride() - width.padding();
            int lead = clamp(-w, step, 0, kw);
            int end = clamp(width.input() - w, step, lead, kw);
            for (int c = 0; c < planes; c++) {
                for (int kd = 0; kd < depth.kernel(); kd++) {
                    int d = od * depth.stride() + kd * depth.dilation() - depth.padding();
                    for (int kh = 0; kh < height.kernel(); kh++, at += kw) {
                        int h = oh * height.stride() + kh * height.dilation() - height.padding();
                        if (d < 0 || d >= depth.input() || h < 0 || h >= height.input()) {
                            for (int j = 0; j < kw; j++) {
                                rows[at + j] = 0;
                            }
                            continue;
                        }
                        int line = xo + ((c * depth.input() + d) * height.input() + h) * width.input() + w;
                        for (int j = 0; j < lead; j++) {
                            rows[at + j] = 0;
                        }
                        for (int j = lead; j < end; j++) {
                            rows[at + j] = x[line + j * step];
                        }
                        for (int j = end; j < kw; j++) {
                            rows[at + j] = 0;
                        }
                    }
                }
            }
            if (++o == width.output()) {
                o = 0;
                if (++oh == height.output()) {
                    oh = 0;
                    od++;
                }
            }
        }
    }
}

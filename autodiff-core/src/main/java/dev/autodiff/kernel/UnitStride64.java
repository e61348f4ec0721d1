package dev.autodiff.kernel;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions whose windows lie at distance 1, without copying what the windows cover: with the rows of a padded plane one behind the other,
 * all windows' elements j are the plane itself, shifted. A result then has as many columns as a padded row is long; those where a window
 * would run over the end of a row are computed and left out. The gradient by the input is the convolution of the padded cotangents by the
 * kernels turned around; the gradient by the weight is the scalar products of cotangents and shifted planes.
 */
final class UnitStride64 {
    /** The most elements of the padded planes of one image, or of the images whose gradients are summed at once. */
    private static final int MOST = 1 << 21;

    /** About the elements of the planes of some images that stay in the second-level cache. */
    private static final int BLOCK = 1 << 16;

    /** The most partial sums of the gradient by the weight: enough for as many threads, fixed so that these change no bit. */
    private static final int MOST_SUMS = 16;

    /** The fewest columns that a partial sum covers: its lanes are added at the end, which must be worth it. */
    private static final int LEAST_COLUMNS = 1024;

    /** About the time of one multiplication and addition. */
    private static final /*wide*/ double NANOS = 0.012d;

    /** About the time of copying one element. */
    private static final /*wide*/ double NANOS_COPY = 0.3d;

    private static final Scratch<double[]> PLANES = new Scratch<>(double[]::new);
    private static final Scratch<double[]> WEIGHTS = new Scratch<>(double[]::new);
    private static final Scratch<double[]> COLUMNS = new Scratch<>(double[]::new);

    /** Sizes along three axes: {@code out[p] = Σ_j w[j]·in[p + j·dilation − before]}, where in is 0 outside. */
    private static final class Grid {
        final int[] in = new int[3];
        final int[] out = new int[3];
        final int[] size = new int[3];
        final int[] before = new int[3];
        final int inputs;
        final int outputs;

        /** Elements of a padded plane. */
        final int plane;

        /** Columns from the first window to the last one. */
        final int columns;

        /** How far a plane is shifted for each element of the kernel. */
        final int[] shifts;

        /** Whether planes need no padding. */
        final boolean asItLies;

        Grid(WindowAxis.Sliding[] axes, boolean turned) {
            int[] kernel = new int[3];
            int[] dilation = new int[3];
            for (int d = 0; d < 3; d++) {
                WindowAxis.Sliding axis = axes[d];
                int span = (axis.kernel() - 1) * axis.dilation();
                in[d] = turned ? axis.output() : axis.input();
                out[d] = turned ? axis.input() : axis.output();
                before[d] = turned ? span - axis.padding() : axis.padding();
                size[d] = out[d] + span;
                kernel[d] = axis.kernel();
                dilation[d] = axis.dilation();
            }
            inputs = in[0] * in[1] * in[2];
            outputs = out[0] * out[1] * out[2];
            plane = size[0] * size[1] * size[2];
            columns = ((out[0] - 1) * size[1] + out[1] - 1) * size[2] + out[2];
            shifts = new int[kernel[0] * kernel[1] * kernel[2]];
            for (int j = 0; j < shifts.length; j++) {
                int d = j / (kernel[1] * kernel[2]) * dilation[0];
                int h = j / kernel[2] % kernel[1] * dilation[1];
                shifts[j] = (d * size[1] + h) * size[2] + j % kernel[2] * dilation[2];
            }
            asItLies = Arrays.equals(in, size) && Arrays.equals(before, new int[3]);
        }

        /** Returns where the shifted planes of some channels begin. */
        int[] rows(int channels) {
            int[] rows = new int[channels * shifts.length];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = i / shifts.length * plane + shifts[i % shifts.length];
            }
            return rows;
        }

        /** Copies channels into padded planes, in which what lies outside is 0 already. */
        void pad(double[] x, int xo, int channels, double[] to, int at) {
            if (asItLies) {
                System.arraycopy(x, xo, to, at, channels * plane);
                return;
            }
            int left = Math.max(0, before[2]);
            int skipped = left - before[2];
            int length = Math.min(in[2] - skipped, size[2] - left);
            if (length <= 0) {
                return;
            }
            int firstRow = Math.max(0, before[1]);
            int endRow = Math.min(size[1], before[1] + in[1]);
            for (int c = 0; c < channels; c++) {
                for (int d = Math.max(0, before[0]); d < Math.min(size[0], before[0] + in[0]); d++) {
                    int from = xo + c * inputs + (d - before[0]) * in[1] * in[2] + skipped;
                    int row = at + c * plane + d * size[1] * size[2] + left;
                    for (int h = firstRow; h < endRow; h++) {
                        System.arraycopy(x, from + (h - before[1]) * in[2], to, row + h * size[2], length);
                    }
                }
            }
        }

        /** Copies rows of windows to where they lie without gaps. */
        void close(double[] from, int channels, double[] y, int at) {
            for (int c = 0; c < channels; c++) {
                for (int d = 0; d < out[0]; d++) {
                    for (int h = 0; h < out[1]; h++, at += out[2]) {
                        System.arraycopy(from, c * columns + (d * size[1] + h) * size[2], y, at, out[2]);
                    }
                }
            }
        }

        /** Copies rows of windows to where they have gaps, which are 0 already, each channel {@code apart} from the next. */
        void open(double[] y, int from, int channels, double[] to, int at, int apart) {
            for (int c = 0; c < channels; c++) {
                for (int d = 0; d < out[0]; d++) {
                    for (int h = 0; h < out[1]; h++, from += out[2]) {
                        System.arraycopy(y, from, to, at + c * apart + (d * size[1] + h) * size[2], out[2]);
                    }
                }
            }
        }
    }

    private UnitStride64() {}

    /** Returns the grid, or null if another way is better: with strides, or with much more columns than windows. */
    private static @Nullable Grid grid(ConvolutionPlan plan, boolean turned) {
        WindowAxis.Sliding[] axes = WindowPlan.sliding(plan.axes());
        long planes = turned ? plan.outPerGroup() : plan.inPerGroup();
        for (WindowAxis.Sliding axis : axes) {
            if (axis.stride() != 1) {
                return null;
            }
            planes *= axis.output() + (axis.kernel() - 1L) * axis.dilation() * (turned ? 2 : 1);
        }
        if (planes > MOST) {
            return null;
        }
        Grid grid = new Grid(axes, turned);
        boolean dense = grid.columns <= (turned ? 3 * grid.inputs : 2 * grid.outputs);
        return dense && grid.columns >= Product.UNIT ? grid : null;
    }

    /** Sets y to the convolution of x by w, or returns false if another way is better. */
    static boolean forward(ConvolutionPlan plan, Product<double[]> product, double[] x, double[] w, double[] y) {
        Grid grid = grid(plan, false);
        if (grid == null) {
            return false;
        }
        convolve(grid, plan, plan.inPerGroup(), plan.outPerGroup(), product, x, w, y);
        return true;
    }

    /**
     * Sets x to the gradient by the input, or returns false if another way is better. One of them is an infinite weight, which the zeros
     * around the cotangents would turn to NaN.
     */
    static boolean byInput(ConvolutionPlan plan, Product<double[]> product, double[] g, double[] w, double[] x) {
        Grid grid = grid(plan, true);
        if (grid == null) {
            return false;
        }
        int in = plan.inPerGroup();
        int out = plan.outPerGroup();
        int kernel = grid.shifts.length;
        double[] turned = WEIGHTS.ofSize(plan.groups() * out * in * kernel);
        double largest = 0;
        int from = 0;
        for (int o = 0; o < plan.groups() * out; o++) {
            for (int c = 0; c < in; c++) {
                int to = ((o / out * in + c) * out + o % out + 1) * kernel - 1;
                for (int j = 0; j < kernel; j++, from++) {
                    turned[to - j] = w[from];
                    largest = Math.max(largest, Math.abs(w[from]));
                }
            }
        }
        if (!(largest <= Double.MAX_VALUE)) {
            return false;
        }
        convolve(grid, plan, out, in, product, g, turned, x);
        return true;
    }

    private static void convolve(
            Grid grid,
            ConvolutionPlan plan,
            int in,
            int out,
            Product<double[]> product,
            double[] x,
            double[] w,
            double[] y) {
        int[] rows = grid.rows(in);
        int k = rows.length;
        int units = plan.batch() * plan.groups();
        /*wide*/ double multiplications = (/*wide*/ double) out * k * grid.columns;
        /*wide*/ double copies = in * grid.plane + out * grid.outputs;
        Workers.range(units, 1, units * (NANOS * multiplications + NANOS_COPY * copies), (first, last) -> {
            double[] planes = PLANES.ofSize(in * grid.plane);
            double[] columns = COLUMNS.ofSize(out * grid.columns);
            Arrays.fill(planes, 0, in * grid.plane, 0); // once for all: every image leaves the same places out
            for (int unit = first; unit < last; unit++) {
                grid.pad(x, unit * in * grid.inputs, in, planes, 0);
                product.multiplyRows(out, grid.columns, k, w, unit % plan.groups() * out * k, planes, rows, columns, 0);
                grid.close(columns, out, y, unit * out * grid.outputs);
            }
        });
    }

    /**
     * Sets w to the gradient by the weight, or returns false if another way is better. One of them is an infinity that meets a zero which
     * stands for no window at all; it shows as NaN.
     */
    static boolean byWeight(ConvolutionPlan plan, Product<double[]> product, double[] x, double[] g, double[] w) {
        Grid grid = grid(plan, false);
        if (grid == null) {
            return false;
        }
        int[] rows = grid.rows(plan.inPerGroup());
        int size = plan.groups() * plan.outPerGroup() * rows.length;
        int images = Math.max((plan.batch() - 1) / MOST_SUMS + 1, (LEAST_COLUMNS - 1) / grid.columns + 1);
        int sums = (plan.batch() - 1) / images + 1;
        if ((long) sums * size > MOST) {
            return false;
        }
        double[] partial = WEIGHTS.ofSize(sums * size);
        Arrays.fill(partial, 0, sums * size, 0);
        /*wide*/ double multiplications = (/*wide*/ double) size * grid.columns;
        /*wide*/ double copies = plan.groups() * (plan.inPerGroup() * grid.plane + plan.outPerGroup() * grid.outputs);
        /*wide*/ double nanos = plan.batch() * (NANOS * multiplications + NANOS_COPY * copies);
        Workers.range(sums, 1, nanos, (first, last) -> {
            for (int sum = first; sum < last; sum++) {
                int end = Math.min(plan.batch(), (sum + 1) * images);
                for (int group = 0; group < plan.groups(); group++) {
                    addProducts(grid, plan, product, x, g, rows, group, sum * images, end, partial, sum * size);
                }
            }
        });
        boolean finite = true;
        for (int i = 0; i < size; i++) {
            double total = partial[i];
            for (int sum = 1; sum < sums; sum++) {
                total += partial[sum * size + i];
            }
            w[i] = total;
            finite &= !Double.isNaN(total);
        }
        return finite;
    }

    /** Adds the products of one group of the images from {@code image} to {@code end} − 1. */
    private static void addProducts(
            Grid grid,
            ConvolutionPlan plan,
            Product<double[]> product,
            double[] x,
            double[] g,
            int[] rows,
            int group,
            int image,
            int end,
            double[] sums,
            int to) {
        int in = plan.inPerGroup();
        int out = plan.outPerGroup();
        int length = (grid.columns + Product.UNIT - 1) / Product.UNIT * Product.UNIT;
        int apart = in * grid.plane;
        int most = Math.max(1, BLOCK / (apart + out * length));
        double[] planes = PLANES.ofSize(Math.min(most, end - image) * apart + Product.UNIT);
        double[] columns = COLUMNS.ofSize(Math.min(most, end - image) * out * length);
        Arrays.fill(
                planes,
                0,
                Math.min(most, end - image) * apart,
                0); // once for all: every image leaves the same places out
        for (int from = image; from < end; from += most) {
            int terms = Math.min(most, end - from);
            Arrays.fill(columns, 0, terms * out * length, 0); // a last block of fewer images has its gaps elsewhere
            for (int t = 0; t < terms; t++) {
                int unit = (from + t) * plan.groups() + group;
                grid.pad(x, unit * in * grid.inputs, in, planes, t * apart);
                grid.open(g, unit * out * grid.outputs, out, columns, t * length, terms * length);
            }
            Arrays.fill(planes, terms * apart, terms * apart + Product.UNIT, 0); // read behind the last plane, times 0
            product.addRowProducts(
                    out, length, terms, columns, planes, rows, apart, sums, to + group * out * rows.length);
        }
    }
}

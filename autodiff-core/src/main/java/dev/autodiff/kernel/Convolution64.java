package dev.autodiff.kernel;

import java.util.Arrays;

/** Convolutions as matrix products, see {@link Convolutions}; those with distance 1 between the windows by {@link UnitStride64}. */
final class Convolution64 implements Convolutions<double[]> {
    /** The most elements of a block of patches, so that it stays in the second-level cache. */
    private static final int BLOCK = 1 << 16;

    /** Windows in a block, however large they are: a product of fewer columns would be slow. */
    private static final int LEAST_WINDOWS = 64;

    /** The most partial sums of the gradient by the weight: enough for as many threads, fixed so that these change no bit. */
    private static final int MOST_SUMS = 16;

    /** The most elements of all partial sums together. */
    private static final int SUMS = 1 << 22;

    /** About the time of one multiplication and addition, copies included. */
    private static final /*wide*/ double NANOS = 0.05d;

    private static final Scratch<double[]> PATCHES = new Scratch<>(double[]::new);
    private static final Scratch<double[]> PART = new Scratch<>(double[]::new);
    private static final Scratch<double[]> COTANGENTS = new Scratch<>(double[]::new);

    /** One call's sizes: units are the groups of the images, cut into blocks of windows. */
    private static final class Job {
        final Patches64 patches;
        final ConvolutionPlan plan;
        final int k;
        final int windows;
        final int blocks;
        final /*wide*/ double nanos;

        Job(ConvolutionPlan plan) {
            this.plan = plan;
            patches = new Patches64(WindowPlan.sliding(plan.axes()));
            k = plan.inPerGroup() * patches.kernel;
            int most = Math.max(LEAST_WINDOWS, BLOCK / Math.max(1, k));
            windows = patches.isIdentity() ? patches.outputs : Math.min(patches.outputs, most);
            blocks = windows == 0 ? 0 : (patches.outputs - 1) / windows + 1;
            nanos = NANOS * plan.batch() * plan.groups() * plan.outPerGroup() * k * patches.outputs;
        }

        int units() {
            return plan.batch() * plan.groups();
        }

        /** Where the channels of a unit begin among the planes of the input. */
        int input(int unit) {
            return unit * plan.inPerGroup() * patches.inputs;
        }

        int output(int unit) {
            return unit * plan.outPerGroup() * patches.outputs;
        }

        int weight(int unit) {
            return unit % plan.groups() * plan.outPerGroup() * k;
        }

        /** Copies n windows of the channels of a unit side by side. */
        double[] cut(double[] g, int unit, int from, int n) {
            double[] block = COTANGENTS.ofSize(plan.outPerGroup() * n);
            for (int r = 0; r < plan.outPerGroup(); r++) {
                System.arraycopy(g, output(unit) + r * patches.outputs + from, block, r * n, n);
            }
            return block;
        }
    }

    @Override
    public void forward(ConvolutionPlan plan, Product<double[]> product, double[] x, double[] w, double[] y) {
        Job job = new Job(plan);
        if (!job.patches.isIdentity() && UnitStride64.forward(plan, product, x, w, y)) {
            return;
        }
        Patches64 patches = job.patches;
        int m = plan.outPerGroup();
        int all = patches.outputs;
        Workers.range(job.units() * job.blocks, 1, job.nanos, (first, last) -> {
            for (int i = first; i < last; i++) {
                int unit = i / job.blocks;
                int from = i % job.blocks * job.windows;
                int n = Math.min(job.windows, all - from);
                if (patches.isIdentity()) {
                    product.multiply(
                            m, n, job.k, w, job.weight(unit), false, x, job.input(unit), false, y, job.output(unit));
                    continue;
                }
                double[] columns = PATCHES.ofSize(job.k * n);
                patches.columns(x, job.input(unit), plan.inPerGroup(), from, from + n, columns, 0, n);
                if (n == all) {
                    product.multiply(m, n, job.k, w, job.weight(unit), false, columns, 0, false, y, job.output(unit));
                    continue;
                }
                double[] block = PART.ofSize(m * n);
                product.multiply(m, n, job.k, w, job.weight(unit), false, columns, 0, false, block, 0);
                for (int r = 0; r < m; r++) {
                    System.arraycopy(block, r * n, y, job.output(unit) + r * all + from, n);
                }
            }
        });
    }

    @Override
    public void byInput(ConvolutionPlan plan, Product<double[]> product, double[] g, double[] w, double[] x) {
        Job job = new Job(plan);
        if (!job.patches.isIdentity() && UnitStride64.byInput(plan, product, g, w, x)) {
            return;
        }
        Arrays.fill(x, 0);
        Patches64 patches = job.patches;
        int m = plan.outPerGroup();
        int all = patches.outputs;
        Workers.range(job.units(), 1, job.nanos, (first, last) -> {
            for (int unit = first; unit < last; unit++) {
                if (patches.isIdentity()) {
                    product.multiply(
                            job.k, all, m, w, job.weight(unit), true, g, job.output(unit), false, x, job.input(unit));
                    continue;
                }
                for (int from = 0; from < all; from += job.windows) {
                    int n = Math.min(job.windows, all - from);
                    double[] columns = PATCHES.ofSize(job.k * n);
                    if (n == all) {
                        product.multiply(
                                job.k, n, m, w, job.weight(unit), true, g, job.output(unit), false, columns, 0);
                    } else {
                        double[] block = job.cut(g, unit, from, n);
                        product.multiply(job.k, n, m, w, job.weight(unit), true, block, 0, false, columns, 0);
                    }
                    patches.addColumns(x, job.input(unit), plan.inPerGroup(), from, from + n, columns, 0, n);
                }
            }
        });
    }

    @Override
    public void byWeight(ConvolutionPlan plan, Product<double[]> product, double[] x, double[] g, double[] w) {
        Job job = new Job(plan);
        if (!job.patches.isIdentity() && UnitStride64.byWeight(plan, product, x, g, w)) {
            return;
        }
        Arrays.fill(w, 0);
        int size = plan.groups() * plan.outPerGroup() * job.k;
        int chunks = Math.min(plan.batch(), Math.min(MOST_SUMS, Math.max(1, SUMS / Math.max(1, size))));
        if (size == 0 || chunks == 0) {
            return;
        }
        double[][] sums = new double[chunks][];
        Workers.range(chunks, 1, job.nanos, (first, last) -> {
            for (int chunk = first; chunk < last; chunk++) {
                double[] sum = chunk == 0 ? w : new double[size];
                int end = (int) ((chunk + 1L) * plan.batch() / chunks);
                for (int image = (int) ((long) chunk * plan.batch() / chunks); image < end; image++) {
                    for (int group = 0; group < plan.groups(); group++) {
                        addProducts(job, image * plan.groups() + group, product, x, g, sum);
                    }
                }
                sums[chunk] = sum;
            }
        });
        for (int chunk = 1; chunk < chunks; chunk++) {
            double[] sum = sums[chunk];
            for (int i = 0; i < size; i++) {
                w[i] += sum[i];
            }
        }
    }

    /** Adds the products of one group of one image to the weights of the group. */
    private static void addProducts(
            Job job, int unit, Product<double[]> product, double[] x, double[] g, double[] sum) {
        Patches64 patches = job.patches;
        int m = job.plan.outPerGroup();
        int all = patches.outputs;
        int to = job.weight(unit);
        for (int from = 0; from < all; from += job.windows) {
            int n = Math.min(job.windows, all - from);
            double[] block = PART.ofSize(m * job.k);
            if (patches.isIdentity()) {
                product.multiply(m, job.k, n, g, job.output(unit), false, x, job.input(unit), true, block, 0);
            } else {
                double[] rows = PATCHES.ofSize(job.k * n);
                patches.rows(x, job.input(unit), job.plan.inPerGroup(), from, from + n, rows);
                if (n == all) {
                    product.multiply(m, job.k, n, g, job.output(unit), false, rows, 0, false, block, 0);
                } else {
                    double[] cotangents = job.cut(g, unit, from, n);
                    product.multiply(m, job.k, n, cotangents, 0, false, rows, 0, false, block, 0);
                }
            }
            for (int i = 0; i < m * job.k; i++) {
                sum[to + i] += block[i];
            }
        }
    }
}

package dev.autodiff.kernel;

import java.util.Arrays;

/**
 * Recurrent networks in plain Java on the products and functions of the chosen kernels. Rows of the batch do not depend on each other, so that a
 * thread runs all steps of some of them without waiting for another. Loops read and write arrays of their own at one index, which is the form
 * that the compiler vectorises; what they need is copied there, from a few kilobytes in the cache.
 */
final class Recurrence64 implements Recurrences<double[]> {
    private static final int SIGMOID = KernelSet.numberOf("SIGMOID");
    private static final int TANH = KernelSet.numberOf("TANH");

    /** Rows that one thread takes through all steps: with fewer, packing the weights would cost more than the product. */
    private static final int ROWS = 16;

    /** About the time of one multiplication and addition of the products. */
    private static final /*wide*/ double NANOS_PRODUCT = 0.025d;

    /** About the time of all functions of one unit at one step. */
    private static final /*wide*/ double NANOS_UNIT = 8;

    /** The same pieces for any number of threads: where a product is cut may change its bits. */
    private static void forRows(int steps, int batch, int size, Workers.Range work) {
        int pieces = (batch + ROWS - 1) / ROWS;
        long units = (long) steps * batch * size;
        Workers.run(
                pieces,
                (long) (units * (4 * NANOS_PRODUCT * size + NANOS_UNIT)),
                p -> work.run((int) ((long) p * batch / pieces), (int) ((p + 1L) * batch / pieces)));
    }

    private static final ThreadLocal<Forward> FORWARD = ThreadLocal.withInitial(Forward::new);
    private static final ThreadLocal<Backward> BACKWARD = ThreadLocal.withInitial(Backward::new);

    // ---- forward ----

    /** What one thread works with on its way, for some rows at one step; and the weights, which the caller turns for all threads. */
    private static final class Forward {
        double[] turned = {};
        double[] gates = {};
        double[] inputs = {};
        double[] c = {};
        double[] i = {};
        double[] f = {};
        double[] g = {};
        double[] o = {};

        /** Makes room for so many units. */
        void hold(int n) {
            if (i.length < n) {
                gates = new double[4 * n];
                inputs = new double[4 * n];
                c = new double[n];
                i = new double[n];
                f = new double[n];
                g = new double[n];
                o = new double[n];
            }
        }
    }

    @Override
    public void lstm(
            FloatKernels<double[]> kernels,
            double[] projected,
            double[] hidden,
            double[] cell,
            double[] weights,
            double[] out,
            int steps,
            int batch,
            int size,
            boolean reverse) {
        int plane = steps * batch * size;
        double[] turned = turned(weights, 4 * size, size, FORWARD.get());
        forRows(steps, batch, size, (from, to) -> {
            int rows = to - from;
            int n = rows * size;
            Forward own = FORWARD.get();
            own.hold(n);
            double[] gates = own.gates;
            double[] inputs = own.inputs;
            double[] c = own.c;
            double[] i = own.i;
            double[] f = own.f;
            double[] g = own.g;
            double[] o = own.o;
            System.arraycopy(cell, from * size, c, 0, n);
            double[] h = hidden;
            int before = from * size;
            for (int s = 0; s < steps; s++) {
                int at = ((reverse ? steps - 1 - s : s) * batch + from) * size;
                kernels.product().multiply(rows, 4 * size, size, h, before, false, turned, 0, false, gates, 0);
                System.arraycopy(projected, 4 * at, inputs, 0, 4 * n);
                add(gates, inputs, 4 * n);
                split(gates, i, f, g, o, rows, size);
                activate(kernels, SIGMOID, i, out, I * plane + at, n);
                activate(kernels, SIGMOID, f, out, F * plane + at, n);
                activate(kernels, TANH, g, out, G * plane + at, n);
                activate(kernels, SIGMOID, o, out, O * plane + at, n);
                remember(c, i, f, g, n);
                System.arraycopy(c, 0, out, C * plane + at, n);
                System.arraycopy(c, 0, g, 0, n);
                kernels.elementwise().unary(TANH, g, 0, 1, g, 0, n);
                multiply(g, o, n);
                System.arraycopy(g, 0, out, H * plane + at, n);
                h = out;
                before = H * plane + at;
            }
        });
    }

    /** Returns the transpose of a matrix: turning it once costs less than a product that turns it in every step. */
    private static double[] turned(double[] x, int rows, int columns, Forward own) {
        own.turned = own.turned.length < rows * columns ? new double[rows * columns] : own.turned;
        double[] out = own.turned;
        for (int j = 0; j < columns; j++) {
            for (int i = 0; i < rows; i++) {
                out[j * rows + i] = x[i * columns + j];
            }
        }
        return out;
    }

    /** Applies a function in place and copies the values. */
    private static void activate(
            FloatKernels<double[]> kernels, int function, double[] x, double[] out, int at, int n) {
        kernels.elementwise().unary(function, x, 0, 1, x, 0, n);
        System.arraycopy(x, 0, out, at, n);
    }

    private static void add(double[] x, double[] y, int n) {
        for (int j = 0; j < n; j++) {
            x[j] += y[j];
        }
    }

    private static void multiply(double[] x, double[] y, int n) {
        for (int j = 0; j < n; j++) {
            x[j] *= y[j];
        }
    }

    private static void remember(double[] c, double[] i, double[] f, double[] g, int n) {
        for (int j = 0; j < n; j++) {
            c[j] = f[j] * c[j] + i[j] * g[j];
        }
    }

    /** Cuts rows of four gates into four arrays. */
    private static void split(double[] gates, double[] i, double[] f, double[] g, double[] o, int rows, int size) {
        for (int r = 0; r < rows; r++) {
            int at = 4 * r * size;
            System.arraycopy(gates, at, i, r * size, size);
            System.arraycopy(gates, at + size, f, r * size, size);
            System.arraycopy(gates, at + 2 * size, g, r * size, size);
            System.arraycopy(gates, at + 3 * size, o, r * size, size);
        }
    }

    // ---- backward ----

    @Override
    public void lstmGradient(
            FloatKernels<double[]> kernels,
            double[] g,
            double[] states,
            double[] cell,
            double[] weights,
            double[] out,
            int steps,
            int batch,
            int size,
            boolean reverse) {
        int plane = steps * batch * size;
        forRows(steps, batch, size, (from, to) -> {
            int rows = to - from;
            int n = rows * size;
            Backward back = BACKWARD.get();
            back.begin(n);
            for (int s = steps - 1; s >= 0; s--) {
                int at = ((reverse ? steps - 1 - s : s) * batch + from) * size;
                int before = at + (reverse ? batch : -batch) * size;
                back.read(g, states, plane, at, n);
                if (s == 0) {
                    System.arraycopy(cell, from * size, back.before, 0, n);
                } else {
                    System.arraycopy(states, C * plane + before, back.before, 0, n);
                }
                add(back.byH, back.fromNext, n);
                System.arraycopy(states, C * plane + at, back.shown, 0, n);
                kernels.elementwise().unary(TANH, back.shown, 0, 1, back.shown, 0, n);
                back.step(n);
                back.write(out, 4 * at, rows, size);
                // what comes from this step to h before it
                kernels.product()
                        .multiply(rows, size, 4 * size, out, 4 * at, false, weights, 0, false, back.fromNext, 0);
            }
            int last = 4 * (plane + from * size);
            for (int r = 0; r < rows; r++, last += 4 * size) {
                System.arraycopy(back.fromNext, r * size, out, last, size);
                System.arraycopy(back.carried, r * size, out, last + size, size);
                Arrays.fill(out, last + 2 * size, last + 4 * size, 0);
            }
        });
    }

    /** What one thread works with on its way back, for some rows at one step. */
    private static final class Backward {
        double[] i = {};
        double[] f = {};
        double[] g = {};
        double[] o = {};
        double[] shown = {}; // tanh c
        double[] before = {}; // c
        double[] byH = {};
        double[] byC = {};
        double[] byI = {};
        double[] byF = {};
        double[] byG = {};
        double[] byO = {};
        double[] fromNext = {};
        double[] carried = {};

        /** Makes room for so many units, to which nothing has come from a later step. */
        void begin(int n) {
            if (i.length < n) {
                i = new double[n];
                f = new double[n];
                g = new double[n];
                o = new double[n];
                shown = new double[n];
                before = new double[n];
                byH = new double[n];
                byC = new double[n];
                byI = new double[n];
                byF = new double[n];
                byG = new double[n];
                byO = new double[n];
                fromNext = new double[n];
                carried = new double[n];
            }
            Arrays.fill(fromNext, 0, n, 0);
            Arrays.fill(carried, 0, n, 0);
        }

        void read(double[] gradients, double[] states, int plane, int at, int n) {
            System.arraycopy(states, I * plane + at, i, 0, n);
            System.arraycopy(states, F * plane + at, f, 0, n);
            System.arraycopy(states, G * plane + at, g, 0, n);
            System.arraycopy(states, O * plane + at, o, 0, n);
            System.arraycopy(gradients, H * plane + at, byH, 0, n);
            System.arraycopy(gradients, C * plane + at, byC, 0, n);
            System.arraycopy(gradients, I * plane + at, byI, 0, n);
            System.arraycopy(gradients, F * plane + at, byF, 0, n);
            System.arraycopy(gradients, G * plane + at, byG, 0, n);
            System.arraycopy(gradients, O * plane + at, byO, 0, n);
        }

        void step(int n) {
            byCell(byC, carried, byH, o, shown, n);
            bySigmoid(byI, byC, g, i, n);
            bySigmoid(byF, byC, before, f, n);
            bySigmoid(byO, byH, shown, o, n);
            byTanh(byG, byC, i, g, n);
            System.arraycopy(byC, 0, carried, 0, n);
            multiply(carried, f, n);
        }

        void write(double[] out, int at, int rows, int size) {
            for (int r = 0; r < rows; r++, at += 4 * size) {
                System.arraycopy(byI, r * size, out, at, size);
                System.arraycopy(byF, r * size, out, at + size, size);
                System.arraycopy(byG, r * size, out, at + 2 * size, size);
                System.arraycopy(byO, r * size, out, at + 3 * size, size);
            }
        }

        private static void byCell(double[] c, double[] carried, double[] h, double[] o, double[] t, int n) {
            for (int j = 0; j < n; j++) {
                c[j] += carried[j] + h[j] * o[j] * (1 - t[j] * t[j]);
            }
        }

        private static void bySigmoid(double[] d, double[] g, double[] factor, double[] y, int n) {
            for (int j = 0; j < n; j++) {
                d[j] = (d[j] + g[j] * factor[j]) * (y[j] * (1 - y[j]));
            }
        }

        private static void byTanh(double[] d, double[] g, double[] factor, double[] y, int n) {
            for (int j = 0; j < n; j++) {
                d[j] = (d[j] + g[j] * factor[j]) * (1 - y[j] * y[j]);
            }
        }
    }
}

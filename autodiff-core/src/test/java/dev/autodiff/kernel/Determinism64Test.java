package dev.autodiff.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The same bits for any number of threads, and in the first call as in those after the compiler came. */
class Determinism64Test {
    private int before;

    @BeforeEach
    void remember() {
        before = Workers.threads();
    }

    @AfterEach
    void restore() {
        Workers.setThreads(before);
    }

    private static double[] numbers(int n, long seed) {
        Random random = new Random(seed);
        double[] result = new double[n];
        for (int i = 0; i < n; i++) {
            result[i] = /*narrow*/ random.nextGaussian();
        }
        return result;
    }

    private static void sameForAnyNumberOfThreads(Function<FloatKernels<double[]>, double[]> work) {
        for (Kernels kernels : Usable.KERNELS) {
            Workers.setThreads(1);
            double[] want = work.apply(kernels.float64());
            for (int threads : new int[] {2, 5}) {
                Workers.setThreads(threads);
                for (int round = 0; round < 3; round++) {
                    assertArrayEquals(want, work.apply(kernels.float64()), kernels.name() + ", threads " + threads);
                }
            }
        }
    }

    @Test
    void convolutionsHaveTheSameBitsForAnyNumberOfThreads() {
        List<WindowAxis.Sliding> axes =
                List.of(new WindowAxis.Sliding(20, 18, 5, 1, 1, 1), new WindowAxis.Sliding(20, 20, 5, 1, 1, 2));
        for (int[] size : new int[][] {{18, 6, 7}, {1, 30, 40}}) { // images, and a single one with several blocks
            ConvolutionPlan plan = new ConvolutionPlan(axes, 1, size[0], size[1], size[2]);
            double[] x = numbers(size[0] * size[1] * 400, 1);
            double[] w = numbers(size[1] * size[2] * 25, 2);
            double[] g = numbers(size[0] * size[2] * 360, 3);
            sameForAnyNumberOfThreads(kernels -> {
                double[] y = new double[g.length];
                kernels.convolutions().forward(plan, kernels.product(), x, w, y);
                return y;
            });
            sameForAnyNumberOfThreads(kernels -> {
                double[] y = new double[x.length];
                kernels.convolutions().byInput(plan, kernels.product(), g, w, y);
                return y;
            });
            sameForAnyNumberOfThreads(kernels -> {
                double[] y = new double[w.length];
                kernels.convolutions().byWeight(plan, kernels.product(), x, g, y);
                return y;
            });
        }
    }

    @Test
    void productsHaveTheSameBitsForAnyNumberOfThreads() {
        int[][] sizes = {
            {100, 600, 130}, // strips of columns, two blocks of k
            {200, 40, 70}, // strips of rows
            {30, 300, 20}, // fewer strips than five threads
            {150, 700, 1030}, // too much for a cache: packed once for all threads
            {1, 700, 300},
            {300, 700, 1},
            {300, 700, 10}, // narrow, with several blocks of k
            {600, 300, 20}
        };
        for (int[] size : sizes) {
            int m = size[0];
            int k = size[1];
            int n = size[2];
            double[] a = numbers(m * k, 1);
            double[] b = numbers(k * n, 2);
            for (boolean ta : new boolean[] {false, true}) {
                for (boolean tb : new boolean[] {false, true}) {
                    sameForAnyNumberOfThreads(kernels -> {
                        double[] c = new double[m * n];
                        kernels.product().multiply(m, n, k, a, 0, ta, b, 0, tb, c, 0);
                        return c;
                    });
                }
            }
        }
    }

    @Test
    void reductionsHaveTheSameBitsForAnyNumberOfThreads() {
        double[] x = numbers(90_000, 3);
        for (Reductions.Kind kind : Reductions.Kind.values()) {
            for (int[] size : new int[][] {{1, 90_000, 1}, {300, 300, 1}, {1, 300, 300}, {30, 30, 100}}) {
                sameForAnyNumberOfThreads(kernels -> {
                    double[] out = new double[size[0] * size[2]];
                    kernels.reductions().reduce(kind, x, out, size[0], size[1], size[2]);
                    return out;
                });
            }
        }
    }

    @Test
    void sumsAroundAnAxisHaveTheSameBitsForAnyNumberOfThreads() {
        double[] x = numbers(90_000, 4);
        for (int[] size : new int[][] {{300, 3, 100}, {2, 450, 100}, {30, 30, 100}}) {
            sameForAnyNumberOfThreads(kernels -> {
                double[] out = new double[size[1]];
                kernels.reductions().sumAround(x, out, size[0], size[1], size[2]);
                return out;
            });
        }
    }

    @Test
    void rowsHaveTheSameBitsForAnyNumberOfThreads() {
        double[] x = numbers(90_000, 4);
        for (int n : new int[] {10, 300, 3000}) {
            long[] label = new long[x.length / n];
            sameForAnyNumberOfThreads(kernels -> {
                double[] out = new double[x.length];
                kernels.rows().softmax(x, out, x.length / n, n);
                return out;
            });
            sameForAnyNumberOfThreads(kernels -> {
                double[] out = new double[x.length / n];
                kernels.rows().crossEntropy(x, label, out, x.length / n, n);
                return out;
            });
        }
    }

    @Test
    void loopsAndUpdatesHaveTheSameBitsForAnyNumberOfThreads() {
        double[] x = numbers(70_003, 5);
        for (String name : List.of("EXP", "SIGMOID", "TANH", "LOG", "SIN", "RELU")) {
            int f = Loops64.FUNCTIONS.indexOf(name);
            sameForAnyNumberOfThreads(kernels -> {
                double[] out = new double[x.length];
                kernels.elementwise().unary(f, x, 0, 1, out, 0, x.length);
                return out;
            });
        }
        sameForAnyNumberOfThreads(kernels -> {
            double[] p = x.clone();
            kernels.updates().adam(p, x, x.clone(), new double[x.length], 0.1, 0.5, 0.9, 0.99, 1e-8, 0.1, 0, x.length);
            return p;
        });
    }

    @Test
    void anLstmHasTheSameBitsForAnyNumberOfThreads() {
        int steps = 6;
        int batch = 70;
        int size = 20;
        int plane = steps * batch * size;
        double[] x = numbers(4 * plane, 7);
        double[] state = numbers(batch * size, 8);
        double[] weights = numbers(4 * size * size, 9);
        sameForAnyNumberOfThreads(k -> {
            double[] out = new double[6 * plane];
            k.recurrences().lstm(k, x, state, state, weights, out, steps, batch, size, false);
            return out;
        });
        double[] states = numbers(6 * plane, 10);
        sameForAnyNumberOfThreads(k -> {
            double[] out = new double[4 * (plane + batch * size)];
            k.recurrences().lstmGradient(k, states, states, state, weights, out, steps, batch, size, true);
            return out;
        });
    }

    @Test
    void theFirstCallGivesTheBitsOfTheTenThousandth() {
        int rows = 13;
        int n = 21;
        double[] x = numbers(rows * n, 6);
        int[] functions = {
            Loops64.FUNCTIONS.indexOf("EXP"), Loops64.FUNCTIONS.indexOf("SIGMOID"), Loops64.FUNCTIONS.indexOf("TANH")
        };
        for (Kernels kernels : Usable.KERNELS) {
            FloatKernels<double[]> k = kernels.float64();
            double[][] first = null;
            for (int call = 0; call < 10_000; call++) {
                double[][] out = new double[5][x.length];
                for (int f = 0; f < 3; f++) {
                    k.elementwise().unary(functions[f], x, 0, 1, out[f], 0, x.length);
                }
                k.rows().softmax(x, out[3], rows, n);
                k.reductions().reduce(Reductions.Kind.SUM, x, out[4], 1, x.length, 1);
                first = first == null ? out : first;
                if (call % 999 == 0) {
                    for (int i = 0; i < out.length; i++) {
                        assertArrayEquals(first[i], out[i], kernels.name() + ", call " + call);
                    }
                }
            }
        }
    }
}

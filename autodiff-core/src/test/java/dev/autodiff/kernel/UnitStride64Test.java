package dev.autodiff.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Convolutions with distance 1 between the windows, by the kernels of every provider, against their definition. */
class UnitStride64Test {
    /** Rounding of one addition in the twin's type, and some more for the order of the sums. */
    private static final /*wide*/ double ROUNDING = 4 * Math.ulp(1.0);

    /** One convolution: inputs, result and cotangents of random numbers into arrays that hold NaN before. */
    private static final class Case {
        final WindowAxis.Sliding height;
        final WindowAxis.Sliding width;
        final ConvolutionPlan plan;
        final double[] x;
        final double[] w;
        final double[] g;

        Case(Random random) {
            height = axis(random);
            width = axis(random);
            plan = new ConvolutionPlan(
                    List.of(height, width),
                    1 + random.nextInt(2),
                    1 + random.nextInt(20),
                    1 + random.nextInt(3),
                    1 + random.nextInt(9));
            x = numbers(random, plan.batch() * plan.groups() * plan.inPerGroup() * height.input() * width.input());
            w = numbers(
                    random, plan.groups() * plan.outPerGroup() * plan.inPerGroup() * height.kernel() * width.kernel());
            g = numbers(random, plan.batch() * plan.groups() * plan.outPerGroup() * height.output() * width.output());
        }

        private static WindowAxis.Sliding axis(Random random) {
            int input = 1 + random.nextInt(19);
            int kernel = 1 + random.nextInt(4);
            int dilation = 1 + random.nextInt(2);
            int span = (kernel - 1) * dilation;
            int padding = random.nextInt(span + 2);
            int behind = random.nextInt(span + 2) - random.nextInt(2);
            int output = input + padding + behind - span;
            return output < 1
                    ? new WindowAxis.Sliding(input, input, 1, 1, 1, 0)
                    : new WindowAxis.Sliding(input, output, kernel, 1, dilation, padding);
        }

        /** Adds the products of the trilinear form to y, x or w, whichever is the result, and their sizes to another array. */
        double[] defined(int result, /*wide*/ double[] sizes) {
            double[] out = new double[sizes.length];
            int k = height.kernel() * width.kernel();
            int ins = height.input() * width.input();
            int outs = height.output() * width.output();
            for (int unit = 0; unit < plan.batch() * plan.groups(); unit++) {
                for (int o = 0; o < plan.outPerGroup(); o++) {
                    for (int c = 0; c < plan.inPerGroup(); c++) {
                        for (int j = 0; j < k; j++) {
                            for (int p = 0; p < outs; p++) {
                                int h = p / width.output() - height.padding() + j / width.kernel() * height.dilation();
                                int v = p % width.output() - width.padding() + j % width.kernel() * width.dilation();
                                if (h < 0 || h >= height.input() || v < 0 || v >= width.input()) {
                                    continue;
                                }
                                int group = unit % plan.groups();
                                int[] at = {
                                    (unit * plan.outPerGroup() + o) * outs + p,
                                    (unit * plan.inPerGroup() + c) * ins + h * width.input() + v,
                                    ((group * plan.outPerGroup() + o) * plan.inPerGroup() + c) * k + j
                                };
                                double term = result == 0
                                        ? w[at[2]] * x[at[1]]
                                        : result == 1 ? w[at[2]] * g[at[0]] : g[at[0]] * x[at[1]];
                                out[at[result]] += term;
                                sizes[at[result]] += Math.abs(term) + 1;
                            }
                        }
                    }
                }
            }
            return out;
        }

        void check(String seed, int... results) {
            int[] lengths = {g.length, x.length, w.length};
            for (int result : results) {
                /*wide*/ double[] sizes = new /*wide*/ double[lengths[result]];
                double[] want = defined(result, sizes);
                for (Kernels kernels : Usable.KERNELS) {
                    double[] got = new double[want.length];
                    Arrays.fill(got, Double.NaN);
                    run(kernels.float64(), result, got);
                    for (int i = 0; i < want.length; i++) {
                        String where = kernels.name() + ", result " + result + " at " + i + " of " + plan + seed;
                        boolean finite = Math.abs(want[i]) <= Double.MAX_VALUE;
                        assertEquals(want[i], got[i], finite ? sizes[i] * sizes[i] * ROUNDING : 0, where);
                    }
                }
            }
        }

        private void run(FloatKernels<double[]> kernels, int result, double[] out) {
            switch (result) {
                case 0 -> kernels.convolutions().forward(plan, kernels.product(), x, w, out);
                case 1 -> kernels.convolutions().byInput(plan, kernels.product(), g, w, out);
                default -> kernels.convolutions().byWeight(plan, kernels.product(), x, g, out);
            }
        }
    }

    private static double[] numbers(Random random, int n) {
        double[] result = new double[n];
        for (int i = 0; i < n; i++) {
            result[i] = /*narrow*/ random.nextGaussian();
        }
        return result;
    }

    @Property(tries = 300)
    void areTheirDefinition(@ForAll long seed) {
        new Case(new Random(seed)).check(", seed " + seed, 0, 1, 2);
    }

    /** The zeros that stand around planes must not meet an infinity where the definition has no product at all. */
    @Test
    void anInfinityReachesOnlyWhatItIsAFactorOf() {
        for (int seed = 0; seed < 40; seed++) {
            Case any = new Case(new Random(seed));
            double[] of = seed % 3 == 0 ? any.x : seed % 3 == 1 ? any.w : any.g;
            of[seed % of.length] = Double.POSITIVE_INFINITY;
            if (of == any.x) {
                any.check(", seed " + seed, 0, 2);
            } else { // times the zeros of the padding an infinite weight or cotangent is NaN by definition
                any.check(", seed " + seed, 1);
            }
        }
    }
}

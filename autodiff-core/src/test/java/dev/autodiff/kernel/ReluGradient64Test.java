package dev.autodiff.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The gradient of ReLU of every provider against its definition, bit for bit, whichever NaN it is. */
class ReluGradient64Test {
    private static final int NUMBER = KernelSet.numberOf("RELU_GRADIENT");

    private static final double[] SPECIAL = {
        0,
        -0.0, // float32: -0.0f,
        1,
        -1,
        Double.MIN_VALUE,
        -Double.MIN_VALUE,
        Double.MIN_NORMAL,
        Double.MAX_VALUE,
        -Double.MAX_VALUE,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.NaN
    };

    private static double[] expected(double[] x, double[] y) {
        double[] out = new double[x.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = y[i] <= 0 ? 0 : x[i];
        }
        return out;
    }

    private static void check(double[] x, double[] y) {
        int n = x.length;
        double[] expected = expected(x, y);
        for (Kernels kernels : Usable.KERNELS) {
            ElementwiseLoops<double[]> loops = kernels.float64().elementwise();
            double[] apart = new double[n];
            loops.binary(NUMBER, x, 0, 1, y, 0, 1, apart, 0, n);
            assertArrayEquals(expected, apart, kernels.name());
            double[] first = x.clone();
            loops.binary(NUMBER, first, 0, 1, y, 0, 1, first, 0, n);
            assertArrayEquals(expected, first, kernels.name() + ", over x");
            double[] second = y.clone();
            loops.binary(NUMBER, x, 0, 1, second, 0, 1, second, 0, n);
            assertArrayEquals(expected, second, kernels.name() + ", over y");
            double[] shifted = new double[n + 3];
            loops.binary(NUMBER, x, 0, 1, y, 0, 1, shifted, 3, n);
            assertArrayEquals(expected, Arrays.copyOfRange(shifted, 3, n + 3), kernels.name() + ", shifted");
        }
    }

    private static double[] numbers(Random random, int n) {
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = /*narrow*/ random.nextGaussian();
        }
        return x;
    }

    /** Alone, so that no other element leads to the second look. */
    @Test
    void eachPairOfSpecialNumbers() {
        for (double x : SPECIAL) {
            for (double y : SPECIAL) {
                check(new double[] {x}, new double[] {y});
            }
        }
    }

    @Test
    void specialNumbersAmongOthersAtEachPlaceOfAVector() {
        Random random = new Random(1);
        for (int n : new int[] {1, 7, 8, 9, 63, 1024, 1025, 2100, 70_001}) {
            check(numbers(random, n), numbers(random, n));
        }
        for (int place = 1000; place < 1040; place++) {
            for (double special : SPECIAL) {
                double[] x = numbers(random, 1100);
                double[] y = numbers(random, 1100);
                x[place] = special;
                check(x, y);
                y[place] = special;
                check(x, y);
                x[place] = 2;
                check(x, y);
            }
        }
    }

    @Test
    void infinitiesWhoseSumIsNoNumber() {
        double[] x = numbers(new Random(2), 64);
        double[] y = x.clone();
        x[17] = Double.POSITIVE_INFINITY;
        x[20] = Double.NEGATIVE_INFINITY;
        y[17] = 1;
        y[20] = 1;
        check(x, y);
    }
}

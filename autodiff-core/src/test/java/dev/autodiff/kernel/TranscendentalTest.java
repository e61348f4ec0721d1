package dev.autodiff.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** The float32 polynomials against {@link Math} in double precision, over a comb through all float32 numbers. */
class TranscendentalTest {
    /** Every so many-th bit pattern is tried; a prime, so that the low bits vary. */
    private static final int STEP = 4999;

    /** Where arrays are read from, which is not where a vector begins. */
    private static final int OFFSET = 3;

    private static final float[] SPECIAL = {
        Float.NaN,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        0f,
        -0f,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        Float.MIN_NORMAL,
        -Float.MIN_NORMAL,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        88.72283f, // the largest number whose exponential is finite
        88.72284f,
        -87.33654f, // here the exponential becomes subnormal
        -103.97208f, // the least number whose exponential isn't 0
        -103.97209f,
    };

    /** A loop of {@link Transcendental}. */
    private interface Loop {
        void run(float[] x, float[] out, int from, int to);
    }

    @Test
    void expErrsByAtMostOneUlp() {
        check(Transcendental::exp, Math::exp, 1.0);
    }

    @Test
    void sigmoidErrsByAtMostTwoUlps() {
        check(Transcendental::sigmoid, x -> 1 / (1 + Math.exp(-x)), 2.2);
    }

    @Test
    void tanhErrsByAtMostTwoUlps() {
        check(Transcendental::tanh, Math::tanh, 1.7);
    }

    private static void check(Loop loop, DoubleUnaryOperator exact, double limit) {
        float[] out = new float[SPECIAL.length];
        loop.run(SPECIAL, out, 0, out.length);
        for (int i = 0; i < out.length; i++) {
            checkOne(SPECIAL[i], out[i], exact, limit);
        }
        float[] x = new float[4096];
        float[] y = new float[x.length];
        for (long bits = Integer.MIN_VALUE; bits <= Integer.MAX_VALUE; ) {
            int n = 0;
            for (; n < x.length && bits <= Integer.MAX_VALUE; n++, bits += STEP) {
                x[n] = Float.intBitsToFloat((int) bits);
            }
            loop.run(x, y, 0, n);
            for (int i = 0; i < n; i++) {
                checkOne(x[i], y[i], exact, limit);
            }
        }
    }

    private static void checkOne(float x, float got, DoubleUnaryOperator exact, double limit) {
        double want = exact.applyAsDouble(x);
        float rounded = (float) want;
        if (Float.isNaN(rounded) || Float.isInfinite(rounded) || want == 0) {
            assertEquals(rounded, got, "at " + x);
            return;
        }
        double ulps = Math.abs(got - want) / Math.ulp(rounded);
        assertTrue(ulps <= limit, () -> "at " + x + ": got " + got + ", want " + want + ", " + ulps + " ulps apart");
    }

    @Test
    void aLoopGivesTheBitsOfTheFunctionColdAndHotAndWherever() {
        int n = 203; // no multiple of a vector's length
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (i - 100) * 0.37f;
        }
        float[] exp = new float[n];
        float[] sigmoid = new float[n];
        float[] tanh = new float[n];
        for (int i = 0; i < n; i++) {
            exp[i] = Transcendental.exp(x[i]);
            sigmoid[i] = Transcendental.sigmoid(x[i]);
            tanh[i] = Transcendental.tanh(x[i]);
        }
        float[] out = new float[n];
        for (int round = 0; round < 20_000; round++) {
            int cut = round % n;
            Transcendental.exp(x, out, 0, cut);
            Transcendental.exp(x, out, cut, n);
            assertArrayEquals(exp, out);
            Transcendental.sigmoid(x, out, 0, cut);
            Transcendental.sigmoid(x, out, cut, n);
            assertArrayEquals(sigmoid, out);
            Transcendental.tanh(x, out, 0, cut);
            Transcendental.tanh(x, out, cut, n);
            assertArrayEquals(tanh, out);
        }
    }

    @Test
    void everyProviderHasTheBitsOfTheFunctions() {
        int n = 4096 + 13; // no multiple of a vector's length
        float[] x = new float[n];
        float[] got = new float[n];
        float[] want = new float[n];
        for (KernelProvider provider : KernelRegistry.providers()) {
            if (!provider.isUsable()) {
                continue;
            }
            ElementwiseLoops<float[]> loops = provider.create().float32().elementwise();
            for (long bits = Integer.MIN_VALUE; bits <= Integer.MAX_VALUE; bits += (long) STEP * n) {
                for (int i = 0; i < n; i++) {
                    x[i] = Float.intBitsToFloat((int) (bits + (long) STEP * i));
                }
                System.arraycopy(SPECIAL, 0, x, 7, SPECIAL.length);
                Transcendental.exp(x, want, OFFSET, n);
                assertUnary(want, loops, "EXP", x, got, provider);
                Transcendental.sigmoid(x, want, OFFSET, n);
                assertUnary(want, loops, "SIGMOID", x, got, provider);
                Transcendental.tanh(x, want, OFFSET, n);
                assertUnary(want, loops, "TANH", x, got, provider);
            }
        }
    }

    private static void assertUnary(
            float[] want,
            ElementwiseLoops<float[]> loops,
            String function,
            float[] x,
            float[] got,
            KernelProvider provider) {
        loops.unary(KernelSet.numberOf(function), x, OFFSET, 1, got, OFFSET, x.length - OFFSET);
        assertArrayEquals(want, got, () -> provider.name() + " " + function);
    }
}

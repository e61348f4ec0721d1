package dev.autodiff.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** Activations and their derivatives against numbers of many digits, also where exponentials overflow. The numbers are rounded from 1000 digits by mpmath 1.3. */
class ScalarFunctionsTest {
    /** Of every kind of number but NaN: zero, subnormal, usual, largest, infinite. */
    private static final double[] KINDS = {
        0.0, Double.MIN_VALUE, Float.MIN_VALUE, 1.0, Float.MAX_VALUE, Double.MAX_VALUE, Double.POSITIVE_INFINITY
    };

    @Test
    void whatIsAtMost0StopsAndEverythingElseLetsThroughToTheBit() {
        long signOf64 = 1L << 63;
        int signOf32 = 1 << 31;
        for (double y : KINDS) {
            for (double x : new double[] {-1.5, -0.0, 0.0, 3, Double.NaN, Double.NEGATIVE_INFINITY}) {
                assertGate(x, y);
                assertGate(x, -y);
                assertGate((float) x, (float) y);
                assertGate((float) x, (float) -y);
            }
        }
        for (long nan : new long[] {0x7ff0000000000001L, 0x7ff8000000000000L, 0x7fffffffffffffffL}) {
            assertGate(2.0, Double.longBitsToDouble(nan));
            assertGate(2.0, Double.longBitsToDouble(nan | signOf64));
        }
        for (int nan : new int[] {0x7f800001, 0x7fc00000, 0x7fffffff}) {
            assertGate(2f, Float.intBitsToFloat(nan));
            assertGate(2f, Float.intBitsToFloat(nan | signOf32));
        }
    }

    private static void assertGate(double x, double y) {
        assertEquals(
                Double.doubleToRawLongBits(y <= 0 ? 0 : x),
                Double.doubleToRawLongBits(ScalarFunctions.unlessAtMost0(x, y)),
                x + ", " + y);
    }

    private static void assertGate(float x, float y) {
        assertEquals(
                Float.floatToRawIntBits(y <= 0 ? 0 : x),
                Float.floatToRawIntBits(ScalarFunctions.unlessAtMost0(x, y)),
                x + ", " + y);
    }

    @Test
    void siluGradientIsAccurate() {
        check(x -> ScalarFunctions.siluGradient(1, x), 24, new double[][] {
            {-700.0, -6.891913904088079e-302},
            {-50.0, -9.450874255023197e-21},
            {-5.0, -0.02654743242966592},
            {-1.0, 0.07232948812851327},
            {-1e-09, 0.4999999995},
            {1e-09, 0.5000000005},
            {0.7, 0.8233867834733424},
            {3.0, 1.0881041060151697},
            {50.0, 1.0},
        });
    }

    @Test
    void mishIsAccurate() {
        check(ScalarFunctions::mish, 8, new double[][] {
            {-700.0, -6.90177358063184e-302},
            {-50.0, -9.643749239819589e-21},
            {-5.0, -0.033576237730161704},
            {-1.0, -0.3034014613741089},
            {-1e-09, -5.9999999968e-10},
            {1e-09, 6.0000000032e-10},
            {0.7, 0.5611483776438518},
            {3.0, 2.9865350049679575},
            {50.0, 50.0},
        });
    }

    @Test
    void mishGradientIsAccurate() {
        check(x -> ScalarFunctions.mishGradient(1, x), 24, new double[][] {
            {-700.0, -6.891913904088079e-302},
            {-50.0, -9.450874255023197e-21},
            {-5.0, -0.026747498019901932},
            {-1.0, 0.05921675587739495},
            {-1e-09, 0.59999999936},
            {1e-09, 0.60000000064},
            {0.7, 0.9687948682001859},
            {3.0, 1.0211069109294437},
            {50.0, 1.0},
        });
    }

    @Test
    void geluIsAccurate() {
        check(ScalarFunctions::gelu, 160, new double[][] {
            {-12.0, -2.1317785344932147e-32},
            {-5.0, -1.4332578593959695e-06},
            {-1.0, -0.15865525393145705},
            {-1e-09, -4.999999996010577e-10},
            {1e-09, 5.000000003989423e-10},
            {0.7, 0.5306254434438489},
            {3.0, 2.99595030590511},
            {50.0, 50.0},
        });
    }

    @Test
    void geluGradientIsAccurate() {
        check(x -> ScalarFunctions.geluGradient(1, x), 160, new double[][] {
            {-12.0, -2.5578956616748956e-31},
            {-5.0, -7.146946001792295e-06},
            {-1.0, -0.0833154705876863},
            {-1e-09, 0.49999999920211546},
            {1e-09, 0.5000000007978845},
            {0.7, 0.9766141011336599},
            {3.0, 1.011945647204184},
            {50.0, 1.0},
        });
    }

    @Test
    void geluTanhIsAccurate() {
        check(ScalarFunctions::geluTanh, 160, new double[][] {
            {-12.0, -1.635985449353481e-61},
            {-5.0, -2.291796196629506e-07},
            {-1.0, -0.1588080093917233},
            {-1e-09, -4.999999996010577e-10},
            {1e-09, 5.000000003989423e-10},
            {0.7, 0.5305701347051167},
            {3.0, 2.996362607918227},
            {50.0, 50.0},
        });
    }

    @Test
    void geluTanhGradientIsAccurate() {
        check(x -> ScalarFunctions.geluTanhGradient(1, x), 160, new double[][] {
            {-12.0, -5.290403352522559e-60},
            {-5.0, -1.5463619875325946e-06},
            {-1.0, -0.08296408384578255},
            {-1e-09, 0.49999999920211546},
            {1e-09, 0.5000000007978845},
            {0.7, 0.9763572186561039},
            {3.0, 1.0115841666309697},
            {50.0, 1.0},
        });
    }

    @Test
    void nothingOverflowsOnTheWay() {
        for (double x : new double[] {800, 1e200, Double.MAX_VALUE}) {
            assertEquals(x, ScalarFunctions.mish(x));
            assertEquals(x, ScalarFunctions.gelu(x));
            assertEquals(x, ScalarFunctions.geluTanh(x));
            assertEquals(1, ScalarFunctions.siluGradient(1, x));
            assertEquals(1, ScalarFunctions.mishGradient(1, x));
            assertEquals(1, ScalarFunctions.geluGradient(1, x));
            assertEquals(1, ScalarFunctions.geluTanhGradient(1, x));
            assertEquals(-0.0, ScalarFunctions.mish(-x));
            assertEquals(-0.0, ScalarFunctions.gelu(-x));
            assertEquals(-0.0, ScalarFunctions.geluTanh(-x));
            assertEquals(0, ScalarFunctions.siluGradient(1, -x), 0.0);
            assertEquals(0, ScalarFunctions.mishGradient(1, -x), 0.0);
            assertEquals(0, ScalarFunctions.geluGradient(1, -x), 0.0);
            assertEquals(0, ScalarFunctions.geluTanhGradient(1, -x), 0.0);
        }
    }

    private static void check(DoubleUnaryOperator f, double ulps, double[][] table) {
        for (double[] row : table) {
            double got = f.applyAsDouble(row[0]);
            assertTrue(
                    Math.abs(got - row[1]) <= ulps * Math.ulp(row[1]),
                    () -> "at " + row[0] + ": got " + got + ", want " + row[1]);
        }
    }
}

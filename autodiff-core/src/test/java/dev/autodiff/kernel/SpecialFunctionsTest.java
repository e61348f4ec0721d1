package dev.autodiff.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** The special functions against numbers of many digits, and at special values. The numbers are rounded from 1000 digits by mpmath 1.3. */
class SpecialFunctionsTest {
    @Test
    void erfIsAccurate() {
        check(SpecialFunctions::erf, 4, new double[][] {
            {-3.5, -0.9999992569016276},
            {-0.97, -0.8298702930356671},
            {1e-300, 1.1283791670955126e-300},
            {1e-08, 1.1283791670955126e-08},
            {0.25, 0.27632639016823696},
            {0.9999, 0.8426592780487595},
            {1.0, 0.8427007929497149},
            {1.5, 0.9661051464753108},
            {5.5, 0.9999999999999927},
        });
    }

    @Test
    void erfcIsAccurateFarOut() {
        check(SpecialFunctions::erfc, 8, new double[][] {
            {-2.0, 1.9953222650189528},
            {-0.3, 1.3286267594591274},
            {0.4, 0.5716076449533315},
            {0.5, 0.4795001221869535},
            {0.75, 0.28884436634648486},
            {1.0, 0.15729920705028513},
            {2.5, 0.0004069520174449589},
            {7.0, 4.183825607779414e-23},
            {15.5, 1.6632016400488723e-106},
            {26.0, 5.663192408856143e-296},
        });
    }

    @Test
    void erfinvIsAccurateNearItsEnds() {
        check(SpecialFunctions::erfinv, 8, new double[][] {
            {-0.8838, -1.1108119357858814},
            {-0.999999, -3.458910737275499},
            {1e-12, 8.86226925452758e-13},
            {0.3, 0.2724627147267543},
            {0.5, 0.4769362762044699},
            {0.7, 0.7328690779592167},
            {0.9999999999, 4.572824958544925},
        });
    }

    @Test
    void logitIsAccurateAroundOneHalf() {
        check(SpecialFunctions::logit, 4, new double[][] {
            {1e-300, -690.7755278982137},
            {0.2, -1.3862943611198906},
            {0.4999999999, -4.000000330961484e-10},
            {0.5000000001, 4.000000330961484e-10},
            {0.6, 0.4054651081081643},
            {0.9, 2.1972245773362196},
            {0.9999999999, 23.025850847100088},
        });
    }

    @Test
    void tanhShrinkIsAccurateNearZero() {
        check(SpecialFunctions::tanhShrink, 16, new double[][] {
            {-1e-08, -3.3333333333333335e-25},
            {1e-100, 3.3333333333333334e-301},
            {0.001, 3.33333200000054e-10},
            {0.3, 0.008687387548409094},
            {-0.5, -0.03788284273999024},
            {0.51, 0.04005480106696238},
            {20.0, 19.0},
        });
    }

    @Test
    void log2IsAccurate() {
        check(SpecialFunctions::log2, 2, new double[][] {
            {1e-310, -1029.7977094150824},
            {0.3, -1.7369655941662063},
            {0.9999999, -1.4426951122643492e-07},
            {1.0000001, 1.4426949695965583e-07},
            {3.0, 1.584962500721156},
            {1e+300, 996.5784284662087},
        });
    }

    @Test
    void sphericalBesselOfOrder0IsAccurate() {
        check(x -> SpecialFunctions.sphericalBessel(0, x), 16, new double[][] {
            {1e-09, 1.0},
            {0.1, 0.9983341664682815},
            {1.7, 0.5833322414426286},
            {2.3, 0.3242196574681393},
            {2.6, 0.19826975839287084},
            {6.0, -0.04656924969982098},
            {12.0, -0.04471440983336958},
        });
    }

    @Test
    void sphericalBesselOfOrder1IsAccurate() {
        check(x -> SpecialFunctions.sphericalBessel(1, x), 16, new double[][] {
            {1e-09, 3.3333333333333337e-10},
            {0.1, 0.033300011902557575},
            {1.7, 0.4189274916106784},
            {2.3, 0.43065029510781017},
            {2.6, 0.4058301968314685},
            {6.0, -0.16778992272503115},
            {12.0, -0.07404736404715515},
        });
    }

    @Test
    void sphericalBesselOfOrder3IsAccurate() {
        check(x -> SpecialFunctions.sphericalBessel(3, x), 16, new double[][] {
            {1e-09, 9.523809523809526e-30},
            {0.1, 9.51851972086557e-06},
            {1.7, 0.03975358863078628},
            {2.3, 0.0856499630648839},
            {2.6, 0.11339259804496735},
            {6.0, 0.136685163006119},
            {12.0, 0.08496510105614714},
        });
    }

    @Test
    void log2IsExactAtPowersOfTwo() {
        for (int k = -1074; k < 1024; k++) {
            assertEquals(k, SpecialFunctions.log2(Math.scalb(1.0, k)));
        }
    }

    @Test
    void specialValuesAreAsInTheLimits() {
        double inf = Double.POSITIVE_INFINITY;
        double nan = Double.NaN;
        assertEquals(1, SpecialFunctions.erf(inf));
        assertEquals(-1, SpecialFunctions.erf(-inf));
        assertEquals(nan, SpecialFunctions.erf(nan));
        assertEquals(-0.0, SpecialFunctions.erf(-0.0));
        assertEquals(0, SpecialFunctions.erfc(inf));
        assertEquals(2, SpecialFunctions.erfc(-inf));
        assertEquals(nan, SpecialFunctions.erfc(nan));
        assertEquals(inf, SpecialFunctions.erfinv(1));
        assertEquals(-inf, SpecialFunctions.erfinv(-1));
        assertEquals(nan, SpecialFunctions.erfinv(1.1));
        assertEquals(-0.0, SpecialFunctions.erfinv(-0.0));
        assertEquals(-inf, SpecialFunctions.log2(0));
        assertEquals(inf, SpecialFunctions.log2(inf));
        assertEquals(nan, SpecialFunctions.log2(-1));
        assertEquals(-inf, SpecialFunctions.logit(0));
        assertEquals(inf, SpecialFunctions.logit(1));
        assertEquals(nan, SpecialFunctions.logit(1.1));
        assertEquals(0, SpecialFunctions.logit(0.5));
        assertEquals(inf, SpecialFunctions.tanhShrink(inf));
        assertEquals(nan, SpecialFunctions.tanhShrink(nan));
        assertEquals(-0.0, SpecialFunctions.tanhShrink(-0.0));
        assertEquals(1, SpecialFunctions.sphericalBessel(0, 0));
        assertEquals(0, SpecialFunctions.sphericalBessel(1, 0));
        assertEquals(0, SpecialFunctions.sphericalBessel(0, inf));
        assertEquals(nan, SpecialFunctions.sphericalBessel(0, nan));
        assertEquals(nan, SpecialFunctions.sphericalBessel(-1, 1));
        assertEquals(-SpecialFunctions.sphericalBessel(1, 2), SpecialFunctions.sphericalBessel(1, -2));
        assertEquals(SpecialFunctions.sphericalBessel(2, 2), SpecialFunctions.sphericalBessel(2, -2));
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

package dev.autodiff.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** The gamma functions against numbers of many digits, and at their poles. The numbers are rounded from 1000 digits by mpmath 1.3. */
class GammaFunctionsTest {
    @Test
    void logGammaIsAccurateAlsoNearItsZerosAtOneAndTwo() {
        check(GammaFunctions::logGamma, 12, new double[][] {
            {1e-300, 690.7755278982137},
            {1e-05, 11.512919692895826},
            {0.3, 1.0957979948180756},
            {0.5, 0.5723649429247001},
            {0.9999, 5.7729791561193866e-05},
            {1.0001, -5.771334222047127e-05},
            {1.4616, -0.12148629003589732},
            {1.5, -0.12078223763524522},
            {1.9999, -4.227520877215346e-05},
            {2.0001, 4.2281658112919945e-05},
            {2.5, 0.2846828704729192},
            {7.3, 7.147892523022248},
            {10.0, 12.801827480081469},
            {100000.0, 1051287.7089736569},
            {1e+300, 6.897755278982137e+302},
            {-1e-10, 23.025850929998178},
            {-0.5, 1.2655121234846454},
            {-1.3, 1.2024757863901114},
            {-3.5, -1.309006684993042},
            {-30.25, -74.02239745035548},
        });
    }

    @Test
    void digammaIsAccurate() {
        check(x -> GammaFunctions.polygamma(0, x), 20, new double[][] {
            {1e-10, -10000000000.577215},
            {0.3, -3.502524222200133},
            {1.0, -0.5772156649015329},
            {1.3, -0.16919088886679962},
            {2.0, 0.42278433509846713},
            {9.9, 2.2411803166063815},
            {10.1, 2.262214357094148},
            {100000000.0, 18.420680738952367},
            {-0.3, 2.113309779635399},
            {-1.6, -0.2697178779184504},
            {-20.3, 5.317549924239749},
        });
    }

    @Test
    void trigammaIsAccurate() {
        check(x -> GammaFunctions.polygamma(1, x), 12, new double[][] {
            {1e-10, 1e+20},
            {0.3, 12.245364546107732},
            {1.0, 1.6449340668482264},
            {1.3, 1.1342534349966193},
            {2.0, 0.6449340668482264},
            {13.9, 0.07459229874976957},
            {14.1, 0.07349634566828249},
            {100000000.0, 1.000000005e-08},
            {-1e-10, 1e+20},
            {-0.3, 13.945160267805722},
            {-1.6, 10.443759368307377},
            {-20.3, 15.03134603262623},
            {-1000.4, 10.910567160706298},
        });
    }

    @Test
    void theFourthDerivativeOfLogGammaIsAccurate() {
        check(x -> GammaFunctions.polygamma(3, x), 12, new double[][] {
            {0.3, 743.1417646550498},
            {1.0, 6.493939402266829},
            {1.3, 2.4010239143089263},
            {2.0, 0.49393940226682914},
            {15.9, 0.0005464552667637659},
            {16.1, 0.0005257341521283451},
            {100000000.0, 2.0000000300000002e-24},
            {-0.3, 766.6198904191685},
            {-1.6, 283.40708267399356},
            {-20.3, 769.0206923407153},
        });
    }

    @Test
    void theFifthDerivativeOfLogGammaIsAccurate() {
        check(x -> GammaFunctions.polygamma(4, x), 12, new double[][] {
            {0.3, -9883.46855549699},
            {1.0, -24.88626612344088},
            {1.3, -6.925345620444636},
            {2.0, -0.8862661234408782},
            {100000000.0, -6.000000120000001e-32},
            {-0.3, 9731.83495623352},
            {-1.6, -2037.660479819976},
            {-20.3, 9738.760269860257},
        });
    }

    @Test
    void polesAndSpecialValuesAreAsInPyTorch() {
        double inf = Double.POSITIVE_INFINITY;
        double nan = Double.NaN;
        for (double pole : new double[] {0, -0.0, -1, -2, -1e17}) {
            assertEquals(inf, GammaFunctions.logGamma(pole));
            assertEquals(inf, GammaFunctions.polygamma(1, pole));
            assertEquals(-inf, GammaFunctions.polygamma(2, pole));
        }
        assertEquals(0, GammaFunctions.logGamma(1));
        assertEquals(0, GammaFunctions.logGamma(2));
        assertEquals(inf, GammaFunctions.logGamma(inf));
        assertEquals(inf, GammaFunctions.logGamma(-inf));
        assertEquals(nan, GammaFunctions.logGamma(nan));
        assertEquals(-inf, GammaFunctions.polygamma(0, 0));
        assertEquals(inf, GammaFunctions.polygamma(0, -0.0));
        assertEquals(nan, GammaFunctions.polygamma(0, -3));
        assertEquals(inf, GammaFunctions.polygamma(0, inf));
        assertEquals(0, GammaFunctions.polygamma(1, inf));
        assertEquals(nan, GammaFunctions.polygamma(1, nan));
        assertEquals(nan, GammaFunctions.polygamma(-1, 1));
    }

    @Test
    void eachDerivativeOfDigammaGoesFromXToXPlusOneByItsLastTerm() {
        double factorial = 1;
        for (int n = 1; n < 12; n++) {
            factorial *= n;
            for (double x = 0.25; x < 30; x += 0.5) {
                double term = (n % 2 == 1 ? factorial : -factorial) / Math.pow(x, n + 1);
                double here = GammaFunctions.polygamma(n, x);
                assertEquals(here, GammaFunctions.polygamma(n, x + 1) + term, 1e-14 * Math.abs(here));
            }
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

package dev.autodiff.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.Autodiff;
import dev.autodiff.Tensor;
import org.junit.jupiter.api.Test;

class PoissonNllTest {
    private final Tensor rates = Tensor.of(new double[] {0.5, 1, 3, 20});
    private final Tensor counts = Tensor.of(new double[] {0, 1, 4, 20});

    @Test
    void ratesAndTheirLogarithmsGiveTheSame() {
        Tensor want = new PoissonNll(true, true, 0, Reduction.NONE).of(rates.log(), counts);
        Tensor got = new PoissonNll(false, true, 0, Reduction.NONE).of(rates, counts);
        assertTrue(got.allClose(want, 1e-14, 1e-14), got::toString);
    }

    @Test
    void withStirlingItIsNearMinusTheLogarithmOfTheProbability() {
        double logFactorial = 0;
        for (int i = 2; i <= 20; i++) {
            logFactorial += Math.log(i);
        }
        double want = 20 - 20 * Math.log(20) + logFactorial;
        double got = new PoissonNll()
                .ofRates()
                .withStirling()
                .withReduction(Reduction.NONE)
                .of(rates, counts)
                .get(3);
        assertEquals(want, got, 1.0 / (12 * 20)); // the first term that is left out
    }

    @Test
    void countsUpToOneAddNothingAndGetNoGradientFromStirling() {
        PoissonNll plain = new PoissonNll().withReduction(Reduction.NONE);
        double[] a = plain.of(rates.log(), counts).toDoubleArray();
        double[] b = plain.withStirling().of(rates.log(), counts).toDoubleArray();
        assertArrayEquals(new double[] {a[0], a[1]}, new double[] {b[0], b[1]});
        Tensor slope = Autodiff.grad(
                        y -> plain.withStirling().of(rates.log(), y).sum())
                .apply(counts);
        assertArrayEquals(new double[] {-Math.log(0.5), 0}, new double[] {slope.get(0), slope.get(1)}, 1e-15);
    }

    @Test
    void aRateOfZeroIsKeptFiniteByEps() {
        Tensor zero = rates.zerosLike();
        assertTrue(Double.isFinite(new PoissonNll().ofRates().of(zero, counts).item()));
    }
}

package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.shape.DType;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Edges of the elementwise functions, where a rule that is right elsewhere would lose digits or meet 0·∞. */
class ElementwiseMathTest {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;

    private static Tensor of(double... values) {
        return Tensor.of(values);
    }

    private static double[] slope(UnaryOperator<Tensor> f, double... x) {
        return Autodiff.grad(z -> f.apply(z).sum()).apply(of(x)).toDoubleArray();
    }

    private static double[] curvature(UnaryOperator<Tensor> f, double... x) {
        return slope(z -> Autodiff.grad(w -> f.apply(w).sum()).apply(z), x);
    }

    @Test
    void clampPassesTheGradientAtEitherBoundAndNaNThrough() {
        assertArrayEquals(new double[] {0, 1, 1}, slope(x -> x.clampMin(-1), -2, -1, 5));
        assertArrayEquals(new double[] {1, 1, 0}, slope(x -> x.clampMax(1), -2, 1, 5));
        assertArrayEquals(
                new double[] {NAN, -1, INF}, of(NAN, -INF, INF).clampMin(-1).toDoubleArray());
        assertArrayEquals(
                new double[] {NAN, -INF, 1}, of(NAN, -INF, INF).clampMax(1).toDoubleArray());
        assertArrayEquals(new double[] {1, 1}, of(-5, 5).clamp(2, 1).toDoubleArray());
        assertArrayEquals(new double[] {NAN}, of(1).clamp(NAN, 2).toDoubleArray());
    }

    @Test
    void clampGivesTheGradientToTheBoundThatIsTaken() {
        Tensor low = of(0, 0, 3, 0).requireGrad();
        Tensor high = of(1, 1, 1, 1).requireGrad();
        Tensor x = of(-1, 2, 0, 0.5).requireGrad();
        List<Tensor> g = Autodiff.gradients(x.clamp(low, high).sum(), List.of(x, low, high));
        assertArrayEquals(new double[] {0, 0, 0, 1}, g.get(0).toDoubleArray());
        assertArrayEquals(new double[] {1, 0, 0, 0}, g.get(1).toDoubleArray());
        assertArrayEquals(new double[] {0, 1, 1, 0}, g.get(2).toDoubleArray());
        Tensor y = of(-1, 2);
        assertArrayEquals(new double[] {0, 2}, y.clampMin(of(0)).toDoubleArray());
        assertArrayEquals(new double[] {-1, 0}, y.clampMax(of(0)).toDoubleArray());
    }

    @Test
    void onePowerAnythingIsOne() {
        assertArrayEquals(
                new double[] {1, 1, 1, 1, 1},
                of(1, 1, 1, -1, -1).pow(of(INF, -INF, NAN, INF, -INF)).toDoubleArray());
        assertArrayEquals(new double[] {NAN, 1}, of(NAN, NAN).pow(of(2, 0)).toDoubleArray());
    }

    @Test
    void allDerivativesOfAConstantPowerAreZero() {
        double[] x = {0, 1e-300, -2, 3};
        assertArrayEquals(new double[4], slope(z -> z.pow(0), x));
        assertArrayEquals(new double[4], curvature(z -> z.pow(0), x));
        assertArrayEquals(new double[4], curvature(z -> z.pow(1), x));
    }

    /** As in PyTorch 1.13: the value is NaN, and neither side is known to be smaller. */
    @Test
    void theLargerOfNaNAndANumberIsNaNAndBothGetTheGradient() {
        Tensor x = of(NAN, 1, 2, 3).requireGrad();
        Tensor y = of(1, NAN, 2, 4).requireGrad();
        for (Tensor out : List.of(x.maximum(y), x.minimum(y))) {
            assertEquals(NAN, out.get(0));
            assertEquals(NAN, out.get(1));
            for (Tensor g : Autodiff.gradients(out.sum(), List.of(x, y))) {
                assertArrayEquals(new double[] {1, 1, 0.5}, g.narrow(0, 0, 3).toDoubleArray());
            }
        }
    }

    /** {@code y·(6·a·c·y…)} of the second derivative overflows long after it is 0; at 6, 1 − σ would keep 5 digits. */
    @Test
    void theSecondDerivativeOfGeluTanhIsZeroFarAwayAndEvenNearby() {
        UnaryOperator<Tensor> f = Tensor::geluTanh;
        assertArrayEquals(new double[] {0, 0, 0}, curvature(f, 1e100, -1e100, -1000), 0);
        double[] both = curvature(f, 6, -6);
        assertEquals(both[1], both[0], Math.abs(both[1]) * 1e-13);
    }

    /** Both factors of σ·(1 − σ) must keep their digits, whatever the sign: {@code y·p′²·e^(−p)} is what is left of the second derivative at 6. */
    @Test
    void theSecondDerivativeOfGeluTanhKeepsItsDigits() {
        double y = 6;
        double c = 2 * Math.sqrt(2 / Math.PI);
        double p = c * (y + 0.044715 * y * y * y);
        double first = c * (1 + 3 * 0.044715 * y * y);
        double second = c * 6 * 0.044715 * y;
        double e = Math.exp(-p);
        double want = e / ((1 + e) * (1 + e)) * (2 * first + y * ((e - 1) / (e + 1) * first * first + second));
        assertEquals(want, curvature(Tensor::geluTanh, y)[0], Math.abs(want) * 1e-13);
    }

    /** As in PyTorch: ⌊1 / −∞⌋ is −1, though the quotient is −0; and the infinite slope of acosh at 1 bends downwards. */
    @Test
    void slopesOfRemaindersAndCurvaturesAtTheEndOfADomainAreThoseOfTheLimit() {
        Tensor y = of(-INF, INF, INF, -1e300, 3).requireGrad();
        Tensor out = of(1, 1, -1, 1e-300, 7).remainder(y);
        assertArrayEquals(
                new double[] {1, 0, 1, 1, -2},
                Autodiff.gradients(out.sum(), List.of(y)).get(0).add(0).toDoubleArray()); // without −0
        assertArrayEquals(new double[] {-INF}, curvature(Tensor::acosh, 1));
    }

    @Test
    void theSlopeOfARemainderByItsDivisorIsTheWholeQuotient() {
        assertArrayEquals(new double[] {-6, 6}, slope(y -> of(7, -7).fmod(y).mul(2), 2, 2));
        assertArrayEquals(new double[] {-3, 4}, slope(y -> of(7, -7).remainder(y), 2, 2));
    }

    @Test
    void softplusIsStraightWhereTheProductIsAboveTheThresholdThoughNoFactorIs() {
        assertArrayEquals(new double[] {1}, slope(x -> x.softplus(2, 2.5), 1.5));
        assertArrayEquals(new double[] {0}, slope(y -> Engine.apply(Elementwise.SOFTPLUS, of(1.5), y, of(2.5)), 2));
    }

    @Test
    void theSlopesOfTheLogLossAreCutWhereItsLogarithmsAre() {
        double steepest = 1 / (double) 1e-12f;
        assertArrayEquals(new double[] {-steepest, steepest}, slope(x -> x.logLoss(of(1, 0)), 0, 1));
        assertArrayEquals(new double[] {100, -100}, slope(y -> of(0, 1).logLoss(y), 0.3, 0.3));
    }

    @Test
    void theSignOfNotANumberIsZeroAndSoIsTheSlopeOfItsSize() {
        assertArrayEquals(new double[] {0, 0, 1, -1}, of(NAN, 0, 2, -INF).sign().toDoubleArray());
        assertArrayEquals(new double[] {0, 0, 1}, slope(Tensor::abs, NAN, 0, INF));
    }

    /** As in PyTorch: from the threshold on softplus is straight, and so is ELU at 0. */
    @Test
    void secondDerivativesAtKinksAreThoseOfTheStraightSide() {
        double bend = 1 / (2 + 2 * Math.cosh(1));
        assertArrayEquals(new double[] {bend, 0, 0}, curvature(x -> x.softplus(1, 2), 1, 2, 3), 1e-15);
        assertArrayEquals(new double[] {Math.exp(-1), 0, 0}, curvature(x -> x.elu(1), -1, 0, 1), 1e-15);
    }

    @Test
    void anInfiniteLogitForTheWrongLabelCostsInfinitelyMuch() {
        assertArrayEquals(
                new double[] {INF, INF, INF},
                of(INF, -INF, INF).logLossWithLogits(of(0, 1, 0.3)).toDoubleArray());
    }

    @Test
    void aGradientThatIsInfiniteDoesNotPassAClosedClamp() {
        assertArrayEquals(new double[] {0}, slope(x -> x.clamp(1, 2).sub(1).sqrt(), 0));
    }

    @Test
    void lerpIsExactAtBothEnds() {
        assertArrayEquals(
                new double[] {0.1, 0.7},
                of(0.1, 0.1).lerp(of(0.7, 0.7), of(0, 1)).toDoubleArray());
        assertEquals(0.7, of(0.1).lerp(of(0.7), 1).get(0));
    }

    @Test
    void xlogyIsZeroAtZeroAndItsSlopeTooWhereTheLogarithmIsInfinite() {
        assertArrayEquals(new double[] {0, NAN}, of(0, 0).xlogy(of(0, NAN)).toDoubleArray());
        assertArrayEquals(new double[] {0, Math.log(2)}, slope(x -> x.xlogy(of(0, 2)), 0, 0));
        assertArrayEquals(new double[] {-INF, NAN}, slope(x -> x.xlogy(of(0, -1)), 1, 1));
    }

    @Test
    void curvaturesKeepTheirDigitsWhereTheSlopeIsAlmostOne() {
        assertEquals(2e-10, curvature(Tensor::atanh, 1e-10)[0], 1e-24);
        assertEquals(1e-10, curvature(Tensor::asin, 1e-10)[0], 1e-24);
        double tail = Math.exp(-50);
        assertArrayEquals(new double[] {-tail, -0.25, -tail}, curvature(Tensor::logSigmoid, -50, 0, 50), 1e-14 * tail);
    }

    @Test
    void logSigmoidKeepsTheDigitsOfItsSlopeOnBothSides() {
        double tail = Math.exp(-50);
        assertArrayEquals(new double[] {1, 0.5, tail}, slope(Tensor::logSigmoid, -50, 0, 50), 1e-14 * tail);
    }

    @Test
    void sincIsSmoothAtZero() {
        assertArrayEquals(new double[] {1, 1}, of(0, 1e-10).sinc().toDoubleArray());
        assertEquals(0, of(3).sinc().get(0), 1e-16);
        double third = Math.PI * Math.PI / 3;
        assertArrayEquals(new double[] {0, -third * 1e-10}, slope(Tensor::sinc, 0, 1e-10), 1e-24);
        assertArrayEquals(new double[] {-third, -third}, curvature(Tensor::sinc, 0, 1e-10), 1e-14);
    }

    @Test
    void eachPolygammaIsTheDerivativeOfTheOneBefore() {
        Tensor x = of(-2.3, -0.4, 0.2, 1.5, 30);
        assertTrue(x.digamma().allClose(of(slope(Tensor::lgamma, x.toDoubleArray())), 0, 0));
        for (int n = 0; n < 4; n++) {
            int order = n;
            double h = 1e-6;
            Tensor slope = of(slope(z -> z.polygamma(order), x.toDoubleArray()));
            Tensor difference = x.add(h).polygamma(n).sub(x.sub(h).polygamma(n)).div(2 * h);
            assertTrue(slope.allClose(x.polygamma(n + 1), 0, 0));
            assertTrue(slope.allClose(difference, 1e-6, 1e-6), () -> slope + " " + difference);
        }
        assertThrows(IllegalArgumentException.class, () -> x.polygamma(-1));
    }

    @Test
    void logitHasNoValueAndNoSlopeBeyondZeroAndOne() {
        assertArrayEquals(new double[] {NAN, INF, 4, NAN}, slope(Tensor::logit, -0.1, 0, 0.5, 1.1));
        assertArrayEquals(new double[] {0, 4, 0}, slope(x -> x.logit(0.1), 0.05, 0.5, 0.95));
    }

    @Test
    void fractionsKeepTheSignAndPassTheGradient() {
        assertArrayEquals(new double[] {-0.25, 0.5, 0}, of(-2.25, 3.5, 7).frac().toDoubleArray());
        assertArrayEquals(new double[] {1, 1}, slope(Tensor::frac, -2.25, 7));
    }

    @Test
    void sumsOfProductsAndQuotientsAreScaled() {
        assertArrayEquals(new double[] {13}, of(1).addcmul(of(2), of(3), 2).toDoubleArray());
        assertArrayEquals(new double[] {4}, of(1).addcdiv(of(6), of(2), 1).toDoubleArray());
    }

    @Test
    void powersOfTwoAndTheirLogarithmsAreExactInBothTypes() {
        for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            Tensor x = of(-3, 0, 10).to(dtype);
            assertArrayEquals(new double[] {-3, 0, 10}, x.exp2().log2().toDoubleArray());
            assertArrayEquals(
                    new double[] {2, -1}, of(100, 0.1).to(dtype).log10().toDoubleArray(), 1e-7);
        }
    }
}

package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import org.junit.jupiter.api.Test;

/** Sums of a million terms, and what is made of them, near the rounding of a single one. */
class AccuracyTest {
    private static final int MILLION = 1_000_000;

    /** Pairwise sums of a million terms are off by some ten roundings at most. */
    private static final double FLOAT64 = 1e-14;

    /** float32 sums are rounded once, from double. */
    private static final double FLOAT32 = 6e-8;

    /** logarithms near 1000 are rounded by 10⁻¹³, and that is a relative error of their exponentials. */
    private static final double LOGARITHM = 2e-13;

    @Test
    void aSumOfAMillionTermsAndItsGradient() {
        Tensor x = Tensor.full(DType.FLOAT64, Shape.of(MILLION), 0.1).requireGrad();
        Tensor sum = x.sum();
        assertEquals(1e5, sum.item(), 1e5 * FLOAT64);
        x.mul(x).sum().backward();
        assertEquals(0.2, x.grad().get(-1), 0.2 * FLOAT64);
        assertEquals(
                1e5, Tensor.full(DType.FLOAT32, Shape.of(MILLION), 0.1).sum().item(), 1e5 * FLOAT32);
        // the cotangent of a number that was repeated a million times
        Tensor one = Tensor.of(3.0).requireGrad();
        one.broadcastTo(Shape.of(MILLION)).mul(0.1).sum().backward();
        assertEquals(1e5, one.grad().item(), 1e5 * FLOAT64);
    }

    @Test
    void aSoftmaxOverAMillionClasses() {
        Tensor x = Tensor.linspace(-5, 5, MILLION);
        Tensor p = x.softmax(0);
        assertEquals(1, p.sum().item(), FLOAT64);
        assertEquals(Math.exp(10), p.get(-1) / p.get(0), Math.exp(10) * FLOAT64);
        assertEquals(1, x.to(DType.FLOAT32).softmax(0).to(DType.FLOAT64).sum().item(), 2 * FLOAT32);
        Tensor gradient = Autodiff.grad(
                        (Tensor z) -> z.softmax(0).narrow(0, MILLION - 1, 1).sum())
                .apply(x);
        double last = p.get(-1);
        assertEquals(last * (1 - last), gradient.get(-1), last * 1e-12);
        assertEquals(-last * p.get(7), gradient.get(7), last * p.get(7) * 1e-12);
        assertEquals(0, gradient.sum().item(), last * 1e-12);
        Tensor logs = x.logSoftmax(0);
        assertEquals(Math.log(p.get(5)), logs.get(5), 20 * FLOAT64);
    }

    @Test
    void logSumExpFarFromZeroAndAtInfinities() {
        for (double shift : new double[] {-1000, 0, 1000}) {
            Tensor x = Tensor.of(new double[] {shift, shift + 1, shift - 2}).requireGrad();
            Tensor out = x.logSumExp();
            double z = 1 + Math.E + Math.exp(-2);
            assertEquals(shift + Math.log(z), out.item(), 1000 * 3e-16);
            out.backward();
            double[] want = {1 / z, Math.E / z, Math.exp(-2) / z};
            assertArrayEquals(want, x.grad().toDoubleArray(), LOGARITHM);
        }
        double inf = Double.POSITIVE_INFINITY;
        assertEquals(-inf, Tensor.of(new double[] {-inf, -inf}).logSumExp().item());
        assertEquals(inf, Tensor.of(new double[] {-inf, inf, 1}).logSumExp().item());
        assertEquals(-inf, Tensor.zeros(DType.FLOAT64, 0).logSumExp().item());
        Tensor masked = Tensor.of(new double[] {-inf, 0, 1}).requireGrad();
        masked.logSumExp().backward();
        assertEquals(0, masked.grad().get(0));
        assertEquals(1, masked.grad().sum().item(), FLOAT64);
    }

    @Test
    void reductionsOfNothing() {
        Tensor none = Tensor.zeros(DType.FLOAT64, 2, 0);
        assertArrayEquals(new double[] {0, 0}, none.sum(1).toDoubleArray());
        assertArrayEquals(new double[] {1, 1}, none.prod(1).toDoubleArray());
        assertArrayEquals(new double[] {Double.NaN, Double.NaN}, none.mean(1).toDoubleArray());
        assertArrayEquals(
                new double[] {Double.NaN, Double.NaN}, none.var(0, false, 1).toDoubleArray());
        assertArrayEquals(new double[] {0, 0}, none.norm(2, 1).toDoubleArray());
        assertEquals(Shape.of(0), none.max(0).shape());
        assertEquals(Shape.of(0), none.norm(Double.NEGATIVE_INFINITY, 0).shape());
    }

    @Test
    void spreadsAndNormsOfAMillionTerms() {
        double[] values = new double[MILLION];
        for (int i = 0; i < MILLION; i++) {
            values[i] = i % 2 == 0 ? 0.3 : 0.1;
        }
        Tensor x = Tensor.of(values);
        assertEquals(0.01, x.var(0, false).item(), 0.01 * 1e-13);
        assertEquals(Math.sqrt(0.05 * MILLION), x.norm().item(), 300 * FLOAT64);
        assertEquals(0.2 * MILLION, x.norm(1).item(), 2e5 * FLOAT64);
        assertEquals(0.01, x.to(DType.FLOAT32).var(0, false).item(), 0.01 * 3 * FLOAT32);
    }
}

package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Derivatives of reductions where random numbers do not come: at zeros, among equal extremes, and far from 0. */
class ReductionTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;

    private static double[] slope(UnaryOperator<Tensor> f, double... x) {
        return Autodiff.grad(z -> f.apply(z).sum()).apply(Tensor.of(x)).toDoubleArray();
    }

    /** The sums of the rows of the Hessian. */
    private static double[] curvature(UnaryOperator<Tensor> f, double... x) {
        return slope(z -> Autodiff.grad(w -> f.apply(w).sum()).apply(z), x);
    }

    private static UnaryOperator<Tensor> norm(double p) {
        return x -> x.norm(p);
    }

    @Test
    void theNumberOfElementsThatAreNotZeroHasNoSlope() {
        assertArrayEquals(new double[3], slope(norm(0), 1, 0, -2));
    }

    @Test
    void normsHaveNoSlopeAtZeroElements() {
        for (double p : new double[] {0.5, 1, 1.5, 2, 3, INF}) {
            assertArrayEquals(new double[2], slope(norm(p), 0, 0), "slope of p = " + p);
            assertArrayEquals(new double[2], curvature(norm(p), 0, 0), "curvature of p = " + p);
            assertArrayEquals(new double[] {0, 1}, slope(norm(p), 0, 3), "beside 3, p = " + p);
        }
        assertArrayEquals(new double[] {0, 0}, curvature(norm(1.5), 0, 3));
        assertEquals(0, slope(norm(0.5), 0, INF)[0]);
    }

    @Test
    void theEuclideanNormIsCurvedBesideOtherElements() {
        assertArrayEquals(new double[] {1 / 3.0, 0}, curvature(norm(2), 0, 3), 1e-15);
    }

    /** As in PyTorch; once the others had the slopes that they have without the 0. */
    @Test
    void aNormOfNegativeOrderIsZeroAndFlatBesideAZeroAndLeavesOutInfinities() {
        assertEquals(0, Tensor.of(new double[] {0, 1, 2}).norm(-1).item());
        assertArrayEquals(new double[3], slope(norm(-1), 0, 1, 2));
        assertEquals(2 / 3.0, Tensor.of(new double[] {INF, 1, 2}).norm(-1).item(), 1e-15);
        assertArrayEquals(new double[] {0, 4 / 9.0, 1 / 9.0}, slope(norm(-1), INF, 1, 2), 1e-15);
    }

    @Test
    void notANumberGetsTheGradientOfAMedian() {
        assertArrayEquals(new double[] {0, 0.5, 0, 0.5}, slope(Tensor::median, 1, NAN, 3, NAN));
    }

    @Test
    void largestSizesShareTheGradient() {
        assertArrayEquals(new double[] {0.5, -0.5, 0}, slope(norm(INF), 2, -2, 1));
        assertArrayEquals(new double[] {0, 0.5, -0.5}, slope(norm(-INF), 2, 1, -1));
    }

    /** The mean of these rounds to 10¹⁶ + 2: differences from it are −2, 0, 0. */
    @Test
    void theSlopeOfTheVarianceDoesNotLoseTheDigitsOfTheMean() {
        assertArrayEquals(
                new double[] {-8 / 9.0, 4 / 9.0, 4 / 9.0},
                slope(x -> x.var(0, false), 1e16, 1e16 + 2, 1e16 + 2),
                1e-15);
    }
}

package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.autodiff.check.GradientCheck;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import org.junit.jupiter.api.Test;

class DistanceMathTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double[] POWERS = {-INF, 0, 0.5, 1, 1.5, 2, 2.5, 3, INF};

    @Test
    void normsFollowTheirDefinition() {
        Tensor x = Tensor.of(new double[] {3, -4, 0, 12});
        assertEquals(13, x.norm().item(), 1e-14);
        assertEquals(19, x.norm(1).item());
        assertEquals(3, x.norm(0).item());
        assertEquals(12, x.norm(INF).item());
        assertEquals(0, x.norm(-INF).item());
        assertEquals(Math.cbrt(27 + 64 + 1728), x.norm(3).item(), 1e-14);
        assertEquals(Math.pow(Math.sqrt(3) + 2 + Math.sqrt(12), 2), x.norm(0.5).item(), 1e-13);
        assertEquals(
                Shape.of(1, 3),
                Tensor.zeros(DType.FLOAT64, 2, 3).norm(2, true, 0).shape());
    }

    @Test
    void normsNeitherOverflowNorUnderflow() {
        for (double scale : new double[] {1e200, 1e-200, 1e-310}) {
            Tensor x = Tensor.of(new double[] {3 * scale, -4 * scale}).requireGrad();
            Tensor out = x.norm();
            assertEquals(5 * scale, out.item(), 5e-13 * scale);
            out.backward();
            assertArrayEquals(new double[] {0.6, -0.8}, x.grad().toDoubleArray(), 1e-12);
            assertEquals(Math.cbrt(91) * scale, x.norm(3).item(), 1e-12 * scale);
        }
        assertEquals(5e30f, Tensor.of(new float[] {3e30f, 4e30f}).norm().item(), 1e24);
    }

    /** A norm of nothing but zeros is one cone's tip: its slope is taken to be 0, and so are its further derivatives. */
    @Test
    void whereANormIsZeroSoAreItsDerivatives() {
        Tensor zeros = Tensor.zeros(DType.FLOAT64, 3);
        Tensor t = Tensor.of(new double[] {1, 2, 3});
        for (double p : POWERS) {
            if (Double.isFinite(p)) {
                assertArrayEquals(
                        new double[3],
                        Autodiff.grad((Tensor z) -> z.norm(p)).apply(zeros).toDoubleArray());
                assertArrayEquals(
                        new double[3], Autodiff.hvp(z -> z.norm(p), zeros, t).toDoubleArray());
            }
        }
        Tensor rows = Tensor.of(new double[][] {{0, 0}, {3, -4}});
        assertArrayEquals(
                new double[] {0, 0, 0.6, -0.8},
                Autodiff.grad((Tensor z) -> z.norm(2, 1).sum()).apply(rows).toDoubleArray(),
                1e-15);
    }

    @Test
    void aZeroAmongOthersHasNoSlope() {
        Tensor x = Tensor.of(new double[] {0, 2, -1});
        for (double p : new double[] {0.5, 1, 1.5, 2, 3, INF}) {
            assertEquals(0, Autodiff.grad((Tensor z) -> z.norm(p)).apply(x).get(0));
        }
    }

    @Test
    void equalExtremesShareTheGradient() {
        Tensor x = Tensor.of(new double[] {-2, 1, 2});
        assertArrayEquals(
                new double[] {-0.5, 0, 0.5},
                Autodiff.grad((Tensor z) -> z.norm(INF)).apply(x).toDoubleArray(),
                1e-300);
        assertArrayEquals(
                new double[] {0, 1, 0},
                Autodiff.grad((Tensor z) -> z.norm(-INF)).apply(x).toDoubleArray(),
                1e-300);
    }

    @Test
    void aConstantHasNoSpreadAndItsDeviationNoSlope() {
        Tensor x = Tensor.of(new double[] {2, 2, 2});
        assertEquals(0, x.std().item());
        assertArrayEquals(
                new double[3], Autodiff.grad((Tensor z) -> z.std()).apply(x).toDoubleArray());
        assertArrayEquals(
                new double[3],
                Autodiff.hvp(z -> z.std(), x, Tensor.of(new double[] {1, 0, 0})).toDoubleArray());
        assertEquals(Double.NaN, Tensor.of(new double[] {2}).var().item());
        assertEquals(0, Tensor.of(new double[] {2}).var(0, false).item());
        assertEquals(Double.NaN, Tensor.zeros(DType.FLOAT64, 0).var(0, false).item());
    }

    @Test
    void aSmallVarianceBesideALargeMeanIsKept() {
        Tensor x = Tensor.of(new double[] {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16});
        assertEquals(30, x.var().item());
        double[] values = new double[1000];
        double[] near = new double[1000];
        for (int i = 0; i < values.length; i++) {
            near[i] = i % 10 / 8.0; // exact in both, also beside the offset
            values[i] = near[i] + 1e6;
        }
        double want = Tensor.of(near).var().item();
        assertEquals(want, Tensor.of(values).var().item(), 1e-13 * want);
        Tensor narrow = Tensor.of(near).add(1e5).to(DType.FLOAT32);
        assertEquals(want, narrow.var().item(), 1e-6 * want);
        Tensor slope = Autodiff.grad((Tensor z) -> z.var()).apply(Tensor.of(values));
        Tensor wanted = Autodiff.grad((Tensor z) -> z.var()).apply(Tensor.of(near));
        assertEquals(0, slope.sub(wanted).abs().max().item(), 1e-15);
    }

    @Test
    void spreadsAgreeWithDifferencesAndWithEachOther() {
        Tensor x = Tensor.linspace(-1, 2, 12).square().reshape(3, 4);
        GradientCheck.of((Tensor z) -> z.var(1, true, 0)).at(x).run();
        GradientCheck.of((Tensor z) -> z.std(0, false, 1)).at(x).run();
        GradientCheck.of((Tensor z) -> z.std()).at(x).run();
        VarianceAndMean both = x.varMean(0, false, 1);
        assertArrayEquals(
                x.square().mean(1).sub(both.mean().square()).toDoubleArray(),
                both.variance().toDoubleArray(),
                1e-14);
    }

    @Test
    void aVectorTooShortForItsDirectionIsDividedByEps() {
        Tensor x = Tensor.zeros(DType.FLOAT64, 1, 3).requireGrad();
        Tensor out = x.normalize(1);
        assertArrayEquals(new double[3], out.toDoubleArray());
        out.sum().backward();
        assertArrayEquals(new double[] {1e12, 1e12, 1e12}, x.grad().toDoubleArray(), 1);
    }

    @Test
    void theCosineOfParallelVectorsIsOne() {
        Tensor x = Tensor.of(new double[][] {{1, 2}, {-3, 1}});
        assertArrayEquals(
                new double[] {1, 1}, x.cosineSimilarity(x.mul(1e200), 1).toDoubleArray(), 1e-15);
        assertArrayEquals(
                new double[] {-1, 0.7071067811865475},
                x.cosineSimilarity(Tensor.of(new double[][] {{-1, -2}, {-2, -1}}), -1)
                        .toDoubleArray(),
                1e-15);
        GradientCheck.ofSeveral(xs -> xs.get(0).cosineSimilarity(xs.get(1), 0))
                .at(x, x.add(1))
                .run();
    }

    @Test
    void distancesOfAllRowsAreThoseOfEachPair() {
        Tensor x = Tensor.linspace(-1, 1, 6).reshape(3, 2);
        Tensor y = Tensor.linspace(0, 3, 8).reshape(4, 2);
        for (double p : POWERS) {
            if (p < 0) {
                assertThrows(IllegalArgumentException.class, () -> x.cdist(y, p));
                continue;
            }
            Tensor all = x.cdist(y, p);
            assertEquals(Shape.of(3, 4), all.shape());
            assertEquals(x.select(0, 2).distance(y.select(0, 1), p).item(), all.get(2, 1), 1e-15);
        }
        Tensor itself = x.requireGrad();
        itself.cdist(itself, 2).sum().backward(); // 0 on the diagonal
        assertEquals(0, itself.grad().sum().item(), 1e-15);
        assertEquals(Shape.of(5, 3, 4), x.cdist(y.expand(5, 4, 2), 2).shape());
        assertEquals(Shape.of(3, 1), x.pairwiseDistance(x, 2, 1e-6, true).shape());
        assertThrows(ShapeException.class, () -> x.cdist(Tensor.zeros(DType.FLOAT64, 4, 3), 2));
    }
}

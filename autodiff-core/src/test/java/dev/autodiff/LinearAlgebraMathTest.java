package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.check.GradientCheck;
import dev.autodiff.shape.AxisException;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.DTypeException;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.List;
import java.util.function.UnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LinearAlgebraMathTest {
    /** Residuals of matrices up to [12, 12] with condition numbers up to some hundreds. */
    private static final double RESIDUAL = 1e-10;

    private static Tensor matrix(double[]... rows) {
        return Tensor.of(rows);
    }

    private static double[] row(double... values) {
        return values;
    }

    private static void assertClose(Tensor want, Tensor got, double tolerance) {
        assertEquals(want.shape(), got.shape());
        assertTrue(got.allClose(want, tolerance, tolerance), () -> "got " + got + ", want " + want);
    }

    private static Tensor normal(long seed, int... sizes) {
        return Tensor.normal(Generator.seeded(seed), DType.FLOAT64, Shape.of(sizes), 0, 1);
    }

    /** Random matrices whose singular values are about n. */
    private static Tensor regular(long seed, int batch, int n) {
        return normal(seed, batch, n, n).add(Tensor.eye(DType.FLOAT64, n).mul(3 * Math.sqrt(n)));
    }

    private static Tensor unit(Tensor like) {
        return Tensor.eye(like.dtype(), like.size(-1)).broadcastTo(like.shape());
    }

    // ---- equations ----

    @Property(tries = 50)
    void aMatrixTimesItsInverseIsTheUnitMatrix(@ForAll long seed, @ForAll @IntRange(max = 12) int n) {
        Tensor x = regular(seed, 3, n);
        assertClose(unit(x), x.matmul(x.inverse()), RESIDUAL);
        assertClose(unit(x), x.inverse().matmul(x), RESIDUAL);
    }

    @Property(tries = 50)
    void solutionsFulfilTheirEquations(@ForAll long seed, @ForAll @IntRange(max = 12) int n) {
        Tensor x = regular(seed, 3, n);
        Tensor y = normal(seed + 1, 3, n, 2);
        assertClose(y, x.matmul(x.solve(y)), RESIDUAL);
        assertClose(y, x.tril().matmul(x.solveTriangular(y, false)), RESIDUAL);
        assertClose(y, x.triu().matmul(x.solveTriangular(y, true)), RESIDUAL);
        assertClose(y, x.select(0, 0).matmul(x.select(0, 0).solve(y)), RESIDUAL);
        assertClose(x.matmul(x.solve(y.select(0, 0))), y.select(0, 0).broadcastTo(y.shape()), RESIDUAL);
    }

    @Test
    void aRightSideOfOneAxisOrWithoutTheLastOfTheMatricesIsAVector() {
        Tensor x = regular(1, 2, 3);
        Tensor one = normal(2, 3);
        assertEquals(Shape.of(2, 3), x.solve(one).shape());
        assertClose(one, x.select(0, 1).matmul(x.select(0, 1).solve(one)), RESIDUAL);
        Tensor each = normal(3, 2, 3);
        Tensor solved = x.solve(each);
        assertEquals(each.shape(), solved.shape());
        assertClose(each.select(0, 1), x.select(0, 1).matmul(solved.select(0, 1)), RESIDUAL);
    }

    @Test
    void smallMatricesAreNotSingular() {
        Tensor tiny = Tensor.eye(DType.FLOAT64, 2).mul(1e-30);
        assertEquals(1e30, tiny.inverse().get(1, 1), 1e15);
        assertEquals(1e30, tiny.solve(Tensor.of(new double[] {1, 0})).get(0), 1e15);
        assertEquals(-60 * Math.log(10), tiny.logdet().item(), 1e-10);
    }

    @Test
    void theSingularMatrixOfABatchIsNamed() {
        Tensor x = Tensor.stack(0, Tensor.eye(DType.FLOAT64, 2), matrix(row(1, 2), row(2, 4)));
        for (Runnable call : List.<Runnable>of(x::inverse, () -> x.solve(x), () -> x.matrixPower(-1))) {
            LinearAlgebraException e = assertThrows(LinearAlgebraException.class, call::run);
            assertTrue(
                    String.valueOf(e.getMessage()).contains("matrix 1 of the batch [2] is singular"), e.getMessage());
        }
    }

    @Test
    void theOtherTriangleIsNotReadAndAZeroOnTheDiagonalDivides() {
        Tensor x = matrix(row(2, Double.NaN), row(1, 4));
        Tensor y = matrix(row(2), row(5));
        assertClose(matrix(row(1), row(1)), x.solveTriangular(y, false), 0);
        assertEquals(
                Double.POSITIVE_INFINITY,
                matrix(row(0)).solveTriangular(matrix(row(1)), true).item());
    }

    @Property(tries = 30)
    void pseudoInversesFulfilPenrosesConditions(
            @ForAll long seed,
            @ForAll @IntRange(max = 6) int m,
            @ForAll @IntRange(max = 6) int n,
            @ForAll @IntRange(max = 3) int rank) {
        Tensor x = normal(seed, 2, m, rank).matmul(normal(seed + 1, 2, rank, n));
        Tensor p = x.pinv(1e-9);
        assertClose(x, x.matmul(p).matmul(x), 1e-6);
        Tensor left = x.matmul(p);
        assertClose(left.transpose(), left, 1e-6);
        Tensor right = p.matmul(x);
        assertClose(right.transpose(), right, 1e-6);
    }

    @Test
    void thePseudoInverseHasDerivativesAmongMatricesOfTheSameRank() {
        GradientCheck.ofSeveral(xs -> xs.get(0).matmul(xs.get(1)).pinv(1e-9))
                .at(normal(1, 4, 2), normal(2, 2, 3))
                .run();
        Tensor g = Autodiff.grad(x -> x.pinv().sum()).apply(Tensor.zeros(DType.FLOAT64, 2, 3));
        assertClose(g.zerosLike(), g, 0);
    }

    // ---- determinants ----

    /** The determinant by its definition, composed of products of elements. */
    private static Tensor sarrus(Tensor x) {
        Tensor sum = Tensor.of(0.0);
        for (int i = 0; i < 3; i++) {
            int j = (i + 1) % 3;
            int k = (i + 2) % 3;
            Tensor minor =
                    element(x, 1, j).mul(element(x, 2, k)).sub(element(x, 1, k).mul(element(x, 2, j)));
            sum = sum.add(element(x, 0, i).mul(minor));
        }
        return sum;
    }

    private static Tensor element(Tensor x, int i, int j) {
        return x.select(0, i).select(0, j);
    }

    @Test
    void determinantsOfSingularMatricesHaveFirstAndSecondDerivatives() {
        Tensor zero = Tensor.zeros(DType.FLOAT64, 3, 3);
        Tensor one = matrix(row(1, 2, 3), row(2, 4, 6), row(-1, -2, -3));
        Tensor two = matrix(row(1, 2, 3), row(4, 5, 6), row(7, 8, 9));
        Tensor full = matrix(row(2, 1, 0), row(0.5, 3, 1), row(-1, 0, 1));
        Tensor v = normal(4, 3, 3);
        for (Tensor x : List.of(zero, one, two, full)) {
            assertClose(sarrus(x), x.det(), 1e-13);
            assertClose(
                    Autodiff.grad(z -> sarrus(z)).apply(x),
                    Autodiff.grad(z -> z.det()).apply(x),
                    1e-13);
            assertClose(Autodiff.hvp(z -> sarrus(z), x, v), Autodiff.hvp(z -> z.det(), x, v), 1e-13);
        }
    }

    @Test
    void theThirdDerivativeOfTheDeterminantIsRightOrAnError() {
        Tensor x = matrix(row(2, 1, 0), row(0.5, 3, 1), row(-1, 0, 1));
        Tensor v = normal(5, 3, 3);
        Tensor want = Autodiff.grad(
                        z -> Autodiff.hvp(y -> sarrus(y), z, v).mul(v).sum())
                .apply(x);
        Tensor got = Autodiff.grad(z -> Autodiff.hvp(y -> y.det(), z, v).mul(v).sum())
                .apply(x);
        assertClose(want, got, 1e-12);
        assertThrows(
                LinearAlgebraException.class,
                () -> Autodiff.grad(z -> Autodiff.hvp(y -> y.det(), z, v).mul(v).sum())
                        .apply(Tensor.zeros(DType.FLOAT64, 3, 3)));
    }

    @Property(tries = 30)
    void theSignAndTheLogarithmMakeTheDeterminant(@ForAll long seed, @ForAll @IntRange(max = 8) int n) {
        Tensor x = normal(seed, 3, n, n);
        SignLogDet parts = x.slogdet();
        assertClose(x.det(), parts.sign().mul(parts.logAbsDet().exp()), 1e-10);
    }

    @Test
    void logarithmsOfDeterminants() {
        Tensor x = Tensor.stack(
                0, matrix(row(2, 0), row(0, 3)), matrix(row(0, 1), row(1, 0)), matrix(row(1, 1), row(1, 1)));
        double[] log = x.logdet().toDoubleArray();
        assertEquals(Math.log(6), log[0], 1e-15);
        assertTrue(Double.isNaN(log[1]));
        assertEquals(Double.NEGATIVE_INFINITY, log[2]);
        assertArrayEquals(new double[] {1, -1, 0}, x.slogdet().sign().toDoubleArray());
        Tensor large = Tensor.eye(DType.FLOAT64, 200).mul(100);
        assertEquals(200 * Math.log(100), large.slogdet().logAbsDet().item(), 1e-9);
        assertEquals(Double.POSITIVE_INFINITY, large.det().item());
    }

    // ---- decompositions ----

    @Property(tries = 50)
    void choleskyFactorsMakeTheMatrix(@ForAll long seed, @ForAll @IntRange(max = 12) int n) {
        Tensor a = normal(seed, 2, n, n);
        Tensor x = a.matmul(a.transpose()).add(Tensor.eye(DType.FLOAT64, n));
        Tensor lower = x.cholesky();
        assertClose(lower.tril(), lower, 0);
        assertClose(x, lower.matmul(lower.transpose()), RESIDUAL);
        Tensor upper = x.cholesky(true);
        assertClose(x, upper.transpose().matmul(upper), RESIDUAL);
    }

    @Test
    void matricesThatAreNotPositiveDefiniteHaveNoCholeskyFactor() {
        for (Tensor x : List.of(
                matrix(row(1, 2), row(2, 1)),
                matrix(row(0)),
                matrix(row(-1)),
                matrix(row(1, 1), row(1, 1)),
                matrix(row(Double.NaN)))) {
            LinearAlgebraException e = assertThrows(LinearAlgebraException.class, x::cholesky);
            assertTrue(String.valueOf(e.getMessage()).startsWith("cholesky: the matrix is not positive definite"));
        }
    }

    @Property(tries = 50)
    void eigenvectorsAreOrthonormalAndMakeTheMatrix(@ForAll long seed, @ForAll @IntRange(max = 12) int n) {
        Tensor a = normal(seed, 2, n, n);
        Tensor x = a.add(a.transpose());
        Eigh parts = x.eigh();
        Tensor v = parts.vectors();
        assertClose(unit(x), v.transpose().matmul(v), RESIDUAL);
        assertClose(x, v.mul(parts.values().expandDims(-2)).matmul(v.transpose()), RESIDUAL);
        assertTrue(n < 2
                || parts.values()
                                .slice(1, 1, n)
                                .sub(parts.values().slice(1, 0, -1))
                                .min()
                                .item()
                        >= 0);
    }

    @Test
    void functionsOfCoincidingEigenvaluesThatAreSmoothHaveTheirGradient() {
        Tensor x = Tensor.eye(DType.FLOAT64, 3).mul(2);
        assertClose(
                Tensor.eye(DType.FLOAT64, 3),
                Autodiff.grad(z -> z.eigvalsh().sum()).apply(x),
                1e-15);
        Tensor squares = Autodiff.grad(z -> {
                    Eigh parts = z.eigh();
                    return parts.vectors()
                            .mul(parts.values().square())
                            .matmul(parts.vectors().transpose())
                            .trace();
                })
                .apply(x);
        assertClose(x.mul(2), squares, 1e-14);
    }

    @Property(tries = 50)
    void singularVectorsAreOrthonormalAndMakeTheMatrix(
            @ForAll long seed, @ForAll @IntRange(max = 9) int m, @ForAll @IntRange(max = 9) int n) {
        Tensor x = normal(seed, 2, m, n);
        Svd parts = x.svd();
        int k = Math.min(m, n);
        assertEquals(Shape.of(2, m, k), parts.u().shape());
        assertEquals(Shape.of(2, k, n), parts.vt().shape());
        assertClose(x, parts.u().mul(parts.s().expandDims(-2)).matmul(parts.vt()), RESIDUAL);
        Tensor one = Tensor.eye(DType.FLOAT64, k).broadcastTo(Shape.of(2, k, k));
        assertClose(one, parts.u().transpose().matmul(parts.u()), RESIDUAL);
        assertClose(one, parts.vt().matmul(parts.vt().transpose()), RESIDUAL);
        assertTrue(k < 2
                || parts.s().slice(1, 0, -1).sub(parts.s().slice(1, 1, k)).min().item() >= 0);
    }

    @Test
    void matricesWithoutFullRankHaveASingularValueDecomposition() {
        Tensor rankOne = matrix(row(1, 2), row(2, 4), row(3, 6));
        assertArrayEquals(new double[] {Math.sqrt(70), 0}, rankOne.svdvals().toDoubleArray(), 1e-14);
        assertTrue(Double.isFinite(
                Autodiff.grad(x -> x.svdvals().sum()).apply(rankOne).sum().item()));
        Tensor zero = Tensor.zeros(DType.FLOAT64, 3, 2);
        assertArrayEquals(new double[] {0, 0}, zero.svdvals().toDoubleArray());
        assertTrue(Double.isFinite(
                Autodiff.grad(x -> x.svdvals().sum()).apply(zero).sum().item()));
        assertThrows(LinearAlgebraException.class, () -> zero.div(0).svd());
        assertThrows(LinearAlgebraException.class, () -> matrix(row(Double.NaN)).eigh());
    }

    @Property(tries = 50)
    void orthonormalAndTriangularFactorsMakeTheMatrix(
            @ForAll long seed, @ForAll @IntRange(max = 9) int m, @ForAll @IntRange(max = 9) int n) {
        Tensor x = normal(seed, 2, m, n);
        int k = Math.min(m, n);
        Qr reduced = x.qr();
        assertEquals(Shape.of(2, m, k), reduced.q().shape());
        assertEquals(Shape.of(2, k, n), reduced.r().shape());
        Qr complete = x.qrComplete();
        assertEquals(Shape.of(2, m, m), complete.q().shape());
        assertEquals(Shape.of(2, m, n), complete.r().shape());
        for (Qr parts : List.of(reduced, complete)) {
            assertClose(x, parts.q().matmul(parts.r()), RESIDUAL);
            assertClose(parts.r().triu(), parts.r(), 0);
            Tensor product = parts.q().transpose().matmul(parts.q());
            assertClose(unit(product), product, RESIDUAL);
        }
        assertClose(complete.q().narrow(-1, 0, k), reduced.q(), RESIDUAL);
    }

    @Test
    void reflectionsGiveTheSignsOfLapack() {
        // A column that is already a multiple of the unit vector is not reflected, any other turns its sign.
        Tensor upper = matrix(row(2, 1), row(0, -3));
        assertClose(Tensor.eye(DType.FLOAT64, 2), upper.qr().q(), 0);
        assertClose(upper, upper.qr().r(), 0);
        Tensor x = matrix(row(3, 1), row(4, 1));
        assertClose(matrix(row(-5, -1.4), row(0, -0.2)), x.qr().r(), 1e-15);
        assertClose(matrix(row(-0.6, -0.8), row(-0.8, 0.6)), x.qr().q(), 1e-15);
    }

    @Test
    void wideMatricesHaveDerivativesAndTheCompleteFactorSaysThatItHasNone() {
        GradientCheck.ofSeveral(xs -> {
                    Qr parts = xs.get(0).qr();
                    return Tensor.concat(-1, parts.q(), parts.r());
                })
                .at(matrix(row(2, 1, 0.5, 3), row(-1, 2, 1, 0.2), row(0.3, 0.1, 1.5, 1)))
                .run();
        Tensor tall = normal(1, 3, 2).requireGrad();
        Tensor loss = tall.qrComplete().q().sum();
        GradientException e = assertThrows(GradientException.class, loss::backward);
        assertTrue(String.valueOf(e.getMessage()).startsWith("qrComplete: "), e.getMessage());
    }

    // ---- functions of a matrix ----

    @Test
    void theExponentialOfATurningIsARotation() {
        for (double angle : new double[] {1e-8, 0.1, 5, 100}) {
            Tensor out = matrix(row(0, -angle), row(angle, 0)).matrixExp();
            Tensor want = matrix(row(Math.cos(angle), -Math.sin(angle)), row(Math.sin(angle), Math.cos(angle)));
            assertClose(want, out, 1e-13 * (1 + angle));
        }
        assertClose(
                matrix(row(1, 1e6), row(0, 1)), matrix(row(0, 1e6), row(0, 0)).matrixExp(), 1e-10);
        assertTrue(Double.isNaN(matrix(row(Double.NaN)).matrixExp().item()));
    }

    @Property(tries = 30)
    void exponentialsOfAMatrixAndItsNegativeAreInverse(@ForAll long seed, @ForAll @IntRange(max = 8) int n) {
        Tensor x = normal(seed, 2, n, n);
        assertClose(unit(x), x.matrixExp().matmul(x.neg().matrixExp()), 1e-9);
    }

    /** A gradient of 10⁹ once decided how often the exponential squared, and cost the digits that it squared away. */
    @Test
    void theGradientOfTheExponentialDoesNotLoseDigitsToTheSizeOfWhatComesFromAbove() {
        Tensor x = normal(3, 3, 3);
        Tensor small = Autodiff.grad(z -> z.matrixExp().square().sum()).apply(x);
        Tensor large =
                Autodiff.grad(z -> z.matrixExp().square().sum().mul(1e12)).apply(x);
        assertClose(small.mul(1e12), large, 1e-13);
    }

    @Test
    void thirdDerivativesOfTheExponentialAgreeWithDifferences() {
        Tensor v = normal(6, 2, 2);
        GradientCheck.ofSeveral(xs -> Autodiff.hvp(z -> z.matrixExp().sum(), xs.get(0), v))
                .at(normal(7, 2, 2))
                .run();
    }

    @Test
    void powersByRepeatedSquaring() {
        Tensor x = matrix(row(1, 1), row(0, 1));
        assertClose(matrix(row(1, 1000), row(0, 1)), x.matrixPower(1000), 0);
        assertClose(matrix(row(1, -7), row(0, 1)), x.matrixPower(-7), 1e-14);
        assertClose(x, x.matrixPower(1), 0);
        Tensor nan = matrix(row(Double.NaN, 1), row(0, 1)).requireGrad();
        Tensor power = nan.matrixPower(0);
        assertClose(Tensor.eye(DType.FLOAT64, 2), power, 0);
        assertClose(x.zerosLike(), Autodiff.gradients(power.sum(), List.of(nan)).get(0), 0);
        GradientCheck.ofSeveral(xs -> xs.get(0).matrixPower(5))
                .at(normal(8, 2, 3, 3))
                .run();
        GradientCheck.ofSeveral(xs -> xs.get(0).matrixPower(-2))
                .at(regular(9, 2, 2))
                .run();
    }

    // ---- norms ----

    @Test
    void normsOfAMatrix() {
        Tensor x = matrix(row(1, -2, 3), row(-4, 5, -6));
        Tensor s = x.svdvals();
        double[] want = {
            Math.sqrt(91), s.sum().item(), 9, 5, s.get(0), s.get(1), 15, 6,
        };
        for (MatrixNorm norm : MatrixNorm.values()) {
            assertEquals(want[norm.ordinal()], x.matrixNorm(norm).item(), 1e-13, norm::toString);
            GradientCheck.ofSeveral(xs -> xs.get(0).matrixNorm(norm)).at(x).run();
        }
        Tensor batch = x.reshape(2, 1, 3);
        assertEquals(
                Shape.of(1, 1, 1), batch.matrixNorm(MatrixNorm.ONE, true, 0, -1).shape());
        assertEquals(15, batch.matrixNorm(MatrixNorm.INFINITY, true, 0, 2).item());
        assertEquals(9, batch.matrixNorm(MatrixNorm.INFINITY, false, 2, 0).item());
        assertThrows(AxisException.class, () -> x.matrixNorm(MatrixNorm.ONE, false, 1, -1));
        Tensor zero = x.zerosLike();
        assertClose(zero, Autodiff.grad(z -> z.matrixNorm(MatrixNorm.FROBENIUS)).apply(zero), 0);
    }

    @Test
    void rankAndCondition() {
        Tensor x = Tensor.stack(
                0, matrix(row(1, 2), row(2, 4)), matrix(row(2, 0), row(0, -1)), matrix(row(0, 0), row(0, 0)));
        assertArrayEquals(new long[] {1, 2, 0}, x.matrixRank().toLongArray());
        assertEquals(2, x.select(0, 1).cond().item(), 1e-15);
        assertEquals(0, Tensor.zeros(DType.FLOAT64, 0, 3).matrixRank().item());
    }

    // ---- edges ----

    @Test
    void emptyMatricesAndEmptyBatches() {
        for (Shape shape : List.of(Shape.of(0, 0), Shape.of(2, 0, 0), Shape.of(0, 3, 3))) {
            Tensor x = Tensor.zeros(DType.FLOAT64, shape);
            Shape numbers = shape.slice(0, shape.rank() - 2);
            assertEquals(shape, x.inverse().shape());
            assertEquals(shape, x.matrixExp().shape());
            assertEquals(shape, x.cholesky().shape());
            assertEquals(shape, x.pinv().shape());
            assertEquals(shape, x.matrixPower(3).shape());
            assertEquals(shape, x.solve(x).shape());
            assertEquals(shape, x.qr().q().shape());
            assertEquals(shape.slice(0, shape.rank() - 1), x.eigvalsh().shape());
            assertEquals(shape.slice(0, shape.rank() - 1), x.svdvals().shape());
            assertClose(Tensor.ones(DType.FLOAT64, numbers), x.det(), 0);
            assertClose(Tensor.zeros(DType.FLOAT64, numbers), x.logdet(), 0);
        }
        Tensor tall = Tensor.zeros(DType.FLOAT64, 3, 0);
        assertEquals(Shape.of(0, 3), tall.pinv().shape());
        assertClose(Tensor.eye(DType.FLOAT64, 3), tall.qrComplete().q(), 0);
    }

    @Test
    void transposedViewsAndFloat32AreReadRight() {
        Tensor x = regular(11, 2, 4);
        assertClose(x.inverse().transpose(), x.transpose().inverse(), 1e-12);
        Tensor narrow = x.to(DType.FLOAT32);
        // Computed in double precision and rounded once.
        assertClose(narrow.to(DType.FLOAT64).inverse().to(DType.FLOAT32), narrow.inverse(), 0);
        assertClose(narrow.to(DType.FLOAT64).det().to(DType.FLOAT32), narrow.det(), 0);
    }

    /** What the rules compute from values, such as the size of a gradient, must be computed again at each replay. */
    @Test
    void replayedDerivativesAgreeWithThoseThatAreComputedAtOnce() {
        UnaryOperator<Tensor> gradient = Autodiff.grad(x -> {
            Tensor positive = x.matmul(x.transpose());
            Tensor parts = Tensor.concat(-1, x.qr().q(), x.matrixExp(), x.pinv(), x.inverse());
            return parts.sin()
                    .sum()
                    .add(x.det())
                    .add(positive.cholesky().logdet())
                    .add(positive.eigh().vectors().mul(x).sum())
                    .add(x.svd().u().mul(x).sum())
                    .add(x.matrixNorm(MatrixNorm.FROBENIUS))
                    .add(Tensor.einsum("ij,jk,kl->il", x, x, x).cos().sum());
        });
        var compiled = Autodiff.compile(gradient);
        for (int i = 0; i < 4; i++) {
            Tensor x = regular(20 + i, 1, 3).squeeze(0).mul(i == 3 ? 1e-3 : 1);
            assertClose(gradient.apply(x), compiled.apply(x), 1e-13);
        }
    }

    @Test
    void wrongShapesAndTypesNameTheOperation() {
        Tensor wide = Tensor.zeros(DType.FLOAT64, 2, 3);
        Tensor vector = Tensor.zeros(DType.FLOAT64, 3);
        for (Runnable call : List.<Runnable>of(
                wide::inverse,
                wide::det,
                wide::slogdet,
                wide::cholesky,
                wide::eigh,
                wide::matrixExp,
                () -> wide.matrixPower(0),
                () -> wide.solve(vector),
                () -> Tensor.eye(DType.FLOAT64, 2).solve(vector),
                () -> Tensor.eye(DType.FLOAT64, 3).solveTriangular(vector, true),
                vector::svd,
                vector::qr,
                vector::qrComplete,
                vector::pinv,
                () -> vector.matrixNorm(MatrixNorm.ONE))) {
            ShapeException e = assertThrows(ShapeException.class, call::run);
            assertTrue(String.valueOf(e.getMessage()).matches("\\w+: .+"), e.getMessage());
        }
        Tensor whole = Tensor.zeros(DType.INT64, 2, 2);
        assertThrows(DTypeException.class, whole::inverse);
        assertThrows(DTypeException.class, () -> Tensor.eye(DType.FLOAT32, 2).solve(Tensor.eye(DType.FLOAT64, 2)));
    }
}

package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.check.GradientCheck;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class ImplicitRootTest {
    private static final Tensor THETA = Tensor.of(new double[] {2, 3, 5});

    /** √θ as the root of x² − θ. */
    private static Tensor root(Tensor theta) {
        return Autodiff.implicitRoot((x, t) -> x.square().sub(t), theta.onesLike(), theta);
    }

    @Test
    void theSquareRootAsARootHasAllDerivativesOfTheSquareRoot() {
        assertTrue(root(THETA).allClose(THETA.sqrt(), 1e-14, 0));
        UnaryOperator<Tensor> f = t -> root(t).sum();
        UnaryOperator<Tensor> g = t -> t.sqrt().sum();
        assertTrue(Autodiff.grad(f).apply(THETA).allClose(Autodiff.grad(g).apply(THETA), 1e-13, 0));
        assertTrue(Autodiff.hessian(f, THETA).allClose(Autodiff.hessian(g, THETA), 1e-12, 1e-14));
        assertTrue(Autodiff.jvp(ImplicitRootTest::root, THETA, THETA)
                .allClose(Autodiff.jvp(Tensor::sqrt, THETA, THETA), 1e-13, 0));
        UnaryOperator<Tensor> third = Autodiff.grad(z ->
                Autodiff.grad(y -> Autodiff.grad(f).apply(y).sum()).apply(z).sum());
        assertTrue(third.apply(THETA).allClose(THETA.pow(-2.5).mul(0.375), 1e-11, 0));
        GradientCheck.of(ImplicitRootTest::root).at(THETA).run();
    }

    @Test
    void aCoupledSystemOfSeveralParametersAgreesWithDifferences() {
        Tensor a = Tensor.of(new double[][] {{4, 1, 0}, {-1, 5, 2}, {0.5, 0, 3}});
        Tensor b = Tensor.of(new double[] {1, -2, 0.5});
        BiFunction<Tensor, List<Tensor>, Tensor> f =
                (x, t) -> t.get(0).matmul(x).add(x.pow(3).mul(0.1)).sub(t.get(1));
        GradientCheck.ofSeveral(ps -> Autodiff.implicitRoot(f, b.zerosLike(), ps))
                .at(a, b)
                .run();
        Tensor x = Autodiff.implicitRoot(f, b.zerosLike(), List.of(a, b));
        assertTrue(f.apply(x, List.of(a, b)).abs().max().item() < 1e-13);
    }

    @Test
    void aFixedPointOfAContractionAgreesWithDifferences() {
        Tensor w = Tensor.normal(Generator.seeded(1), DType.FLOAT64, Shape.of(4, 4), 0, 0.2);
        Tensor b = Tensor.of(new double[] {0.1, -0.2, 0.3, 0.4});
        GradientCheck.ofSeveral(ps -> Autodiff.fixedPoint(
                        (x, t) -> t.get(0).matmul(x).add(t.get(1)).tanh(), b.zerosLike(), ps))
                .at(w, b)
                .run();
        // Dottie's number, the fixed point of the cosine
        Tensor dottie = Autodiff.fixedPoint((x, t) -> x.mul(t).cos(), Tensor.of(1.0), Tensor.of(1.0));
        assertEquals(0.7390851332151607, dottie.item(), 1e-12);
    }

    @Test
    void aSolverOfOnesOwnIsCheckedAndDifferentiated() {
        BiFunction<Tensor, List<Tensor>, Tensor> f = (x, t) -> x.square().sub(t.get(0));
        GradientCheck.ofSeveral(ps -> Autodiff.implicitRoot(f, t -> t.get(0).sqrt(), ps))
                .at(THETA)
                .run();
        ConvergenceException e = assertThrows(
                ConvergenceException.class,
                () -> Autodiff.implicitRoot(f, t -> t.get(0).sqrt().add(0.01), List.of(THETA)));
        assertTrue(e.getMessage().startsWith("implicitRoot: the solver's result is no root"));
    }

    @Test
    void whatDoesNotConvergeIsRefused() {
        Tensor one = Tensor.of(1.0);
        for (ConvergenceException e : List.of(
                assertThrows(
                        ConvergenceException.class,
                        () -> Autodiff.implicitRoot((x, t) -> x.square().add(t), one, one)),
                assertThrows(
                        ConvergenceException.class,
                        () -> Autodiff.fixedPoint((x, t) -> x.mul(2).add(t), one, one)),
                assertThrows(
                        ConvergenceException.class,
                        () -> Autodiff.fixedPoint((x, t) -> x.neg().add(t), Tensor.of(0.0), one)),
                assertThrows(
                        ConvergenceException.class,
                        () -> Autodiff.implicitRoot((x, t) -> x.log().sub(t), Tensor.of(-1.0), one)))) {
            assertTrue(e.getMessage().matches("(implicitRoot|fixedPoint): .+; .+"), e.getMessage());
        }
        // a double root has no derivative
        assertThrows(
                ConvergenceException.class,
                () -> Autodiff.grad(t -> Autodiff.implicitRoot(
                                (x, s) -> x.square().mul(s.get(0)), ts -> Tensor.of(0.0), List.of(t)))
                        .apply(one));
    }

    @Test
    void badInputIsRefusedAtTheCall() {
        Tensor w = Tensor.of(1.0).requireGrad();
        GradientException e = assertThrows(
                GradientException.class,
                () -> Autodiff.implicitRoot((x, t) -> x.mul(w).sub(t), Tensor.of(1.0), Tensor.of(1.0)));
        assertTrue(e.getMessage().contains("hand it in among the parameters"));
        assertThrows(ShapeException.class, () -> Autodiff.implicitRoot((x, t) -> x.sum(), THETA, Tensor.of(1.0)));
        assertThrows(
                IllegalArgumentException.class,
                () -> Autodiff.implicitRoot((Tensor x, List<Tensor> t) -> x, THETA, List.of()));
    }

    @Test
    void insideNoGradNothingIsRecordedAndFloat32IsKept() {
        assertFalse(Autodiff.noGrad(() -> root(THETA.requireGrad())).requiresGrad());
        Tensor single = THETA.to(DType.FLOAT32);
        assertEquals(DType.FLOAT32, root(single).dtype());
        assertArrayEquals(
                new double[] {0.5 / Math.sqrt(2), 0.5 / Math.sqrt(3), 0.5 / Math.sqrt(5)},
                Autodiff.grad(t -> root(t).sum()).apply(single).toDoubleArray(),
                1e-5);
    }

    @Test
    void rulesAndCheckpointsNestAroundRoots() {
        UnaryOperator<Tensor> f = t -> Autodiff.checkpoint(z -> root(z).mul(z), t);
        GradientCheck.of(f).at(THETA).run();
        GradientCheck.of((Tensor t) -> Autodiff.implicitRoot(
                        (x, s) -> x.sub(root(s).mul(x.cos()).mul(0.3)), THETA, t))
                .at(THETA)
                .run();
    }

    @Test
    void aLargeSystemIsSolvedByProductsAlone() {
        int n = 2000;
        Tensor b = Tensor.linspace(-1, 1, n);
        // x + 0.4·tanh(neighbour) = b
        UnaryOperator<Tensor> f = t -> Autodiff.implicitRoot(
                (x, s) -> x.add(Tensor.concat(0, x.slice(0, 1, n), x.slice(0, 0, 1))
                                .tanh()
                                .mul(0.4))
                        .sub(s),
                t.zerosLike(),
                t);
        GradientCheck.of(f).at(b).directions(1).firstOrderOnly().run();
    }
}

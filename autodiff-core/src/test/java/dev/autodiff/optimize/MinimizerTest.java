package dev.autodiff.optimize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.Autodiff;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MinimizerTest {
    private static Tensor of(double... values) {
        return Tensor.of(values);
    }

    /**
     * A function with its minimum.
     *
     * @param wideness how far from the minimum the gradient may already vanish within rounding: large where the Hessian is singular
     */
    record Problem(
            String name, Function<Tensor, Tensor> f, Tensor start, Tensor minimum, double lowest, double wideness) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Problem> problems() {
        return Stream.of(
                new Problem("Rosenbrock 2", Problems::rosenbrock, Problems.rosenbrockStart(2), of(1, 1), 0, 1e-6),
                new Problem(
                        "Rosenbrock 100",
                        Problems::rosenbrock,
                        Problems.rosenbrockStart(100),
                        Tensor.ones(DType.FLOAT64, 100),
                        0,
                        1e-6),
                new Problem("Powell singular", Problems::powellSingular, of(3, -1, 0, 1), of(0, 0, 0, 0), 0, 2e-3),
                new Problem("lecture", Problems::lecture, of(3, -1, 0, 1), of(0, 0, 0, 0), 0, 2e-3),
                new Problem("Beale", Problems::beale, of(1, 1), of(3, 0.5), 0, 1e-6),
                new Problem("Himmelblau", Problems::himmelblau, of(0, 0), of(3, 2), 0, 1e-6),
                new Problem("cosines", Problems::cosines, of(1, 0.5), of(0, 0), -4, 1e-6));
    }

    @ParameterizedTest
    @MethodSource("problems")
    void lbfgsAndNewtonFindTheMinimum(Problem problem) {
        for (Minimizer<?> minimizer : List.of(Lbfgs.create(), Lbfgs.create().withHistory(3), NewtonCg.create())) {
            Minimum found = minimizer.minimize(problem.f(), problem.start());
            assertEquals(Reason.GRADIENT, found.reason(), found.message());
            assertEquals(problem.lowest(), found.value(), 1e-11, found.message());
            assertArrayEquals(
                    problem.minimum().toDoubleArray(),
                    found.point().toDoubleArray(),
                    problem.wideness(),
                    found.message());
            assertSame(found, found.orThrow());
        }
    }

    @ParameterizedTest
    @MethodSource("problems")
    void float32IsSolvedToItsPrecision(Problem problem) {
        for (Minimizer<?> minimizer : List.of(Lbfgs.create(), NewtonCg.create())) {
            Minimum found = minimizer.minimize(problem.f(), problem.start().to(DType.FLOAT32));
            assertTrue(found.converged(), found.message());
            assertEquals(DType.FLOAT32, found.point().dtype());
            assertEquals(problem.lowest(), found.value(), 1e-4, found.message());
        }
    }

    @Test
    void gradientDescentFindsAMinimumAndShowsItsPath() {
        Minimum found = GradientDescent.of(0.01).withTrace().minimize(Problems::himmelblau, of(0, 0));
        assertTrue(found.converged(), found.message());
        assertArrayEquals(new double[] {3, 2}, found.point().toDoubleArray(), 1e-7);
        assertEquals(found.iterations() + 1, found.trace().size());
        Iteration first = found.trace().get(0);
        assertEquals(0, first.number());
        assertEquals(170, first.value(), 1e-12);
        // x₁ = x₀ − 0.01·∇f(0, 0) with ∇f = (−14, −22)
        assertArrayEquals(
                new double[] {0.14, 0.22}, found.trace().get(1).point().toDoubleArray(), 1e-15);
        for (Problem p : List.of(problems().toList().get(4), problems().toList().get(6))) {
            Minimum searched = GradientDescent.backtracking().minimize(p.f(), p.start());
            assertTrue(searched.converged(), searched.message());
            assertArrayEquals(p.minimum().toDoubleArray(), searched.point().toDoubleArray(), 1e-6);
        }
    }

    @Test
    void aSmallToleranceIsReachedWhereTheFunctionAllowsIt() {
        Minimum found = NewtonCg.create().withGradientTolerance(1e-15).minimize(Problems::lecture, of(3, -1, 0, 1));
        assertTrue(found.converged(), found.message());
        assertArrayEquals(new double[4], found.point().toDoubleArray(), 1e-5);
        Minimum also = Lbfgs.create().withGradientTolerance(1e-12).minimize(Problems::rosenbrock, of(-1.2, 1));
        assertTrue(also.converged() && also.gradientNorm() <= 1e-12, also.message());
    }

    @Test
    void gradientToleranceZeroEndsAtTheRoundingOfTheValue() {
        for (Minimizer<?> minimizer : List.of(Lbfgs.create(), NewtonCg.create(), GradientDescent.backtracking())) {
            Minimum found = minimizer
                    .withGradientTolerance(0)
                    .minimize(x -> x.sub(1).square().sum().add(1).log1p(), of(3, 4));
            assertTrue(found.converged(), found.message());
            assertArrayEquals(new double[] {1, 1}, found.point().toDoubleArray(), 1e-7);
        }
    }

    // ---- what is no minimum ----

    @Test
    void aMaximumOrSaddleIsNeverCalledAMinimum() {
        Tensor maximum = of(-0.2708445906673476, -0.9230385564799815);
        for (Minimizer<?> minimizer :
                List.of(Lbfgs.create(), GradientDescent.backtracking(), GradientDescent.of(0.01))) {
            Minimum found = minimizer.minimize(Problems::himmelblau, maximum);
            assertEquals(Reason.SADDLE, found.reason());
            assertFalse(found.converged());
            assertThrows(IllegalStateException.class, found::orThrow);
            assertTrue(minimizer
                    .withoutCurvatureCheck()
                    .minimize(Problems::himmelblau, maximum)
                    .converged());
        }
        // x² − y² with walls: on the line y = 0 everything leads to the saddle
        Function<Tensor, Tensor> saddle = x -> x.select(0, 0)
                .square()
                .sub(x.select(0, 1).square())
                .add(x.select(0, 1).pow(4));
        assertEquals(Reason.SADDLE, Lbfgs.create().minimize(saddle, of(1, 0)).reason());
        Minimum left = NewtonCg.create().minimize(saddle, of(1, 0));
        assertTrue(left.converged(), left.message());
        assertEquals(-0.25, left.value(), 1e-12);
        Minimum down = NewtonCg.create().minimize(Problems::himmelblau, maximum);
        assertTrue(down.converged(), down.message());
        assertEquals(0, down.value(), 1e-12);
        LevenbergMarquardt squares = LevenbergMarquardt.create();
        Minimum top = squares.minimize(x -> x.square().sub(1), Tensor.of(0.0)); // (x² − 1)² has its maximum at 0
        assertEquals(Reason.SADDLE, top.reason());
    }

    @Test
    void aFunctionWithoutAMinimumDoesNotConverge() {
        for (Minimizer<?> minimizer : List.of(
                Lbfgs.create(),
                NewtonCg.create(),
                GradientDescent.backtracking().withMaxIterations(200),
                GradientDescent.of(1))) {
            Minimum found = minimizer.minimize(x -> x.sum().add(x.square().sum().mul(-1)), of(1, 2));
            assertFalse(found.converged(), found.message());
            assertTrue(Double.isFinite(found.value()));
        }
    }

    @Test
    void aFallWithoutEndIsCalledUnbounded() {
        List<Function<Tensor, Tensor>> endless = List.of(
                x -> x.sum(),
                x -> x.sum().mul(1e6).add(1e9),
                x -> x.square().sum().neg(),
                x -> x.exp().sum().neg(),
                x -> x.log().sum());
        for (Minimizer<?> minimizer : List.of(Lbfgs.create(), NewtonCg.create(), GradientDescent.backtracking())) {
            for (Function<Tensor, Tensor> f : endless) {
                Minimum found = minimizer.minimize(f, of(1));
                assertEquals(Reason.UNBOUNDED, found.reason(), found.message());
                assertFalse(found.converged());
                assertTrue(Double.isFinite(found.value()));
                assertThrows(IllegalStateException.class, found::orThrow);
            }
            Minimum single = minimizer.minimize(x -> x.sum(), Tensor.of(new float[] {1}));
            assertEquals(Reason.UNBOUNDED, single.reason(), single.message());
        }
        // a fixed step falls too slowly for that, but is no success either
        assertEquals(
                Reason.ITERATIONS,
                GradientDescent.of(1).minimize(x -> x.sum(), of(1)).reason());
    }

    @Test
    void aLowValueThatTheFunctionsScaleExplainsIsNotCalledUnbounded() {
        for (Minimizer<?> minimizer : List.of(Lbfgs.create(), NewtonCg.create(), GradientDescent.backtracking())) {
            Minimum found =
                    minimizer.minimize(x -> x.sub(1).square().sub(1).sum().mul(1e25), of(0));
            assertTrue(found.converged(), found.message());
            assertEquals(1, found.point().get(0), 1e-6, found.message());
        }
    }

    @Test
    void anAddedConstantDoesNotEndTheSearchEarly() {
        for (double constant : new double[] {1e9, -1e9, 1e12}) {
            for (Minimizer<?> minimizer : List.of(
                    Lbfgs.create(), NewtonCg.create(), GradientDescent.backtracking(), GradientDescent.of(0.3))) {
                Minimum found = minimizer.minimize(x -> x.sub(3).square().sum().add(constant), of(0));
                assertTrue(found.converged(), found.message());
                // what lies below the rounding of the value, and no more, may be missing
                double hidden = 10 * Math.ulp(constant);
                assertEquals(3, found.point().get(0), Math.sqrt(hidden), found.message());
            }
            Minimum steep = Lbfgs.create().minimize(x -> x.pow(4).sum().add(constant), of(1000));
            assertTrue(steep.converged(), steep.message());
            assertTrue(Math.pow(steep.point().get(0), 4) <= 100 * Math.ulp(constant), steep.message());
        }
    }

    @Test
    void aWrongDerivativeIsNotTakenForAMinimum() {
        Function<Tensor, Tensor> wrong = Autodiff.customVjp(
                x -> x.square().sum(), (x, out, g) -> x.mul(g).mul(-2));
        for (Minimizer<?> minimizer : List.of(Lbfgs.create(), NewtonCg.create(), GradientDescent.backtracking())) {
            Minimum found = minimizer.minimize(wrong, of(1, 2));
            assertEquals(Reason.NO_DESCENT, found.reason(), found.message());
        }
        Function<Tensor, Tensor> residuals =
                Autodiff.customVjp(Tensor::exp, (x, out, g) -> out.mul(g).mul(-1));
        Minimum fit =
                LevenbergMarquardt.create().minimize(x -> residuals.apply(x).sub(5), of(1, 2));
        assertEquals(Reason.NO_DESCENT, fit.reason(), fit.message());
    }

    @Test
    void aStepIntoTheUndefinedIsShortened() {
        // log is undefined beyond 0, and the first Newton and unit steps lead there
        Function<Tensor, Tensor> barrier = x -> x.sub(x.log()).sum();
        for (Minimizer<?> minimizer : List.of(Lbfgs.create(), NewtonCg.create(), GradientDescent.backtracking())) {
            Minimum found = minimizer.minimize(barrier, of(20, 0.001));
            assertTrue(found.converged(), found.message());
            assertArrayEquals(new double[] {1, 1}, found.point().toDoubleArray(), 1e-6);
        }
        Minimum diverged = GradientDescent.of(30).minimize(barrier, of(20, 0.001));
        assertEquals(Reason.NON_FINITE, diverged.reason());
        assertTrue(Double.isFinite(diverged.value()));
    }

    // ---- stopping ----

    @Test
    void theLimitOfIterationsAndTheObserverStopTheSearch() {
        Minimum limited = Lbfgs.create().withMaxIterations(3).minimize(Problems::rosenbrock, of(-1.2, 1));
        assertEquals(Reason.ITERATIONS, limited.reason());
        assertEquals(3, limited.iterations());
        assertEquals(
                0,
                Lbfgs.create()
                        .withMaxIterations(0)
                        .minimize(Problems::rosenbrock, of(-1.2, 1))
                        .iterations());

        List<Integer> seen = new ArrayList<>();
        Minimum stopped = NewtonCg.create()
                .withObserver(i -> {
                    seen.add(i.number());
                    return i.number() < 2;
                })
                .minimize(Problems::rosenbrock, of(-1.2, 1));
        assertEquals(Reason.STOPPED, stopped.reason());
        assertEquals(List.of(0, 1, 2), seen);
        assertTrue(stopped.trace().isEmpty());
    }

    @Test
    void tolerancesOfStepAndDecreaseEndTheSearchWhenAskedFor() {
        Minimum step =
                GradientDescent.backtracking().withStepTolerance(1e-2).minimize(Problems::rosenbrock, of(-1.2, 1));
        assertEquals(Reason.STEP, step.reason());
        Minimum decrease =
                GradientDescent.backtracking().withDecreaseTolerance(1e-2).minimize(Problems::rosenbrock, of(-1.2, 1));
        assertEquals(Reason.DECREASE, decrease.reason());
        assertTrue(decrease.message().contains("largest gradient"));
    }

    @Test
    void evaluationsAreCounted() {
        for (Minimizer<?> minimizer : List.of(Lbfgs.create(), NewtonCg.create(), GradientDescent.backtracking())) {
            AtomicInteger runs = new AtomicInteger();
            Minimum found = minimizer.minimize(
                    x -> {
                        runs.incrementAndGet();
                        return Problems.beale(x);
                    },
                    of(1, 1));
            assertEquals(runs.get(), found.evaluations());
        }
    }

    @Test
    void settingsDoNotChangeTheMinimizerTheyWereMadeFrom() {
        Lbfgs base = Lbfgs.create();
        base.withMaxIterations(1).withTrace().withHistory(1);
        Minimum found = base.minimize(Problems::beale, of(1, 1));
        assertTrue(found.converged());
        assertTrue(found.trace().isEmpty());
        Minimum kept = base.withMaxIterations(2).withHistory(1).withTrace().minimize(Problems::beale, of(1, 1));
        assertEquals(2, kept.iterations());
        assertEquals(3, kept.trace().size());
    }

    @Test
    void theStartKeepsItsShapeAndNothingIsRecorded() {
        Tensor start = Tensor.of(new double[][] {{1, 2}, {3, 4}}).requireGrad();
        for (Minimizer<?> minimizer : List.of(Lbfgs.create(), NewtonCg.create(), GradientDescent.of(0.1))) {
            Minimum found = minimizer.minimize(x -> x.sub(5).square().sum(), start);
            assertEquals(Shape.of(2, 2), found.point().shape());
            assertFalse(found.point().requiresGrad());
            assertEquals(1, start.get(0, 0));
        }
        Tensor w = Tensor.of(2.0).requireGrad(); // a constant of the search
        assertEquals(
                2,
                Lbfgs.create()
                        .minimize(x -> x.sub(w).square(), Tensor.of(0.0))
                        .point()
                        .item(),
                1e-8);
        assertEquals(
                2,
                NewtonCg.create()
                        .minimize(x -> x.sub(w).square(), Tensor.of(0.0))
                        .point()
                        .item(),
                1e-8);
    }

    // ---- refusals ----

    @Test
    void unfitInputIsRefusedAtTheCall() {
        for (Minimizer<?> minimizer : List.of(Lbfgs.create(), NewtonCg.create(), GradientDescent.backtracking())) {
            for (IllegalArgumentException e : List.of(
                    refused(minimizer, x -> x, of(1, 2)),
                    refused(minimizer, x -> x.sum(), Tensor.of(new long[] {1})),
                    refused(minimizer, x -> x.sum(), of()),
                    refused(minimizer, x -> x.sum(), of(Double.NaN)),
                    refused(minimizer, x -> x.log().sum(), of(-1)),
                    refused(minimizer, x -> x.sqrt().sum(), of(0)),
                    refused(minimizer, x -> x.gt(0).sum(), of(1)))) {
                assertTrue(e.getMessage().matches("(?s)[\\w-]+( \\w+)*: .+"), e.getMessage());
            }
        }
        assertThrows(IllegalArgumentException.class, () -> Lbfgs.create().withHistory(0));
        assertThrows(IllegalArgumentException.class, () -> Lbfgs.create().withGradientTolerance(-1));
        assertThrows(IllegalArgumentException.class, () -> Lbfgs.create().withMaxIterations(-1));
        assertThrows(IllegalArgumentException.class, () -> NewtonCg.create().withRadius(0));
        assertThrows(IllegalArgumentException.class, () -> GradientDescent.of(Double.NaN));
    }

    private static IllegalArgumentException refused(Minimizer<?> minimizer, Function<Tensor, Tensor> f, Tensor start) {
        return assertThrows(IllegalArgumentException.class, () -> minimizer.minimize(f, start));
    }

    // ---- least squares ----

    @Test
    void residualsThatVanishAreFoundDenseAndByProducts() {
        for (int n : List.of(2, 300)) {
            Minimum found =
                    LevenbergMarquardt.create().minimize(Problems::rosenbrockResiduals, Problems.rosenbrockStart(n));
            assertTrue(found.converged(), found.message());
            assertEquals(1, found.point().get(n - 1), 1e-6);
            assertEquals(0, found.value(), 1e-12);
        }
        for (double third : new double[] {-2, 2}) {
            Minimum found =
                    LevenbergMarquardt.create().minimize(x -> Problems.powellResiduals(x, third), of(3, -1, 0, 1));
            assertTrue(found.converged(), found.message());
            assertArrayEquals(new double[4], found.point().toDoubleArray(), 1e-3);
        }
    }

    /** A start that is off by ten powers of ten must not make residuals look small that are not. */
    @Test
    void residualsVanishAtThePointAndNotByComparisonWithTheStart() {
        for (double start : new double[] {1e9, 1e20, 1e70}) {
            Minimum found = LevenbergMarquardt.create().minimize(x -> x.square().sub(of(2, 5)), of(start, start));
            assertEquals(Reason.GRADIENT, found.reason(), found.message());
            assertArrayEquals(
                    new double[] {Math.sqrt(2), Math.sqrt(5)}, found.point().toDoubleArray(), 1e-14);
            Minimum linear = LevenbergMarquardt.create().minimize(x -> x.mul(7), of(start, 1));
            assertEquals(Reason.GRADIENT, linear.reason(), linear.message());
            assertArrayEquals(new double[2], linear.point().toDoubleArray(), 1e-160);
        }
        Tensor squares = Tensor.linspace(1, 2, 300); // more unknowns than have a dense Jacobian
        Minimum many = LevenbergMarquardt.create()
                .minimize(x -> x.square().sub(squares), Tensor.full(DType.FLOAT64, Shape.of(300), 1e9));
        assertEquals(Reason.GRADIENT, many.reason(), many.message());
        assertArrayEquals(squares.sqrt().toDoubleArray(), many.point().toDoubleArray(), 1e-13);
    }

    @Test
    void theSquareOfAColumnMayOverflowOrVanish() {
        Minimum large = LevenbergMarquardt.create().minimize(x -> x.mul(1e160), of(1e-20));
        assertEquals(0, large.value(), large.message());
        Minimum small = LevenbergMarquardt.create().minimize(x -> x.mul(1e-170).add(1), of(1));
        assertEquals(Reason.GRADIENT, small.reason(), small.message());
        assertEquals(-1e170, small.point().get(0), 1e157);
    }

    @Test
    void roundingInsideOfTheResidualsIsNotTakenForAWrongDerivative() {
        // Near 10⁸ numbers lie 1.5·10⁻⁸ apart, so that x is never seen to be π, but x has the digits that can be seen.
        Minimum found =
                LevenbergMarquardt.create().minimize(x -> x.add(1e8).sub(1e8).sub(Math.PI), of(1));
        assertEquals(Reason.DECREASE, found.reason(), found.message());
        assertEquals(Math.PI, found.point().get(0), 1e-8);
    }

    @Test
    void aUnknownThatNoResidualUsesStaysWhereItWas() {
        Minimum found =
                LevenbergMarquardt.create().minimize(x -> x.slice(0, 0, 2).sub(3), of(1, 2, 7));
        assertTrue(found.converged(), found.message());
        assertArrayEquals(new double[] {3, 3, 7}, found.point().toDoubleArray(), 1e-9);
    }

    @Test
    void aLineIsFittedInFloat32() {
        Tensor x = Tensor.linspace(0, 1, 50).to(DType.FLOAT32);
        Tensor y = x.mul(3).add(2).add(x.mul(40).sin().mul(0.01));
        Minimum found = LevenbergMarquardt.create()
                .minimize(b -> x.mul(b.select(0, 0)).add(b.select(0, 1)).sub(y), Tensor.of(new float[] {0, 0}));
        assertTrue(found.converged(), found.message());
        assertArrayEquals(new double[] {3, 2}, found.point().toDoubleArray(), 0.01);
    }
}

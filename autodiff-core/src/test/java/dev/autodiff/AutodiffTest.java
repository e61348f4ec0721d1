package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.check.GradientCheck;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.DTypeException;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.List;
import java.util.function.UnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class AutodiffTest {
    /** The lecture's variant of Powell's singular function: {@code (a + 10b)² + 5(c − d)² + (b + 2c)⁴ + 10(a − d)⁴}. */
    private static Tensor powell(Tensor x) {
        Tensor a = x.select(0, 0);
        Tensor b = x.select(0, 1);
        Tensor c = x.select(0, 2);
        Tensor d = x.select(0, 3);
        return a.add(b.mul(10))
                .square()
                .add(c.sub(d).square().mul(5))
                .add(b.add(c.mul(2)).pow(4))
                .add(a.sub(d).pow(4).mul(10));
    }

    private static final Tensor POINT = Tensor.of(new double[] {3, -1, 0, 1});
    private static final double[][] HESSIAN = {
        {482, 20, 0, -480}, {20, 212, 24, 0}, {0, 24, 58, -10}, {-480, 0, -10, 490}
    };

    private static Tensor unit(int axis) {
        double[] values = new double[4];
        values[axis] = 1;
        return Tensor.of(values);
    }

    // ---- reverse mode ----

    @Test
    void powellsFunctionHasItsKnownValueAndGradient() {
        ValueAndGrad result = Autodiff.valueAndGrad(AutodiffTest::powell).apply(POINT);
        assertEquals(215, result.value().item(), 1e-12);
        assertArrayEquals(new double[] {306, -144, -18, -310}, result.gradient().toDoubleArray(), 1e-12);
        assertFalse(result.value().requiresGrad());
        assertFalse(result.gradient().requiresGrad());
        assertArrayEquals(
                new double[] {306, -144, -18, -310},
                Autodiff.grad(AutodiffTest::powell).apply(POINT).toDoubleArray(),
                1e-12);
    }

    @Test
    void hvpGivesTheColumnsOfPowellsHessian() {
        for (int i = 0; i < 4; i++) {
            assertArrayEquals(
                    HESSIAN[i],
                    Autodiff.hvp(AutodiffTest::powell, POINT, unit(i)).toDoubleArray(),
                    1e-10);
        }
    }

    @Test
    void reverseOverReverseGivesTheRowsOfPowellsHessian() {
        for (int i = 0; i < 4; i++) {
            int row = i;
            UnaryOperator<Tensor> gradient = Autodiff.grad(AutodiffTest::powell);
            Tensor found = Autodiff.grad(x -> gradient.apply(x).select(0, row)).apply(POINT);
            assertArrayEquals(HESSIAN[i], found.toDoubleArray(), 1e-10);
        }
    }

    @Test
    void reverseOverForwardGivesTheRowsOfPowellsHessian() {
        for (int i = 0; i < 4; i++) {
            Tensor direction = unit(i);
            Tensor found = Autodiff.grad(x -> Autodiff.jvp(AutodiffTest::powell, x, direction))
                    .apply(POINT);
            assertArrayEquals(HESSIAN[i], found.toDoubleArray(), 1e-10);
        }
    }

    @Test
    void forwardOverForwardGivesTheElementsOfPowellsHessian() {
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 4; j++) {
                Tensor inner = unit(i);
                Tensor found = Autodiff.jvp(x -> Autodiff.jvp(AutodiffTest::powell, x, inner), POINT, unit(j));
                assertEquals(HESSIAN[i][j], found.item(), 1e-10);
            }
        }
    }

    @Test
    void powellsFunctionOfComputedArgumentsHasItsKnownDerivatives() {
        UnaryOperator<Tensor> f = z -> {
            Tensor p = z.select(0, 0);
            Tensor q = z.select(0, 1);
            return powell(
                    Tensor.stack(0, p.sub(q), p.square(), q.square(), p.square().add(p.mul(q))));
        };
        Tensor z = Tensor.of(new double[] {1, 2});
        ValueAndGrad result = Autodiff.valueAndGrad(f).apply(z);
        assertEquals(9207, result.value().item(), 1e-9);
        assertArrayEquals(new double[] {13_850, 28_460}, result.gradient().toDoubleArray(), 1e-8);
        assertArrayEquals(
                new double[] {33_502, 29_460},
                Autodiff.hvp(f, z, Tensor.of(new double[] {1, 0})).toDoubleArray(),
                1e-8);
        assertArrayEquals(
                new double[] {29_460, 81_664},
                Autodiff.hvp(f, z, Tensor.of(new double[] {0, 1})).toDoubleArray(),
                1e-8);
    }

    @Property
    void theFourthDerivativeOfSineIsSine(@ForAll @DoubleRange(min = -10, max = 10) double at) {
        UnaryOperator<Tensor> f = Tensor::sin;
        for (int i = 0; i < 4; i++) {
            f = Autodiff.grad(f);
        }
        assertEquals(Math.sin(at), f.apply(Tensor.of(at)).item(), 1e-14);
    }

    @Test
    void gradOfGradOfGradOfAPolynomial() {
        UnaryOperator<Tensor> f = x -> x.pow(5).sum();
        assertEquals(80, Autodiff.grad(f).apply(Tensor.of(2.0)).item(), 1e-12);
        assertEquals(160, Autodiff.grad(Autodiff.grad(f)).apply(Tensor.of(2.0)).item(), 1e-12);
        assertEquals(
                240,
                Autodiff.grad(Autodiff.grad(Autodiff.grad(f)))
                        .apply(Tensor.of(2.0))
                        .item(),
                1e-12);
    }

    @Test
    void gradientsDoNotTouchWhatLeavesHold() {
        Tensor x = Tensor.of(3.0).requireGrad();
        x.mul(10).backward();
        Autodiff.gradients(x.square(), List.of(x));
        assertEquals(6, Autodiff.grad(Tensor::square).apply(x).item());
        assertEquals(10, x.grad().item());
    }

    @Test
    void gradientsTakeASeedForSeveralElements() {
        Tensor x = Tensor.of(new double[] {1, 2}).requireGrad();
        Tensor y = x.square();
        Tensor g = Autodiff.gradients(y, Tensor.of(new double[] {10, 100}), List.of(x))
                .get(0);
        assertArrayEquals(new double[] {20, 400}, g.toDoubleArray());
        assertThrows(GradientException.class, () -> Autodiff.gradients(y, List.of(x)));
        assertThrows(ShapeException.class, () -> Autodiff.gradients(y, Tensor.of(1.0), List.of(x)));
    }

    @Test
    void gradientsCanBeDifferentiatedAndTakenAgain() {
        Tensor x = Tensor.of(3.0).requireGrad();
        Tensor y = x.pow(3);
        Tensor slope = Autodiff.gradients(y, List.of(x)).get(0);
        assertEquals(27, slope.item(), 1e-12);
        assertEquals(18, Autodiff.gradients(slope, List.of(x)).get(0).item(), 1e-12);
        assertEquals(27, Autodiff.gradients(y, List.of(x)).get(0).item(), 1e-12);
    }

    @Test
    void vjpPullsACotangentBack() {
        Tensor x = Tensor.of(new double[] {1, 2});
        UnaryOperator<Tensor> f = v -> Tensor.concat(0, v.square(), v.sum().reshape(1));
        Tensor g = Tensor.of(new double[] {1, 10, 100});
        assertArrayEquals(new double[] {102, 140}, Autodiff.vjp(f, x, g).toDoubleArray());
        ShapeException e = assertThrows(ShapeException.class, () -> Autodiff.vjp(f, x, x));
        assertTrue(e.getMessage().contains("[3]"), e.getMessage());
    }

    // ---- forward mode ----

    @Test
    void jvpPushesATangentForward() {
        Tensor x = Tensor.of(new double[] {1, 2});
        Tensor t = Tensor.of(new double[] {10, 100});
        UnaryOperator<Tensor> f = v -> Tensor.concat(0, v.square(), v.sum().reshape(1));
        assertArrayEquals(new double[] {20, 400, 110}, Autodiff.jvp(f, x, t).toDoubleArray());
    }

    @Test
    void jvpOfSeveralTensorsAddsTheDirectionsUp() {
        Tensor x = Tensor.of(3.0);
        Tensor y = Tensor.of(4.0);
        List<Tensor> out = Autodiff.jvp(
                v -> List.of(v.get(0).mul(v.get(1)), v.get(0).square(), Tensor.of(1.0)),
                List.of(x, y),
                List.of(Tensor.of(10.0), Tensor.of(100.0)));
        assertEquals(340, out.get(0).item());
        assertEquals(60, out.get(1).item());
        assertEquals(0, out.get(2).item());
    }

    @Test
    void tangentsMustFitTheirPoints() {
        Tensor x = Tensor.of(new double[] {1, 2});
        assertThrows(ShapeException.class, () -> Autodiff.jvp(Tensor::sin, x, Tensor.of(1.0)));
        assertThrows(DTypeException.class, () -> Autodiff.jvp(Tensor::sin, x, x.to(DType.FLOAT32)));
        GradientException e =
                assertThrows(GradientException.class, () -> Autodiff.jvp(v -> v, List.of(x, x), List.of(x)));
        assertEquals("jvp: 2 points need as many tangents, got 1", e.getMessage());
    }

    // ---- functions inside functions ----

    @Test
    void anInnerDerivativeMayUseAVariableOfTheOuterFunction() {
        // f(x) = d/dy (x²·y³) at y = x, which is 3x⁴; f'(x) = 12x³
        UnaryOperator<Tensor> f =
                x -> Autodiff.grad(y -> x.square().mul(y.pow(3))).apply(x);
        assertEquals(48, f.apply(Tensor.of(2.0)).item(), 1e-12);
        assertEquals(96, Autodiff.grad(f).apply(Tensor.of(2.0)).item(), 1e-12);
        assertEquals(96, Autodiff.jvp(f, Tensor.of(2.0), Tensor.of(1.0)).item(), 1e-12);
    }

    @Test
    void anInnerDerivativeAtAConstantStaysConnectedToTheOuterVariable() {
        // f(x) = d/dy (x²·y³) at y = 1, which is 3x²; f'(x) = 6x: perturbations must not be confused
        UnaryOperator<Tensor> f =
                x -> Autodiff.grad(y -> x.square().mul(y.pow(3))).apply(Tensor.of(1.0));
        assertEquals(12, f.apply(Tensor.of(2.0)).item(), 1e-12);
        assertEquals(12, Autodiff.grad(f).apply(Tensor.of(2.0)).item(), 1e-12);
        assertEquals(12, Autodiff.jvp(f, Tensor.of(2.0), Tensor.of(1.0)).item(), 1e-12);
    }

    @Test
    void perturbationsOfForwardModeAreNotConfused() {
        // d/dx (x · d/dy (x + y)) = 1, of Siskind and Pearlmutter, "Perturbation confusion and referential
        // transparency"
        Tensor one = Tensor.of(1.0);
        Tensor found = Autodiff.jvp(x -> x.mul(Autodiff.jvp(y -> x.add(y), Tensor.of(1.0), one)), Tensor.of(1.0), one);
        assertEquals(1, found.item());
        Tensor reverse = Autodiff.grad(x -> x.mul(Autodiff.grad(y -> x.add(y)).apply(Tensor.of(1.0))))
                .apply(Tensor.of(1.0));
        assertEquals(1, reverse.item());
    }

    @Test
    void backwardReachesAParameterThatAnInnerDerivativeClosesOver() {
        Tensor w = Tensor.of(3.0).requireGrad();
        Tensor slope = Autodiff.grad(x -> w.square().mul(x.square())).apply(Tensor.of(5.0)); // 2·w²·x
        assertEquals(90, slope.item());
        slope.backward();
        assertEquals(60, w.grad().item()); // 4·w·x
    }

    @Test
    void aPenaltyOnTheGradientOfALayerIsDifferentiable() {
        Tensor w = Tensor.normal(Generator.seeded(5), DType.FLOAT64, Shape.of(3, 3), 0, 1);
        Tensor x = Tensor.normal(Generator.seeded(6), DType.FLOAT64, Shape.of(3), 0, 1);
        GradientCheck.of(v -> Autodiff.grad(y -> v.matmul(y).tanh().sum())
                        .apply(x)
                        .square()
                        .sum())
                .at(w)
                .run();
    }

    @Test
    void gradWorksInsideNoGrad() {
        assertEquals(
                6,
                Autodiff.noGrad(() -> Autodiff.grad(Tensor::square).apply(Tensor.of(3.0)))
                        .item());
    }

    // ---- edges ----

    @Test
    void aFunctionThatDoesNotDependOnItsArgumentHasZeroDerivatives() {
        Tensor x = Tensor.of(new double[] {1, 2});
        Tensor w = Tensor.of(7.0).requireGrad();
        assertArrayEquals(
                new double[2], Autodiff.grad(v -> Tensor.of(5.0)).apply(x).toDoubleArray());
        assertArrayEquals(new double[2], Autodiff.grad(v -> w.square()).apply(x).toDoubleArray());
        assertArrayEquals(
                new double[2],
                Autodiff.vjp(v -> Tensor.of(5.0), x, Tensor.of(1.0)).toDoubleArray());
        assertEquals(0, Autodiff.jvp(v -> w.square(), x, x).item());
        assertArrayEquals(new double[2], Autodiff.hvp(v -> v.sum(), x, x).toDoubleArray());
        assertNull(w.grad());
    }

    @Test
    void theIdentityHasGradientOne() {
        assertEquals(1, Autodiff.grad(x -> x).apply(Tensor.of(3.0)).item());
        assertEquals(
                0, Autodiff.grad(Autodiff.grad(x -> x)).apply(Tensor.of(3.0)).item());
    }

    @Test
    void onlyOneNumberHasAGradient() {
        Tensor x = Tensor.of(new double[] {1, 2});
        GradientException e = assertThrows(
                GradientException.class, () -> Autodiff.grad(Tensor::square).apply(x));
        assertTrue(e.getMessage().contains("[2]"), e.getMessage());
        assertTrue(e.getMessage().contains("sum()"), e.getMessage());
    }

    @Test
    void onlyFloatingPointTensorsHaveDerivatives() {
        DTypeException e = assertThrows(
                DTypeException.class,
                () -> Autodiff.grad(x -> x.to(DType.FLOAT64).sum()).apply(Tensor.of(new long[] {1})));
        assertTrue(e.getMessage().contains("int64"), e.getMessage());
    }

    @Test
    void derivativesHaveTheTypeOfTheirArgument() {
        Tensor x = Tensor.of(new float[] {1, 2});
        assertEquals(
                DType.FLOAT32, Autodiff.grad(v -> v.square().sum()).apply(x).dtype());
        assertEquals(DType.FLOAT32, Autodiff.hvp(v -> v.square().sum(), x, x).dtype());
    }

    @Test
    void aDerivativeCanBeTakenInsideADeepGraphWithoutVisitingAllOfIt() {
        // Each step differentiates at a point that was computed; were the whole history swept, this would take 10⁸
        // visits.
        Tensor x = Tensor.of(0.5).requireGrad();
        Tensor y = x;
        for (int i = 0; i < 20_000; i++) {
            y = Autodiff.grad(v -> v.square().mul(0.5)).apply(y);
        }
        y.backward();
        assertEquals(1, x.grad().item());
    }
}

package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.check.GradientCheck;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.DTypeException;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Jacobians, Hessians, linearizations and rules of one's own, alone and inside each other. */
class TransformsTest {
    private static final Tensor X = Tensor.of(new double[] {0.3, -0.7, 1.1});

    private static void assertClose(Tensor want, Tensor got) {
        assertEquals(want.shape(), got.shape());
        assertArrayEquals(want.toDoubleArray(), got.toDoubleArray(), 1e-11);
    }

    /** The derivative by central differences along each element: an independent Jacobian of small functions. */
    private static Tensor differences(UnaryOperator<Tensor> f, Tensor x) {
        Tensor[] columns = new Tensor[x.size()];
        for (int i = 0; i < columns.length; i++) {
            double[] step = new double[columns.length];
            step[i] = 1e-5;
            Tensor t = Tensor.of(step, x.shape());
            columns[i] = f.apply(x.add(t)).sub(f.apply(x.sub(t))).div(2e-5);
        }
        Tensor y = f.apply(x);
        return Tensor.stack(y.rank(), columns).reshape(y.shape().concat(x.shape()));
    }

    @Test
    void onlyAPointThatMayChangeIsCopied() {
        Tensor[] seen = new Tensor[1];
        UnaryOperator<Tensor> gradient = Autodiff.grad(x -> {
            seen[0] = x;
            return x.square().sum();
        });
        assertClose(X.mul(2), gradient.apply(X));
        assertSame(X.rawArray(), seen[0].rawArray());
        assertTrue(seen[0].requiresGrad());
        assertFalse(X.requiresGrad());
        Tensor p = X.requireGrad();
        assertClose(p.mul(2), gradient.apply(p.detach()));
        assertNotSame(p.rawArray(), seen[0].rawArray());
        assertFalse(InPlace.canChange(seen[0]));
    }

    // ---- Jacobians and Hessians ----

    @Test
    void aJacobianHasTheShapesOfResultAndPoint() {
        Tensor w = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, Shape.of(2, 3));
        UnaryOperator<Tensor> wide = x -> x.square().sum(0); // [3] from [2, 3]
        UnaryOperator<Tensor> tall = x -> Tensor.stack(0, x.sin(), x.cos(), x.exp()); // [3, 2, 3] from [2, 3]
        for (UnaryOperator<Tensor> f : List.of(wide, tall)) {
            Tensor j = Autodiff.jacobian(f, w);
            assertEquals(f.apply(w).shape().concat(w.shape()), j.shape());
            assertTrue(j.allClose(differences(f, w), 1e-8, 1e-8));
            assertFalse(j.requiresGrad());
        }
    }

    @Test
    void theJacobianOfALinearMapIsItsMatrixInBothModes() {
        Tensor a = Tensor.of(new double[][] {{1, 2, 3}, {4, 5, 6}});
        assertClose(a, Autodiff.jacobian(a::matmul, X)); // by rows
        Tensor b = a.transpose();
        assertClose(b, Autodiff.jacobian(b::matmul, Tensor.of(new double[] {1, 2}))); // by columns
    }

    @Test
    void rankZeroEmptyAndConstantFunctionsHaveJacobians() {
        Tensor two = Tensor.of(2.0);
        assertClose(Tensor.of(12.0), Autodiff.jacobian(x -> x.pow(3), two));
        assertClose(Tensor.of(12.0), Autodiff.hessian(x -> x.pow(3), two));
        assertEquals(
                Shape.of(0, 3), Autodiff.jacobian(x -> x.narrow(0, 0, 0), X).shape());
        assertEquals(
                Shape.of(0),
                Autodiff.jacobian(x -> x.sum(), Tensor.zeros(DType.FLOAT64, 0)).shape());
        assertClose(Tensor.zeros(DType.FLOAT64, 2, 3), Autodiff.jacobian(x -> Tensor.of(new double[] {1, 2}), X));
        assertClose(Tensor.zeros(DType.FLOAT64, 3, 3), Autodiff.hessian(x -> x.sum(), X));
        assertEquals(
                DType.FLOAT32,
                Autodiff.jacobian(Tensor::exp, X.to(DType.FLOAT32)).dtype());
    }

    @Test
    void theHessianOfAQuadraticFormIsItsSymmetricMatrix() {
        Tensor a = Tensor.of(new double[][] {{1, 2, 3}, {4, 5, 6}, {7, 8, 10}});
        assertClose(a.add(a.transpose()), Autodiff.hessian(x -> x.matmul(a).matmul(x), X));
    }

    @Test
    void theHessianOfAMatrixHasItsShapeTwice() {
        Tensor w = Tensor.of(new double[][] {{0.1, 0.2}, {0.3, 0.4}});
        UnaryOperator<Tensor> f = x -> x.matmul(x).tanh().sum();
        Tensor h = Autodiff.hessian(f, w);
        assertEquals(Shape.of(2, 2, 2, 2), h.shape());
        assertTrue(h.allClose(differences(Autodiff.grad(f), w), 1e-8, 1e-8));
    }

    @Test
    void aHessianOfSeveralArgumentsComesInBlocks() {
        Tensor a = Tensor.of(new double[] {1, 2});
        Tensor b = Tensor.of(3.0);
        List<List<Tensor>> h = Autodiff.hessian(
                (List<Tensor> p) -> p.get(0).square().sum().mul(p.get(1).square()), List.of(a, b));
        assertClose(Tensor.eye(DType.FLOAT64, 2).mul(18), h.get(0).get(0));
        assertClose(Tensor.of(new double[] {12, 24}), h.get(0).get(1));
        assertClose(Tensor.of(new double[] {12, 24}), h.get(1).get(0));
        assertClose(Tensor.of(10.0), h.get(1).get(1));

        List<Tensor> j = Autodiff.jacobian((List<Tensor> p) -> p.get(0).mul(p.get(1)), List.of(a, b));
        assertClose(Tensor.eye(DType.FLOAT64, 2).mul(3), j.get(0));
        assertClose(a, j.get(1));
        List<Tensor> g =
                Autodiff.vjp((List<Tensor> p) -> p.get(0).mul(p.get(1)), List.of(a, b), Tensor.of(new double[] {1, 1}));
        assertClose(Tensor.of(new double[] {3, 3}), g.get(0));
        assertClose(Tensor.of(3.0), g.get(1));
    }

    @Test
    void aLinearizationRunsTheFunctionOnce() {
        AtomicInteger runs = new AtomicInteger();
        Linearization near = Autodiff.linearize(
                x -> {
                    runs.incrementAndGet();
                    return x.sin();
                },
                X);
        assertClose(X.sin(), near.value());
        Tensor t = Tensor.of(new double[] {1, 2, 3});
        assertClose(X.cos().mul(t), near.jvp(t));
        assertClose(X.cos().mul(t), near.vjp(t));
        assertClose(near.jacobian().matmul(t), near.jvp(t));
        assertEquals(1, runs.get());
        assertThrows(ShapeException.class, () -> near.jvp(Tensor.of(1.0)));
        assertThrows(ShapeException.class, () -> near.vjp(Tensor.of(1.0)));
    }

    // ---- derivatives of derivatives ----

    @Test
    void jacobiansCanBeDifferentiatedAgain() {
        // f = x³ has the Jacobian diag(3x²), whose square sum has the gradient 36x³.
        UnaryOperator<Tensor> f = x -> x.pow(3);
        assertClose(
                X.pow(3).mul(36),
                Autodiff.grad(x -> Autodiff.jacobian(f, x).square().sum()).apply(X));
        assertEquals(
                Shape.of(3, 3, 3),
                Autodiff.jacobian(Autodiff.jacobian(f)).apply(X).shape());
        Tensor third = Autodiff.jacobian(Autodiff.hessian(x -> x.pow(4).sum()), X);
        assertEquals(Shape.of(3, 3, 3), third.shape());
        assertEquals(24 * 1.1, third.get(2, 2, 2), 1e-12);
        assertEquals(0, third.get(2, 1, 2), 0);
    }

    @Test
    void aHessianStaysConnectedToWhatTheFunctionClosesOver() {
        Tensor w = Tensor.of(2.0).requireGrad();
        Tensor h = Autodiff.hessian(x -> x.square().sum().mul(w.pow(3)), X);
        assertTrue(h.requiresGrad());
        h.sum().backward();
        assertEquals(3 * 2 * 3 * 4, w.grad().item(), 1e-12);
    }

    @Test
    void theHessianOfAFunctionThatCallsGradIsRight() {
        UnaryOperator<Tensor> inner = x -> x.sin().mul(x).sum();
        UnaryOperator<Tensor> f = x -> Autodiff.grad(inner).apply(x).square().sum();
        GradientCheck.of(f).at(X).run();
        assertTrue(Autodiff.hessian(f, X).allClose(differences(Autodiff.grad(f), X), 1e-7, 1e-7));
    }

    @Test
    void modesNestInAnyOrder() {
        UnaryOperator<Tensor> f = x -> x.sin().mul(x.exp());
        Tensor t = Tensor.of(new double[] {1, -2, 0.5});
        Tensor u = Tensor.of(new double[] {0.3, 0.2, -0.1});
        // f acts element by element: every derivative along a direction is a product.
        Tensor first = X.exp().mul(X.sin().add(X.cos()));
        Tensor second = X.exp().mul(X.cos()).mul(2);
        Tensor third = X.exp().mul(X.cos().sub(X.sin())).mul(2);
        UnaryOperator<Tensor> slope = Autodiff.grad(x -> f.apply(x).sum());
        assertClose(first, slope.apply(X));
        assertClose(second.mul(t), Autodiff.jvp(slope, X, t));
        assertClose(second.mul(t).mul(u), Autodiff.vjp(x -> Autodiff.jvp(f, x, t), X, u));
        assertClose(second.mul(t).mul(u), Autodiff.jvp(x -> Autodiff.vjp(f, x, u), X, t));
        assertClose(
                third,
                Autodiff.grad(z -> Autodiff.grad(y -> slope.apply(y).sum())
                                .apply(z)
                                .sum())
                        .apply(X));
    }

    @Test
    void transformsInsideNoGradGiveTheSameAndStayUnconnected() {
        Tensor w = X.requireGrad();
        UnaryOperator<Tensor> f = x -> x.mul(w).exp().sum();
        Tensor outside = Autodiff.hessian(f, w);
        Tensor inside = Autodiff.noGrad(() -> Autodiff.hessian(f, w));
        assertTrue(outside.requiresGrad());
        assertFalse(inside.requiresGrad());
        assertArrayEquals(outside.toDoubleArray(), inside.toDoubleArray());
        assertFalse(Autodiff.noGrad(() -> Autodiff.jacobian(x -> x.mul(w), w)).requiresGrad());
    }

    @Test
    void nothingFlowsThroughAStoppedGradient() {
        UnaryOperator<Tensor> f = x -> x.mul(Autodiff.stopGradient(x)).sum();
        assertClose(X, Autodiff.grad(f).apply(X));
        assertClose(X, Autodiff.jvp(x -> x.mul(Autodiff.stopGradient(x)), X, X.onesLike()));
    }

    // ---- rules of one's own ----

    private static final UnaryOperator<Tensor> CUBE_BY_VJP = Autodiff.customVjp(
            x -> x.mul(x).mul(x), (x, out, g) -> g.mul(x.square().mul(3)));
    private static final UnaryOperator<Tensor> CUBE_BY_JVP = Autodiff.customJvp(
            x -> x.mul(x).mul(x), (x, out, t) -> t.mul(x.square().mul(3)));

    @Test
    void oneRuleGivesBothModesOfAnyOrder() {
        for (UnaryOperator<Tensor> cube : List.of(CUBE_BY_VJP, CUBE_BY_JVP)) {
            GradientCheck.of(cube).at(X).run();
            GradientCheck.of((Tensor x) -> cube.apply(x.sin()).mul(x)).at(X).run();
            assertClose(
                    X.mul(6),
                    Autodiff.grad(y -> Autodiff.grad(x -> cube.apply(x).sum())
                                    .apply(y)
                                    .sum())
                            .apply(X));
            Tensor h = Autodiff.hessian(x -> cube.apply(x).sum(), X);
            assertClose(Autodiff.hessian(x -> x.pow(3).sum(), X), h);
            assertClose(
                    Autodiff.hessian(x -> x.pow(3).square().sum(), X),
                    Autodiff.hessian(x -> Autodiff.checkpoint(cube, x).square().sum(), X));
            assertFalse(Autodiff.noGrad(() -> cube.apply(X.requireGrad())).requiresGrad());
        }
    }

    @Test
    void aRuleMayReadTheResult() {
        UnaryOperator<Tensor> exp = Autodiff.customVjp(Tensor::exp, (x, out, g) -> g.mul(out));
        GradientCheck.of(exp).at(X).run();
        UnaryOperator<Tensor> pushed = Autodiff.customJvp(Tensor::exp, (x, out, t) -> t.mul(out));
        GradientCheck.of(pushed).at(X).run();
    }

    @Test
    void aRuleMayChangeAGradientOnItsWay() {
        UnaryOperator<Tensor> clipped = Autodiff.customVjp(x -> x, (x, out, g) -> g.clamp(-1, 1));
        Tensor g = Autodiff.grad(x -> clipped.apply(x)
                        .mul(Tensor.of(new double[] {-5, 0.5, 7}))
                        .sum())
                .apply(X);
        assertArrayEquals(new double[] {-1, 0.5, 1}, g.toDoubleArray());
    }

    @Test
    void aRuleWithAConstantPartIsRefusedWhereItIsTransposed() {
        Tensor ones = X.onesLike();
        UnaryOperator<Tensor> forward = Autodiff.customJvp(Tensor::sin, (x, out, t) -> ones);
        GradientException e = assertThrows(GradientException.class, () -> Autodiff.vjp(forward, X, ones));
        assertEquals(
                "customJvp: the rule gives a tangent of 1.0 at [0] for t = 0, expected 0; it must be linear in t, since the"
                        + " other mode follows by transposing it",
                e.getMessage());
        UnaryOperator<Tensor> back = Autodiff.customVjp(Tensor::sin, (x, out, g) -> g.sub(2));
        e = assertThrows(GradientException.class, () -> Autodiff.jvp(back, X, ones));
        assertEquals(
                "customVjp: the VJP gives a gradient for input 0 of -2.0 at [0] for g = 0, expected 0; it must be linear in"
                        + " g, since the other mode follows by transposing it",
                e.getMessage());
    }

    @Test
    void aFunctionWithAWholeNumberAsItsResultHasNoDerivative() {
        DTypeException e = assertThrows(
                DTypeException.class, () -> Autodiff.grad(x -> x.argmax()).apply(X));
        assertTrue(
                e.getMessage().startsWith("grad: expected a function whose result is float32 or float64, got int64"));
    }

    @Test
    void messagesNameTheTransformThatWasCalled() {
        UnaryOperator<Tensor> vector = x -> x.square();
        Map<String, Supplier<?>> calls = new LinkedHashMap<>();
        calls.put("grad", () -> Autodiff.grad(vector).apply(X));
        calls.put("valueAndGrad", () -> Autodiff.valueAndGrad(vector).apply(X));
        calls.put("hvp", () -> Autodiff.hvp(vector, X, X));
        calls.put("hessian", () -> Autodiff.hessian(vector, X));
        calls.forEach((name, call) -> assertEquals(
                name + ": the function must give one number, got shape " + X.shape()
                        + "; reduce it with sum(), or use vjp or jacobian",
                assertThrows(GradientException.class, () -> call.get()).getMessage()));
        assertTrue(assertThrows(
                        GradientException.class,
                        () -> Autodiff.hessian(xs -> xs.get(0).square(), List.of(X)))
                .getMessage()
                .startsWith("hessian: the function must give one number"));
    }

    @Test
    @SuppressWarnings("NullAway") // null is what is refused
    void aFunctionThatReturnsNullIsNamedByTheTransform() {
        UnaryOperator<Tensor> nothing = x -> null;
        Map<String, Supplier<?>> calls = new LinkedHashMap<>();
        calls.put("grad", () -> Autodiff.grad(nothing).apply(X));
        calls.put("valueAndGrad", () -> Autodiff.valueAndGrad(nothing).apply(X));
        calls.put("vjp", () -> Autodiff.vjp(nothing, X, X));
        calls.put("jvp", () -> Autodiff.jvp(nothing, X, X));
        calls.put("hvp", () -> Autodiff.hvp(nothing, X, X));
        calls.put("linearize", () -> Autodiff.linearize(nothing, X));
        calls.put("jacobian", () -> Autodiff.jacobian(nothing, X));
        calls.put("hessian", () -> Autodiff.hessian(nothing, X));
        calls.put("compile", () -> Autodiff.compile(nothing).apply(X));
        calls.forEach((name, call) -> assertEquals(
                name + ": the function returned null",
                assertThrows(NullPointerException.class, () -> call.get()).getMessage()));
        assertEquals(
                "jvp: the function returned null",
                assertThrows(NullPointerException.class, () -> Autodiff.jvp(xs -> null, List.of(X), List.of(X)))
                        .getMessage());
        assertEquals(
                "compile: the function returned null",
                assertThrows(
                                NullPointerException.class,
                                () -> Autodiff.compileAll(xs -> null).applyAll(List.of(X)))
                        .getMessage());
    }

    @Test
    void aPointOfWholeNumbersIsNamedByTheTransform() {
        Tensor whole = Tensor.of(1);
        UnaryOperator<Tensor> f = x -> x.to(DType.FLOAT64).sum();
        for (String name : List.of("hvp", "hessian", "jacobian")) {
            DTypeException e = assertThrows(DTypeException.class, () -> {
                switch (name) {
                    case "hvp" -> Autodiff.hvp(f, whole, whole);
                    case "hessian" -> Autodiff.hessian(f, whole);
                    default -> Autodiff.jacobian(f, whole);
                }
            });
            assertTrue(e.getMessage().startsWith(name + ": expected a point of float32 or float64"), e.getMessage());
        }
    }

    @Test
    void aRuleOfTheWrongShapeIsRefused() {
        UnaryOperator<Tensor> back = Autodiff.customVjp(x -> x.square(), (x, out, g) -> g.sum());
        assertThrows(
                ShapeException.class,
                () -> Autodiff.grad(x -> back.apply(x).sum()).apply(X));
        UnaryOperator<Tensor> forward = Autodiff.customJvp(x -> x.square(), (x, out, t) -> t.sum());
        assertThrows(ShapeException.class, () -> Autodiff.jvp(forward, X, X));
        assertThrows(
                ShapeException.class,
                () -> Autodiff.grad(x -> forward.apply(x).sum()).apply(X));
    }

    @Test
    void aRuleRefusesWhatItsFunctionClosesOver() {
        Tensor w = X.requireGrad();
        UnaryOperator<Tensor> f = Autodiff.customVjp(x -> x.mul(w), (x, out, g) -> g.mul(w));
        GradientException e = assertThrows(GradientException.class, () -> f.apply(X));
        assertTrue(e.getMessage().startsWith("customVjp: the function uses a tensor that requires a gradient"));
        UnaryOperator<Tensor> cut = Autodiff.customVjp(
                x -> x.mul(Autodiff.stopGradient(w)), (x, out, g) -> g.mul(Autodiff.stopGradient(w)));
        assertClose(w, Autodiff.grad(x -> cut.apply(x).sum()).apply(X));
    }
}

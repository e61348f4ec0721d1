package dev.autodiff.user;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.Autodiff;
import dev.autodiff.CustomOp;
import dev.autodiff.Generator;
import dev.autodiff.GradientException;
import dev.autodiff.Graph;
import dev.autodiff.InPlace;
import dev.autodiff.Saved;
import dev.autodiff.Tensor;
import dev.autodiff.check.GradientCheck;
import dev.autodiff.check.GradientCheckException;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.DTypeException;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Operations of a user, written in a package of his own. */
class CustomOpTest {
    /** out = x³ */
    private record Cube() implements CustomOp {
        @Override
        public Tensor forward(Tensor[] in) {
            return in[0].mul(in[0]).mul(in[0]);
        }

        @Override
        public Tensor[] vjp(Tensor g, Saved s) {
            return new Tensor[] {g.mul(s.input(0).square().mul(3))};
        }
    }

    /** out = w·x·y element by element, of two inputs and an attribute. */
    private record WeightedProduct(double weight) implements CustomOp {
        @Override
        public Tensor forward(Tensor[] in) {
            return in[0].mul(in[1]).mul(weight);
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved s) {
            return new Tensor[] {
                s.needs(0) ? g.mul(s.input(1)).mul(weight) : null,
                s.needs(1) ? g.mul(s.input(0)).mul(weight) : null
            };
        }
    }

    /** out = x, with any rule: for what a rule may do wrong. */
    private record Same(BiFunction<Tensor, Saved, @Nullable Tensor[]> rule, Keep keeps) implements CustomOp {
        Same(BiFunction<Tensor, Saved, @Nullable Tensor[]> rule) {
            this(rule, Keep.BOTH);
        }

        @Override
        public Tensor forward(Tensor[] in) {
            return in[0];
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved s) {
            return rule.apply(g, s);
        }
    }

    /** out = f(x) whose rule computes f again and differentiates it, so that nothing in between is kept. */
    private record Recomputed(UnaryOperator<Tensor> function) implements CustomOp {
        @Override
        public Tensor forward(Tensor[] in) {
            return function.apply(in[0]);
        }

        @Override
        public Tensor[] vjp(Tensor g, Saved s) {
            return new Tensor[] {Autodiff.vjp(function, s.input(0), g)};
        }

        @Override
        public Keep keeps() {
            return Keep.INPUTS;
        }
    }

    private static Tensor random(long seed, int... sizes) {
        return Tensor.normal(Generator.seeded(seed), DType.FLOAT64, Shape.of(sizes), 0, 1);
    }

    // ---- right rules ----

    @Test
    void theRuleIsUsedForTheGradient() {
        Tensor x = Tensor.of(new double[] {2, -1}).requireGrad();
        Tensor y = new Cube().apply(x);
        assertArrayEquals(new double[] {8, -1}, y.toDoubleArray());
        y.sum().backward();
        assertArrayEquals(new double[] {12, 3}, x.grad().toDoubleArray());
    }

    @Test
    void forwardModeFollowsFromTheRule() {
        Tensor x = Tensor.of(new double[] {2, -1});
        Tensor t = Tensor.of(new double[] {10, 100});
        assertArrayEquals(
                new double[] {120, 300},
                Autodiff.jvp(v -> new Cube().apply(v), x, t).toDoubleArray());
    }

    @Test
    void secondAndThirdDerivativesFollowFromTheRule() {
        UnaryOperator<Tensor> first = Autodiff.grad(v -> new Cube().apply(v));
        UnaryOperator<Tensor> second = Autodiff.grad(first);
        assertEquals(12, first.apply(Tensor.of(2.0)).item());
        assertEquals(12, second.apply(Tensor.of(2.0)).item());
        assertEquals(6, Autodiff.grad(second).apply(Tensor.of(2.0)).item());
    }

    @Test
    void gradientCheckAcceptsARightRule() {
        GradientCheck.of(x -> new Cube().apply(x)).at(random(1, 2, 3)).run();
        GradientCheck.ofSeveral(xs ->
                        new WeightedProduct(0.5).apply(xs.get(0), xs.get(1)).sin())
                .at(random(1, 4), random(2, 4))
                .run();
    }

    @Test
    void onlyTheWantedInputsAreAskedFor() {
        Tensor x = random(1, 3).requireGrad();
        Tensor constant = random(2, 3);
        Tensor y = new WeightedProduct(2).apply(x, constant);
        y.sum().backward();
        assertTrue(x.grad().allClose(constant.mul(2), 0, 0));
    }

    @Test
    void anOperationWithoutAnInputThatRequiresAGradientIsNotRecorded() {
        assertFalse(new Cube().apply(Tensor.of(2.0)).requiresGrad());
        assertFalse(Autodiff.noGrad(() -> new Cube().apply(Tensor.of(2.0).requireGrad()))
                .requiresGrad());
    }

    @Test
    void theGraphShowsTheOperationAsOne() {
        Tensor y = new Cube().apply(Tensor.of(2.0).requireGrad());
        List<Graph.Entry> nodes = Graph.of(y).nodes();
        assertEquals(2, nodes.size());
        assertEquals("Cube", nodes.get(0).operation());
    }

    @Test
    void forwardMayReturnItsInput() {
        Tensor x = random(1, 3).requireGrad();
        Tensor y = new Same((g, s) -> new Tensor[] {g.mul(7)}).apply(x);
        assertTrue(x.isLeaf(), "the input stays what it was");
        assertFalse(y.isLeaf());
        y.sum().backward();
        assertArrayEquals(new double[] {7, 7, 7}, x.grad().toDoubleArray());
    }

    @Test
    void aResultThatIsTheParameterItselfDoesNotFollowItsChanges() {
        Tensor x = Tensor.of(new double[] {1, 2}).requireGrad();
        Tensor y = new Same((g, s) -> new Tensor[] {g.mul(s.output())}, CustomOp.Keep.OUTPUT).apply(x);
        InPlace.assign(x, Tensor.of(new double[] {100, 200}));
        assertArrayEquals(new double[] {1, 2}, y.toDoubleArray());
        y.sum().backward();
        assertArrayEquals(new double[] {1, 2}, x.grad().toDoubleArray());
    }

    @Test
    void aRuleMayDifferentiateByItself() {
        UnaryOperator<Tensor> f = v -> v.sin().mul(v.exp());
        UnaryOperator<Tensor> plain = v -> f.apply(v.square()).add(v.square().cos());
        UnaryOperator<Tensor> recomputed = v -> {
            Tensor square = v.square();
            return new Recomputed(f).apply(square).add(square.cos());
        };
        Tensor a = random(3, 4).requireGrad();
        Tensor b = a.requireGrad();
        plain.apply(a).sum().backward();
        recomputed.apply(b).sum().backward();
        assertTrue(a.grad().allClose(b.grad(), 1e-14, 1e-14), () -> a.grad() + " and " + b.grad());
        GradientCheck.of(recomputed).at(random(3, 4)).run();
    }

    // ---- wrong rules ----

    @Test
    void gradientCheckFindsAWrongRuleAndSaysWhere() {
        CustomOp wrong = new Same((g, s) ->
                new Tensor[] {g.mul(Tensor.of(new double[] {1, 1, 1.001, 1}))}); // out = x, so all should be 1
        GradientCheckException e = assertThrows(
                GradientCheckException.class,
                () -> GradientCheck.of(x -> wrong.apply(x)).at(random(1, 4)).run());
        assertTrue(e.getMessage().contains("reverse mode against differences"), e.getMessage());
        assertTrue(e.getMessage().contains("[4]"), e.getMessage());
        assertTrue(e.getMessage().contains("argument 0, element 2"), e.getMessage());
        assertTrue(e.getMessage().contains("seed 1"), e.getMessage());
    }

    @Test
    void gradientCheckFindsAWrongForwardRule() {
        record HalfTangent() implements CustomOp {
            @Override
            public Tensor forward(Tensor[] in) {
                return in[0].sin();
            }

            @Override
            public Tensor[] vjp(Tensor g, Saved s) {
                return new Tensor[] {g.mul(s.input(0).cos())};
            }

            @Override
            public Tensor jvp(@Nullable Tensor[] tangents, Saved s) {
                return tangents[0].mul(s.input(0).cos()).mul(0.5);
            }
        }
        GradientCheckException e = assertThrows(
                GradientCheckException.class,
                () -> GradientCheck.of(x -> new HalfTangent().apply(x))
                        .at(random(1, 4))
                        .run());
        assertTrue(e.getMessage().contains("forward mode against reverse mode"), e.getMessage());
    }

    @Test
    void gradientCheckFindsARuleThatForgetsTheSecondOrder() {
        record Forgetful() implements CustomOp {
            @Override
            public Tensor forward(Tensor[] in) {
                return in[0].square();
            }

            @Override
            public Tensor[] vjp(Tensor g, Saved s) {
                return new Tensor[] {g.mul(s.input(0).detach()).mul(2)};
            }
        }
        GradientCheck check = GradientCheck.of(x -> new Forgetful().apply(x)).at(random(1, 4));
        GradientCheckException e = assertThrows(GradientCheckException.class, check::run);
        assertTrue(e.getMessage().contains("second order"), e.getMessage());
        check.firstOrderOnly().run();
    }

    @Test
    void gradientCheckNeedsFloat64AndAPoint() {
        DTypeException e = assertThrows(
                DTypeException.class,
                () -> GradientCheck.of(Tensor::sin).at(random(1, 4).to(DType.FLOAT32)));
        assertTrue(e.getMessage().contains("to(DType.FLOAT64)"), e.getMessage());
        assertThrows(
                IllegalStateException.class, () -> GradientCheck.of(Tensor::sin).run());
    }

    // ---- errors name the operation ----

    private static <E extends RuntimeException> E refused(
            Class<E> type, BiFunction<Tensor, Saved, @Nullable Tensor[]> rule) {
        Tensor y = new Same(rule).apply(random(1, 3).requireGrad()).sum();
        E e = assertThrows(type, y::backward);
        assertTrue(e.getMessage().contains("Same"), e.getMessage());
        return e;
    }

    private static void refusedInForwardMode(BiFunction<Tensor, Saved, @Nullable Tensor[]> rule) {
        Tensor x = random(1, 3);
        RuntimeException e =
                assertThrows(RuntimeException.class, () -> Autodiff.jvp(v -> new Same(rule).apply(v), x, x.onesLike()));
        assertNotNull(e.getMessage());
        assertTrue(e.getMessage().contains("Same"), e.getMessage());
    }

    @Test
    void aMissingGradientIsAnErrorAndNeverAZero() {
        List<BiFunction<Tensor, Saved, @Nullable Tensor[]>> rules =
                List.of((g, s) -> new Tensor[] {null}, (g, s) -> new Tensor[0], (g, s) -> null);
        for (var rule : rules) {
            GradientException e = refused(GradientException.class, rule);
            assertTrue(e.getMessage().contains("no gradient for input 0"), e.getMessage());
            refusedInForwardMode(rule);
        }
    }

    @Test
    void aGradientOfAnotherShapeIsRefused() {
        ShapeException e = refused(ShapeException.class, (g, s) -> new Tensor[] {g.sum()});
        assertEquals("backward of Same: expected a gradient of shape [3], got []", e.getMessage());
        refusedInForwardMode((g, s) -> new Tensor[] {g.sum()});
    }

    @Test
    void aGradientOfAnotherTypeIsRefused() {
        DTypeException e = refused(DTypeException.class, (g, s) -> new Tensor[] {g.to(DType.FLOAT32)});
        assertEquals("backward of Same: expected a gradient of type float64, got float32", e.getMessage());
        refusedInForwardMode((g, s) -> new Tensor[] {g.to(DType.FLOAT32)});
    }

    @Test
    void aRuleReadsOnlyWhatItSaidItKeeps() {
        Tensor x = random(1, 3).requireGrad();
        Tensor ofInput = new Same((g, s) -> new Tensor[] {g.mul(s.input(0))}, CustomOp.Keep.OUTPUT).apply(x);
        Tensor ofOutput = new Same((g, s) -> new Tensor[] {g.mul(s.output())}, CustomOp.Keep.INPUTS).apply(x);
        for (Tensor y : List.of(ofInput.sum(), ofOutput.sum())) {
            IllegalStateException e = assertThrows(IllegalStateException.class, y::backward);
            assertTrue(e.getMessage().contains("Same"), e.getMessage());
            assertTrue(e.getMessage().contains("keeps()"), e.getMessage());
        }
    }

    @Test
    void aForwardThatReturnsNothingIsAnError() {
        record Nothing() implements CustomOp {
            @Override
            public Tensor forward(Tensor[] in) {
                return null;
            }

            @Override
            public Tensor[] vjp(Tensor g, Saved s) {
                return new Tensor[] {g};
            }
        }
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> new Nothing().apply(Tensor.of(1.0)));
        assertEquals("Nothing: forward returned null; expected a tensor", e.getMessage());
    }

    @Test
    void aForwardRuleThatReturnsNothingIsAnError() {
        record NoTangent() implements CustomOp {
            @Override
            public Tensor forward(Tensor[] in) {
                return in[0];
            }

            @Override
            public Tensor[] vjp(Tensor g, Saved s) {
                return new Tensor[] {g};
            }

            @Override
            public Tensor jvp(@Nullable Tensor[] tangents, Saved s) {
                return null;
            }
        }
        Tensor x = random(1, 3);
        GradientException e =
                assertThrows(GradientException.class, () -> Autodiff.jvp(v -> new NoTangent().apply(v), x, x));
        assertTrue(e.getMessage().contains("NoTangent"), e.getMessage());
    }
}

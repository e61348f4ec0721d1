package dev.autodiff.check;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.Autodiff;
import dev.autodiff.CustomOp;
import dev.autodiff.Generator;
import dev.autodiff.Saved;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.DTypeException;
import dev.autodiff.shape.Shape;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Wrong derivatives must be found and right ones accepted, whatever the scale of the values and of the point. */
class GradientCheckTest {
    private static final double[] SCALES = {1e-12, 1e-7, 1e-3, 1, 1e3, 1e7, 1e12};

    /** Smaller derivatives count as rounding. */
    private static final double[] SCALES_OF_FAULTS = {1e-7, 1e-3, 1, 1e3, 1e7, 1e12};

    private static final Tensor POINT = Tensor.normal(Generator.seeded(4), DType.FLOAT64, Shape.of(2, 3), 0, 1);

    private static final Map<String, UnaryOperator<Tensor>> SMOOTH = Map.of(
            "square", Tensor::square,
            "sine", Tensor::sin,
            "seventh power", x -> x.pow(7),
            "softmax", x -> x.softmax(-1),
            "logSumExp", x -> x.logSumExp(-1),
            "product", x -> x.matmul(x.transpose()),
            "deviations", x -> x.sub(x.mean(true, -1)).square().mean(-1));

    /** A cube whose rules are multiplied by numbers that should be 1. */
    private record Cube(double vjpFactor, double jvpFactor, boolean detached) implements CustomOp {
        @Override
        public Tensor forward(Tensor[] inputs) {
            return inputs[0].pow(3);
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            Tensor x = saved.input(0);
            return new Tensor[] {g.mul((detached ? x.detach() : x).square()).mul(3 * vjpFactor)};
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            return Objects.requireNonNull(tangents[0])
                    .mul(saved.input(0).square())
                    .mul(3 * jvpFactor);
        }
    }

    private static void assertFound(UnaryOperator<Tensor> f, Tensor at, String where) {
        assertThrows(
                GradientCheckException.class, () -> GradientCheck.of(f).at(at).run(), () -> where + " was not found");
    }

    @Test
    void rightDerivativesPassAtAllScalesOfTheValue() {
        SMOOTH.forEach((name, f) -> {
            for (double scale : SCALES) {
                GradientCheck.of(x -> f.apply(x).mul(scale)).at(POINT).run();
            }
        });
    }

    @Test
    void rightDerivativesPassAtAllScalesOfThePoint() {
        SMOOTH.forEach((name, f) -> {
            for (double scale : SCALES) {
                GradientCheck.of(x -> f.apply(x.div(scale)))
                        .at(POINT.mul(scale))
                        .run();
            }
        });
    }

    @Test
    void rightDerivativesPassOnTopOfALargeConstant() {
        SMOOTH.forEach((name, f) ->
                GradientCheck.of(x -> f.apply(x).add(1e7)).at(POINT).run());
    }

    @Test
    void rightDerivativesPassWhereTheyAreZero() {
        Tensor zeros = Tensor.zeros(DType.FLOAT64, 3);
        GradientCheck.of(x -> x.pow(7)).at(zeros).run();
        GradientCheck.of(Tensor::cos).at(zeros).run();
        GradientCheck.of(x -> x.reshape(3, 1).softmax(-1)).at(zeros.add(1)).run();
        GradientCheck.of(x -> Tensor.of(5.0).add(x.mul(0))).at(zeros).run();
    }

    /** A gradient 1.5 times too large once passed if the function's values were small, or stood on a large constant. */
    @Test
    void wrongGradientsAreFoundAtAllScales() {
        for (double factor : new double[] {1.5, 1.001, 1 + 1e-5, 0, -1}) {
            for (double scale : SCALES_OF_FAULTS) {
                if (Math.abs(factor - 1) * scale < 1e-9) {
                    continue; // below what the check counts as rounding
                }
                UnaryOperator<Tensor> f = x -> new Cube(factor, factor, false).apply(x);
                assertFound(x -> f.apply(x).mul(scale), POINT, "factor " + factor + " at values of " + scale);
                assertFound(
                        x -> f.apply(x.div(scale)), POINT.mul(scale), "factor " + factor + " at points of " + scale);
            }
        }
        for (double factor : new double[] {1.5, 1.001, 0, -1}) {
            assertFound(x -> new Cube(factor, factor, false).apply(x).add(1e7), POINT, "factor " + factor + " on 10⁷");
        }
    }

    @Test
    void oneWrongElementAmongManyIsFoundAndNamed() {
        Tensor mask = Tensor.of(new double[] {1, 1, 1, 1, 1.01, 1}, Shape.of(2, 3));
        UnaryOperator<Tensor> f =
                Autodiff.customVjp(Tensor::sin, (x, out, g) -> g.mul(x.cos()).mul(mask));
        GradientCheckException e = assertThrows(
                GradientCheckException.class,
                () -> GradientCheck.of(f).at(POINT).run());
        assertTrue(e.getMessage().contains("argument 0, element 4"), e.getMessage());
    }

    private static String message(UnaryOperator<Tensor> f, Tensor at) {
        return assertThrows(
                        GradientCheckException.class,
                        () -> GradientCheck.of(f).at(at).run())
                .getMessage();
    }

    /** The message once named an element of the gradient that was right, with twice the same number. */
    @Test
    void atAKinkTheMessageSaysSo() {
        Tensor point = Tensor.of(new double[] {1.3, 0, -0.7});
        Map<String, UnaryOperator<Tensor>> kinked = Map.of(
                "abs", Tensor::abs,
                "relu", Tensor::relu,
                "square of relu", x -> x.relu().square(),
                "sign", x -> x.mul(0).add(x.sign()),
                "floor", x -> x.mul(0).add(x.floor()));
        kinked.forEach((name, f) -> {
            String message = message(f, point);
            assertTrue(message.contains("argument 0, element 1"), () -> name + ": " + message);
            assertTrue(message.contains("has a kink or a jump there"), () -> name + ": " + message);
            Matcher numbers =
                    Pattern.compile("element 1: .* gives (\\S+), .* (\\S+);").matcher(message);
            assertTrue(numbers.find() && !numbers.group(1).equals(numbers.group(2)), () -> name + ": " + message);
        });
    }

    @Test
    void whereThereIsNoKinkTheMessageSpeaksOfNone() {
        for (UnaryOperator<Tensor> f : List.<UnaryOperator<Tensor>>of(
                x -> new Cube(1.01, 1.01, false).apply(x),
                x -> new Cube(1, 1.01, false).apply(x),
                x -> new Cube(1, 1, true).apply(x))) {
            String message = message(f, POINT);
            assertTrue(message.contains("they differ most at argument 0"), message);
            assertFalse(message.contains("kink"), message);
        }
        assertTrue(message(x -> new Cube(1, 1.01, false).apply(x), POINT).contains(", forward mode "));
    }

    @Test
    void aWrongTangentIsFound() {
        assertFound(x -> new Cube(1, 1 + 1e-8, false).apply(x), POINT, "a small fault of a tangent");
        for (double scale : SCALES_OF_FAULTS) {
            assertFound(x -> new Cube(1, 1.5, false).apply(x).mul(scale), POINT, "a tangent at values of " + scale);
        }
    }

    @Test
    void aWrongSecondDerivativeIsFound() {
        for (double scale : SCALES_OF_FAULTS) {
            UnaryOperator<Tensor> f = x -> new Cube(1, 1, true).apply(x).mul(scale);
            assertFound(f, POINT, "a detached input at values of " + scale);
            GradientCheck.of(f).at(POINT).firstOrderOnly().run();
        }
    }

    @Test
    void theOneOfSeveralPointsThatIsWrongIsFound() {
        GradientCheck check = GradientCheck.ofSeveral(
                        xs -> xs.get(0).mul(1e6).add(new Cube(1.5, 1.5, false).apply(xs.get(1))))
                .at(POINT.mul(1e-3), POINT);
        assertThrows(GradientCheckException.class, check::run);
    }

    @Test
    void nansAreNoPass() {
        UnaryOperator<Tensor> f = Autodiff.customVjp(Tensor::sin, (x, out, g) -> g.mul(Double.NaN));
        assertFound(f, POINT, "NaN");
    }

    @Test
    void whatWouldCheckNothingIsRefused() {
        GradientCheck check = GradientCheck.of(Tensor::sin);
        assertThrows(IllegalArgumentException.class, () -> check.directions(0));
        assertThrows(IllegalStateException.class, check::run);
        assertThrows(DTypeException.class, () -> check.at(POINT.to(DType.FLOAT32)));
    }
}

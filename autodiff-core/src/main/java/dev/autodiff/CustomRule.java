package dev.autodiff;

import dev.autodiff.array.Storage;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Functions of one tensor whose derivative is given by one rule, from which the other mode follows by transposing it. */
final class CustomRule {
    private CustomRule() {}

    /** A function with its VJP; the JVP is that of every {@link CustomOp}. */
    record OfVjp(Function<? super Tensor, Tensor> f, VjpRule rule) implements CustomOp {
        @Override
        public String label() {
            return "customVjp";
        }

        @Override
        public Tensor forward(Tensor[] inputs) {
            return value(label(), f, inputs[0]);
        }

        @Override
        public Tensor[] vjp(Tensor g, Saved saved) {
            return new Tensor[] {rule.apply(saved.input(0), saved.output(), g)};
        }
    }

    /** A function with its JVP, which is linear in t, so that its own VJP by t is the function's. */
    record OfJvp(Function<? super Tensor, Tensor> f, JvpRule rule) implements CustomOp {
        @Override
        public String label() {
            return "customJvp";
        }

        @Override
        public Tensor forward(Tensor[] inputs) {
            return value(label(), f, inputs[0]);
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            return tangent(saved, Objects.requireNonNull(tangents[0]));
        }

        @Override
        public Tensor[] vjp(Tensor g, Saved saved) {
            Tensor zero = Tensor.zeros(g.dtype(), saved.inputShape(0));
            Linearization linear = Linearization.of(label(), ts -> tangent(saved, ts.get(0)), List.of(zero));
            checkZero("customJvp: the rule gives a tangent", "t", linear.value());
            return new Tensor[] {linear.vjp(g)};
        }

        private Tensor tangent(Saved saved, Tensor t) {
            Tensor pushed = rule.apply(saved.input(0), saved.output(), t);
            Sweep.checkTangent("customJvp: the rule", pushed, (Node) saved);
            return pushed;
        }
    }

    /**
     * Checks what a rule gives for zeros. Transposing reads its slope alone, so that it would turn a rule with a constant part, such as one that
     * does not use its argument, into a wrong derivative without a word. NaN comes from infinite slopes and passes.
     */
    static void checkZero(String subject, String argument, Tensor given) {
        Storage data = given.data();
        for (int i = 0; i < given.size(); i++) {
            double value = data.get(i);
            if (value != 0 && !Double.isNaN(value)) {
                throw new GradientException(subject + " of " + value + " at "
                        + Arrays.toString(given.shape().index(i))
                        + " for " + argument + " = 0, expected 0; it must be linear in " + argument
                        + ", since the other mode follows by transposing it");
            }
        }
    }

    /** Runs the function; what it takes from elsewhere would get no gradient, so that it must be handed in or cut off. */
    private static Tensor value(String operation, Function<? super Tensor, Tensor> f, Tensor x) {
        Tensor value = Mode.current().recording(true, () -> f.apply(x.detach()));
        if (value != null && value.requiresGrad()) {
            throw new GradientException(
                    operation + ": the function uses a tensor that requires a gradient besides its argument,"
                            + " and the rule gives none for that; cut it off with Autodiff.stopGradient,"
                            + " or write a CustomOp with both as inputs");
        }
        return value;
    }
}

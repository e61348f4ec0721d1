package dev.autodiff;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The rules of an operation as mathematics, for the page of operations. */
final class SampleRules {
    private final RuleText rule = new RuleText(RuleText.Notation.ELEMENTS);
    private final Samples.Sample sample;
    private final List<String> names;

    private SampleRules(Samples.Sample sample) {
        int n = sample.inputs().size();
        this.sample = sample;
        this.names = n <= 3
                ? List.of("x", "y", "z").subList(0, n)
                : IntStream.range(0, n).mapToObj(i -> "x" + i).toList();
    }

    /** Returns the gradient by each input that has one, {@code "x̄ = g·y; ȳ = g·x"} for a product. */
    static String vjp(Samples.Sample sample) {
        return new SampleRules(sample).vjp();
    }

    /** Returns the directional derivative, {@code "tx·y + ty·x"} for a product. */
    static String jvp(Samples.Sample sample) {
        return new SampleRules(sample).jvp();
    }

    private String vjp() {
        Node node = record();
        Tensor g = unlike(node.shape, 0.37);
        rule.name(g, "g");
        node.wantEverything();
        @Nullable
        Tensor[] gradients = listen(() -> Objects.requireNonNull(node.op).vjp(g, node));
        List<String> lines = new ArrayList<>();
        for (int place : sample.differentiable()) {
            lines.add(names.get(place) + "̄ = "
                    + rule.text(Objects.requireNonNull(gradients[place])).text());
        }
        return String.join("; ", lines);
    }

    private String jvp() {
        Node node = record();
        @Nullable Tensor[] tangents = new Tensor[sample.inputs().size()];
        for (int place : sample.differentiable()) {
            Tensor t = unlike(sample.inputs().get(place).shape(), 0.53 + place);
            rule.name(t, sample.differentiable().size() == 1 ? "t" : "t_" + names.get(place));
            tangents[place] = t;
        }
        Tensor out = listen(() -> Objects.requireNonNull(node.op).jvp(tangents, node));
        return rule.text(out).text();
    }

    /** Applies the operation to inputs that are known by name. */
    private Node record() {
        Tensor[] inputs = new Tensor[sample.inputs().size()];
        for (int i = 0; i < inputs.length; i++) {
            Tensor x = sample.inputs().get(i);
            inputs[i] = x.dtype().isFloating() ? x.requireGrad() : x;
            rule.name(inputs[i], names.get(i));
        }
        Tensor out = Engine.apply(sample.op(), inputs);
        rule.name(out, "out");
        return Objects.requireNonNull(out.node());
    }

    private <T> T listen(Supplier<T> body) {
        return Mode.current().recording(false, () -> Mode.current().listening(rule, body));
    }

    /** Returns numbers that no rule has as a constant. */
    private static Tensor unlike(dev.autodiff.shape.Shape shape, double first) {
        return Tensor.linspace(first, first + 1.01, Math.max(shape.size(), 1))
                .slice(0, 0, shape.size())
                .reshape(shape);
    }
}

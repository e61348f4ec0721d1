package dev.autodiff;

import dev.autodiff.array.Storage;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes the rules of an operation as mathematics, by running them and listening to the operations that they are made of: what it
 * prints is what the rule computes, so the two cannot differ.
 */
final class RuleText implements OpListener {
    /** How tightly a text holds together; an operand that holds less tightly than its operator is put in brackets. */
    private enum Binding {
        RELATION,
        SUM,
        QUOTIENT,
        PRODUCT,
        SIGN,
        ATOM
    }

    private record Text(String text, Binding binding) {
        String within(Binding needed) {
            return binding.compareTo(needed) < 0 ? "(" + text + ")" : text;
        }
    }

    private final Map<Tensor, Text> byTensor = new IdentityHashMap<>();
    private final Map<Storage, Text> byStorage = new IdentityHashMap<>();

    private RuleText() {}

    /** Returns the gradient by each input that has one, {@code "x̄ = g·y; ȳ = g·x"} for a product. */
    static String vjp(Samples.Sample sample) {
        RuleText rule = new RuleText();
        Node node = rule.record(sample);
        List<String> names = names(sample);
        Tensor g = unlike(node.shape, 0.37);
        rule.name(g, "g");
        node.wantEverything();
        @Nullable
        Tensor[] gradients = rule.listen(() -> Objects.requireNonNull(node.op).vjp(g, node));
        List<String> lines = new ArrayList<>();
        for (int place : sample.differentiable()) {
            lines.add(names.get(place) + "̄ = "
                    + rule.text(Objects.requireNonNull(gradients[place])).text());
        }
        return String.join("; ", lines);
    }

    /** Returns the directional derivative, {@code "tx·y + ty·x"} for a product. */
    static String jvp(Samples.Sample sample) {
        RuleText rule = new RuleText();
        Node node = rule.record(sample);
        List<String> names = names(sample);
        @Nullable Tensor[] tangents = new Tensor[sample.inputs().size()];
        for (int place : sample.differentiable()) {
            Tensor t = unlike(sample.inputs().get(place).shape(), 0.53 + place);
            rule.name(t, sample.differentiable().size() == 1 ? "t" : "t_" + names.get(place));
            tangents[place] = t;
        }
        Tensor out = rule.listen(() -> Objects.requireNonNull(node.op).jvp(tangents, node));
        return rule.text(out).text();
    }

    private static List<String> names(Samples.Sample sample) {
        int n = sample.inputs().size();
        return n <= 3
                ? List.of("x", "y", "z").subList(0, n)
                : java.util.stream.IntStream.range(0, n).mapToObj(i -> "x" + i).toList();
    }

    /** Applies the operation to inputs that are known by name. */
    private Node record(Samples.Sample sample) {
        Tensor[] inputs = new Tensor[sample.inputs().size()];
        List<String> names = names(sample);
        for (int i = 0; i < inputs.length; i++) {
            Tensor x = sample.inputs().get(i);
            inputs[i] = x.dtype().isFloating() ? x.requireGrad() : x;
            name(inputs[i], names.get(i));
        }
        Tensor out = Engine.apply(sample.op(), inputs);
        name(out, "out");
        return Objects.requireNonNull(out.node());
    }

    private <T> T listen(Supplier<T> rule) {
        return Mode.current().recording(false, () -> Mode.current().listening(this, rule));
    }

    /** Returns numbers that no rule has as a constant. */
    private static Tensor unlike(dev.autodiff.shape.Shape shape, double first) {
        return Tensor.linspace(first, first + 1.01, Math.max(shape.size(), 1))
                .slice(0, 0, shape.size())
                .reshape(shape);
    }

    private void name(Tensor tensor, String name) {
        learn(tensor, new Text(name, Binding.ATOM));
    }

    private void learn(Tensor tensor, Text text) {
        byTensor.put(tensor, text);
        byStorage.putIfAbsent(tensor.storage(), text);
    }

    private Text text(Tensor tensor) {
        Text known = byTensor.get(tensor);
        if (known == null) {
            known = byStorage.get(tensor.storage()); // detached, or seen in another shape
        }
        return known != null ? known : constant(tensor);
    }

    private static Text constant(Tensor tensor) {
        double[] values = tensor.toDoubleArray();
        double first = values.length == 0 ? 0 : values[0];
        for (double value : values) {
            if (value != first) {
                return new Text("…", Binding.ATOM);
            }
        }
        String number = first == Math.rint(first) && Math.abs(first) < 1e9
                ? String.valueOf((long) first)
                : String.valueOf((float) first).replaceFirst("(\\.0)?E", "e");
        return new Text(number.replace("-", "−"), first < 0 ? Binding.SIGN : Binding.ATOM);
    }

    private static Text sum(Text x, Text y) {
        String end = y.within(Binding.SUM);
        return end.startsWith("−")
                ? new Text(x.within(Binding.SUM) + " − " + end.substring(1), Binding.SUM)
                : new Text(x.within(Binding.SUM) + " + " + end, Binding.SUM);
    }

    @Override
    public void ran(Op op, Tensor[] inputs, Tensor out) {
        List<Text> args = new ArrayList<>();
        for (Tensor input : inputs) {
            args.add(text(input));
        }
        learn(out, written(op, args));
    }

    @Override
    public void contributed(Node node, int input, Tensor contribution) {}

    @Override
    public boolean hearsRules() {
        return true;
    }

    private static Text written(Op op, List<Text> args) {
        Text x = args.get(0);
        Text y = args.size() > 1 ? args.get(1) : x;
        if (op instanceof Elementwise f) {
            return switch (f) {
                case ADD -> y.text().equals("0") ? x : x.text().equals("0") ? y : sum(x, y);
                case SUB -> new Text(x.within(Binding.SUM) + " − " + y.within(Binding.QUOTIENT), Binding.SUM);
                case MUL -> new Text(x.within(Binding.PRODUCT) + "·" + y.within(Binding.ATOM), Binding.PRODUCT);
                case DIV -> new Text(x.within(Binding.PRODUCT) + " / " + y.within(Binding.ATOM), Binding.QUOTIENT);
                case NEG -> new Text("−" + x.within(Binding.QUOTIENT), Binding.SIGN);
                case SQUARE -> new Text(x.within(Binding.ATOM) + "²", Binding.ATOM);
                case RECIPROCAL -> new Text("1 / " + x.within(Binding.ATOM), Binding.QUOTIENT);
                case IDENTITY -> x;
                default -> call(op, args);
            };
        }
        if (op instanceof Comparison c && args.size() == 2) {
            String sign = c.formula().replaceAll("[xy ]", "");
            return new Text(x.within(Binding.SUM) + " " + sign + " " + y.within(Binding.SUM), Binding.RELATION);
        }
        if (op instanceof Conversion) {
            return new Text("[" + x.text() + "]", Binding.ATOM);
        }
        return call(op, args);
    }

    private static Text call(Op op, List<Text> args) {
        return new Text(
                op.label() + "(" + args.stream().map(Text::text).collect(Collectors.joining(", ")) + ")", Binding.ATOM);
    }
}

package dev.autodiff;

import dev.autodiff.MathText.Binding;
import dev.autodiff.array.Storage;
import dev.autodiff.shape.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Writes rules as mathematics, by listening to the operations that they are made of while they run: what it prints is what the rule
 * computes, so the two cannot differ.
 */
final class RuleText implements OpListener {
    /** How products are written. */
    enum Notation {
        /** For one element: {@code g·y}; operations that move elements by their names. */
        ELEMENTS,
        /** As in lectures: {@code δZ Wᵀ} for a matrix product, {@code δH ⊙ H ⊙ (1 − H)} element by element. */
        MATRICES
    }

    private final Notation notation;
    private final Map<Tensor, MathText> byTensor = new IdentityHashMap<>();
    private final Map<Storage, MathText> byStorage = new IdentityHashMap<>();

    RuleText(Notation notation) {
        this.notation = notation;
    }

    /** Forgets all names. */
    void clear() {
        byTensor.clear();
        byStorage.clear();
    }

    void name(Tensor tensor, String name) {
        learn(tensor, MathText.atom(name, tensor.size() == 1));
    }

    void learn(Tensor tensor, MathText text) {
        byTensor.put(tensor, text);
        byStorage.putIfAbsent(tensor.storage(), text);
    }

    MathText text(Tensor tensor) {
        MathText known = byTensor.get(tensor);
        if (known == null) {
            known = byStorage.get(tensor.storage()); // detached, or seen in another shape
        }
        return known != null ? known : MathText.constant(tensor);
    }

    @Override
    public void ran(Op op, Tensor[] inputs, Tensor out) {
        List<MathText> args = new ArrayList<>();
        List<Shape> shapes = new ArrayList<>();
        for (Tensor input : inputs) {
            args.add(text(input));
            shapes.add(input.shape());
        }
        learn(out, notation == Notation.ELEMENTS ? elements(op, args) : matrices(op, args, shapes, out.shape()));
    }

    @Override
    public boolean hearsRules() {
        return true;
    }

    private static MathText elements(Op op, List<MathText> args) {
        MathText x = args.get(0);
        MathText y = args.size() > 1 ? args.get(1) : x;
        if (op instanceof Elementwise f) {
            MathText common = arithmetic(f, x, y);
            if (common != null) {
                return common;
            }
            return f == Elementwise.MUL ? MathText.product(x, "·", y) : MathText.call(op.label(), args);
        }
        if (op instanceof Comparison c && args.size() == 2) {
            return relation(c, x, y);
        }
        if (op instanceof Conversion) {
            return MathText.atom("[" + x.text() + "]", x.single());
        }
        return MathText.call(op.label(), args);
    }

    private static MathText relation(Comparison c, MathText x, MathText y) {
        String sign = c.formula().replaceAll("[xy ]", "");
        return MathText.of(
                x.within(Binding.SUM) + " " + sign + " " + y.within(Binding.SUM),
                Binding.RELATION,
                x.single() && y.single());
    }

    private static @Nullable MathText arithmetic(Elementwise f, MathText x, MathText y) {
        boolean single = x.single();
        return switch (f) {
            case ADD -> y.text().equals("0") ? x : x.text().equals("0") ? y : MathText.sum(x, y);
            case SUB -> MathText.difference(x, y);
            case DIV -> MathText.quotient(x, y);
            case NEG -> MathText.of("−" + x.within(Binding.QUOTIENT), Binding.SIGN, single);
            case SQUARE -> MathText.atom(x.within(Binding.ATOM) + "²", single);
            case RECIPROCAL -> MathText.of("1 / " + x.within(Binding.ATOM), Binding.QUOTIENT, single);
            case IDENTITY -> x;
            default -> null;
        };
    }

    /** Writes an operation in the lectures' notation. */
    static MathText matrices(Op op, List<MathText> args, List<Shape> shapes, Shape out) {
        if (args.isEmpty()) {
            return MathText.call(op.label(), args);
        }
        MathText x = args.get(0);
        MathText y = args.size() > 1 ? args.get(1) : x;
        if (op instanceof Elementwise f) {
            return elementwise(f, args, x, y);
        }
        if (op instanceof Comparison c && args.size() == 2) {
            return relation(c, x, y);
        }
        if (op instanceof Conversion c) {
            return c.from().isFloating() ? x : indicator(x);
        }
        if (op instanceof MatMul) {
            return MathText.matrixProduct(x, y);
        }
        if (op instanceof Affine affine) {
            MathText product = MathText.matrixProduct(x, y.transpose());
            return affine.biased() ? MathText.sum(product, args.get(2)) : product;
        }
        if (op instanceof ShapeMove.Permute && op.label().equals("transpose")) {
            return x.transpose();
        }
        if (op instanceof ShapeMove.Reshape) {
            return withoutOnes(shapes.get(0)).equals(withoutOnes(out))
                    ? x
                    : MathText.atom("reshape(" + x.text() + ", " + out + ")", x.single());
        }
        if (op instanceof ShapeMove.Expand) {
            return shapes.get(0).size() == 1
                    ? out.size() == 1 ? x : MathText.product(x, "·", ones(out))
                    : MathText.atom("repeat(" + x.text() + ", " + out + ")", false);
        }
        if (op instanceof ShapeMove.Slice s) {
            return MathText.atom(x.within(Binding.ATOM) + places(s, shapes.get(0)), x.single());
        }
        if (op instanceof ShapeMove.Embed e) {
            return MathText.atom("embed(" + x.text() + ", " + places(e.slice(), out) + ")", false);
        }
        if (op instanceof Reduction.Sum s) {
            return sum(s, x, shapes.get(0));
        }
        if (op instanceof Select && args.get(2).text().equals("0")) {
            return MathText.product(args.get(1), " ⊙ ", indicator(x));
        }
        if (op instanceof RowOp r) {
            return rows(r, args, shapes);
        }
        return MathText.call(op.label(), args);
    }

    private static MathText elementwise(Elementwise f, List<MathText> args, MathText x, MathText y) {
        boolean oneMinus = f == Elementwise.ADD && y.isNumber() && x.text().startsWith("−") && !x.isNumber();
        if (oneMinus && x.binding() == Binding.SIGN) {
            return MathText.of(y.text() + " − " + x.text().substring(1), Binding.SUM, x.single());
        }
        MathText common = arithmetic(f, x, y);
        if (common != null) {
            return common;
        }
        MathText one = MathText.atom("1", true);
        return switch (f) {
            case MUL -> times(x, y);
            case SIGMOID -> MathText.call("σ", args);
            case SIGMOID_GRADIENT -> times(times(x, y), MathText.difference(one, y));
            case TANH_GRADIENT -> times(x, MathText.difference(one, square(y)));
            case ONE_MINUS_SQUARE -> MathText.difference(one, square(x));
            case RELU_GRADIENT -> times(x, indicator(MathText.of(y.text() + " > 0", Binding.RELATION, y.single())));
            case POW -> power(x, y.within(Binding.ATOM), x.single() && y.single());
            case POW_BY_BASE -> byBase(args);
            default -> MathText.call(f.label(), args);
        };
    }

    private static MathText power(MathText base, String exponent, boolean single) {
        String raised = exponent.equals("1") ? "" : exponent.matches("\\d+") ? superscript(exponent) : "^" + exponent;
        return MathText.atom(base.within(Binding.ATOM) + raised, single);
    }

    private static String superscript(String digits) {
        StringBuilder text = new StringBuilder();
        digits.chars().forEach(d -> text.append("⁰¹²³⁴⁵⁶⁷⁸⁹".charAt(d - '0')));
        return text.toString();
    }

    private static MathText square(MathText x) {
        return power(x, "2", x.single());
    }

    /** {@code z·x ⊙ y^(z − 1)}, with the exponent worked out where it is a number. */
    private static MathText byBase(List<MathText> args) {
        MathText y = args.get(1);
        MathText z = args.get(2);
        String lowered = z.isNumber()
                ? MathText.constant(Tensor.of(Double.parseDouble(z.text().replace('−', '-')) - 1))
                        .within(Binding.ATOM)
                : "(" + z.text() + " − 1)";
        return times(times(args.get(0), z), power(y, lowered, y.single() && z.single()));
    }

    /** Returns a product element by element; numbers go to the front. */
    private static MathText times(MathText x, MathText y) {
        if (x.text().equals("1") && x.single()) {
            return y;
        }
        if (y.text().equals("1") && y.single()) {
            return x;
        }
        if (y.isNumber() && !x.isNumber()) {
            return MathText.of(y.text() + "·" + x.within(Binding.PRODUCT), Binding.PRODUCT, x.single());
        }
        return MathText.product(x, x.single() || y.single() ? "·" : " ⊙ ", y);
    }

    /** Writes which places a slice takes, {@code [:, 0:8]}, as NumPy does. */
    private static String places(ShapeMove.Slice slice, Shape whole) {
        StringJoiner places = new StringJoiner(", ", "[", "]");
        for (int axis = 0; axis < whole.rank(); axis++) {
            int start = slice.start().get(axis);
            int count = slice.count().get(axis);
            int step = slice.step().get(axis);
            int stop = start + (count - 1) * step + Integer.signum(step);
            boolean all = start == 0 && step == 1 && count == whole.size(axis);
            places.add(
                    all
                            ? ":"
                            : start + ":" + (stop < 0 ? "" : stop)
                                    + (step == 1 ? "" : ":" + (step < 0 ? "−" + -step : step)));
        }
        return places.toString();
    }

    /** Iverson's bracket: 1 where the condition holds, else 0. */
    private static MathText indicator(MathText condition) {
        return MathText.atom("[" + condition.text() + "]", condition.single());
    }

    /** Names a tensor of ones by its shape, {@code 1₂ₓ₃}. */
    private static MathText ones(Shape shape) {
        StringBuilder text = new StringBuilder("1");
        for (int axis = 0; axis < shape.rank(); axis++) {
            text.append(axis == 0 ? "" : "ₓ");
            for (char digit : String.valueOf(shape.size(axis)).toCharArray()) {
                text.append((char) ('₀' + digit - '0'));
            }
        }
        return MathText.atom(text.toString(), false);
    }

    private static List<Integer> withoutOnes(Shape shape) {
        return Arrays.stream(shape.toArray()).filter(n -> n != 1).boxed().toList();
    }

    /** {@code Σ x} over all elements, {@code Σₖ xₖ,:} over the rows of a matrix and {@code Σₖ x:,ₖ} over its columns. */
    private static MathText sum(Reduction.Sum sum, MathText x, Shape shape) {
        int count = 0;
        for (int axis = 0; axis < shape.rank(); axis++) {
            count += shape.size(axis) == 1 || sum.axes().contains(axis) ? 1 : 0;
        }
        if (shape.size() == 1) {
            return x;
        }
        if (count == shape.rank()) {
            return MathText.of("Σ " + x.within(Binding.PRODUCT), Binding.QUOTIENT, true);
        }
        if (shape.rank() == 2) {
            String subscript = sum.axes().contains(0) ? "ₖ,:" : ":,ₖ";
            return MathText.of("Σₖ " + x.within(Binding.ATOM) + subscript, Binding.QUOTIENT, false);
        }
        return MathText.atom("Σ(" + x.text() + ", axes " + sum.axes() + ")", false);
    }

    private static MathText rows(RowOp op, List<MathText> args, List<Shape> shapes) {
        MathText x = args.get(0);
        return switch (op) {
            case SOFTMAX_GRADIENT -> {
                MathText y = args.get(1);
                yield times(y, MathText.difference(x, rowSum(times(x, y))));
            }
            case LOG_SOFTMAX_GRADIENT ->
                MathText.difference(x, times(MathText.call("exp", List.of(args.get(1))), rowSum(x)));
            case CROSS_ENTROPY_GRADIENT -> {
                MathText p = MathText.call("softmax", List.of(args.get(1)));
                MathText y = args.get(2);
                boolean classNumbers = shapes.get(2).rank() < shapes.get(1).rank();
                yield times(
                        x,
                        classNumbers
                                ? MathText.difference(p, MathText.call("oneHot", List.of(y)))
                                : MathText.difference(times(p, rowSum(y)), y));
            }
            case SOFTMAX, LOG_SOFTMAX, CROSS_ENTROPY -> MathText.call(op.label(), args);
        };
    }

    private static MathText rowSum(MathText x) {
        return MathText.of("Σₖ " + x.within(Binding.ATOM) + ":,ₖ", Binding.QUOTIENT, false);
    }
}

package dev.autodiff;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A piece of mathematics as text, which knows how tightly it holds together and so where it needs brackets.
 *
 * @param text what is printed
 * @param binding how tightly it holds together
 * @param single whether it stands for a single number
 * @param factors of a matrix product, so that it can be transposed; else empty
 * @param untransposed what it is the transpose of, if it is one
 */
record MathText(
        String text,
        Binding binding,
        boolean single,
        List<MathText> factors,
        @Nullable MathText untransposed) {
    /** How tightly a text holds together; an operand that holds less tightly than its operator is put in brackets. */
    enum Binding {
        RELATION,
        SUM,
        QUOTIENT,
        PRODUCT,
        SIGN,
        MATRIX_PRODUCT,
        ATOM
    }

    /** Longer texts are cut off: nobody reads them, and a rule that uses its own results again and again could fill the memory. */
    private static final int LONGEST = 4000;

    private static final Pattern NUMBER = Pattern.compile("−?[0-9][0-9.]*(e−?[0-9]+)?");

    /** Stands for what can't be said. */
    static final String UNKNOWN = "…";

    static MathText of(String text, Binding binding, boolean single) {
        return text.length() > LONGEST
                ? new MathText(UNKNOWN, Binding.ATOM, single, List.of(), null)
                : new MathText(text, binding, single, List.of(), null);
    }

    static MathText atom(String text, boolean single) {
        return of(text, Binding.ATOM, single);
    }

    /** Returns the number of which a constant tensor consists, or the sign for what can't be said. */
    static MathText constant(Tensor tensor) {
        boolean single = tensor.size() == 1;
        double[] values = tensor.toDoubleArray();
        double first = values.length == 0 ? 0 : values[0];
        for (double value : values) {
            if (value != first) {
                return atom(UNKNOWN, single);
            }
        }
        String number = first == Math.rint(first) && Math.abs(first) < 1e9
                ? String.valueOf((long) first)
                : String.valueOf((float) first).replaceFirst("(\\.0)?E", "e");
        return of(number.replace("-", "−"), first < 0 ? Binding.SIGN : Binding.ATOM, single);
    }

    static MathText call(String function, List<MathText> args) {
        return atom(
                function + "(" + args.stream().map(MathText::text).collect(Collectors.joining(", ")) + ")",
                args.stream().allMatch(MathText::single));
    }

    static MathText sum(MathText x, MathText y) {
        String end = y.within(Binding.SUM);
        return of(
                end.startsWith("−")
                        ? x.within(Binding.SUM) + " − " + end.substring(1)
                        : x.within(Binding.SUM) + " + " + end,
                Binding.SUM,
                x.single && y.single);
    }

    static MathText difference(MathText x, MathText y) {
        return of(x.within(Binding.SUM) + " − " + y.within(Binding.QUOTIENT), Binding.SUM, x.single && y.single);
    }

    static MathText product(MathText x, String sign, MathText y) {
        return of(x.within(Binding.PRODUCT) + sign + y.within(Binding.ATOM), Binding.PRODUCT, x.single && y.single);
    }

    static MathText quotient(MathText x, MathText y) {
        return of(x.within(Binding.PRODUCT) + " / " + y.within(Binding.ATOM), Binding.QUOTIENT, x.single && y.single);
    }

    static MathText matrixProduct(MathText x, MathText y) {
        String text = x.within(Binding.MATRIX_PRODUCT) + " " + y.within(Binding.MATRIX_PRODUCT);
        return text.length() > LONGEST
                ? atom(UNKNOWN, false)
                : new MathText(text, Binding.MATRIX_PRODUCT, false, List.of(x, y), null);
    }

    /** Returns the transpose: of a product, the product of the transposes in reverse. */
    MathText transpose() {
        if (untransposed != null) {
            return untransposed;
        }
        if (!factors.isEmpty()) {
            return matrixProduct(factors.get(1).transpose(), factors.get(0).transpose());
        }
        return new MathText(within(Binding.ATOM) + "ᵀ", Binding.ATOM, single, List.of(), this);
    }

    boolean isNumber() {
        return single && NUMBER.matcher(text).matches();
    }

    /** Returns the text, in brackets if it holds less tightly than is needed. */
    String within(Binding needed) {
        return binding.compareTo(needed) < 0 ? "(" + text + ")" : text;
    }
}

package dev.autodiff.examples.goldens;

import dev.autodiff.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a formula such as {@code (x1+10*x2)^2+sin(x2)} or {@code [x0*cos(x1), x0*sin(x1)]} as a function of tensors: numbers, pi, the operators
 * {@code + - * / ^}, parentheses and the elementary functions. The variables are x, y, z, w or x1, x2, … in the order of the elements; numbered
 * from 0 if x0 occurs; x alone is the whole point. What cannot be read entirely is no formula.
 */
final class Formula {
    private static final Pattern TOKEN = Pattern.compile(
            "\\s*(\\d+\\.?\\d*(?:[eE][+-]?\\d+)?|\\.\\d+|[A-Za-z_][A-Za-z_0-9]*(?:\\[\\d+\\])?|\\*\\*|[-+*/^(),\\[\\]])");
    private static final Pattern VARIABLE = Pattern.compile("([a-z])\\[?(\\d*)\\]?");

    private static final Map<String, UnaryOperator<Tensor>> FUNCTIONS = new HashMap<>();

    static {
        FUNCTIONS.put("exp", Tensor::exp);
        FUNCTIONS.put("expm1", Tensor::expm1);
        FUNCTIONS.put("log", Tensor::log);
        FUNCTIONS.put("ln", Tensor::log);
        FUNCTIONS.put("log1p", Tensor::log1p);
        FUNCTIONS.put("sqrt", Tensor::sqrt);
        FUNCTIONS.put("rsqrt", Tensor::rsqrt);
        FUNCTIONS.put("square", Tensor::square);
        FUNCTIONS.put("abs", Tensor::abs);
        FUNCTIONS.put("reciprocal", Tensor::reciprocal);
        FUNCTIONS.put("sin", Tensor::sin);
        FUNCTIONS.put("cos", Tensor::cos);
        FUNCTIONS.put("tan", Tensor::tan);
        FUNCTIONS.put("asin", Tensor::asin);
        FUNCTIONS.put("acos", Tensor::acos);
        FUNCTIONS.put("atan", Tensor::atan);
        FUNCTIONS.put("arctan", Tensor::atan);
        FUNCTIONS.put("sinh", Tensor::sinh);
        FUNCTIONS.put("cosh", Tensor::cosh);
        FUNCTIONS.put("tanh", Tensor::tanh);
        FUNCTIONS.put("asinh", Tensor::asinh);
        FUNCTIONS.put("acosh", Tensor::acosh);
        FUNCTIONS.put("atanh", Tensor::atanh);
        FUNCTIONS.put("sigmoid", Tensor::sigmoid);
        FUNCTIONS.put("logsigmoid", Tensor::logSigmoid);
        FUNCTIONS.put("softplus", Tensor::softplus);
        FUNCTIONS.put("relu", Tensor::relu);
        FUNCTIONS.put("erf", Tensor::erf);
        FUNCTIONS.put("erfc", Tensor::erfc);
        FUNCTIONS.put("erfinv", Tensor::erfinv);
        FUNCTIONS.put("gelu", Tensor::gelu);
        FUNCTIONS.put("silu", Tensor::silu);
        FUNCTIONS.put("swish", Tensor::silu);
        FUNCTIONS.put("mish", Tensor::mish);
        FUNCTIONS.put("elu", x -> x.elu(1));
        FUNCTIONS.put("selu", Tensor::selu);
        FUNCTIONS.put("softsign", Tensor::softsign);
        FUNCTIONS.put("tanhshrink", Tensor::tanhShrink);
        FUNCTIONS.put("sinc", Tensor::sinc);
        FUNCTIONS.put("lgamma", Tensor::lgamma);
        FUNCTIONS.put("digamma", Tensor::digamma);
        FUNCTIONS.put("exp2", Tensor::exp2);
        FUNCTIONS.put("log2", Tensor::log2);
        FUNCTIONS.put("log10", Tensor::log10);
        FUNCTIONS.put("sum", x -> x.sum());
        FUNCTIONS.put("mean", x -> x.mean());
    }

    private final List<String> tokens;
    private final boolean fromZero;
    private int next;

    private Formula(List<String> tokens) {
        this.tokens = tokens;
        this.fromZero = tokens.stream().anyMatch(t -> t.equals("x0") || t.equals("x[0]") || t.equals("x_0"));
    }

    /** Returns the function, or null if the text is no formula. */
    static @Nullable UnaryOperator<Tensor> parse(String text) {
        Matcher matcher = TOKEN.matcher(text);
        List<String> tokens = new ArrayList<>();
        int end = 0;
        while (matcher.find() && matcher.start() == end) {
            tokens.add(matcher.group(1));
            end = matcher.end();
        }
        if (tokens.isEmpty() || !text.substring(end).isBlank()) {
            return null;
        }
        Formula formula = new Formula(tokens);
        try {
            Function<Tensor, Tensor> f = formula.whole();
            return f::apply;
        } catch (NoFormula e) {
            return null;
        }
    }

    /** Returns a function by its bare name, or null. */
    static @Nullable UnaryOperator<Tensor> named(String name) {
        return FUNCTIONS.get(name.toLowerCase(Locale.ROOT));
    }

    private static final class NoFormula extends Exception {
        private static final long serialVersionUID = 1L;
    }

    private Function<Tensor, Tensor> whole() throws NoFormula {
        Function<Tensor, Tensor> result;
        if (accept("[")) {
            List<Function<Tensor, Tensor>> parts = new ArrayList<>();
            do {
                parts.add(sum());
            } while (accept(","));
            expect("]");
            result = x -> Tensor.stack(0, parts.stream().map(p -> p.apply(x)).toArray(Tensor[]::new));
        } else {
            result = sum();
        }
        if (next != tokens.size()) {
            throw new NoFormula();
        }
        return result;
    }

    private Function<Tensor, Tensor> sum() throws NoFormula {
        Function<Tensor, Tensor> left = product();
        while (true) {
            Function<Tensor, Tensor> before = left;
            if (accept("+")) {
                Function<Tensor, Tensor> right = product();
                left = x -> before.apply(x).add(right.apply(x));
            } else if (accept("-")) {
                Function<Tensor, Tensor> right = product();
                left = x -> before.apply(x).sub(right.apply(x));
            } else {
                return left;
            }
        }
    }

    private Function<Tensor, Tensor> product() throws NoFormula {
        Function<Tensor, Tensor> left = signed();
        while (true) {
            Function<Tensor, Tensor> before = left;
            if (accept("*")) {
                Function<Tensor, Tensor> right = signed();
                left = x -> before.apply(x).mul(right.apply(x));
            } else if (accept("/")) {
                Function<Tensor, Tensor> right = signed();
                left = x -> before.apply(x).div(right.apply(x));
            } else {
                return left;
            }
        }
    }

    private Function<Tensor, Tensor> signed() throws NoFormula {
        if (accept("-")) {
            Function<Tensor, Tensor> f = signed();
            return x -> f.apply(x).neg();
        }
        return power();
    }

    private Function<Tensor, Tensor> power() throws NoFormula {
        Function<Tensor, Tensor> base = atom();
        if (!accept("^") && !accept("**")) {
            return base;
        }
        int at = next;
        Double constant = literal(at);
        Function<Tensor, Tensor> exponent = signed();
        if (constant != null && next == at + (tokens.get(at).equals("-") ? 2 : 1)) {
            return x -> base.apply(x).pow(constant);
        }
        return x -> base.apply(x).pow(exponent.apply(x));
    }

    /** A constant exponent is smooth for negative bases, too. */
    private @Nullable Double literal(int at) {
        boolean negative = at + 1 < tokens.size() && tokens.get(at).equals("-");
        String token = at + (negative ? 1 : 0) < tokens.size() ? tokens.get(at + (negative ? 1 : 0)) : "";
        return isNumber(token) ? (negative ? -1 : 1) * Double.parseDouble(token) : null;
    }

    private Function<Tensor, Tensor> atom() throws NoFormula {
        if (accept("(")) {
            Function<Tensor, Tensor> inner = sum();
            expect(")");
            return inner;
        }
        if (next == tokens.size()) {
            throw new NoFormula();
        }
        String token = tokens.get(next++);
        if (isNumber(token)) {
            double value = Double.parseDouble(token);
            return x -> OperationTable.number(x, value);
        }
        if (token.equals("pi")) {
            return x -> OperationTable.number(x, Math.PI);
        }
        UnaryOperator<Tensor> f = FUNCTIONS.get(token.toLowerCase(Locale.ROOT));
        if (f != null) {
            expect("(");
            Function<Tensor, Tensor> inner = sum();
            expect(")");
            return x -> f.apply(inner.apply(x));
        }
        return variable(token);
    }

    private Function<Tensor, Tensor> variable(String token) throws NoFormula {
        Matcher matcher = VARIABLE.matcher(token.replace("_", ""));
        if (!matcher.matches()) {
            throw new NoFormula();
        }
        String letter = matcher.group(1);
        if (!matcher.group(2).isEmpty()) {
            int index = Integer.parseInt(matcher.group(2)) - (fromZero ? 0 : 1);
            if (index < 0) {
                throw new NoFormula();
            }
            return x -> x.select(0, index);
        }
        int index = Arrays.asList("x", "y", "z", "w").indexOf(letter);
        if (index < 0) {
            throw new NoFormula();
        }
        boolean alone = tokens.stream().noneMatch(t -> t.equals("y"));
        return alone && index == 0 ? x -> x : x -> x.select(0, index);
    }

    private static boolean isNumber(String token) {
        return !token.isEmpty() && (Character.isDigit(token.charAt(0)) || token.startsWith("."));
    }

    private boolean accept(String token) {
        if (next < tokens.size() && tokens.get(next).equals(token)) {
            next++;
            return true;
        }
        return false;
    }

    private void expect(String token) throws NoFormula {
        if (!accept(token)) {
            throw new NoFormula();
        }
    }
}

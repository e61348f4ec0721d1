package dev.autodiff.explain;

import dev.autodiff.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes an explanation as a page: a template that draws, and the explanation as JSON in it. */
final class HtmlPage {
    private static final String TEMPLATE = "page.html";
    private static final String DATA = "@DATA@";

    /** How long a step is shown while the page plays, in milliseconds. */
    private static final int PACE = 900;

    /** Of more contributions to one gradient, the first are shown. */
    private static final int MOST_CONTRIBUTIONS = 8;

    private final Explanation explanation;
    private final Map<Integer, Integer> received = new HashMap<>();

    HtmlPage(Explanation explanation) {
        this.explanation = explanation;
        explanation.steps().forEach(s -> received.put(s.id(), s.received().size()));
    }

    String write() {
        Step loss = explanation.steps().get(0);
        String data = object(
                "loss", text(loss.symbol()),
                "lossValue", text(Excerpt.of(loss.value()).lines().get(0)),
                "summary", text(explanation.summary()),
                "precision", text(explanation.precision()),
                "omission", text(explanation.omission()),
                "pace", String.valueOf(PACE),
                "steps", list(explanation.steps(), this::step));
        String template = template().replace("@TITLE@", escaped("Backpropagation from " + loss.symbol()));
        int place = template.lastIndexOf(DATA); // a name in the title may contain it, too
        return template.substring(0, place) + data + template.substring(place + DATA.length());
    }

    private static String template() {
        try (InputStream in = HtmlPage.class.getResourceAsStream(TEMPLATE)) {
            if (in == null) {
                throw new IllegalStateException("explain: the resource " + TEMPLATE + " is missing in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String step(Step step) {
        return object(
                "id", String.valueOf(step.id()),
                "symbol", text(step.symbol()),
                "operation", text(step.operation()),
                "formula", text(step.formula()),
                "shape", text(step.shape().toString()),
                "dtype", text(step.dtype().toString()),
                "leaf", String.valueOf(step.isLeaf()),
                "operands", list(step.operands(), HtmlPage::operand),
                "value", table(Excerpt.of(step.value())),
                "g", text(step.gradientSymbol()),
                "parts", String.valueOf(step.received().size()),
                "received",
                        list(step.received().stream().limit(MOST_CONTRIBUTIONS).toList(), this::contribution),
                "gradient", table(Excerpt.of(step.gradient())),
                "hooked", String.valueOf(step.hooked()),
                "given", list(step.given(), this::contribution),
                "check", check(step.check()));
    }

    /** A constant of one element is its number and has no place in the drawing. */
    private static String operand(Operand operand) {
        Tensor constant = operand.constant() != null && operand.constant().size() > 1 ? operand.constant() : null;
        return object(
                "id",
                String.valueOf(operand.id()),
                "symbol",
                text(operand.symbol()),
                "shape",
                constant == null ? "null" : text(constant.shape().toString()),
                "value",
                constant == null ? "null" : table(Excerpt.of(constant)));
    }

    private String contribution(Contribution c) {
        return object(
                "from", String.valueOf(c.from()),
                "fromName", text(c.fromName()),
                "toName", text(c.toName()),
                "toGradient", text(c.toGradient()),
                "parts", String.valueOf(received.getOrDefault(c.to(), 1)),
                "rule", text(c.rule()),
                "value", table(Excerpt.of(c.value())),
                "check", check(c.check()));
    }

    private static String check(Check check) {
        return object("status", text(check.status().name().toLowerCase(Locale.ROOT)), "text", text(check.brief()));
    }

    private static String table(Excerpt excerpt) {
        return object(
                "rows", list(excerpt.rows(), row -> list(row, HtmlPage::text)),
                "numbers", list(excerpt.numbers(), row -> list(row, HtmlPage::number)),
                "note", text(excerpt.note()));
    }

    // ---- JSON ----

    private interface Writer<T> {
        String write(T value);
    }

    private static String object(String... namesAndValues) {
        StringBuilder out = new StringBuilder("{");
        for (int i = 0; i < namesAndValues.length; i += 2) {
            out.append(i == 0 ? "" : ",")
                    .append(text(namesAndValues[i]))
                    .append(':')
                    .append(namesAndValues[i + 1]);
        }
        return out.append('}').toString();
    }

    private static <T> String list(List<T> values, Writer<T> writer) {
        return values.stream().map(writer::write).collect(Collectors.joining(",", "[", "]"));
    }

    /** JSON knows neither NaN nor infinities; their text is in the cells. */
    private static String number(Double value) {
        return Double.isFinite(value) ? String.valueOf(value.floatValue()) : "null";
    }

    /** A text that also stands safely in a script element. */
    static String text(@Nullable String value) {
        if (value == null) {
            return "null";
        }
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' '
                    || c == '<'
                    || c == '>'
                    || c == '&'
                    || c == '"'
                    || c == '\\'
                    || Character.isSurrogate(c)
                    || c == 0x2028
                    || c == 0x2029) {
                out.append("\\u").append(String.format("%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}

package dev.autodiff.explain;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes an explanation for a terminal: a block for each tensor, side by side as far as the line goes. */
final class TextPage {
    private static final int WIDTH = 100;
    private static final String INDENT = "  ";
    private static final String BETWEEN = "    ";

    /** Of more contributions, the first are named. */
    private static final int MOST_NAMES = 8;

    private final Explanation explanation;
    private final List<Step> steps;
    private final Map<Integer, Integer> received = new HashMap<>();
    private final StringBuilder out = new StringBuilder();

    TextPage(Explanation explanation) {
        this.explanation = explanation;
        this.steps = explanation.steps();
        steps.forEach(s -> received.put(s.id(), s.received().size()));
    }

    String write() {
        Step loss = steps.get(0);
        String title = "Backpropagation from " + loss.symbol() + " = "
                + Excerpt.of(loss.value()).lines().get(0);
        line(title);
        line("=".repeat(title.length()));
        if (explanation.leftOut() > 0) {
            line(explanation.omission());
        }
        line(explanation.precision());
        line("✓ d (n/m)  n of m elements were compared with central differences; they differ by at most d");
        forward();
        line("");
        line("Backward");
        line("--------");
        for (int i = 0; i < steps.size(); i++) {
            step(i + 1, steps.get(i));
        }
        summary();
        return out.toString();
    }

    private void line(String text) {
        out.append(text.stripTrailing()).append('\n');
    }

    private void forward() {
        line("");
        line("Forward");
        line("-------");
        for (int i = steps.size() - 1; i >= 0; i--) {
            line(titled(INDENT + equation(steps.get(i)), steps.get(i)));
        }
    }

    private static String equation(Step step) {
        return step.isLeaf() ? step.symbol() : step.symbol() + " = " + step.formula();
    }

    private static String titled(String title, Step step) {
        int room = WIDTH / 2 - title.length();
        return title + " ".repeat(Math.max(2, room)) + step.operation() + " " + step.shape() + " " + step.dtype();
    }

    private void step(int number, Step step) {
        line("");
        line(titled("Step " + number + ": " + equation(step), step));
        List<List<String>> blocks = new ArrayList<>();
        for (Operand operand : step.operands()) {
            if (operand.constant() != null && operand.constant().size() > 1) {
                blocks.add(block(operand.symbol() + ", constant", Excerpt.of(operand.constant())));
            }
        }
        blocks.add(block(step.symbol(), Excerpt.of(step.value())));
        blocks.add(gradient(step));
        for (Contribution c : step.given()) {
            boolean alone = received.getOrDefault(c.to(), 1) == 1;
            List<String> block = block(c.toGradient() + (alone ? " = " : " gets ") + c.rule(), Excerpt.of(c.value()));
            block.add(c.check().brief());
            blocks.add(block);
        }
        flow(blocks);
    }

    private static List<String> gradient(Step step) {
        List<Contribution> in = step.received();
        String from = in.isEmpty()
                ? ", the start"
                : in.size() == 1
                        ? " from " + in.get(0).fromName()
                        : ", added up from "
                                + in.stream()
                                        .limit(MOST_NAMES)
                                        .map(Contribution::fromName)
                                        .collect(Collectors.joining(", "))
                                + (in.size() > MOST_NAMES ? ", … (" + in.size() + ")" : "");
        List<String> block = block(
                step.gradientSymbol() + from + (step.hooked() ? ", changed by a hook" : ""),
                Excerpt.of(step.gradient()));
        block.add(step.check().brief());
        return block;
    }

    private static List<String> block(String label, Excerpt excerpt) {
        List<String> lines = new ArrayList<>(List.of(label));
        lines.addAll(excerpt.lines());
        if (!excerpt.whole()) {
            lines.addAll(List.of(excerpt.note().split("; ")));
        }
        return lines;
    }

    /** Sets blocks side by side, and below each other where the line ends. */
    private void flow(List<List<String>> blocks) {
        List<List<String>> row = new ArrayList<>();
        int used = 0;
        for (List<String> block : blocks) {
            int width = width(block);
            if (!row.isEmpty() && used + BETWEEN.length() + width > WIDTH) {
                write(row);
                row.clear();
                used = 0;
            }
            row.add(block);
            used += BETWEEN.length() + width;
        }
        write(row);
    }

    private static int width(List<String> block) {
        return block.stream().mapToInt(String::length).max().orElse(0);
    }

    private void write(List<List<String>> row) {
        int height = row.stream().mapToInt(List::size).max().orElse(0);
        for (int i = 0; i < height; i++) {
            StringBuilder text = new StringBuilder(INDENT);
            for (List<String> block : row) {
                String cell = i < block.size() ? block.get(i) : "";
                text.append(cell)
                        .append(" ".repeat(width(block) - cell.length()))
                        .append(BETWEEN);
            }
            line(text.toString());
        }
    }

    private void summary() {
        line("");
        line(explanation.summary());
        for (Step step : steps) {
            for (Contribution c : step.given()) {
                if (c.check().status() == Check.Status.FAILED) {
                    line("The rule of " + step.operation() + " at " + step.symbol() + " is wrong by its input "
                            + c.toName() + ": " + c.check().note() + ".");
                }
            }
        }
    }
}

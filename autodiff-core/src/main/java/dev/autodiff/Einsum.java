package dev.autodiff;

import dev.autodiff.shape.Axes;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Sums of products in Einstein's notation, composed of diagonals, sums, permutations and products of two operands at a time. An axis has a
 * number as its label: a letter's place in the alphabet, capitals first, and from {@link #ELLIPSIS} on the axes of an ellipsis.
 */
final class Einsum {
    private static final int ELLIPSIS = 52;

    /** A tensor with a label for each axis. */
    record Term(Tensor x, Axes axes) {
        Term(Tensor x, int... labels) {
            this(x, Axes.of(labels));
        }

        private int[] labels() {
            return axes.toArray();
        }

        private boolean has(int label) {
            return axes.contains(label);
        }

        private int place(int label) {
            int place = 0;
            while (axes.get(place) != label) {
                place++;
            }
            return place;
        }

        private int size(int label) {
            return x.size(place(label));
        }
    }

    private Einsum() {}

    // ---- the notation ----

    static Tensor of(String equation, Tensor... operands) {
        String text = equation.replace(" ", "");
        int arrow = text.indexOf("->");
        String[] inputs = (arrow < 0 ? text : text.substring(0, arrow)).split(",", -1);
        if (operands.length == 0 || inputs.length != operands.length) {
            throw wrong(equation, "it names " + inputs.length + " operands, but " + operands.length + " are given");
        }
        int ellipsis = 0;
        for (int i = 0; i < inputs.length; i++) {
            int letters = letters(equation, inputs[i]);
            int rest = operands[i].rank() - letters;
            boolean open = inputs[i].contains("...");
            if (rest < 0 || (rest > 0 && !open)) {
                throw new ShapeException("einsum: \"" + inputs[i] + "\" in \"" + equation + "\" names " + letters
                        + " axes, but operand " + i + " has shape " + operands[i].shape());
            }
            ellipsis = Math.max(ellipsis, rest);
        }
        List<Term> terms = new ArrayList<>();
        for (int i = 0; i < inputs.length; i++) {
            int rest = operands[i].rank() - letters(equation, inputs[i]);
            terms.add(new Term(operands[i], labels(inputs[i], ELLIPSIS + ellipsis - rest, rest)));
        }
        checkSizes(equation, terms);
        int[] output = arrow < 0
                ? implicitOutput(terms, ellipsis)
                : explicitOutput(equation, text.substring(arrow + 2), terms, ellipsis);
        return contract(terms, output);
    }

    private static IllegalArgumentException wrong(String equation, String fault) {
        return new IllegalArgumentException("einsum: \"" + equation + "\": " + fault);
    }

    /** Checks one operand's part of the equation and returns how many letters it has. */
    private static int letters(String equation, String part) {
        String letters = part.replaceFirst("\\.\\.\\.", "");
        for (int i = 0; i < letters.length(); i++) {
            char c = letters.charAt(i);
            if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) {
                throw wrong(
                        equation,
                        "expected letters, commas, one \"...\" for each operand and one \"->\", got '" + c + "'");
            }
        }
        return letters.length();
    }

    /** Returns the labels of a part, where an ellipsis stands for {@code count} labels from {@code first} on. */
    private static int[] labels(String part, int first, int count) {
        int open = part.indexOf("...");
        IntStream.Builder labels = IntStream.builder();
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            if (c != '.') {
                labels.add(c <= 'Z' ? c - 'A' : c - 'a' + 26);
            } else if (i == open) {
                IntStream.range(first, first + count).forEach(labels::add);
            }
        }
        return labels.build().toArray();
    }

    private static String name(int label) {
        return label >= ELLIPSIS ? "..." : String.valueOf((char) (label < 26 ? 'A' + label : 'a' + label - 26));
    }

    private static void checkSizes(String equation, List<Term> terms) {
        Map<Integer, Integer> sizes = new HashMap<>();
        for (int k = 0; k < terms.size(); k++) {
            Term term = terms.get(k);
            for (int i = 0; i < term.axes().count(); i++) {
                int label = term.axes().get(i);
                int size = term.x().size(i);
                if (size != term.size(label)) {
                    throw new ShapeException("einsum: \"" + equation + "\" takes the diagonal of axes " + name(label)
                            + " of operand " + k + ", which have sizes " + term.size(label) + " and " + size);
                }
                int known = sizes.merge(label, size, (a, b) -> a == 1 ? b : a);
                if (size != 1 && size != known) {
                    throw new ShapeException("einsum: in \"" + equation + "\" axis " + name(label) + " has size " + size
                            + " in operand " + k + " of shape " + term.x().shape() + ", but " + known + " before");
                }
            }
        }
    }

    private static int[] implicitOutput(List<Term> terms, int ellipsis) {
        int[] counts = new int[ELLIPSIS];
        for (Term term : terms) {
            for (int label : term.labels()) {
                if (label < ELLIPSIS) {
                    counts[label]++;
                }
            }
        }
        return IntStream.concat(
                        IntStream.range(ELLIPSIS, ELLIPSIS + ellipsis),
                        IntStream.range(0, ELLIPSIS).filter(label -> counts[label] == 1))
                .toArray();
    }

    private static int[] explicitOutput(String equation, String part, List<Term> terms, int ellipsis) {
        letters(equation, part);
        int[] output = labels(part, ELLIPSIS, ellipsis);
        for (int i = 0; i < output.length; i++) {
            int label = output[i];
            if (terms.stream().noneMatch(term -> term.has(label))) {
                throw wrong(equation, "the output's axis " + name(label) + " is in no operand");
            }
            if (IntStream.range(0, i).anyMatch(k -> output[k] == label)) {
                throw wrong(equation, "the output's axis " + name(label) + " is repeated");
            }
        }
        return output;
    }

    // ---- the sums ----

    /** Multiplies the terms and sums over all labels but those of the output. Sizes of a label are equal or 1. */
    static Tensor contract(List<Term> operands, int[] output) {
        List<Term> terms = new ArrayList<>();
        for (Term term : operands) {
            terms.add(withoutRepetition(term));
        }
        while (terms.size() > 1) {
            int[] pair = cheapest(terms, output);
            Term b = terms.remove(pair[1]);
            Term a = terms.remove(pair[0]);
            terms.add(pair[0], product(a, b, wanted(terms, output)));
        }
        Term last = summed(terms.get(0), label -> contains(output, label));
        return ordered(last, output);
    }

    /** Tells of a label whether the output or a term has it. */
    private static IntPredicate wanted(List<Term> terms, int[] output) {
        List<Term> others = List.copyOf(terms);
        return label -> contains(output, label) || others.stream().anyMatch(term -> term.has(label));
    }

    private static boolean contains(int[] labels, int label) {
        return Arrays.stream(labels).anyMatch(l -> l == label);
    }

    /** Takes the diagonal of axes with the same label. */
    private static Term withoutRepetition(Term term) {
        int[] labels = term.labels();
        for (int j = 1; j < labels.length; j++) {
            int first = term.place(labels[j]);
            int second = j;
            if (first < second) {
                IntStream others = IntStream.range(0, labels.length)
                        .filter(i -> i != first && i != second)
                        .map(i -> labels[i]);
                int[] rest = IntStream.concat(others, IntStream.of(labels[j])).toArray();
                return withoutRepetition(new Term(term.x().diagonal(0, first, second), rest));
            }
        }
        return term;
    }

    /**
     * Returns the pair of terms whose product adds least to what is stored, so that sums that shrink the terms come first (the greedy order
     * of Smith and Gray, opt_einsum, 2018).
     */
    private static int[] cheapest(List<Term> terms, int[] output) {
        int[] best = {0, 1};
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < terms.size() && terms.size() > 2; i++) {
            for (int j = i + 1; j < terms.size(); j++) {
                Term a = terms.get(i);
                Term b = terms.get(j);
                List<Term> others = new ArrayList<>(terms);
                others.remove(j);
                others.remove(i);
                double added = sizeOfProduct(a, b, wanted(others, output)) - a.x().size() - b.x().size();
                if (added < least) {
                    least = added;
                    best = new int[] {i, j};
                }
            }
        }
        return best;
    }

    private static double sizeOfProduct(Term a, Term b, IntPredicate wanted) {
        double size = 1;
        for (int label : a.labels()) {
            int common = b.has(label) ? Math.max(a.size(label), b.size(label)) : a.size(label);
            size *= wanted.test(label) ? common : 1;
        }
        for (int label : b.labels()) {
            size *= wanted.test(label) && !a.has(label) ? b.size(label) : 1;
        }
        return size;
    }

    private static Term product(Term first, Term second, IntPredicate wanted) {
        Term a = withoutRepeated(first, second);
        Term b = withoutRepeated(second, a);
        Term left = summed(a, label -> wanted.test(label) || b.has(label));
        Term right = summed(b, label -> wanted.test(label) || a.has(label));
        int[] both = Arrays.stream(left.labels()).filter(right::has).toArray();
        int[] batch = Arrays.stream(both).filter(wanted).toArray();
        int[] inner = Arrays.stream(both).filter(wanted.negate()).toArray();
        int[] rows = Arrays.stream(left.labels()).filter(l -> !right.has(l)).toArray();
        int[] columns = Arrays.stream(right.labels()).filter(l -> !left.has(l)).toArray();
        Shape batchShape = shape(left, batch);
        Shape rowShape = shape(left, rows);
        Shape columnShape = shape(right, columns);
        Tensor x = ordered(left, join(batch, rows, inner));
        Tensor y = ordered(right, join(batch, inner, columns));
        Tensor out;
        if (inner.length == 0) {
            out = x.reshape(Shape.of(batchShape.size(), rowShape.size(), 1))
                    .mul(y.reshape(Shape.of(batchShape.size(), 1, columnShape.size())));
        } else {
            int n = shape(left, inner).size();
            Shape count = batch.length == 0 ? Shape.SCALAR : Shape.of(batchShape.size());
            out = x.reshape(count.concat(Shape.of(rowShape.size(), n)))
                    .matmul(y.reshape(count.concat(Shape.of(n, columnShape.size()))));
        }
        return new Term(out.reshape(batchShape.concat(rowShape).concat(columnShape)), join(batch, rows, columns));
    }

    /** Drops axes of size 1 that the other term has in another size: a product repeats them. */
    private static Term withoutRepeated(Term term, Term other) {
        for (int label : term.labels()) {
            if (term.size(label) == 1 && other.has(label) && other.size(label) != 1) {
                int[] rest =
                        Arrays.stream(term.labels()).filter(l -> l != label).toArray();
                return withoutRepeated(new Term(term.x().squeeze(term.place(label)), rest), other);
            }
        }
        return term;
    }

    /** Sums over the labels that nobody needs. */
    private static Term summed(Term term, IntPredicate needed) {
        int[] axes = IntStream.range(0, term.axes().count())
                .filter(i -> !needed.test(term.axes().get(i)))
                .toArray();
        return axes.length == 0
                ? term
                : new Term(
                        term.x().sum(axes),
                        Arrays.stream(term.labels()).filter(needed).toArray());
    }

    private static Tensor ordered(Term term, int... labels) {
        return term.x().permute(Arrays.stream(labels).map(term::place).toArray());
    }

    private static Shape shape(Term term, int... labels) {
        return Shape.of(Arrays.stream(labels).map(term::size).toArray());
    }

    private static int[] join(int[]... parts) {
        return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
    }
}

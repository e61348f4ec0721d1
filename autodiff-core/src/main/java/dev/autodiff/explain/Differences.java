package dev.autodiff.explain;

import dev.autodiff.Graph;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Compares gradients with central differences, extrapolated once: of the loss by a node's value, and of one operation by one of its inputs,
 * which tells whether that operation's own rule is right.
 *
 * <p>Each element is judged by itself, relative to the terms T that are added up in it: {@code |d − g| ≤ tolerance·T}, where T is the largest
 * {@code Σ |δ·Δv|/Δx} over the nodes that the element moves, its own gradient among them. So what cancels may leave rounding behind, and
 * a small gradient does not pass because there are large ones elsewhere. A difference knows its own error: rounding, which is
 * {@code 2⁻⁵²/h} of the largest terms of the loss, and curvature, by which two steps differ. An element that disagrees by no more than
 * that is neither right nor wrong: it is left out and counted.
 */
final class Differences {
    /** More elements of a tensor say nothing new. */
    private static final int MOST_ELEMENTS = 12;

    /** A difference takes this many values. */
    private static final int VALUES_PER_ELEMENT = 4;

    /** How many numbers all checks of the loss together may move: a few seconds. */
    private static final long WORK = 200_000_000L;

    /** Differences are tried with smaller steps too, where a kink is near. */
    private static final double[] STEPS = {1e-3, 1e-5};

    private static final double SMALLEST_STEP = STEPS[STEPS.length - 1];

    /** Float64 gradients and differences of float64 keep about nine digits. */
    private static final double TOLERANCE = 1e-6;

    /** Float32 gradients keep three digits beside the largest of them after some hundred roundings. */
    private static final double FLOAT32_TOLERANCE = 1e-3;

    /** So many roundings of the largest terms add up in a loss. */
    private static final double ROUNDINGS = 16;

    /** A difference of which rounding is a larger part than this has no two digits: it does not vouch for a gradient. */
    private static final double NOISY = 1e-2;

    /** Slopes to the left and right that differ by more than this part are a kink. */
    private static final double KINK = 1e-2;

    /** What is differentiated by the elements of one tensor. */
    private interface Moved {
        double value(Tensor x);

        /** Returns how large the terms are by which the value at x differs from that at the tensor as it is. */
        double terms(Tensor x);
    }

    /** What came of one element; all but the first two are left out, for the reason given. */
    private enum Outcome {
        RIGHT(""),
        WRONG(""),
        AT_A_KINK("at a kink"),
        TOO_SMALL("too small for differences"),
        TOO_CURVED("too curved for differences");

        private final String reason;

        Outcome(String reason) {
            this.reason = reason;
        }
    }

    private record Verdict(Outcome outcome, double error, double allowed, double slope) {}

    private final @Nullable Replay replay;
    private final String whyNot;
    private final double tolerance;
    private final double ownRounding;
    private final double loss;
    private long work = WORK;
    private int nodesLeft;

    Differences(Graph graph, List<Tensor> values) {
        boolean narrow = graph.nodes().stream().anyMatch(n -> n.dtype() == DType.FLOAT32);
        this.tolerance = narrow ? FLOAT32_TOLERANCE : TOLERANCE;
        this.ownRounding = narrow ? Math.ulp(1f) : 0;
        this.loss = values.get(0).item();
        this.nodesLeft = graph.nodes().size();
        Replay ready = null;
        String reason = "";
        try {
            ready = new Replay(graph, values, narrow);
            double again = ready.value(0).item();
            if (!Double.isFinite(loss)) {
                reason = "the loss is " + Excerpt.text(loss) + ", which has no differences";
                ready = null;
            } else if (!(Math.abs(again - loss) <= tolerance * Math.max(1, Math.abs(loss)))) {
                reason = String.format(
                        Locale.ROOT,
                        "run again, the graph gives %.6g and not %.6g: an operation or a parameter has changed",
                        again,
                        loss);
                ready = null;
            }
        } catch (RuntimeException e) { // of the user's own operations, too
            reason = "the graph does not run again: " + e.getMessage();
        }
        this.replay = ready;
        this.whyNot = reason;
    }

    /**
     * Compares a node's gradient with differences of the loss.
     *
     * @param gradients those of all nodes that are known, by their numbers
     */
    Check ofLoss(int id, Map<Integer, Tensor> gradients) {
        Replay again = replay;
        Tensor gradient = Objects.requireNonNull(gradients.get(id));
        long share = work / Math.max(nodesLeft--, 1);
        if (again == null) {
            return Check.none(gradient.size(), whyNot);
        }
        long cost = Math.max(again.cost(id), 1);
        int most = (int) Math.min(MOST_ELEMENTS, share / cost / VALUES_PER_ELEMENT);
        if (most == 0 && gradient.size() > 0) {
            return Check.none(gradient.size(), "the graph is too large to run it again for each element");
        }
        // The loss itself counts with its own size, so that a small loss of small terms is judged by these.
        double reach = Math.abs(loss);
        for (int above : again.dependents(id)) {
            Tensor g = gradients.get(above);
            reach = above == 0 || g == null ? reach : Math.max(reach, reach(g, again.value(above)));
        }
        Moved moved = new Moved() {
            @Override
            public double value(Tensor x) {
                return again.lossWith(id, x);
            }

            @Override
            public double terms(Tensor x) {
                return again.termsWith(id, x, gradients);
            }
        };
        Check check = compare(gradient, again.value(id), most, moved, reach);
        work -= cost * VALUES_PER_ELEMENT * check.elements();
        return check;
    }

    /** Compares what an operation hands to an input with differences of {@code Σ g·out} of this operation alone. */
    Check ofRule(Graph.Entry node, int input, Tensor g, Tensor contribution) {
        Replay again = replay;
        if (again == null) {
            return Check.none(contribution.size(), whyNot);
        }
        Integer id = node.inputs().get(input);
        if (id == null) {
            return Check.none(contribution.size(), "a constant has no gradient");
        }
        Tensor out = again.value(node.id());
        Tensor weights = g.dtype() == out.dtype() ? g : g.to(out.dtype());
        Tensor at = again.value(id);
        int most = at.size() + (long) out.size() > 1_000_000 ? 2 : MOST_ELEMENTS;
        Moved moved = new Moved() {
            // The value at x is taken off first, so that elements that do not change cannot round.
            private Tensor parts(Tensor x) {
                return again.outputWith(node, input, x).sub(out).mul(weights);
            }

            @Override
            public double value(Tensor x) {
                return parts(x).sum().item();
            }

            @Override
            public double terms(Tensor x) {
                return parts(x).abs().sum().item();
            }
        };
        return compare(contribution, at, most, moved, reach(weights, out));
    }

    /**
     * Returns {@code Σ |g|·max(|v|, 1)}, how large the terms may be that are rounded in the loss when a value v with the gradient g is. Those
     * that are not finite take no part in it.
     */
    private static double reach(Tensor g, Tensor value) {
        double[] slopes = g.toDoubleArray();
        double[] values = value.toDoubleArray();
        double sum = 0;
        for (int i = 0; i < slopes.length; i++) {
            double term = Math.abs(slopes[i]) * Math.max(Math.abs(values[i]), 1);
            sum += Double.isFinite(term) ? term : 0;
        }
        return sum;
    }

    private Check compare(Tensor gradient, Tensor at, int most, Moved f, double reach) {
        double[] g = gradient.toDoubleArray();
        double[] x = at.toDoubleArray();
        EnumMap<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
        Verdict worst = new Verdict(Outcome.RIGHT, 0, 0, 0);
        String note = "";
        try {
            for (int j : chosen(g, most)) {
                Verdict verdict = judge(g[j], f, at, x, j, reach);
                counts.merge(verdict.outcome, 1, Integer::sum);
                boolean wrong = verdict.outcome == Outcome.WRONG;
                boolean worse = !(verdict.error <= worst.error);
                if (wrong ? worst.outcome != Outcome.WRONG || worse : verdict.outcome == worst.outcome && worse) {
                    worst = verdict;
                    note = wrong
                            ? String.format(
                                    Locale.ROOT,
                                    "element %s is %.6g, differences give %.6g",
                                    Arrays.toString(gradient.shape().index(j)),
                                    g[j],
                                    verdict.slope)
                            : "";
                }
            }
        } catch (RuntimeException e) { // of the user's own operations, too
            return Check.none(g.length, "the operation does not run again: " + e.getMessage());
        }
        int compared = counts.getOrDefault(Outcome.RIGHT, 0) + counts.getOrDefault(Outcome.WRONG, 0);
        if (compared == 0 && counts.size() == 1) {
            return Check.none(g.length, counts.keySet().iterator().next().reason);
        }
        List<String> notes = new ArrayList<>(note.isEmpty() ? List.of() : List.of(note));
        counts.forEach((outcome, count) -> {
            if (!outcome.reason.isEmpty()) {
                notes.add(count
                        + (count == 1 ? " is " : " are ")
                        + outcome.reason
                        + (compared == 0 ? "" : " and left out"));
            }
        });
        if (compared == 0 && g.length > 0) {
            return Check.none(g.length, String.join(", ", notes));
        }
        return new Check(
                worst.outcome == Outcome.WRONG ? Check.Status.FAILED : Check.Status.PASSED,
                compared,
                g.length,
                worst.error,
                worst.allowed,
                String.join("; ", notes));
    }

    /** Judges the element j, whose gradient is g. */
    private Verdict judge(double g, Moved f, Tensor at, double[] x, int j, double reach) {
        double size = Math.max(1, Math.abs(x[j]));
        double least = Double.POSITIVE_INFINITY;
        double terms = Double.NaN;
        Verdict verdict = new Verdict(Outcome.WRONG, Double.POSITIVE_INFINITY, 0, Double.NaN);
        for (double step : STEPS) {
            double h = step * size;
            double coarse = central(f, at, x, j, h);
            double fine = central(f, at, x, j, h / 2);
            double slope = (4 * fine - coarse) / 3;
            double error = Math.abs(slope - g);
            double scale = Math.max(Math.abs(g), Math.abs(slope));
            if (!(error <= tolerance * scale)) {
                if (Double.isNaN(terms)) {
                    terms = Math.abs(f.terms(moved(at, x, j, x[j] + SMALLEST_STEP * size)) / (SMALLEST_STEP * size));
                }
                scale = Math.max(scale, terms);
            }
            double noise = noise(h, reach);
            double allowed = tolerance * scale + (noise <= NOISY * scale ? noise : 0);
            if (error <= allowed) {
                return new Verdict(Outcome.RIGHT, error, allowed, slope);
            }
            double curvature = Math.abs(fine - coarse);
            double uncertain = noise + curvature;
            // The shorter step is the better one, unless rounding spoils it: a long one may skip whole waves and not
            // know.
            if (noise <= NOISY * scale || !(uncertain >= least)) {
                least = uncertain;
                Outcome doubtful = noise >= curvature ? Outcome.TOO_SMALL : Outcome.TOO_CURVED;
                verdict = new Verdict(error <= uncertain ? doubtful : Outcome.WRONG, error, allowed, slope);
            }
        }
        return isKink(f, at, x, j, reach)
                ? new Verdict(Outcome.AT_A_KINK, verdict.error, verdict.allowed, verdict.slope)
                : verdict;
    }

    /** What rounding may do to a difference with the step h, and to the gradient beside it. */
    private double noise(double h, double reach) {
        return ROUNDINGS * reach * (Math.ulp(1.0) / h + ownRounding);
    }

    /** Chooses elements evenly, the first and the last among them, and the largest. */
    private static Set<Integer> chosen(double[] g, int most) {
        if (g.length == 0) {
            return Set.of();
        }
        int largest = 0;
        for (int i = 0; i < g.length; i++) {
            largest = Math.abs(g[i]) > Math.abs(g[largest]) ? i : largest;
        }
        int count = Math.min(most, g.length);
        Set<Integer> chosen = new TreeSet<>(List.of(largest));
        for (int place : new int[] {0, g.length - 1}) {
            if (chosen.size() < count) {
                chosen.add(place);
            }
        }
        for (int k = 0; k < g.length && chosen.size() < count; k++) {
            chosen.add((int) ((long) k * (g.length - 1) / Math.max(count - 1, 1)) % g.length);
        }
        return chosen;
    }

    private static double central(Moved f, Tensor at, double[] x, int j, double h) {
        double up = x[j] + h;
        double down = x[j] - h;
        return (f.value(moved(at, x, j, up)) - f.value(moved(at, x, j, down))) / (up - down);
    }

    private static Tensor moved(Tensor at, double[] x, int j, double to) {
        double before = x[j];
        x[j] = to;
        Tensor moved = Tensor.of(x, at.shape()).to(at.dtype());
        x[j] = before;
        return moved;
    }

    private boolean isKink(Moved f, Tensor at, double[] x, int j, double reach) {
        double h = SMALLEST_STEP * Math.max(1, Math.abs(x[j]));
        double here = f.value(at);
        double right = (f.value(moved(at, x, j, x[j] + h)) - here) / h;
        double left = (here - f.value(moved(at, x, j, x[j] - h))) / h;
        return Math.abs(right - left) > KINK * Math.max(Math.abs(left), Math.abs(right)) + noise(h, reach);
    }
}

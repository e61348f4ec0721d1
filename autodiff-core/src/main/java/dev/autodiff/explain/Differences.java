package dev.autodiff.explain;

import dev.autodiff.Graph;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Compares gradients with central differences, extrapolated once: of the loss by a node's value, and of one operation by one of its inputs,
 * which tells whether that operation's own rule is right.
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

    /** Float64 gradients and differences of float64 keep about nine digits. */
    private static final double TOLERANCE = 1e-6;

    /** Float32 gradients keep three digits beside the largest of them after some hundred roundings. */
    private static final double FLOAT32_TOLERANCE = 1e-3;

    /** Where the gradient is 0 because terms cancel, rounding is what is left: this part of terms that are not above 1. */
    private static final double NEGLIGIBLE = 1e-10;

    private static final double FLOAT32_NEGLIGIBLE = 1e-6;

    /** Slopes to the left and right that differ by more than this part are a kink. */
    private static final double KINK = 1e-2;

    private final @Nullable Replay replay;
    private final String whyNot;
    private final double tolerance;
    private final double negligible;
    private final double loss;
    private long work = WORK;
    private int nodesLeft;

    Differences(Graph graph, List<Tensor> values) {
        boolean narrow = graph.nodes().stream().anyMatch(n -> n.dtype() == DType.FLOAT32);
        this.tolerance = narrow ? FLOAT32_TOLERANCE : TOLERANCE;
        this.negligible = narrow ? FLOAT32_NEGLIGIBLE : NEGLIGIBLE;
        this.loss = values.get(0).item();
        this.nodesLeft = graph.nodes().size();
        Replay ready = null;
        String reason = "";
        try {
            ready = new Replay(graph, values, narrow);
            double again = ready.value(0).item();
            if (!(Math.abs(again - loss) <= tolerance * Math.max(1, Math.abs(loss)))) {
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
     * @param terms how large the terms may be that cancel in it, see {@link #terms}
     */
    Check ofLoss(int id, Tensor gradient, double terms) {
        Replay again = replay;
        long share = work / Math.max(nodesLeft--, 1);
        if (again == null) {
            return Check.none(gradient.size(), whyNot);
        }
        long cost = Math.max(again.cost(id), 1);
        int most = (int) Math.min(MOST_ELEMENTS, share / cost / VALUES_PER_ELEMENT);
        if (most == 0 && gradient.size() > 0) {
            return Check.none(gradient.size(), "the graph is too large to run it again for each element");
        }
        Check check = compare(gradient, again.value(id), most, x -> again.lossWith(id, x), Math.abs(loss), terms);
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
        double size = weights.mul(out).abs().sum().item();
        int most = at.size() + (long) out.size() > 1_000_000 ? 2 : MOST_ELEMENTS;
        // The value at x is taken off first, so that elements that do not change cannot round.
        return compare(
                contribution,
                at,
                most,
                x -> again.outputWith(node, input, x)
                        .sub(out)
                        .mul(weights)
                        .sum()
                        .item(),
                size,
                terms(weights, out));
    }

    /** Returns {@code Σ |g|·max(|v|, 1)}: how much the loss changes, at most, when a value v with the gradient g changes by its own size or by 1. */
    static double terms(Tensor g, Tensor value) {
        double[] slopes = g.toDoubleArray();
        double[] values = value.toDoubleArray();
        double sum = 0;
        for (int i = 0; i < slopes.length; i++) {
            sum += Math.abs(slopes[i]) * Math.max(Math.abs(values[i]), 1);
        }
        return sum;
    }

    private Check compare(Tensor gradient, Tensor at, int most, ToDoubleFunction<Tensor> f, double size, double terms) {
        // Not an absolute bound, below which every gradient would pass; a sum that is NaN leaves it at that.
        double rounding = terms < 1 ? negligible * terms : negligible;
        double[] g = gradient.toDoubleArray();
        double[] x = at.toDoubleArray();
        if (g.length == 0) {
            return new Check(Check.Status.PASSED, 0, 0, 0, 0, "");
        }
        double scale = 0;
        for (double value : g) {
            scale = Math.max(scale, Math.abs(value));
        }
        double worst = 0;
        double worstAllowed = tolerance * scale + rounding;
        String note = "";
        int kinks = 0;
        boolean failed = false;
        Set<Integer> chosen = chosen(g, most);
        try {
            for (int j : chosen) {
                double error = Double.POSITIVE_INFINITY;
                double allowed = 0;
                double slope = Double.NaN;
                for (int s = 0; s < STEPS.length && !(error <= allowed); s++) {
                    double h = STEPS[s] * Math.max(1, Math.abs(x[j]));
                    double d = slope(f, at, x, j, h);
                    double noise = 16 * Math.ulp(1.0) * Math.max(size, rounding) / h;
                    double e = Math.abs(d - g[j]);
                    if (!(e >= error)) {
                        slope = d;
                        error = e;
                        allowed = tolerance * Math.max(scale, Math.abs(d)) + rounding + noise;
                    }
                }
                if (!(error <= allowed) && isKink(f, at, x, j)) {
                    kinks++;
                } else {
                    boolean wrong = !(error <= allowed);
                    if (!(error <= worst) || (wrong && !failed)) {
                        worst = error;
                        worstAllowed = allowed;
                        note = wrong
                                ? String.format(
                                        Locale.ROOT,
                                        "element %s is %.6g, differences give %.6g",
                                        java.util.Arrays.toString(
                                                gradient.shape().index(j)),
                                        g[j],
                                        slope)
                                : note;
                    }
                    failed |= wrong;
                }
            }
        } catch (RuntimeException e) { // of the user's own operations, too
            return Check.none(g.length, "the operation does not run again: " + e.getMessage());
        }
        if (kinks == chosen.size()) {
            return Check.none(g.length, "at a kink, where differences mean nothing");
        }
        String atKinks = kinks == 0 ? "" : kinks + (kinks == 1 ? " is" : " are") + " at a kink and left out";
        return new Check(
                failed ? Check.Status.FAILED : Check.Status.PASSED,
                chosen.size() - kinks,
                g.length,
                worst,
                worstAllowed,
                note.isEmpty() ? atKinks : atKinks.isEmpty() ? note : note + "; " + atKinks);
    }

    /** Chooses elements evenly, the first and the last among them, and the largest. */
    private static Set<Integer> chosen(double[] g, int most) {
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

    private static double slope(ToDoubleFunction<Tensor> f, Tensor at, double[] x, int j, double h) {
        double coarse = central(f, at, x, j, h);
        double fine = central(f, at, x, j, h / 2);
        return (4 * fine - coarse) / 3;
    }

    private static double central(ToDoubleFunction<Tensor> f, Tensor at, double[] x, int j, double h) {
        double up = x[j] + h;
        double down = x[j] - h;
        return (moved(f, at, x, j, up) - moved(f, at, x, j, down)) / (up - down);
    }

    private static double moved(ToDoubleFunction<Tensor> f, Tensor at, double[] x, int j, double to) {
        double before = x[j];
        x[j] = to;
        try {
            return f.applyAsDouble(Tensor.of(x, at.shape()).to(at.dtype()));
        } finally {
            x[j] = before;
        }
    }

    private static boolean isKink(ToDoubleFunction<Tensor> f, Tensor at, double[] x, int j) {
        double h = STEPS[STEPS.length - 1] * Math.max(1, Math.abs(x[j]));
        double here = f.applyAsDouble(at);
        double right = (moved(f, at, x, j, x[j] + h) - here) / h;
        double left = (here - moved(f, at, x, j, x[j] - h)) / h;
        return Math.abs(right - left) > KINK * Math.max(Math.abs(left), Math.abs(right));
    }
}

package dev.autodiff.explain;

import dev.autodiff.GradientException;
import dev.autodiff.Graph;
import dev.autodiff.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Shows how backpropagation works on a graph, step by step: what was computed, the rule by which each gradient follows from the one above it,
 * the numbers, where contributions are added, and differences beside it.
 *
 * <pre>{@code
 * Tensor w = Tensor.of(new double[] {0.5, -1}).requireGrad().named("w");
 * Tensor loss = w.square().sum().named("loss");
 * System.out.println(Explain.backward(loss).toText());
 * Explain.backward(loss).writeHtml(Path.of("loss.html"));
 * }</pre>
 *
 * <p>Call it in the place of {@code loss.backward()} or before it. It changes nothing: the gradients that leaves hold stay as they are and the
 * graph is not released. Hooks run as they do in a backward pass.
 */
public final class Explain {
    /** So many steps are shown unless set. */
    private static final int MOST_STEPS = 200;

    private Explain() {}

    /**
     * Explains the backward pass from a single number; of a graph of more than 200 nodes, the first ones of the sweep and leaves.
     *
     * @throws GradientException if the loss is not one number, depends on nothing that requires a gradient, or the graph was released
     */
    public static Explanation backward(Tensor loss) {
        return backward(loss, MOST_STEPS);
    }

    /**
     * Explains the backward pass from a single number.
     *
     * @param mostSteps how many nodes to show at most, half of them leaves if there are as many; the explanation says how many are left out
     * @throws GradientException if the loss is not one number, depends on nothing that requires a gradient, or the graph was released
     * @throws IllegalArgumentException if mostSteps is below 2
     */
    public static Explanation backward(Tensor loss, int mostSteps) {
        if (mostSteps < 2) {
            throw new IllegalArgumentException("explain: expected at least 2 steps, got " + mostSteps);
        }
        Objects.requireNonNull(loss, "explain: the loss is null");
        if (!loss.requiresGrad()) {
            throw new GradientException("explain: the loss of shape " + loss.shape() + " and type " + loss.dtype()
                    + " was computed from nothing that requires a gradient, so there is no graph to explain; make the inputs"
                    + " with requireGrad(), outside noGrad");
        }
        if (loss.size() != 1) {
            throw new GradientException("explain: a tensor of shape " + loss.shape()
                    + " is not a single number; reduce it with sum() or mean(), and explain that");
        }
        Graph graph = Graph.of(loss);
        return new Sweeping(graph, mostSteps).explain();
    }

    /** What a node's rule handed on; g is the node's own gradient, null if it is not shown. */
    private record Told(
            Graph.Entry node,
            int to,
            int input,
            String rule,
            Tensor value,
            @Nullable Tensor g) {}

    /** What one sweep told. */
    private static final class Sweeping implements Graph.SweepListener {
        private final Graph graph;
        private final List<Graph.Entry> nodes;
        private final List<Tensor> values;
        private final int operations;
        private final int shownOperations;
        private final int shownLeaves;
        private final Map<Integer, Tensor> gradients = new HashMap<>();
        private final List<Told> told = new ArrayList<>();
        private final Map<Integer, List<Contribution>> received = new HashMap<>();
        private final Map<Integer, List<Contribution>> given = new HashMap<>();
        private final Differences differences;

        Sweeping(Graph graph, int mostSteps) {
            this.graph = graph;
            this.nodes = graph.nodes();
            this.values = graph.values();
            this.operations = (int) nodes.stream().filter(n -> !n.isLeaf()).count();
            int leaves = nodes.size() - operations;
            this.shownLeaves = Math.min(leaves, Math.max(mostSteps / 2, mostSteps - operations));
            this.shownOperations = Math.min(operations, mostSteps - shownLeaves);
            this.differences = new Differences(graph, values);
        }

        private boolean isShown(int id) {
            return id < shownOperations || (id >= operations && id < operations + shownLeaves);
        }

        @Override
        public void reached(Graph.Entry node, Tensor gradient) {
            if (isShown(node.id())) {
                gradients.put(node.id(), gradient.snapshot());
            }
        }

        @Override
        public void contributed(Graph.Entry node, int input, Tensor contribution, String rule) {
            int to = Objects.requireNonNull(node.inputs().get(input));
            Tensor g = gradients.get(node.id());
            if (g == null && !isShown(to)) {
                return;
            }
            told.add(new Told(node, to, input, rule, contribution.snapshot(), g));
        }

        /** Compares a rule with differences: after the sweep, since running operations again may need a sweep of its own. */
        private void check(Told told) {
            Graph.Entry node = told.node;
            Tensor g = told.g;
            Check check = g == null
                    ? Check.none(told.value.size(), "the step is left out")
                    : differences.ofRule(node, told.input, g, told.value);
            Contribution contribution = new Contribution(
                    node.id(),
                    graph.symbol(node),
                    told.to,
                    graph.symbol(nodes.get(told.to)),
                    graph.gradientSymbol(nodes.get(told.to)),
                    told.input,
                    told.rule,
                    told.value,
                    check);
            given.computeIfAbsent(node.id(), id -> new ArrayList<>()).add(contribution);
            received.computeIfAbsent(told.to, id -> new ArrayList<>()).add(contribution);
        }

        Explanation explain() {
            graph.sweep(this);
            told.forEach(this::check);
            Map<Integer, Check> checks = new HashMap<>();
            for (int id = nodes.size() - 1; id >= 0; id--) { // leaves first: they are what is asked for
                if (gradients.containsKey(id)) {
                    checks.put(id, differences.ofLoss(id, gradients));
                }
            }
            List<Step> steps = new ArrayList<>();
            for (Graph.Entry node : nodes) {
                Tensor gradient = gradients.get(node.id());
                Check check = checks.get(node.id());
                if (gradient != null && check != null) {
                    steps.add(step(node, gradient, check));
                }
            }
            return new Explanation(
                    List.copyOf(steps), operations, nodes.size() - operations, nodes.size() - steps.size());
        }

        private Step step(Graph.Entry node, Tensor gradient, Check check) {
            int id = node.id();
            List<Operand> operands = new ArrayList<>();
            for (int i = 0; i < node.inputs().size(); i++) {
                operands.add(new Operand(node.inputs().get(i), graph.inputSymbol(node, i), graph.constant(node, i)));
            }
            List<Contribution> in = List.copyOf(received.getOrDefault(id, List.of()));
            return new Step(
                    id,
                    graph.symbol(node),
                    node.operation(),
                    graph.formula(node),
                    node.shape(),
                    node.dtype(),
                    List.copyOf(operands),
                    values.get(id),
                    graph.gradientSymbol(node),
                    in,
                    gradient,
                    isHooked(in, gradient),
                    List.copyOf(given.getOrDefault(id, List.of())),
                    check);
        }

        /** Tells whether a gradient is another than what was added up. */
        private static boolean isHooked(List<Contribution> in, Tensor gradient) {
            Tensor sum = null;
            for (Contribution c : in) {
                sum = sum == null ? c.value() : sum.add(c.value());
            }
            return sum != null && !Arrays.equals(sum.toDoubleArray(), gradient.toDoubleArray());
        }
    }
}

package dev.autodiff.explain;

import dev.autodiff.Graph;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs a recorded graph again with another value for one of its nodes; in float64, if told so, where differences of float32 numbers would
 * show little but rounding.
 */
final class Replay {
    /** What running one operation costs besides its numbers. */
    private static final int FIXED_COST = 100;

    private final Graph graph;
    private final List<Graph.Entry> nodes;
    private final boolean wide;

    /** The values of all nodes in the order of the sweep. */
    private final Tensor[] values;

    private final List<List<@Nullable Tensor>> constants = new ArrayList<>();
    private final @Nullable Tensor[] changed;

    /** Where the operations end and the leaves begin. */
    private final int operations;

    /** Runs the graph again from its leaves. */
    Replay(Graph graph, List<Tensor> recorded, boolean wide) {
        this.graph = graph;
        this.nodes = graph.nodes();
        this.wide = wide;
        this.values = new Tensor[nodes.size()];
        this.changed = new Tensor[nodes.size()];
        this.operations = (int) nodes.stream().filter(n -> !n.isLeaf()).count();
        for (Graph.Entry node : nodes) {
            List<@Nullable Tensor> kept = new ArrayList<>();
            for (int i = 0; i < node.inputs().size(); i++) {
                Tensor constant = graph.constant(node, i);
                kept.add(constant == null ? null : widened(constant));
            }
            constants.add(kept);
        }
        for (int id = nodes.size() - 1; id >= 0; id--) {
            Graph.Entry node = nodes.get(id);
            values[id] = node.isLeaf() ? widened(recorded.get(id)) : run(node, inputs(node));
        }
    }

    private Tensor widened(Tensor tensor) {
        return wide && tensor.dtype() == DType.FLOAT32 ? tensor.to(DType.FLOAT64) : tensor;
    }

    Tensor value(int id) {
        return values[id];
    }

    /** Returns a node's inputs, with the value of the last {@link #with} where it changed one. */
    private List<Tensor> inputs(Graph.Entry node) {
        List<Tensor> inputs = new ArrayList<>();
        for (int i = 0; i < node.inputs().size(); i++) {
            Integer input = node.inputs().get(i);
            Tensor constant = constants.get(node.id()).get(i);
            Tensor other = input == null ? constant : changed[input] != null ? changed[input] : values[input];
            if (other == null) {
                throw new IllegalStateException("input " + i + " of " + node.operation() + " is not known");
            }
            inputs.add(other);
        }
        return inputs;
    }

    private Tensor run(Graph.Entry node, List<Tensor> inputs) {
        boolean narrows = wide && node.operation().equals("to(" + DType.FLOAT32 + ")");
        return narrows ? inputs.get(0) : graph.apply(node, inputs);
    }

    /** Returns the value of a single operation with another value for one of its inputs. */
    Tensor outputWith(Graph.Entry node, int input, Tensor value) {
        List<Tensor> inputs = inputs(node);
        inputs.set(input, value);
        return run(node, inputs);
    }

    /** Returns the loss with another value for one node. */
    double lossWith(int id, Tensor value) {
        return with(id, value, () -> {
            Tensor loss = changed[0];
            return (loss == null ? values[0] : loss).item();
        });
    }

    /**
     * Returns the largest {@code Σ |δ·(v′ − v)|} over the nodes whose value v becomes v′ with another value for one of them: how large the
     * terms are that add up to the change of the loss, though they may cancel.
     *
     * @param gradients δ, as far as it is known, by the numbers of the nodes
     */
    double termsWith(int id, Tensor value, Map<Integer, Tensor> gradients) {
        return with(id, value, () -> {
            double largest = 0;
            for (int above = Math.min(id, operations - 1); above >= 0; above--) {
                Tensor other = changed[above];
                Tensor gradient = gradients.get(above);
                if (other != null && gradient != null) {
                    largest = Math.max(largest, distance(gradient, other, values[above]));
                }
            }
            return largest;
        });
    }

    private static double distance(Tensor gradient, Tensor a, Tensor b) {
        double[] slopes = gradient.toDoubleArray();
        double[] from = a.toDoubleArray();
        double[] to = b.toDoubleArray();
        double sum = 0;
        for (int i = 0; i < slopes.length; i++) {
            // Infinite values that stay as they are do not move.
            sum += from[i] == to[i] ? 0 : Math.abs(slopes[i] * (from[i] - to[i]));
        }
        return sum;
    }

    /** Runs the nodes again that depend on one, with another value for it, then the supplier, which sees them in {@link #changed}. */
    private double with(int id, Tensor value, DoubleSupplier result) {
        changed[id] = value;
        int top = Math.min(id, operations);
        try {
            for (int above = top - 1; above >= 0; above--) {
                Graph.Entry node = nodes.get(above);
                if (dependsOnChange(node)) {
                    changed[above] = run(node, inputs(node));
                }
            }
            return result.getAsDouble();
        } finally {
            changed[id] = null;
            Arrays.fill(changed, 0, top, null);
        }
    }

    /** Returns the numbers of the nodes whose values depend on that of one, itself among them if it is an operation. */
    List<Integer> dependents(int id) {
        boolean[] depends = new boolean[nodes.size()];
        depends[id] = true;
        List<Integer> dependents = new ArrayList<>();
        for (int above = Math.min(id, operations - 1); above >= 0; above--) {
            for (Integer input : nodes.get(above).inputs()) {
                depends[above] |= input != null && depends[input];
            }
            if (depends[above]) {
                dependents.add(above);
            }
        }
        return dependents;
    }

    private boolean dependsOnChange(Graph.Entry node) {
        for (Integer input : node.inputs()) {
            if (input != null && changed[input] != null) {
                return true;
            }
        }
        return false;
    }

    /** Returns about how many numbers are moved when the nodes above one, or all of them, run again. */
    long cost(int id) {
        long cost = 0;
        for (int above = Math.min(id, operations) - 1; above >= 0; above--) {
            cost += FIXED_COST + nodes.get(above).shape().size();
            for (Integer input : nodes.get(above).inputs()) {
                cost += input == null ? 0 : nodes.get(input).shape().size();
            }
        }
        return cost;
    }
}

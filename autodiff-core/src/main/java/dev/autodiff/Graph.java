package dev.autodiff;

import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A read-only view of what was recorded: the operations and leaves that a tensor depends on, in the order in which a backward sweep
 * visits them. It can be drawn:
 *
 * <pre>{@code
 * Files.writeString(Path.of("graph.dot"), Graph.of(loss).toDot());
 * }</pre>
 */
public final class Graph {
    /**
     * One operation or leaf.
     *
     * @param id its place in {@link Graph#nodes}, counted from 0
     * @param operation the operation's name, or {@code "leaf"}
     * @param name what {@link Tensor#named} gave, or null
     * @param shape the shape of its value
     * @param dtype the type of its value
     * @param inputs the ids of the nodes of its inputs in order; null for an input that requires no gradient
     */
    public record Entry(
            int id, String operation, @Nullable String name, Shape shape, DType dtype, List<@Nullable Integer> inputs) {
        /** Tells whether this is a leaf that requires a gradient. */
        public boolean isLeaf() {
            return operation.equals("leaf");
        }
    }

    /** Is told of a backward sweep, node by node, in the order of {@link Graph#nodes} but for the leaves, which come last. */
    public interface SweepListener {
        /** The gradient of a node is complete: the sum of all contributions, as the node's hooks left it. Its rule runs next. */
        default void reached(Entry node, Tensor gradient) {}

        /**
         * A node's rule has given what it adds to the gradient of one of its inputs.
         *
         * @param input which of the node's inputs
         * @param rule how the contribution was computed, {@code δz2 Wᵀ} for example, in the {@linkplain Graph#symbol symbols} of this graph;
         *     for a rule that is long or cannot be read, {@code (∂z3/∂z2)ᵀ δz3}
         */
        default void contributed(Entry node, int input, Tensor contribution, String rule) {}
    }

    private final Tensor root;
    private final List<Entry> nodes;
    private final List<Node> recorded;
    private final Map<Node, Integer> ids;
    private final Symbols symbols;

    private Graph(Tensor root, List<Entry> nodes, List<Node> recorded, Map<Node, Integer> ids) {
        this.root = root;
        this.nodes = nodes;
        this.recorded = recorded;
        this.ids = ids;
        this.symbols = new Symbols(recorded, nodes);
    }

    /**
     * Returns the graph that a tensor was computed by.
     *
     * @throws GradientException if nothing was recorded
     */
    public static Graph of(Tensor tensor) {
        Node root = tensor.node();
        if (root == null) {
            throw new GradientException("graph: nothing was recorded for this tensor of shape " + tensor.shape()
                    + "; at least one input must come from requireGrad(), outside noGrad");
        }
        List<Node> order = new ArrayList<>();
        List<Node> leaves = new ArrayList<>();
        for (Node node : Tape.newestFirst(List.of(root), n -> true)) {
            (node.isLeaf() ? leaves : order).add(node);
        }
        order.addAll(leaves);
        Map<Node, Integer> ids = GraphSweep.ids(order);
        List<Entry> entries = new ArrayList<>();
        for (Node node : order) {
            List<@Nullable Integer> inputs = new ArrayList<>();
            for (Node parent : node.parents) {
                inputs.add(parent == null ? null : ids.get(parent));
            }
            entries.add(new Entry(
                    entries.size(),
                    node.label(),
                    node.name(),
                    node.shape,
                    node.dtype,
                    Collections.unmodifiableList(inputs)));
        }
        return new Graph(tensor, List.copyOf(entries), List.copyOf(order), ids);
    }

    /** Returns operations and leaves in the order of a backward sweep: the result first, every node before its inputs. */
    public List<Entry> nodes() {
        return nodes;
    }

    /**
     * Returns what a node is called in formulas: its name; for one without a name p1, p2, … if it is a leaf and z1, z2, … if it is a result,
     * in forward order, or Wᵀ if it is the transpose of W. No two nodes have the same symbol.
     */
    public String symbol(Entry node) {
        return symbols.of(node.id()).text();
    }

    /** Returns the symbol of the gradient of a node, {@code δW1} for example. */
    public String gradientSymbol(Entry node) {
        return symbols.gradient(node.id());
    }

    /**
     * Returns what one of a node's inputs is called in formulas, also one that requires no gradient: by its name, as a number, or c1, c2, …;
     * {@code "…"} for such a one after the graph was released.
     */
    public String inputSymbol(Entry node, int input) {
        return symbols.of(node.id(), input).text();
    }

    /** Returns how a node's value is computed, as mathematics: {@code X W1} for example; of a leaf its symbol. */
    public String formula(Entry node) {
        return symbols.formula(node.id());
    }

    /**
     * Returns the values of all nodes, in the order of {@link #nodes}: what the graph keeps for its rules, and the rest computed anew from that.
     *
     * @throws GradientException if the graph was released, or a parameter was overwritten since
     */
    public List<Tensor> values() {
        checkNotReleased();
        @Nullable Tensor[] values = new Tensor[nodes.size()];
        values[0] = root;
        for (int id = 0; id < values.length; id++) {
            Node node = recorded.get(id);
            values[id] = values[id] == null ? node.keptOutput() : values[id];
            boolean keepsInputs = node.op != null
                    && node.op.keeps() != Op.Keep.SELECTORS
                    && node.op.keeps().inputs();
            for (int i = 0; keepsInputs && i < node.parents.length; i++) {
                Integer input = nodes.get(id).inputs().get(i);
                if (input != null) {
                    values[input] = node.input(i);
                }
            }
        }
        List<Tensor> result = new ArrayList<>();
        for (int id = values.length - 1; id >= 0; id--) {
            Tensor value = values[id];
            if (value == null) {
                values[id] = apply(nodes.get(id), inputs(id, values));
            }
        }
        for (Tensor value : values) {
            result.add(Objects.requireNonNull(value).snapshot());
        }
        return Collections.unmodifiableList(result);
    }

    private List<Tensor> inputs(int id, @Nullable Tensor[] values) {
        List<Tensor> inputs = new ArrayList<>();
        Entry node = nodes.get(id);
        for (int i = 0; i < node.inputs().size(); i++) {
            Integer input = node.inputs().get(i);
            Tensor value = input == null ? constant(node, i) : values[input];
            if (value == null) {
                throw new GradientException(
                        "graph: the value of input " + i + " of " + node.operation() + " is not known");
            }
            inputs.add(value);
        }
        return inputs;
    }

    /** Returns an input that requires no gradient; null for one that is a node, and for all after the graph was released. */
    public @Nullable Tensor constant(Entry node, int input) {
        Tensor kept = node.inputs().get(input) == null ? recorded.get(node.id()).kept(input) : null;
        return kept == null ? null : kept.snapshot();
    }

    /**
     * Computes the value of an operation from other inputs than it had, without recording anything.
     *
     * @param inputs all inputs in order, constants too
     * @throws IllegalArgumentException if the node is a leaf, or shapes or types do not fit
     */
    public Tensor apply(Entry node, List<Tensor> inputs) {
        Op op = recorded.get(node.id()).op;
        if (op == null) {
            throw new IllegalArgumentException("graph: " + symbol(node) + " is a leaf, which nothing computes");
        }
        if (inputs.size() != node.inputs().size()) {
            throw new IllegalArgumentException(
                    "graph: " + node.operation() + " has " + node.inputs().size() + " inputs, got " + inputs.size());
        }
        Tensor[] in = inputs.toArray(new Tensor[0]);
        return Autodiff.noGrad(() -> op instanceof Checkpoint c ? c.again(in) : Engine.apply(op, in));
    }

    /**
     * Goes backward through the graph from its result, a single number, as {@link Tensor#backward} does, hooks included, and tells of each
     * step. Gradients that leaves hold stay as they are, and nothing is released.
     *
     * @throws GradientException if the result is not one number, the graph was released, or a parameter was overwritten since
     */
    public void sweep(SweepListener listener) {
        if (root.size() != 1) {
            throw new GradientException("graph: a sweep starts at a single number, got shape " + root.shape()
                    + "; reduce it with sum() or mean()");
        }
        checkNotReleased();
        GraphSweep.run(nodes, ids, symbols, recorded.get(0), listener);
    }

    private void checkNotReleased() {
        for (Node node : recorded) {
            if (node.isReleased()) {
                throw node.released();
            }
        }
    }

    /** Returns the graph in the DOT language of Graphviz; values flow downwards. */
    public String toDot() {
        StringBuilder out = new StringBuilder("digraph autodiff {\n  rankdir=TB;\n  node [fontname=\"sans-serif\"];\n");
        for (Entry node : nodes) {
            String style = node.isLeaf() ? "shape=box, style=filled, fillcolor=\"#cfe2f3\"" : "shape=ellipse";
            out.append("  n" + node.id() + " [label=\"" + quote(title(node) + "\n" + node.shape()) + "\", " + style
                    + "];\n");
        }
        edges((from, to) -> out.append("  n" + from + " -> n" + to + ";\n"));
        return out.append("}\n").toString();
    }

    /** Returns the graph as a Mermaid flowchart, which Markdown pages show; values flow downwards. */
    public String toMermaid() {
        StringBuilder out = new StringBuilder("flowchart TD\n");
        for (Entry node : nodes) {
            String text = (title(node) + "<br/>" + node.shape()).replace("\"", "#quot;");
            out.append("  n" + node.id() + (node.isLeaf() ? "[\"" + text + "\"]" : "([\"" + text + "\"])") + "\n");
        }
        edges((from, to) -> out.append("  n" + from + " --> n" + to + "\n"));
        return out.toString();
    }

    private interface Edge {
        void draw(int from, int to);
    }

    private void edges(Edge edge) {
        for (Entry node : nodes) {
            for (Integer input : node.inputs()) {
                if (input != null) {
                    edge.draw(input, node.id());
                }
            }
        }
    }

    private static String title(Entry node) {
        if (node.name() == null) {
            return node.operation();
        }
        return node.isLeaf() ? node.name() : node.name() + " = " + node.operation();
    }

    private static String quote(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}

package dev.autodiff;

import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
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

    private final List<Entry> nodes;

    private Graph(List<Entry> nodes) {
        this.nodes = nodes;
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
        Map<Node, Integer> ids = new IdentityHashMap<>();
        List<Node> order = new ArrayList<>();
        List<Node> leaves = new ArrayList<>();
        for (Node node : Tape.newestFirst(List.of(root), n -> true)) {
            (node.isLeaf() ? leaves : order).add(node);
        }
        order.addAll(leaves);
        for (Node node : order) {
            ids.put(node, ids.size());
        }
        List<Entry> entries = new ArrayList<>();
        for (Node node : order) {
            List<@Nullable Integer> inputs = new ArrayList<>();
            for (Node parent : node.parents) {
                inputs.add(parent == null ? null : ids.get(parent));
            }
            entries.add(new Entry(
                    entries.size(),
                    node.label(),
                    node.name,
                    node.shape,
                    node.dtype,
                    java.util.Collections.unmodifiableList(inputs)));
        }
        return new Graph(List.copyOf(entries));
    }

    /** Returns operations and leaves in the order of a backward sweep: the result first, every node before its inputs. */
    public List<Entry> nodes() {
        return nodes;
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

package dev.autodiff;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Tells of the sweep over one graph, and writes each rule as mathematics while it runs. */
final class GraphSweep implements OpListener {
    /** A longer rule explains nothing. */
    private static final int LONGEST_RULE = 120;

    private final List<Graph.Entry> entries;
    private final Map<Node, Integer> ids;
    private final Symbols symbols;
    private final Graph.SweepListener told;
    private final RuleText rule = new RuleText(RuleText.Notation.MATRICES);

    private GraphSweep(List<Graph.Entry> entries, Map<Node, Integer> ids, Symbols symbols, Graph.SweepListener told) {
        this.entries = entries;
        this.ids = ids;
        this.symbols = symbols;
        this.told = told;
    }

    static void run(
            List<Graph.Entry> entries, Map<Node, Integer> ids, Symbols symbols, Node root, Graph.SweepListener told) {
        GraphSweep listener = new GraphSweep(entries, ids, symbols, told);
        Node[] leaves = ids.keySet().stream().filter(Node::isLeaf).toArray(Node[]::new);
        Tensor one = Tensor.ones(root.dtype, root.shape);
        Mode.current().listening(listener, () -> Sweep.gradients(root, one, leaves, true, false));
    }

    @Override
    public void reached(Node node, Tensor gradient) {
        Integer id = ids.get(node);
        if (id == null) {
            return; // inside a checkpoint that runs again
        }
        rule.clear();
        rule.name(gradient, symbols.gradient(id));
        for (int i = 0; i < node.parents.length; i++) {
            Tensor input = node.kept(i);
            if (input != null) {
                rule.learn(input, symbols.of(id, i));
            }
        }
        Tensor output = node.keptOutput();
        if (output != null) {
            rule.learn(output, symbols.of(id));
        }
        told.reached(entries.get(id), gradient);
    }

    @Override
    public void ran(Op op, Tensor[] inputs, Tensor out) {
        rule.ran(op, inputs, out);
    }

    @Override
    public void contributed(Node node, int input, Tensor contribution) {
        Integer id = ids.get(node);
        if (id == null) {
            return;
        }
        String text = rule.text(contribution).text();
        // A checkpoint's rule is another sweep, whose nodes have no names here.
        if (node.op instanceof Checkpoint || text.contains(MathText.UNKNOWN) || text.length() > LONGEST_RULE) {
            text = "(∂" + symbols.of(id).text() + "/∂" + symbols.of(id, input).text() + ")ᵀ " + symbols.gradient(id);
        }
        told.contributed(entries.get(id), input, contribution, text);
    }

    @Override
    public boolean hearsRules() {
        return true;
    }

    /** Returns the nodes by identity with their places. */
    static Map<Node, Integer> ids(List<Node> nodes) {
        Map<Node, Integer> ids = new IdentityHashMap<>();
        for (Node node : nodes) {
            ids.put(node, ids.size());
        }
        return ids;
    }
}

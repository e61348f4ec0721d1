package dev.autodiff;

import dev.autodiff.MathText.Binding;
import dev.autodiff.shape.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the values of a graph are called in formulas: by the names that the user gave, else p1, p2, … for leaves, z1, z2, … for results
 * and c1, c2, … for constants, in forward order. The transpose of W is Wᵀ, and a constant of one element is its number.
 */
final class Symbols {
    private final List<Node> nodes;
    private final MathText[] byId;
    private final List<Graph.Entry> entries;
    private final Map<Tensor, MathText> constants = new IdentityHashMap<>();
    private final Set<String> taken = new HashSet<>();
    private final Map<String, Integer> counts = new HashMap<>();

    Symbols(List<Node> nodes, List<Graph.Entry> entries) {
        this.nodes = nodes;
        this.entries = entries;
        this.byId = new MathText[nodes.size()];
        for (int id = nodes.size() - 1; id >= 0; id--) {
            String name = nodes.get(id).name();
            if (name != null && !name.isBlank()) {
                byId[id] = MathText.atom(unique(name.strip()), single(id));
            }
        }
        for (Node node : nodes) {
            for (int i = 0; i < node.parents.length; i++) {
                Tensor constant = node.parents[i] == null ? node.kept(i) : null;
                if (constant != null && constant.name() != null && !constants.containsKey(constant)) {
                    constants.put(constant, MathText.atom(unique(constant.name()), constant.size() == 1));
                }
            }
        }
        for (int id = nodes.size() - 1; id >= 0; id--) {
            Node node = nodes.get(id);
            if (byId[id] == null) {
                byId[id] = node.isLeaf() ? MathText.atom(next("p"), single(id)) : result(id);
            }
            for (int i = 0; i < node.parents.length; i++) {
                Tensor constant = node.parents[i] == null ? node.kept(i) : null;
                if (constant != null && !constants.containsKey(constant)) {
                    MathText number = MathText.constant(constant);
                    constants.put(constant, number.isNumber() ? number : MathText.atom(next("c"), number.single()));
                }
            }
        }
    }

    private MathText result(int id) {
        Node node = nodes.get(id);
        if (node.op instanceof ShapeMove.Permute && node.label().equals("transpose")) {
            Integer input = entries.get(id).inputs().get(0);
            MathText transposed = input == null ? of(id, 0).transpose() : byId[input].transpose();
            if (transposed.binding() == Binding.ATOM && taken.add(transposed.text())) {
                return transposed;
            }
        }
        return MathText.atom(next("z"), single(id));
    }

    private boolean single(int id) {
        return nodes.get(id).shape.size() == 1;
    }

    private String next(String letter) {
        while (true) {
            String name = letter + counts.merge(letter, 1, Integer::sum);
            if (taken.add(name)) {
                return name;
            }
        }
    }

    /** Numbers the second and further ones of one name: h, h(2), … */
    private String unique(String name) {
        String candidate = name;
        while (!taken.add(candidate)) {
            candidate = name + "(" + (counts.merge(name + "(", 1, Integer::sum) + 1) + ")";
        }
        return candidate;
    }

    MathText of(int id) {
        return byId[id];
    }

    /** Returns what an input is called, be it a node or a constant. */
    MathText of(int id, int input) {
        Integer place = entries.get(id).inputs().get(input);
        if (place != null) {
            return byId[place];
        }
        Tensor constant = nodes.get(id).kept(input);
        MathText known = constant == null ? null : constants.get(constant);
        return known == null ? MathText.atom(MathText.UNKNOWN, false) : known;
    }

    /** Returns the name of the loss's gradient by a node. */
    String gradient(int id) {
        String symbol = byId[id].text();
        boolean simple = symbol.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '.' || c == '_')
                && !symbol.endsWith("ᵀ");
        return simple ? "δ" + symbol : "δ(" + symbol + ")";
    }

    /** Writes how a node's value is computed, {@code X W1} for example. */
    String formula(int id) {
        Node node = nodes.get(id);
        Op op = node.op;
        if (op == null) {
            return byId[id].text();
        }
        List<MathText> args = new ArrayList<>();
        List<Shape> shapes = new ArrayList<>();
        for (int i = 0; i < node.parents.length; i++) {
            Node parent = node.parents[i];
            Tensor constant = node.kept(i);
            args.add(of(id, i));
            shapes.add(parent != null ? parent.shape : constant != null ? constant.shape() : Shape.SCALAR);
        }
        return RuleText.matrices(op, args, shapes, node.shape).text();
    }
}

package dev.autodiff;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.function.Predicate;

/** Reads the tape without leaving marks on it; the backward sweep, where each nanosecond counts, marks the nodes instead. */
final class Tape {
    /** The newest node first: an order in which every node comes before those that it was computed from. */
    static final Comparator<Node> NEWEST_FIRST =
            Comparator.comparingLong((Node n) -> n.number).reversed();

    private Tape() {}

    /** Lists the nodes that some nodes depend on, themselves among them, the newest first; what is not entered hides what lies below it. */
    static List<Node> newestFirst(Collection<Node> roots, Predicate<Node> enters) {
        PriorityQueue<Node> queue = new PriorityQueue<>(NEWEST_FIRST);
        Map<Node, Boolean> seen = new IdentityHashMap<>();
        for (Node root : roots) {
            if (enters.test(root) && seen.put(root, true) == null) {
                queue.add(root);
            }
        }
        List<Node> result = new ArrayList<>();
        while (!queue.isEmpty()) {
            Node node = queue.remove();
            result.add(node);
            for (Node parent : node.parents) {
                if (parent != null && enters.test(parent) && seen.put(parent, true) == null) {
                    queue.add(parent);
                }
            }
        }
        return result;
    }

    /** Tells whether all leaves that a node depends on are among some leaves. */
    static boolean dependsOnlyOn(Node root, List<Tensor> leaves) {
        Map<Node, Boolean> seen = new IdentityHashMap<>();
        for (Tensor leaf : leaves) {
            seen.put(
                    Objects.requireNonNull(leaf.node()),
                    !Objects.requireNonNull(leaf.node()).isLeaf());
        }
        if (seen.containsValue(true)) {
            return false; // the point itself was computed from something
        }
        List<Node> stack = new ArrayList<>(List.of(root));
        while (!stack.isEmpty()) {
            Node node = stack.remove(stack.size() - 1);
            if (seen.put(node, false) == null) {
                if (node.isLeaf()) {
                    return false;
                }
                for (Node parent : node.parents) {
                    if (parent != null) {
                        stack.add(parent);
                    }
                }
            }
        }
        return true;
    }
}

package dev.autodiff;

import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Forward mode: pushes tangents through recorded operations in the order in which they ran, by each operation's JVP. */
final class ForwardSweep {
    private ForwardSweep() {}

    /**
     * Returns the tangent of each output, null for one that does not depend on the inputs.
     *
     * @param tangents the tangents of some nodes
     */
    static @Nullable Tensor[] push(Map<Node, Tensor> tangents, Tensor[] outputs) {
        Map<Node, Tensor> known = new IdentityHashMap<>(tangents);
        for (Node node : ascending(tangents, outputs)) {
            Op op = node.op;
            if (op == null) {
                continue;
            }
            @Nullable Tensor[] inputs = new Tensor[node.parents.length];
            boolean any = false;
            for (int i = 0; i < inputs.length; i++) {
                Node parent = node.parents[i];
                inputs[i] = parent == null ? null : known.get(parent);
                any |= inputs[i] != null;
            }
            if (any) {
                Tensor t = op.jvp(inputs, node);
                if (t == null) {
                    throw new GradientException("jvp of " + op.label() + ": the rule gave no tangent");
                }
                Sweep.checkTangent("jvp of " + op.label(), t, node);
                known.put(node, t);
            }
        }
        @Nullable Tensor[] result = new Tensor[outputs.length];
        for (int i = 0; i < outputs.length; i++) {
            Node node = outputs[i].node();
            result[i] = node == null ? null : known.get(node);
        }
        return result;
    }

    /** Lists what the outputs depend on above the nodes whose tangents are given, the oldest first. */
    private static List<Node> ascending(Map<Node, Tensor> known, Tensor[] outputs) {
        // What is older than all of them cannot depend on one.
        long oldest = known.keySet().stream().mapToLong(n -> n.number).min().orElse(Long.MAX_VALUE);
        List<Node> roots = Arrays.stream(outputs)
                .map(Tensor::node)
                .filter(Objects::nonNull)
                .toList();
        List<Node> nodes = Tape.newestFirst(roots, n -> n.number >= oldest && !known.containsKey(n));
        Collections.reverse(nodes);
        return nodes;
    }

    /** Returns the JVP of an operation by transposing its VJP, which is linear in g. */
    static Tensor transposedVjp(Op op, @Nullable Tensor[] tangents, Saved saved) {
        Node node = (Node) saved;
        Mode mode = Mode.current();
        boolean recording = mode.setRecording(true);
        try {
            Tensor g = Tensor.zeros(node.dtype, node.shape).requireGrad();
            Tensor sum = null;
            node.wantEverything();
            @Nullable Tensor[] pulled = op.vjp(g, saved);
            for (int i = 0; i < tangents.length; i++) {
                Tensor t = tangents[i];
                Node parent = node.parents[i];
                if (t != null && parent != null) {
                    Tensor p = Sweep.contribution("jvp of", op, pulled, i, parent);
                    CustomRule.checkZero(op.label() + ": the VJP gives a gradient for input " + i, "g", p);
                    Tensor term = p.mul(t).sum();
                    sum = sum == null ? term : sum.add(term);
                }
            }
            if (sum == null || sum.node() == null) {
                return Tensor.zeros(node.dtype, node.shape);
            }
            Tensor result = Autodiff.gradientsOrZeros(sum, List.of(g)).get(0);
            return recording ? result : result.detach();
        } finally {
            mode.setRecording(recording);
        }
    }
}

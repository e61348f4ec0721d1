package dev.autodiff;

import dev.autodiff.array.Storage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A piece of computation as one operation that keeps its result alone and runs again when a derivative is asked for.
 *
 * <p>The first run is recorded, to find out which tensors from outside it reads, parameters that it closes over among them, and then
 * forgotten. The operation's inputs are these uses, one for each, in the order in which a backward sweep comes to them: so the gradients are
 * added up in the same order as without a checkpoint, and no bit differs. A later run whose uses or whose value differ is an error.
 */
final class Checkpoint implements CustomOp {
    private final Supplier<Tensor> body;

    /** What is used from outside, one entry for each use; the parents of the recorded node unless a checkpoint around this one has cut it off. */
    private final Node[] uses;

    /** The parameters and buffers that operations inside kept, with their versions. */
    private final Map<Storage, Integer> versions = new IdentityHashMap<>();

    private Checkpoint(Supplier<Tensor> body, Node[] uses) {
        this.body = body;
        this.uses = uses;
    }

    /** A run, and where what it recorded hangs on tensors from outside: all recorded nodes have larger numbers than {@code start}. */
    private record Run(Tensor result, long start, List<Node> nodes, List<Edge> edges) {}

    private record Edge(Node node, int input) {
        Node outside() {
            return Objects.requireNonNull(node.parents[input]);
        }
    }

    static Tensor run(Supplier<Tensor> body, List<Tensor> inputs) {
        if (!Mode.current().isRecording()) {
            return Objects.requireNonNull(body.get(), "checkpoint: the function returned null");
        }
        List<Node> known =
                inputs.stream().map(Tensor::node).filter(Objects::nonNull).toList();
        Run first = record(body, known);
        if (first.nodes.isEmpty()) {
            return first.result; // nothing was computed from what requires a gradient: nothing to save
        }
        Node[] parents = first.edges.stream().map(Edge::outside).toArray(Node[]::new);
        Checkpoint op = new Checkpoint(body, parents.clone());
        first.nodes.forEach(n -> n.noteVersions(op.versions));
        Tensor out = first.result.detach();
        out.rawArray(); // else it would wait for what is forgotten here
        out.attach(new Node(Mode.current().nextNumber(parents), op, new Tensor[0], parents, out, false));
        return out;
    }

    private static Run record(Supplier<Tensor> body, Collection<Node> known) {
        Mode mode = Mode.current();
        long start = mode.nextNumber(known.toArray(new Node[0]));
        Tensor result = mode.recording(
                true, () -> Objects.requireNonNull(body.get(), "checkpoint: the function returned null"));
        Node root = result.node();
        List<Node> nodes =
                root == null ? List.of() : Tape.newestFirst(List.of(root), n -> n.number > start && !n.isLeaf());
        List<Edge> edges = new ArrayList<>();
        Map<Node, Boolean> inside = new IdentityHashMap<>();
        nodes.forEach(n -> inside.put(n, true));
        for (Node node : nodes) {
            for (int i = 0; i < node.parents.length; i++) {
                if (node.parents[i] != null && !inside.containsKey(node.parents[i])) {
                    edges.add(new Edge(node, i));
                }
            }
        }
        return new Run(result, start, nodes, edges);
    }

    @Override
    public String label() {
        return "checkpoint";
    }

    /** The result is what a derivative's run is compared with. */
    @Override
    public Keep keeps() {
        return Keep.OUTPUT;
    }

    @Override
    public Tensor forward(Tensor[] inputs) {
        return body.get();
    }

    @Override
    public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
        boolean again = Mode.current().isRecording();
        Run run = rerun(saved.output());
        Node[] cut = cut(run);
        try {
            @Nullable Node[] targets = new Node[cut.length];
            int count = 0;
            for (int k = 0; k < cut.length; k++) {
                if (saved.needs(k)) {
                    targets[count++] = cut[k];
                }
            }
            Node[] wanted = Arrays.copyOf(targets, count);
            @Nullable
            Tensor[] found = Sweep.gradients(Objects.requireNonNull(run.result.node()), g, wanted, again, again);
            @Nullable Tensor[] result = new Tensor[cut.length];
            for (int k = 0, i = 0; k < cut.length; k++) {
                result[k] = saved.needs(k) ? found[i++] : null;
            }
            return result;
        } finally {
            mend(run);
        }
    }

    @Override
    public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
        boolean again = Mode.current().isRecording();
        Run run = rerun(saved.output());
        Node[] cut = cut(run);
        try {
            Map<Node, Tensor> known = new IdentityHashMap<>();
            for (int k = 0; k < cut.length; k++) {
                Tensor t = tangents[k];
                if (t != null) {
                    known.put(cut[k], t);
                }
            }
            Tensor pushed =
                    Mode.current().recording(again, () -> ForwardSweep.push(known, new Tensor[] {run.result})[0]);
            return pushed == null ? saved.output().zerosLike() : pushed;
        } finally {
            mend(run);
        }
    }

    /** Runs the function with other values in the place of what it uses from outside. */
    Tensor again(Tensor[] values) {
        Run run = record(body, List.of(uses));
        if (run.edges.size() != values.length) {
            throw usesChanged();
        }
        Map<Edge, Tensor> outside = new HashMap<>();
        for (int k = 0; k < values.length; k++) {
            outside.put(run.edges.get(k), values[k]);
        }
        Map<Node, Tensor> computed = new IdentityHashMap<>();
        for (int n = run.nodes.size() - 1; n >= 0; n--) {
            Node node = run.nodes.get(n);
            Tensor[] in = new Tensor[node.parents.length];
            for (int i = 0; i < in.length; i++) {
                Tensor given = outside.get(new Edge(node, i));
                Tensor inside = node.parents[i] == null ? node.kept(i) : computed.get(node.parents[i]);
                in[i] = Objects.requireNonNull(given != null ? given : inside);
            }
            Op op = Objects.requireNonNull(node.op);
            computed.put(node, op instanceof Checkpoint c ? c.again(in) : Engine.apply(op, in));
        }
        return Objects.requireNonNull(computed.get(run.result.node()));
    }

    private Run rerun(Tensor before) {
        versions.forEach((storage, version) -> {
            if (storage.version() != version) {
                throw new GradientException("checkpoint: a parameter was overwritten after the function had used it;"
                        + " call backward before the optimizer's step, or run the forward pass again");
            }
        });
        Run run = record(body, List.of(uses));
        if (!sameBits(run.result, before)) {
            throw new GradientException("checkpoint: the function gave another value when it ran again;"
                    + " let it change nothing, and make random numbers inside from a generator that each run starts anew,"
                    + " for example Generator.resumed(state)");
        }
        boolean same = run.edges.size() == uses.length;
        for (int k = 0; same && k < uses.length; k++) {
            Node now = run.edges.get(k).outside();
            // A leaf that the function itself makes is a new one each time.
            same = uses[k] == now || (uses[k].isLeaf() && now.isLeaf() && now.number > run.start);
        }
        if (!same) {
            throw usesChanged();
        }
        return run;
    }

    private static GradientException usesChanged() {
        return new GradientException("checkpoint: the function used other tensors when it ran again;"
                + " let it depend on nothing that changes");
    }

    private static boolean sameBits(Tensor a, Tensor b) {
        return a.shape().equals(b.shape()) && Objects.deepEquals(a.array(), b.array());
    }

    /** Puts a leaf of its own in the place of each use of a tensor from outside, so that a sweep ends there. */
    private static Node[] cut(Run run) {
        Node[] result = new Node[run.edges.size()];
        for (int k = 0; k < result.length; k++) {
            Edge edge = run.edges.get(k);
            Node outside = edge.outside();
            result[k] = new Node(run.start, outside.shape, outside.dtype);
            edge.node.parents[edge.input] = result[k];
        }
        return result;
    }

    /** Connects what was recorded again, as derivatives of it may be differentiated further. */
    private void mend(Run run) {
        for (int k = 0; k < run.edges.size(); k++) {
            Edge edge = run.edges.get(k);
            edge.node.parents[edge.input] = uses[k];
        }
    }
}

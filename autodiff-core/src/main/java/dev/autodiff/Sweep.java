package dev.autodiff;

import dev.autodiff.shape.DTypeException;
import dev.autodiff.shape.ShapeException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * One backward pass: visits the nodes that a result depends on in descending order of their numbers, applies each operation's VJP
 * and adds up the contributions. There is no recursion, so that the depth of a graph is limited by the heap alone.
 *
 * <p>The first contribution to a node is kept as it is, the second makes a new array, later ones are added into that array, which
 * nobody else has seen; while the sweep itself is recorded, nothing is added in place. Marks and sums stand on the nodes. A leaf that
 * another sweep has marked meanwhile, such as a parameter that two threads share, is kept in a map of this sweep instead; an operation
 * that another sweep has marked is an error, since one node holds one sum.
 */
final class Sweep {
    private static final VarHandle MARK;

    static {
        try {
            MARK = MethodHandles.lookup().findVarHandle(Node.class, "mark", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Mode mode = Mode.current();
    private final PriorityQueue<Node> queue = new PriorityQueue<>(Tape.NEWEST_FIRST);
    private final List<Node> order = new ArrayList<>();
    private final List<Node> leaves = new ArrayList<>();
    private final Map<Node, Sum> foreignLeaves = new IdentityHashMap<>(0);
    private boolean retain;
    private boolean create;

    /** No target has a smaller number: what is older cannot depend on one, and the sweep leaves it out. */
    private long oldest = Long.MIN_VALUE;

    private boolean leftOut;

    /** Whether somebody must hear of every operation, so that nothing is added in place. */
    private final boolean reported;

    /** The sum of contributions to a leaf that another sweep has marked. */
    private static final class Sum {
        @Nullable
        Tensor value;
    }

    private Sweep(boolean retain, boolean create) {
        this.retain = retain || create;
        this.create = create;
        OpListener listener = mode.listener();
        this.reported = listener != null && listener.hearsRules();
    }

    /** Computes the gradients of all leaves and adds them to what the leaves hold. */
    static void backward(Node root, Tensor seed, boolean retain, boolean create) {
        Sweep sweep = new Sweep(retain, create);
        try {
            sweep.collect(root);
            for (Node node : sweep.order) {
                node.wantEverything();
            }
            sweep.run(root, seed);
            for (Node leaf : sweep.leaves) {
                Tensor g = sweep.take(leaf);
                if (g != null) {
                    sweep.retain(leaf, leaf.hooked(g));
                }
            }
        } finally {
            sweep.clear();
        }
    }

    /**
     * Returns the gradients with respect to some nodes, null for one that the result does not depend on. What the leaves hold stays
     * as it is.
     *
     * @param create whether to record the sweep; null: if the result depends on anything besides the targets
     */
    static @Nullable Tensor[] gradients(
            Node root, Tensor seed, Node[] targets, boolean retain, @Nullable Boolean create) {
        Sweep sweep = new Sweep(retain, create != null && create);
        Map<Node, Sum> wanted = new IdentityHashMap<>();
        for (Node target : targets) {
            wanted.put(target, new Sum());
        }
        sweep.oldest = Arrays.stream(targets).mapToLong(t -> t.number).min().orElse(Long.MAX_VALUE);
        try {
            sweep.collect(root);
            boolean others = sweep.restrictTo(wanted);
            if (create == null) {
                sweep.create = others || seed.node() != null;
                sweep.retain |= sweep.create;
            }
            sweep.targets = wanted;
            sweep.run(root, seed);
            for (Node leaf : sweep.leaves) {
                Sum sum = wanted.get(leaf);
                Tensor g = sweep.take(leaf);
                if (sum != null && g != null) {
                    sum.value = leaf.hooked(g);
                    sweep.report(leaf, sum.value);
                }
            }
        } finally {
            sweep.clear();
        }
        @Nullable Tensor[] result = new Tensor[targets.length];
        for (int i = 0; i < targets.length; i++) {
            Sum sum = wanted.get(targets[i]);
            result[i] = sum == null ? null : sum.value;
        }
        return result;
    }

    private Map<Node, Sum> targets = Map.of();

    /** Lists what the root depends on, the newest first; parents are always older, so a queue by number is enough. */
    private void collect(Node root) {
        visit(root);
        while (!queue.isEmpty()) {
            Node node = queue.remove();
            order.add(node);
            for (Node parent : node.parents) {
                if (parent != null) {
                    visit(parent);
                }
            }
        }
    }

    private void visit(Node node) {
        if (node.mark == this) {
            return;
        }
        if (node.number < oldest) {
            leftOut = true;
        } else if (!node.isLeaf()) {
            if (!MARK.compareAndSet(node, null, this)) {
                throw new GradientException("backward: " + node.label() + " of shape " + node.shape
                        + " is part of another sweep that is under way, in a hook, a rule or another thread;"
                        + " let that one end first, or compute the shared part once for each");
            }
            queue.add(node);
        } else if (!foreignLeaves.containsKey(node)) {
            if (!MARK.compareAndSet(node, null, this)) {
                foreignLeaves.put(node, new Sum());
            }
            leaves.add(node);
        }
    }

    /** Restricts the sweep to the paths that lead to targets, and tells whether the result depends on anything else. */
    private boolean restrictTo(Map<Node, Sum> wanted) {
        boolean others = leftOut;
        for (Node leaf : leaves) {
            others |= !wanted.containsKey(leaf);
        }
        for (int i = order.size() - 1; i >= 0; i--) {
            Node node = order.get(i);
            node.want(wanted.keySet(), oldest);
        }
        return others;
    }

    private void run(Node root, Tensor seed) {
        for (Node node : order) {
            if (node.isWanted() && node.isReleased()) {
                throw node.released();
            }
        }
        boolean recording = mode.setRecording(create);
        try {
            put(root, seed);
            for (Node node : order) {
                Tensor g = take(node);
                if (g != null) {
                    pass(node, g);
                }
                if (!retain) {
                    node.release();
                }
            }
        } finally {
            mode.setRecording(recording);
        }
    }

    /** Hands the gradient of one node on to its parents. */
    private void pass(Node node, Tensor gradient) {
        Tensor g = node.hooked(gradient);
        if (targets.isEmpty()) {
            if (node.retainsGradient) {
                retain(node, g);
            }
        } else {
            Sum sum = targets.get(node);
            if (sum != null) {
                sum.value = g;
            }
        }
        Op op = node.op;
        if (op == null || !node.isWanted()) {
            return;
        }
        report(node, g);
        OpListener listener = mode.listener();
        if (listener != null && !listener.hearsRules()) {
            mode.setListener(null);
        }
        @Nullable Tensor[] contributions;
        try {
            contributions = op.vjp(g, node);
        } finally {
            mode.setListener(listener);
        }
        for (int i = 0; i < node.parents.length; i++) {
            Node parent = node.parents[i];
            if (parent == null || !node.needs(i)) {
                continue;
            }
            Tensor contribution = contribution("backward of " + op.label(), contributions, i, parent);
            if (listener != null) {
                listener.contributed(node, i, contribution);
            }
            put(parent, contribution);
        }
    }

    private void report(Node node, Tensor g) {
        OpListener listener = mode.listener();
        if (listener != null) {
            listener.reached(node, g);
        }
    }

    /** Returns what a VJP, maybe a user's, gave for an input that needs a gradient. */
    static Tensor contribution(String what, @Nullable Tensor @Nullable [] contributions, int input, Node parent) {
        Tensor contribution = contributions != null && input < contributions.length ? contributions[input] : null;
        if (contribution == null) {
            throw new GradientException(what + ": the VJP gave no gradient for input " + input + ", which needs one");
        }
        checkGradient(what, contribution, parent);
        return contribution;
    }

    static void checkGradient(String what, Tensor g, Node of) {
        check(what + ": expected a gradient", g, of);
    }

    static void checkTangent(String what, Tensor t, Node of) {
        check(what + ": expected a tangent", t, of);
    }

    private static void check(String expectation, Tensor given, Node of) {
        if (!given.shape().equals(of.shape)) {
            throw new ShapeException(expectation + " of shape " + of.shape + ", got " + given.shape());
        }
        if (given.dtype() != of.dtype) {
            throw new DTypeException(expectation + " of type " + of.dtype + ", got " + given.dtype());
        }
    }

    /** Adds a contribution to a node's sum. */
    private void put(Node node, Tensor g) {
        if (node.mark != this) {
            Sum sum = foreignLeaves.get(node);
            if (sum != null) {
                sum.value = sum.value == null ? g : sum.value.add(g);
            }
            return;
        }
        Tensor sum = node.slot;
        if (sum == null) {
            node.slot = g;
            node.slotOwned = false;
        } else if (node.slotOwned && !create && !reported) {
            Object array = sum.array();
            Floats.of(node.dtype)
                    .elementwise()
                    .binary(Elementwise.ADD.ordinal(), array, 0, 1, g.array(), 0, 1, array, 0, sum.size());
        } else {
            node.slot = sum.add(g);
            node.slotOwned = true;
        }
    }

    private @Nullable Tensor take(Node node) {
        if (node.mark != this) {
            Sum sum = foreignLeaves.get(node);
            return sum == null ? null : sum.value;
        }
        Tensor g = node.slot;
        node.slot = null;
        return g;
    }

    /** Adds a gradient to what {@link Tensor#grad} shows, as another thread may do for the same leaf at the same time. */
    private void retain(Node node, Tensor g) {
        boolean recording = mode.setRecording(create);
        try {
            // A seed or a rule may give a parameter as the gradient, and that may change.
            Tensor own = g.storage().isMutable() ? g.identity() : g;
            Tensor kept = create ? own : own.detach();
            synchronized (node) {
                Tensor before = node.gradient;
                node.gradient = before == null ? kept : before.add(kept);
            }
            OpListener listener = mode.listener();
            if (listener != null) {
                listener.received(node);
            }
        } finally {
            mode.setRecording(recording);
        }
    }

    private void clear() {
        order.addAll(queue);
        for (Node node : order) {
            node.slot = null;
            MARK.setRelease(node, null);
        }
        for (Node leaf : leaves) {
            if (leaf.mark == this) {
                leaf.slot = null;
                MARK.setRelease(leaf, null);
            }
        }
    }
}

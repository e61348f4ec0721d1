package dev.autodiff;

import dev.autodiff.shape.DTypeException;
import dev.autodiff.shape.ShapeException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One backward pass: visits the nodes that a result depends on in descending order of their numbers, applies each operation's VJP
 * and adds up the contributions. There is no recursion, so that the depth of a graph is limited by the heap alone.
 *
 * <p>The first contribution to a node is kept as it is, the second makes a new array or is added into one of the two that only the sweep
 * can hold, as {@link Loans} knows, and what nobody holds any more is used again; while the sweep itself is recorded, nothing is
 * added in place. Marks and sums stand on the nodes. A leaf that another sweep has marked meanwhile, such as a parameter that two
 * threads share, is kept in a map of this sweep instead; an operation that another sweep has marked is an error, since one node holds one
 * sum.
 */
final class Sweep {
    private static final VarHandle MARK;

    /** More nodes are left to the library's sort. */
    private static final int FEW = 40;

    static {
        try {
            MARK = MethodHandles.lookup().findVarHandle(Node.class, "mark", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Mode mode = Mode.current();
    private final Loans loans = new Loans();
    private Node[] order = new Node[16];
    private int count;
    private Node[] leaves = new Node[8];
    private int leafCount;
    private Map<Node, Sum> foreignLeaves = Map.of();
    private boolean retain;
    private boolean create;

    /** The nodes whose gradients are asked for, and these; null: those of all leaves, which hold them. */
    private Node @Nullable [] targets;

    private @Nullable Tensor[] found = new Tensor[0];

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
            for (int i = 0; i < sweep.count; i++) {
                sweep.order[i].wantEverything();
            }
            sweep.run(root, seed);
            for (int i = 0; i < sweep.leafCount; i++) {
                Node leaf = sweep.leaves[i];
                boolean owned = leaf.mark == sweep && leaf.slotOwned && sweep.isUnseen();
                Tensor g = sweep.take(leaf);
                if (g != null) {
                    sweep.retain(leaf, leaf.hooked(g), owned && !leaf.hasHooks());
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
        sweep.targets = targets;
        sweep.found = new Tensor[targets.length];
        sweep.oldest = Long.MAX_VALUE;
        for (Node target : targets) {
            sweep.oldest = Math.min(sweep.oldest, target.number);
        }
        try {
            sweep.collect(root);
            boolean others = sweep.restrictTo(targets);
            if (create == null) {
                sweep.create = others || seed.node() != null;
                sweep.retain |= sweep.create;
            }
            sweep.run(root, seed);
            for (int i = 0; i < sweep.leafCount; i++) {
                Node leaf = sweep.leaves[i];
                Tensor g = sweep.take(leaf);
                if (g != null && sweep.isTarget(leaf)) {
                    Tensor hooked = leaf.hooked(g);
                    sweep.found(leaf, hooked);
                    sweep.report(leaf, hooked);
                }
            }
        } finally {
            sweep.clear();
        }
        return sweep.found;
    }

    /** Lists what the root depends on, the newest first: an order in which each node comes before its parents. */
    private void collect(Node root) {
        visit(root);
        for (int next = 0; next < count; next++) {
            for (Node parent : order[next].parents) {
                if (parent != null) {
                    visit(parent);
                }
            }
        }
        if (count > FEW) {
            Arrays.sort(order, 0, count, Tape.NEWEST_FIRST);
            return;
        }
        for (int i = 1; i < count; i++) { // mostly in order already
            Node node = order[i];
            int k = i;
            for (; k > 0 && order[k - 1].number < node.number; k--) {
                order[k] = order[k - 1];
            }
            order[k] = node;
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
            if (count == order.length) {
                order = Arrays.copyOf(order, 2 * count);
            }
            order[count++] = node;
        } else if (!foreignLeaves.containsKey(node)) {
            if (!MARK.compareAndSet(node, null, this)) {
                if (foreignLeaves.isEmpty()) {
                    foreignLeaves = new IdentityHashMap<>();
                }
                foreignLeaves.put(node, new Sum());
            }
            if (leafCount == leaves.length) {
                leaves = Arrays.copyOf(leaves, 2 * leafCount);
            }
            leaves[leafCount++] = node;
        }
    }

    /** Restricts the sweep to the paths that lead to targets, and tells whether the result depends on anything else. */
    private boolean restrictTo(Node[] wanted) {
        for (Node target : wanted) {
            if (target.mark == this) {
                target.isTarget = true;
            }
        }
        boolean others = leftOut;
        for (int i = 0; i < leafCount; i++) {
            others |= !isTarget(leaves[i]);
        }
        for (int i = count - 1; i >= 0; i--) {
            Node node = order[i];
            node.wantNothing();
            for (int k = 0; k < node.parents.length; k++) {
                Node parent = node.parents[k];
                // The parents' turn was before, but for those that are older than every target and out of the sweep.
                if (parent != null
                        && parent.number >= oldest
                        && (isTarget(parent) || (!parent.isLeaf() && parent.isWanted()))) {
                    node.want(k);
                }
            }
        }
        return others;
    }

    /** Tells whether the gradient by a node that was visited is asked for. */
    private boolean isTarget(Node node) {
        if (node.mark == this) {
            return node.isTarget;
        }
        if (targets != null && foreignLeaves.containsKey(node)) {
            for (Node target : targets) {
                if (target == node) {
                    return true;
                }
            }
        }
        return false;
    }

    private void found(Node node, Tensor g) {
        for (int k = 0; targets != null && k < targets.length; k++) {
            if (targets[k] == node) {
                found[k] = g;
            }
        }
    }

    /** Tells whether nobody but the sweep sees what it computes. */
    private boolean isUnseen() {
        return !create && mode.listener() == null;
    }

    private void run(Node root, Tensor seed) {
        for (int i = 0; i < count; i++) {
            Node node = order[i];
            if (node.isWanted() && node.isReleased()) {
                throw node.released();
            }
        }
        boolean recording = mode.enterSweep(create);
        try {
            put(root, seed, false);
            for (int i = 0; i < count; i++) {
                Node node = order[i];
                boolean owned = node.slotOwned;
                Tensor g = take(node);
                if (g != null) {
                    pass(node, g, owned);
                }
                if (!retain) {
                    node.release();
                }
            }
            Deferrals deferrals = loans.deferrals();
            if (deferrals != null) {
                deferrals.computeAll();
            }
        } finally {
            mode.leaveSweep(recording);
        }
    }

    /**
     * Hands the gradient of one node on to its parents.
     *
     * @param owned whether only this sweep can hold it
     */
    private void pass(Node node, Tensor gradient, boolean owned) {
        Deferrals deferrals = loans.deferrals();
        if (deferrals != null && (node.hasHooks() || node.op instanceof CustomOp)) {
            gradient.rawArray();
            deferrals.computeAll(); // the user's code may keep what it sees and overwrite parameters
        }
        Tensor g = node.hooked(gradient);
        boolean shown = node.hasHooks();
        if (targets == null) {
            if (node.retainsGradient()) {
                g.rawArray();
                retain(node, g, false);
                shown = true;
            }
        } else if (node.isTarget) {
            g.rawArray();
            found(node, g);
            shown = true;
        }
        Op op = node.op;
        if (op == null || !node.isWanted()) {
            return;
        }
        report(node, g);
        boolean watched = op instanceof Primitive && isUnseen();
        if (watched && owned && !shown) {
            loans.note(g.storage());
        }
        if (deferrals != null) {
            deferrals.hold(g);
        }
        @Nullable Tensor[] contributions = watched ? watched(op, g, node) : reported(op, g, node);
        if (loans.isEmpty()) {
            handOn(op, node, contributions);
        } else {
            for (int i = 0; i < node.parents.length; i++) {
                Node parent = node.parents[i];
                if (parent != null && node.needs(i)) {
                    loans.use(contribution("backward of", op, contributions, i, parent));
                }
            }
            handOn(op, node, contributions);
            Deferrals present = loans.deferrals(); // maybe since this rule
            if (present != null) {
                present.endOfRule();
            }
            loans.settle(mode.recycler());
        }
        if (deferrals != null) {
            deferrals.release(g);
        }
    }

    private void handOn(Op op, Node node, @Nullable Tensor[] contributions) {
        OpListener listener = mode.listener();
        for (int i = 0; i < node.parents.length; i++) {
            Node parent = node.parents[i];
            if (parent == null || !node.needs(i)) {
                continue;
            }
            Tensor contribution = contribution("backward of", op, contributions, i, parent);
            if (listener != null) {
                listener.contributed(node, i, contribution);
            }
            put(parent, contribution, loans.owns(contribution));
        }
    }

    private @Nullable Tensor[] watched(Op op, Tensor g, Node node) {
        Loans before = mode.setLoans(loans);
        try {
            return op.vjp(g, node);
        } finally {
            mode.setLoans(before);
        }
    }

    private @Nullable Tensor[] reported(Op op, Tensor g, Node node) {
        OpListener listener = mode.listener();
        Loans before = mode.setLoans(null);
        if (listener != null && !listener.hearsRules()) {
            mode.setListener(null);
        }
        try {
            return op.vjp(g, node);
        } finally {
            mode.setListener(listener);
            mode.setLoans(before);
        }
    }

    private void report(Node node, Tensor g) {
        OpListener listener = mode.listener();
        if (listener != null) {
            listener.reached(node, g);
        }
    }

    /** Returns what a VJP, maybe a user's, gave for an input that needs a gradient. */
    static Tensor contribution(
            String what, Op op, @Nullable Tensor @Nullable [] contributions, int input, Node parent) {
        Tensor contribution = contributions != null && input < contributions.length ? contributions[input] : null;
        if (contribution == null) {
            throw new GradientException(
                    what + " " + op.label() + ": the VJP gave no gradient for input " + input + ", which needs one");
        }
        if (!fits(contribution, parent)) {
            checkGradient(what + " " + op.label(), contribution, parent);
        }
        return contribution;
    }

    static void checkGradient(String what, Tensor g, Node of) {
        check(what + ": expected a gradient", g, of);
    }

    static void checkTangent(String what, Tensor t, Node of) {
        check(what + ": expected a tangent", t, of);
    }

    private static boolean fits(Tensor given, Node of) {
        return given.shape().equals(of.shape) && given.dtype() == of.dtype;
    }

    private static void check(String expectation, Tensor given, Node of) {
        if (!given.shape().equals(of.shape)) {
            throw new ShapeException(expectation + " of shape " + of.shape + ", got " + given.shape());
        }
        if (given.dtype() != of.dtype) {
            throw new DTypeException(expectation + " of type " + of.dtype + ", got " + given.dtype());
        }
    }

    /**
     * Adds a contribution to a node's sum.
     *
     * @param owned whether nobody else can hold the contribution
     */
    private void put(Node node, Tensor g, boolean owned) {
        if (node.mark != this) {
            Sum sum = foreignLeaves.get(node);
            if (sum != null) {
                g.rawArray(); // so that nothing deferred is held where it is not counted
                sum.value = sum.value == null ? g : added(sum.value, g);
            }
            return;
        }
        Deferrals deferrals = loans.deferrals();
        Tensor sum = node.slot;
        if (sum == null) {
            node.slot = g;
            node.slotOwned = owned;
            if (deferrals != null) {
                deferrals.putInSlot(g);
            }
            return;
        }
        if (deferrals != null) {
            if (deferSum(deferrals, node, sum, g, owned)) {
                return;
            }
            sum.rawArray(); // only when they are computed, one can see whether something deferred will read them
            g.rawArray();
        }
        if (node.slotOwned && !create && !reported && !sum.isTransposedView() && !isRead(sum)) {
            addInto(sum, g, sum);
            if (owned) {
                loans.leave(g.storage(), mode.recycler());
            }
        } else if (owned && !g.isTransposedView() && !isRead(g)) {
            addInto(sum, g, g);
            node.slot = g;
            node.slotOwned = true;
        } else {
            node.slot = added(sum, g);
            node.slotOwned = true;
        }
    }

    /** Adds at once, so that a sum that is read by nobody but its owner is an array, and holds none. */
    private static Tensor added(Tensor x, Tensor y) {
        Tensor sum = x.add(y);
        sum.rawArray();
        return sum;
    }

    /** Defers the addition of a contribution where the sum or the contribution is deferred or read by what is; returns whether that is so. */
    private static boolean deferSum(Deferrals deferrals, Node node, Tensor sum, Tensor g, boolean owned) {
        Tensor deferred = deferrals.sum(sum, g);
        if (deferred == null) {
            return false;
        }
        node.slot = deferred;
        deferrals.takeFromSlot(sum); // not before: it was held for the case that the other one had to be computed
        deferrals.putInSlot(deferred);
        if (node.slotOwned) {
            deferrals.leave(sum.storage());
        }
        if (owned) {
            deferrals.leave(g.storage());
        }
        node.slotOwned = true;
        return true;
    }

    /** Tells whether something deferred will read the elements of a gradient, so that they must stay as they are. */
    private boolean isRead(Tensor g) {
        Deferrals deferrals = loans.deferrals();
        return deferrals != null && deferrals.isRead(g);
    }

    private static void addInto(Tensor x, Tensor y, Tensor out) {
        Floats.of(out.dtype())
                .elementwise()
                .binary(Elementwise.ADD.ordinal(), x.array(), 0, 1, y.array(), 0, 1, out.array(), 0, out.size());
    }

    private @Nullable Tensor take(Node node) {
        if (node.mark != this) {
            Sum sum = foreignLeaves.get(node);
            return sum == null ? null : sum.value;
        }
        Tensor g = node.slot;
        node.slot = null;
        Deferrals deferrals = loans.deferrals();
        if (g != null && deferrals != null) {
            deferrals.takeFromSlot(g);
        }
        return g;
    }

    /**
     * Adds a gradient to what {@link Tensor#grad} shows, as another thread may do for the same leaf at the same time.
     *
     * @param owned whether nobody else can hold it
     */
    private void retain(Node node, Tensor g, boolean owned) {
        boolean recording = mode.setRecording(create);
        try {
            // A seed or a rule may give a parameter or a lent gradient as the gradient, and that may change.
            Tensor own = g.storage().mayChange() ? g.identity() : g;
            node.addGradient(create ? own : own.detach(), owned);
            OpListener listener = mode.listener();
            if (listener != null) {
                listener.received(node);
            }
        } finally {
            mode.setRecording(recording);
        }
    }

    private void clear() {
        for (int i = 0; i < count; i++) {
            Node node = order[i];
            node.slot = null;
            node.isTarget = false;
            MARK.setRelease(node, null);
        }
        for (int i = 0; i < leafCount; i++) {
            Node leaf = leaves[i];
            if (leaf.mark == this) {
                leaf.slot = null;
                leaf.isTarget = false;
                MARK.setRelease(leaf, null);
            }
        }
        loans.settle(null);
    }
}

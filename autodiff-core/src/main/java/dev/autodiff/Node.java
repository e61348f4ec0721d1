package dev.autodiff;

import dev.autodiff.array.Storage;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the tape: a leaf that requires a gradient, or a recorded operation with links to the nodes of its inputs. A
 * class, not a record, since generated methods would recurse through the graph. The numbers of parents are smaller than that of
 * the node, so that descending numbers are an order for the backward sweep.
 */
final class Node implements Saved {
    static final Node[] NO_PARENTS = {};
    private static final Tensor[] NO_TENSORS = {};

    final long number;
    final @Nullable Op op;
    final @Nullable Node[] parents;
    final Shape shape;
    final DType dtype;

    private @Nullable Tensor[] inputs;
    private @Nullable Tensor output;
    private int @Nullable [] versions;
    private boolean released;

    @Nullable
    StackTraceElement origin;

    @Nullable
    String name;

    /** The gradient that {@link Tensor#grad} shows: of a leaf, or of a result that was asked to retain it. */
    @Nullable
    Tensor gradient;

    boolean retainsGradient;
    private @Nullable List<UnaryOperator<Tensor>> hooks;

    // What a running sweep notes here: who has marked the node, the sum of contributions so far and whether its array
    // is the sweep's own.
    @Nullable
    Object mark;

    @Nullable
    Tensor slot;

    boolean slotOwned;
    private long wants;
    private boolean wanted;

    /** Makes a leaf. */
    Node(long number, Shape shape, DType dtype) {
        this.number = number;
        this.op = null;
        this.parents = NO_PARENTS;
        this.shape = shape;
        this.dtype = dtype;
        this.inputs = NO_TENSORS;
        this.retainsGradient = true;
    }

    /** Lets a leaf know its value. */
    void stores(Tensor value) {
        output = value;
    }

    /** Records an operation. */
    Node(long number, Op op, Tensor[] inputs, @Nullable Node[] parents, Tensor output) {
        this.number = number;
        this.op = op;
        this.parents = parents;
        this.shape = output.shape();
        this.dtype = output.dtype();
        Op.Keep keep = op.keeps();
        if (keep.inputs() && keep != Op.Keep.SELECTORS) {
            this.inputs = inputs;
            for (int i = 0; i < inputs.length; i++) {
                if (inputs[i].storage().isMutable()) {
                    if (versions == null) {
                        versions = new int[inputs.length];
                    }
                    versions[i] = inputs[i].storage().version();
                }
            }
        } else {
            this.inputs = constants(inputs, parents);
        }
        if (keep.output()) {
            this.output = output;
        }
    }

    /**
     * Returns the inputs that need no gradient, among them all indices and masks: nobody else may hold them, and without them what was
     * recorded could not be explained. Null for the others; an empty array if there are none such.
     */
    private static @Nullable Tensor[] constants(Tensor[] inputs, @Nullable Node[] parents) {
        @Nullable Tensor[] constants = NO_TENSORS;
        for (int i = 0; i < inputs.length; i++) {
            if (parents[i] == null) {
                if (constants == NO_TENSORS) {
                    constants = new Tensor[inputs.length];
                }
                constants[i] = inputs[i];
            }
        }
        return constants;
    }

    boolean isLeaf() {
        return op == null;
    }

    /** Adds the parameters and buffers that are kept as inputs, each with its version when the operation ran. */
    void noteVersions(Map<Storage, Integer> into) {
        for (int i = 0; versions != null && i < inputs.length; i++) {
            Tensor input = inputs[i];
            if (input != null && input.storage().isMutable()) {
                into.put(input.storage(), versions[i]);
            }
        }
    }

    @Override
    public Tensor input(int index) {
        checkNotReleased();
        if (op == null || !op.keeps().inputs()) {
            throw new IllegalStateException(
                    label() + ": the rule reads an input, but keeps() does not name the inputs");
        }
        Tensor input = kept(index);
        if (input == null || (op.keeps() == Op.Keep.SELECTORS && input.dtype().isFloating())) {
            throw new IllegalStateException(label() + ": input " + index + " was not kept");
        }
        if (versions != null && input.storage().isMutable() && input.storage().version() != versions[index]) {
            throw new GradientException("backward: " + parameterBehind(input) + " was overwritten after " + label()
                    + " had used it; call backward before the optimizer's step, or run the forward pass again");
        }
        return input;
    }

    /** Names the parameter that a value shares its elements with: the value itself, or what it is a view of. */
    private static String parameterBehind(Tensor value) {
        Node node = value.node();
        while (node != null && !node.isLeaf() && node.parents.length == 1) {
            node = node.parents[0];
        }
        String name = node == null ? value.name() : node.name;
        Shape shape = node == null ? value.shape() : node.shape;
        return (name == null ? "a parameter" : "the parameter '" + name + "'") + " of shape " + shape;
    }

    @Override
    public Tensor output() {
        checkNotReleased();
        if (output == null) {
            throw new IllegalStateException(label() + ": the rule reads the output, but keeps() does not name it");
        }
        return output;
    }

    /** Returns an input if it is still there: one that the rules read, or a constant. */
    @Nullable
    Tensor kept(int index) {
        return index < inputs.length ? inputs[index] : null;
    }

    /** Returns the value if it is still there: of a leaf, or of an operation whose rules read it. */
    @Nullable
    Tensor keptOutput() {
        return output;
    }

    @Override
    public boolean needs(int index) {
        return parents[index] != null && (index >= Long.SIZE || (wants >>> index & 1) != 0);
    }

    /** Lets the sweep compute the gradients of all inputs. */
    void wantEverything() {
        wants = -1;
        wanted = true;
    }

    /**
     * Lets the sweep compute the gradients of those inputs alone that lead to a target; the parents' turn was before, but for those that
     * are older than every target and out of the sweep.
     */
    void want(Set<Node> targets, long oldest) {
        wants = 0;
        boolean beyond = false;
        for (int i = 0; i < parents.length; i++) {
            Node parent = parents[i];
            if (parent != null
                    && parent.number >= oldest
                    && (targets.contains(parent) || (!parent.isLeaf() && parent.wanted))) {
                wants |= i < Long.SIZE ? 1L << i : 0;
                beyond |= i >= Long.SIZE;
            }
        }
        wanted = wants != 0 || beyond;
    }

    /** Tells whether the sweep needs the gradient of an input. */
    boolean isWanted() {
        return wanted;
    }

    @Override
    public Shape inputShape(int index) {
        Node parent = parents[index];
        if (parent == null) {
            throw new IllegalStateException(
                    label() + ": input " + index + " needs no gradient, its shape was not kept");
        }
        return parent.shape;
    }

    @Override
    public Shape outputShape() {
        return shape;
    }

    String label() {
        return op == null ? "leaf" : op.label();
    }

    boolean isReleased() {
        return released;
    }

    /** Lets go of the values that the rules read. */
    void release() {
        if (op != null) {
            released = true;
            inputs = NO_TENSORS;
            output = null;
        }
    }

    private void checkNotReleased() {
        if (released) {
            throw released();
        }
    }

    GradientException released() {
        return new GradientException("backward: what " + label() + " of shape " + shape
                + " had kept is gone, since an earlier backward pass released it; "
                + "run the forward pass again, or give RETAIN_GRAPH to the earlier pass");
    }

    void addHook(UnaryOperator<Tensor> hook) {
        if (hooks == null) {
            hooks = new ArrayList<>();
        }
        hooks.add(hook);
    }

    /** Passes a gradient through the hooks in the order in which they came. */
    Tensor hooked(Tensor g) {
        if (hooks == null) {
            return g;
        }
        Tensor result = g;
        for (UnaryOperator<Tensor> hook : hooks) {
            Tensor changed = hook.apply(result);
            if (changed != null) {
                Sweep.checkGradient("hook on " + label(), changed, this);
                result = changed;
            }
        }
        return result;
    }
}

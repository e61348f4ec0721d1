package dev.autodiff;

import dev.autodiff.array.Recycler;
import dev.autodiff.array.Storage;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
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

    /** A gradient that only the node can hold, so that its array may be used again when it is forgotten. */
    private static final class Unseen {
        final Tensor gradient;
        int readers;

        Unseen(Tensor gradient) {
            this.gradient = gradient;
        }
    }

    /** What few nodes have. */
    private static final class Extras {
        @Nullable
        StackTraceElement origin;

        @Nullable
        String name;

        boolean retainsGradient;

        final List<UnaryOperator<Tensor>> hooks = new ArrayList<>(0);
    }

    final long number;
    final @Nullable Op op;
    final @Nullable Node[] parents;
    final Shape shape;
    final DType dtype;

    private @Nullable Tensor[] inputs = NO_TENSORS;
    private @Nullable Tensor output;
    private int @Nullable [] versions;
    private @Nullable Extras extras;

    /** What {@link Tensor#grad} shows, a tensor or an {@link Unseen} one: of a leaf, or of a result that was asked to retain it. */
    private @Nullable Object gradient;

    // What a running sweep notes here: who has marked the node, the sum of contributions so far and whether only the
    // sweep can hold its array.
    @Nullable
    Object mark;

    @Nullable
    Tensor slot;

    boolean slotOwned;
    boolean isTarget;
    private boolean wanted;
    private boolean released;
    private int wants;

    /** Makes a leaf. */
    Node(long number, Shape shape, DType dtype) {
        this.number = number;
        this.op = null;
        this.parents = NO_PARENTS;
        this.shape = shape;
        this.dtype = dtype;
    }

    /** Lets a leaf know its value. */
    void stores(Tensor value) {
        output = value;
    }

    /**
     * Records an operation.
     *
     * @param ownsInputs whether nobody else uses the array of inputs any more
     */
    Node(long number, Op op, @Nullable Tensor[] inputs, @Nullable Node[] parents, Tensor output, boolean ownsInputs) {
        this.number = number;
        this.op = op;
        this.parents = parents;
        this.shape = output.shape();
        this.dtype = output.dtype();
        Op.Keep keep = op.keeps();
        if (keep.inputs() && keep != Op.Keep.SELECTORS) {
            this.inputs = inputs;
            for (int i = 0; i < inputs.length; i++) {
                Tensor input = inputs[i];
                Lazy.keep(input);
                if (input != null && input.storage().isMutable()) {
                    if (versions == null) {
                        versions = new int[inputs.length];
                    }
                    versions[i] = input.storage().version();
                }
            }
        } else {
            this.inputs = constants(inputs, parents, ownsInputs);
        }
        if (keep.output()) {
            this.output = output;
            Lazy.keep(output);
        }
    }

    /**
     * Returns the inputs that need no gradient, among them all indices and masks: nobody else may hold them, and without them what was
     * recorded could not be explained. Null for the others; an empty array if there are none such.
     */
    private static @Nullable Tensor[] constants(
            @Nullable Tensor[] inputs, @Nullable Node[] parents, boolean ownsInputs) {
        boolean any = false;
        for (Node parent : parents) {
            any |= parent == null;
        }
        if (!any) {
            return NO_TENSORS;
        }
        @Nullable Tensor[] constants = ownsInputs ? inputs : inputs.clone();
        for (int i = 0; i < constants.length; i++) {
            constants[i] = parents[i] == null ? inputs[i] : null;
            Lazy.keep(constants[i]); // one array instead of those that lead to it
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
        String name = node == null ? value.name() : node.name();
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
        return parents[index] != null && (index >= Integer.SIZE || (wants >>> index & 1) != 0);
    }

    /** Lets the sweep compute the gradients of all inputs. */
    void wantEverything() {
        wants = -1;
        wanted = true;
    }

    /** Lets the sweep pass by, unless {@link #want} says otherwise. */
    void wantNothing() {
        wants = 0;
        wanted = false;
    }

    /** Lets the sweep compute the gradient of an input; beyond the first {@value Integer#SIZE}, of all. */
    void want(int index) {
        wants |= index < Integer.SIZE ? 1 << index : 0;
        wanted = true;
    }

    /** Tells whether the sweep needs the gradient of any input. */
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

    // ---- names and hooks ----

    private Extras extras() {
        Extras present = extras;
        if (present == null) {
            present = new Extras();
            extras = present;
        }
        return present;
    }

    @Nullable
    String name() {
        return extras == null ? null : extras.name;
    }

    void setName(@Nullable String name) {
        if (name != null || extras != null) {
            extras().name = name;
        }
    }

    @Nullable
    StackTraceElement origin() {
        return extras == null ? null : extras.origin;
    }

    void setOrigin(@Nullable StackTraceElement origin) {
        extras().origin = origin;
    }

    void addHook(UnaryOperator<Tensor> hook) {
        extras().hooks.add(hook);
    }

    boolean hasHooks() {
        return extras != null && !extras.hooks.isEmpty();
    }

    /** Passes a gradient through the hooks in the order in which they came. */
    Tensor hooked(Tensor g) {
        if (extras == null) {
            return g;
        }
        Tensor result = g;
        for (UnaryOperator<Tensor> hook : extras.hooks) {
            Tensor changed = hook.apply(result);
            if (changed != null) {
                Sweep.checkGradient("hook on " + label(), changed, this);
                result = changed;
            }
        }
        return result;
    }

    // ---- the gradient ----

    /** Tells whether the node keeps its gradient, as every leaf does. */
    boolean retainsGradient() {
        return isLeaf() || (extras != null && extras.retainsGradient);
    }

    void retainGradient() {
        extras().retainsGradient = true;
    }

    /** Returns the gradient, which its array belongs to for good from now on; null if there is none. */
    @Nullable
    Tensor gradient() {
        Object present = gradient;
        if (!(present instanceof Unseen)) {
            return (Tensor) present;
        }
        synchronized (this) {
            if (gradient instanceof Unseen unseen) {
                gradient = unseen.gradient;
            }
            return (Tensor) gradient;
        }
    }

    /** Adds to the gradient; {@code owned} says that nobody else can hold what is added. */
    void addGradient(Tensor g, boolean owned) {
        boolean unseen = owned && Recycler.keeps(dtype, shape.size());
        synchronized (this) { // another thread may add to the same leaf
            Object present = gradient;
            if (present == null) {
                gradient = unseen ? new Unseen(g) : g;
            } else {
                Tensor sum = (present instanceof Unseen before ? before.gradient : (Tensor) present).add(g);
                sum.rawArray(); // else it would hold both
                gradient = sum;
            }
        }
    }

    /** Forgets the gradient; its array is used again if nobody has seen it. */
    void clearGradient() {
        if (!(gradient instanceof Unseen)) {
            gradient = null;
            return;
        }
        Unseen forgotten = null;
        synchronized (this) {
            if (gradient instanceof Unseen unseen && unseen.readers == 0) {
                forgotten = unseen;
            }
            gradient = null;
        }
        if (forgotten != null) {
            Mode.current().recycler().give(forgotten.gradient.storage());
        }
    }

    /**
     * Lets a reader see the gradient, who must not keep it; nobody can read it through that tensor afterwards. Returns whether there is
     * a gradient.
     */
    boolean lendGradient(Consumer<Tensor> reader) {
        Unseen lent;
        synchronized (this) {
            Object present = gradient;
            if (present == null) {
                return false;
            }
            lent = present instanceof Unseen unseen ? unseen : null;
            if (lent != null) {
                lent.readers++;
            }
        }
        if (lent == null) {
            reader.accept(Objects.requireNonNull(gradient()));
            return true;
        }
        Storage borrowed = lent.gradient.storage().lend();
        try {
            reader.accept(Tensor.view(shape, borrowed, lent.gradient.isTransposedView()));
        } finally {
            borrowed.revoke();
            synchronized (this) {
                lent.readers--;
            }
        }
        return true;
    }
}

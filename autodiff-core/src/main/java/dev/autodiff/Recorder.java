package dev.autodiff;

import dev.autodiff.array.Storage;
import dev.autodiff.compile.Trace;
import dev.autodiff.compile.Trace.Kind;
import dev.autodiff.compile.Trace.Origin;
import dev.autodiff.compile.Trace.Step;
import dev.autodiff.compile.Trace.Value;
import dev.autodiff.compile.Trace.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Writes down every operation that a function runs, with backward sweeps and updates of parameters, as a program that can run again. Values
 * are told apart by their storage, so that reshaping and detaching make no step.
 */
final class Recorder implements OpListener {
    /** A change of a parameter or buffer; what it does is compared, how it does it is done again in each run. */
    static final class Change {
        private final Object what;
        final Tensor target;
        final BiConsumer<Tensor, Tensor> change;

        Change(Object what, Tensor target, BiConsumer<Tensor, Tensor> change) {
            this.what = what;
            this.target = target;
            this.change = change;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Change c && what.equals(c.what) && target.storage() == c.target.storage();
        }

        @Override
        public int hashCode() {
            return what.hashCode();
        }

        @Override
        public String toString() {
            return what + " of " + (target.name() == null ? "a tensor of shape " + target.shape() : target.name());
        }
    }

    /** A filling with elements that are others each time. */
    static final class Filling {
        private final Object what;
        final Consumer<Storage> fill;

        Filling(Object what, Consumer<Storage> fill) {
            this.what = what;
            this.fill = fill;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Filling f && what.equals(f.what);
        }

        @Override
        public int hashCode() {
            return what.hashCode();
        }

        @Override
        public String toString() {
            return what.toString();
        }
    }

    private final List<Value> values = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private final Map<Storage, Integer> places = new IdentityHashMap<>();

    /** The version of each parameter or buffer whose present elements are known as a value. */
    private final Map<Storage, Integer> versions = new IdentityHashMap<>();

    private final List<Node> leaves = new ArrayList<>();

    private final Set<Node> cleared = new LinkedHashSet<>();

    /** Leaves that the function itself makes: new ones each time, whose gradients nobody outside can ask for. */
    private final Set<Node> ownLeaves = Collections.newSetFromMap(new IdentityHashMap<>());

    Recorder(List<Tensor> arguments) {
        for (Tensor argument : arguments) {
            places.put(argument.storage(), values.size());
            values.add(new Value(Origin.ARGUMENT, argument.dtype(), argument.size(), null, values.size()));
        }
    }

    /** Returns the program, whose results are these tensors, followed by the gradients of {@link #keepers}. */
    Trace trace(List<Tensor> results) {
        List<View> seen = new ArrayList<>(); // a result may be a value of its own
        results.forEach(t -> seen.add(view(t)));
        keepers().forEach(leaf -> seen.add(view(Objects.requireNonNull(leaf.gradient()))));
        return new Trace(List.copyOf(values), List.copyOf(steps), List.copyOf(seen));
    }

    /** Returns the leaves whose gradient was cleared, before they got another one or after, or used by an update. */
    List<Node> forgetters() {
        Set<Node> all = new LinkedHashSet<>(leaves());
        keepers().forEach(all::remove);
        all.addAll(cleared);
        return List.copyOf(all);
    }

    /** Returns the leaves that got a gradient and still have it. */
    private List<Node> leaves() {
        return leaves.stream().distinct().filter(n -> n.gradient() != null).toList();
    }

    /** Returns those leaves among {@link #leaves} whose gradient no update has used: somebody outside will look at it. */
    List<Node> keepers() {
        Set<Integer> used = new HashSet<>();
        for (Step step : steps) {
            if (step.kind() == Kind.EFFECT) {
                step.reads().forEach(v -> used.add(v.value()));
            }
        }
        return leaves().stream()
                .filter(n -> !used.contains(
                        view(Objects.requireNonNull(n.gradient())).value()))
                .toList();
    }

    @Override
    public boolean hearsRules() {
        return true;
    }

    @Override
    public void ran(Op op, Tensor[] inputs, Tensor out) {
        List<View> reads = Arrays.stream(inputs).map(this::view).toList();
        if (!places.containsKey(out.storage())) { // else it shares the elements of an operand
            steps.add(new Step(Kind.PURE, op, reads, List.of(define(out))));
        }
    }

    @Override
    public void filled(Object what, Tensor out, Consumer<Storage> fill) {
        steps.add(new Step(Kind.FILL, new Filling(what, fill), List.of(), List.of(define(out))));
    }

    @Override
    public void update(Object what, Tensor target, Tensor value, BiConsumer<Tensor, Tensor> change) {
        List<View> reads = List.of(view(value), view(target));
        Mode mode = Mode.current();
        OpListener self = mode.setListener(null); // what the change is made of is done again as a whole
        try {
            change.accept(target, value);
        } finally {
            mode.setListener(self);
        }
        steps.add(new Step(Kind.EFFECT, new Change(what, target, change), reads, List.of()));
    }

    @Override
    public void copied(Tensor source, Tensor leaf) {
        View seen = view(source);
        boolean mayChange = values.get(seen.value()).origin() == Origin.STATE;
        if (mayChange || seen.transposed()) { // while the copy does not change, and lies in order
            steps.add(new Step(Kind.PURE, Elementwise.IDENTITY, List.of(seen), List.of(define(leaf))));
        } else {
            places.put(leaf.storage(), seen.value());
        }
        versions.put(leaf.storage(), leaf.storage().version());
        ownLeaves.add(Objects.requireNonNull(leaf.node()));
    }

    @Override
    public void received(Node leaf) {
        if (!ownLeaves.contains(leaf)) {
            leaves.add(leaf);
        }
    }

    @Override
    public void cleared(Node node) {
        if (node.isLeaf() && !ownLeaves.contains(node)) {
            cleared.add(node);
        }
    }

    @Override
    public void read(String operation, Tensor tensor) {
        Integer place = places.get(tensor.storage());
        if (tensor.storage().isMutable() || (place != null && computedHere(values.get(place)))) {
            throw new IllegalStateException(operation + ": the elements of a tensor of shape " + tensor.shape()
                    + " decide what a compiled step does next, but the step will run again without its Java code;"
                    + " return the tensor and look at it outside, or compute with where()");
        }
    }

    private static boolean computedHere(Value value) {
        return value.origin() == Origin.COMPUTED || value.origin() == Origin.ARGUMENT;
    }

    private View define(Tensor out) {
        int place = values.size();
        values.add(new Value(Origin.COMPUTED, out.dtype(), out.size(), null, -1));
        places.put(out.storage(), place);
        return new View(place, out.shape(), out.isTransposedView());
    }

    private View view(Tensor tensor) {
        Storage storage = tensor.storage();
        Integer place = places.get(storage);
        boolean changed = storage.isMutable()
                && place != null
                && !Integer.valueOf(storage.version()).equals(versions.get(storage));
        if (place == null || changed) {
            Origin origin = storage.isMutable() ? Origin.STATE : Origin.CONSTANT;
            place = values.size();
            values.add(new Value(origin, tensor.dtype(), tensor.size(), storage, -1));
            places.put(storage, place);
            if (storage.isMutable()) {
                versions.put(storage, storage.version());
            }
        }
        return new View(place, tensor.shape(), tensor.isTransposedView());
    }
}

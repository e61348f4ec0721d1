package dev.autodiff;

import dev.autodiff.array.Storage;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The elementwise results of one backward sweep that nobody has asked for yet. The rules of the library give them as tensors whose storage is
 * {@linkplain Storage#deferred deferred}; what such a tensor goes into is deferred as well, if it is elementwise, and so are sums of
 * contributions. Whoever asks for an array has the whole {@link Chain} computed that leads there, tile by tile in the first-level cache: what
 * lies in between never becomes an array, unless something else needs it. The functions and their order are those of one operation at a time, and so are
 * the bits.
 *
 * <p>Nobody outside of the sweep may ever hold something that it deferred, and its inputs must not change before it is computed. So nothing is deferred
 * while somebody listens or the sweep is recorded, and all is computed before code of a user runs and at the end. An array of the sweep that nobody holds
 * any more is used again only when nothing deferred will read it: the sweep {@linkplain #leave leaves} it here.
 */
final class Deferrals {
    private static final Tensor[] NOTHING = {};

    /** One result. */
    private final class Deferred implements Supplier<Object> {
        final Elementwise function;
        final Storage storage;

        /** Each of the result's size or a single number; empty when the result is computed or nobody can ask for it any more. */
        Tensor[] inputs;

        /** At most so many functions lead here. */
        final int links;

        /** How often this is an input of something deferred. */
        int consumers;

        /** How often else it is held: by slots of nodes and by the rule that runs. */
        int holders;

        /** Whether the array belongs to nobody but the consumers. */
        boolean left;

        /** While a chain is made, how often it uses this. */
        int uses;

        Deferred(Elementwise function, DType dtype, int size, Tensor[] inputs, int links) {
            this.function = function;
            this.inputs = inputs;
            this.links = links;
            this.storage = Storage.deferred(dtype, size, this);
        }

        /** Tells whether all elements are one number. */
        boolean isRepeated() {
            return function == Elementwise.IDENTITY && inputs[0].size() == 1;
        }

        boolean isHeldBesideChain() {
            return holders > 0 || consumers > uses;
        }

        @Override
        public Object get() {
            return compute(this);
        }
    }

    /** What is deferred and reads an array. */
    private static final class Readers {
        int count;

        /** The array's storage if it may be used again after the last of them. */
        @Nullable
        Storage left;
    }

    private final Mode mode;
    private final Loans loans;
    private final Map<Object, Readers> readers = new IdentityHashMap<>();
    private final Set<Deferred> inSlots = new LinkedHashSet<>();
    private final List<Deferred> ofRule = new ArrayList<>();

    Deferrals(Mode mode, Loans loans) {
        this.mode = mode;
        this.loans = loans;
    }

    // ---- deferring ----

    /** Defers what the rule that runs asks for, or returns null if an input must be read otherwise than element by element. */
    @Nullable
    Tensor ofRule(Elementwise function, Shape shape, DType dtype, Tensor... in) {
        Deferred deferred = defer(function, shape, dtype, in);
        if (deferred == null) {
            return null;
        }
        deferred.holders++; // the rule may use it again
        ofRule.add(deferred);
        loans.note(deferred.storage);
        return new Tensor(shape, deferred.storage);
    }

    /** Defers the sum of two contributions, or returns null if they may as well be added at once. */
    @Nullable
    Tensor sum(Tensor x, Tensor y) {
        if (of(x) == null && of(y) == null && !isRead(x) && !isRead(y)) {
            return null;
        }
        Deferred deferred = defer(Elementwise.ADD, x.shape(), x.dtype(), x, y);
        return deferred == null ? null : new Tensor(x.shape(), deferred.storage);
    }

    private @Nullable Deferred defer(Elementwise function, Shape shape, DType dtype, Tensor... in) {
        int n = shape.size();
        Tensor[] inputs = new Tensor[in.length];
        int links = 1;
        for (int i = 0; i < in.length; i++) {
            Tensor x = in[i];
            if (x.size() != 1 && (x.size() != n || x.isTransposedView())) {
                return null;
            }
            Deferred before = of(x);
            inputs[i] = x;
            if (before != null && before.isRepeated()) {
                inputs[i] = before.inputs[0];
            } else if (before != null) {
                links += before.links;
            } else if (x.size() == 1) {
                inputs[i] = new Tensor(
                        x.shape(), x.data().copy()); // not counted as read, so what is added into x must not show here
            }
        }
        if (links > ElementwiseChain.MOST_STEPS) {
            links = 1;
            for (Tensor x : inputs) {
                x.array();
            }
        }
        for (Tensor x : inputs) {
            Deferred before = of(x);
            if (before != null) {
                before.consumers++;
            } else if (x.size() != 1) {
                readers.computeIfAbsent(x.rawArray(), array -> new Readers()).count++;
            }
        }
        return new Deferred(function, dtype, n, inputs, links);
    }

    /** Returns the deferred result that a tensor shows, or null if its array is there. */
    private static @Nullable Deferred of(Tensor x) {
        return of(x.storage());
    }

    private static @Nullable Deferred of(Storage storage) {
        return storage.deferral() instanceof Deferred deferred ? deferred : null; // a lazy result is read like an array
    }

    // ---- who holds what ----

    void putInSlot(Tensor g) {
        Deferred deferred = of(g);
        if (deferred != null) {
            deferred.holders++;
            inSlots.add(deferred);
        }
    }

    void takeFromSlot(Tensor g) {
        Deferred deferred = of(g);
        if (deferred != null) {
            deferred.holders--;
            if (deferred.holders == 0) {
                inSlots.remove(deferred);
            }
        }
    }

    /** Holds the gradient that a rule gets, which may use it again, until {@link #release}. */
    void hold(Tensor g) {
        Deferred deferred = of(g);
        if (deferred != null) {
            deferred.holders++;
        }
    }

    void release(Tensor g) {
        Deferred deferred = of(g);
        if (deferred != null) {
            deferred.holders--;
        }
    }

    /** Ends the rule that ran: of its results only those are held that lie in a slot. */
    void endOfRule() {
        for (Deferred deferred : ofRule) {
            deferred.holders--;
        }
        ofRule.clear();
    }

    /** Tells whether something deferred will read a tensor's array. */
    boolean isRead(Tensor x) {
        return !readers.isEmpty() && of(x) == null && readers.containsKey(x.rawArray());
    }

    /** Takes a storage that nobody will ask for any more but what is deferred, to use its array again as soon as that is computed. */
    void leave(Storage storage) {
        Deferred deferred = of(storage);
        if (deferred != null) {
            deferred.left = true;
            dropIfUnused(deferred);
            return;
        }
        Readers reading = readers.get(storage.array());
        if (reading != null) {
            reading.left = storage;
        } else {
            mode.recycler().give(storage);
        }
    }

    private void dropIfUnused(Deferred deferred) {
        if (!deferred.left || deferred.holders > 0 || deferred.consumers > 0) {
            return;
        }
        Tensor[] inputs = deferred.inputs;
        deferred.inputs = NOTHING;
        for (Tensor x : inputs) {
            Deferred before = of(x);
            if (before != null) {
                before.consumers--;
                dropIfUnused(before); // at most MOST_STEPS deep
            } else if (x.size() != 1) {
                Storage free = unread(x.rawArray());
                if (free != null) {
                    mode.recycler().give(free);
                }
            }
        }
    }

    /** Counts one reader less of an array, and returns its storage if it may be used again now. */
    private @Nullable Storage unread(Object array) {
        Readers reading = readers.get(array);
        if (reading == null || --reading.count > 0) {
            return null;
        }
        readers.remove(array);
        return reading.left;
    }

    // ---- computing ----

    /** Computes all that lies in a slot. */
    void computeAll() {
        for (Deferred deferred : inSlots.toArray(new Deferred[0])) {
            deferred.storage.array();
        }
    }

    private Object compute(Deferred root) {
        DType dtype = root.storage.dtype();
        int size = root.storage.size();
        List<Deferred> chain = new ArrayList<>();
        collect(root, chain);
        // Each tile of all inputs is read before one is written, so a result may take the array of an input.
        List<Object> free = readHereLast(chain);
        Object[] arrays = new Object[chain.size()];
        for (int i = 0; i < arrays.length; i++) {
            Deferred link = chain.get(i);
            if (link == root || link.isHeldBesideChain()) {
                arrays[i] = free.isEmpty() ? mode.unnoted(dtype, size).array() : free.remove(free.size() - 1);
            }
        }
        List<ElementwiseChain.Step> steps = new ArrayList<>(arrays.length);
        chain.forEach(link -> steps.add(new ElementwiseChain.Step(link.function, link.inputs, link.storage)));
        ElementwiseChain.run(steps, arrays, dtype, size);
        free.forEach(array -> mode.recycler().give(Storage.of(dtype, array)));
        for (Deferred link : chain) {
            for (Tensor x : link.inputs) {
                Deferred before = of(x);
                if (before != null) {
                    before.consumers--;
                }
            }
        }
        for (int i = 0; i < arrays.length; i++) {
            settle(chain.get(i), arrays[i]);
        }
        return arrays[arrays.length - 1];
    }

    private void settle(Deferred link, @Nullable Object array) {
        link.inputs = NOTHING;
        inSlots.remove(link);
        if (array != null) {
            link.storage.settle(array);
            if (link.consumers > 0) {
                Readers reading = new Readers();
                reading.count = link.consumers;
                reading.left = link.left ? link.storage : null;
                readers.put(array, reading);
            }
        }
    }

    /** Takes the links off the readers of their inputs, and returns the arrays that nobody will read any more. */
    private List<Object> readHereLast(List<Deferred> chain) {
        List<Object> last = new ArrayList<>();
        for (Deferred link : chain) {
            for (Tensor x : link.inputs) {
                if (of(x) == null && x.size() != 1 && unread(x.rawArray()) != null) {
                    last.add(x.rawArray());
                }
            }
        }
        return last;
    }

    /** Lists what a result needs, each after its inputs. */
    private void collect(Deferred link, List<Deferred> chain) {
        if (link.inputs.length == 0) {
            throw new IllegalStateException("backward: the elements of " + link.function.label()
                    + " were asked for after everybody had let go of them");
        }
        link.uses = 0;
        for (Tensor x : link.inputs) {
            Deferred before = of(x);
            if (before != null) {
                if (!chain.contains(before)) {
                    collect(before, chain);
                }
                before.uses++;
            }
        }
        chain.add(link);
    }
}

package dev.autodiff;

import dev.autodiff.array.Storage;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An elementwise result that nobody has read yet. Whoever asks for the elements has all functions computed together that lead there; of the results
 * in between only those become arrays that a recorded operation keeps for its derivative, or that are used elsewhere. What else is asked for
 * later is computed then.
 *
 * <p>The inputs never change while anybody holds them: what a parameter, a buffer or a lent gradient goes into is computed at once. So the
 * elements do not depend on when they are asked for, nor on which thread does; if two threads do at the same time, both compute the same
 * bits, and the first one's array is everybody's.
 */
final class Lazy implements Supplier<Object> {
    /**
     * So many arrays at most are held for a result that is not computed: each is memory that would be free if the result had been computed at once
     * and nobody else held it.
     */
    private static final int MOST_SOURCES = 4;

    private final Elementwise function;
    private final Storage storage;

    /** At most so many functions lead here. */
    private final int steps;

    /** The storages with arrays that lead here. */
    private final List<Storage> sources;

    /** Null when the result is computed. */
    private volatile Tensor @Nullable [] inputs;

    // What another thread may see late, which costs time and changes nothing.

    /** How many lazy results read this one. */
    private int readers;

    private boolean keepsArray;

    private Lazy(Elementwise function, DType dtype, int size, Tensor[] inputs, int steps, List<Storage> sources) {
        this.function = function;
        this.inputs = inputs;
        this.steps = steps;
        this.sources = sources;
        this.storage = Storage.deferred(dtype, size, this);
    }

    /** Puts a function off, or returns null if it must be computed at once: an input may change or is read otherwise than element by element. */
    static @Nullable Tensor of(Elementwise function, Shape shape, DType dtype, Tensor... in) {
        int size = shape.size();
        if (Mode.anyoneListens() || !canWait(size, in)) {
            return null;
        }
        List<Storage> sources = sources(in);
        int steps = steps(in);
        if (steps > ElementwiseChain.MOST_STEPS || sources.size() > MOST_SOURCES) {
            for (Tensor x : in) {
                x.rawArray();
            }
            sources = sources(in);
            steps = 1;
        }
        Tensor[] inputs = in.clone();
        for (int i = 0; i < inputs.length; i++) {
            Tensor x = inputs[i];
            Lazy before = of(x);
            if (before != null) {
                before.readers++;
            }
            if (x.storage().mayChange()) { // a single number
                inputs[i] = new Tensor(x.shape(), x.data().copy());
            } else if (x.node() != null) {
                inputs[i] = x.detach(); // without the graph behind it
            }
        }
        return new Tensor(shape, new Lazy(function, dtype, size, inputs, steps, sources).storage);
    }

    private static boolean canWait(int size, Tensor[] in) {
        boolean any = false;
        for (Tensor x : in) {
            if (x.size() != 1
                    && (x.size() != size || x.isTransposedView() || x.storage().mayChange())) {
                return false;
            }
            any |= x.size() == size;
        }
        return any;
    }

    private static int steps(Tensor[] in) {
        int steps = 1;
        for (Tensor x : in) {
            Lazy before = of(x);
            steps += before == null ? 0 : before.steps;
        }
        return steps;
    }

    private static List<Storage> sources(Tensor[] in) {
        List<Storage> all = new ArrayList<>(MOST_SOURCES);
        for (Tensor x : in) {
            Lazy before = of(x);
            for (Storage source : before == null ? List.of(x.storage()) : before.sources) {
                if (source.size() != 1 && !all.contains(source)) {
                    all.add(source);
                }
            }
        }
        return all;
    }

    private static @Nullable Lazy of(Tensor x) {
        return x.storage().deferral() instanceof Lazy lazy ? lazy : null;
    }

    /** Notes that a recorded operation keeps a value for its derivative, so that its elements will be asked for. */
    static void keep(@Nullable Tensor x) {
        Lazy lazy = x == null ? null : of(x);
        if (lazy != null) {
            lazy.keepsArray = true;
        }
    }

    @Override
    public Object get() {
        List<ElementwiseChain.Step> chain = new ArrayList<>();
        List<Lazy> results = new ArrayList<>();
        collect(this, chain, results);
        if (chain.isEmpty()) { // another thread was faster
            return storage.array();
        }
        DType dtype = storage.dtype();
        int size = storage.size();
        @Nullable Object[] arrays = new Object[chain.size()];
        for (int i = 0; i < arrays.length; i++) {
            Lazy result = results.get(i);
            if (result == this || result.keepsArray || result.readers > uses(chain, result)) {
                arrays[i] = Mode.current().unnoted(dtype, size).array();
            } else {
                result.keepsArray = true; // if it is asked for again
            }
        }
        ElementwiseChain.run(chain, arrays, dtype, size);
        for (int i = 0; i < arrays.length; i++) {
            Object array = arrays[i];
            if (array != null) {
                results.get(i).storage.settle(array);
                results.get(i).inputs = null;
            }
        }
        return storage.array();
    }

    /** Lists what a result needs, each after its inputs. */
    private static void collect(Lazy lazy, List<ElementwiseChain.Step> chain, List<Lazy> results) {
        Tensor[] in = lazy.inputs;
        if (in == null) {
            return;
        }
        for (Tensor x : in) {
            Lazy before = of(x);
            if (before != null && !results.contains(before)) {
                collect(before, chain, results);
            }
        }
        chain.add(new ElementwiseChain.Step(lazy.function, in, lazy.storage));
        results.add(lazy);
    }

    private static int uses(List<ElementwiseChain.Step> chain, Lazy result) {
        int uses = 0;
        for (ElementwiseChain.Step step : chain) {
            for (Tensor x : step.inputs()) {
                uses += x.storage() == result.storage ? 1 : 0;
            }
        }
        return uses;
    }
}

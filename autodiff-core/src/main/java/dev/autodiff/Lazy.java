package dev.autodiff;

import dev.autodiff.array.Storage;
import dev.autodiff.kernel.ElementwiseLoops;
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
 * elements do not depend on when they are asked for, nor on which thread does. If two threads at the same time read two results that have one in between in common,
 * both may compute that, to the same bits, and the first one's array is everybody's.
 *
 * <p>Elements that are only added up, by {@link #sum}, become no array at the first sum; then they still wait, with their inputs, and are computed again
 * for whoever asks.
 */
final class Lazy implements Supplier<Object> {
    /**
     * So many arrays at most are held for a result that is not computed: each is memory that would be free if the result had been computed at once
     * and nobody else held it.
     */
    private static final int MOST_SOURCES = 4;

    /** Elements may be computed again after their sum if that takes at most this many nanoseconds each, which bounds what is lost if they are read after all. */
    private static final double MOST_NANOS = 2;

    /** A result that waits and its inputs, which it lets go of when another thread has computed it. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares these
    private record Pending(Lazy lazy, Tensor[] inputs) {
        int uses(Lazy other) {
            int uses = 0;
            for (Tensor x : inputs) {
                uses += x.storage() == other.storage ? 1 : 0;
            }
            return uses;
        }
    }

    private final Elementwise function;
    private final Storage storage;

    /** Null when the result is computed. */
    private volatile Tensor @Nullable [] inputs;

    // What another thread may see late, which may cost time and an array and changes no element.

    /** How many results that wait, or did, read this one. */
    private int readers;

    /** Whether its elements will be asked for. */
    private boolean isKept;

    /** Whether it was computed between others, and not stored. */
    private boolean wasPassed;

    private Lazy(Elementwise function, DType dtype, int size, Tensor[] inputs) {
        this.function = function;
        this.inputs = inputs;
        this.storage = Storage.deferred(dtype, size, this);
    }

    /** Puts a function off, or returns null if it must be computed at once: an input may change or is read otherwise than element by element. */
    static @Nullable Tensor of(Elementwise function, Shape shape, DType dtype, Tensor... in) {
        int size = shape.size();
        if (Mode.anyoneListens() || !canWait(size, in)) {
            return null;
        }
        List<Pending> before = new ArrayList<>();
        List<Storage> sources = new ArrayList<>();
        collect(in, before, sources);
        if (before.size() >= ElementwiseChain.MOST_STEPS || sources.size() > MOST_SOURCES) {
            for (Tensor x : in) {
                x.rawArray();
            }
        }
        Tensor[] inputs = in.clone();
        for (int i = 0; i < inputs.length; i++) {
            Tensor x = inputs[i];
            Lazy lazy = pending(x);
            if (lazy != null) {
                lazy.readers++;
            }
            if (x.storage().mayChange()) { // a single number
                inputs[i] = new Tensor(x.shape(), x.data().copy());
            } else if (x.node() != null) {
                inputs[i] = x.detach(); // without the graph behind it
            }
        }
        return new Tensor(shape, new Lazy(function, dtype, size, inputs).storage);
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

    private static @Nullable Lazy pending(Tensor x) {
        return x.storage().deferral() instanceof Lazy lazy ? lazy : null;
    }

    /**
     * Lists what must be computed before some inputs can be read, each after its own inputs.
     *
     * @param sources gets the storages of arrays that this is computed from
     */
    private static void collect(Tensor[] inputs, List<Pending> chain, List<Storage> sources) {
        for (Tensor x : inputs) {
            Lazy lazy = pending(x);
            Tensor[] before = lazy == null ? null : lazy.inputs;
            if (lazy != null && before != null) {
                if (chain.stream().noneMatch(link -> link.lazy == lazy)) {
                    collect(before, chain, sources);
                    chain.add(new Pending(lazy, before));
                }
            } else if (x.size() != 1 && !sources.contains(x.storage())) {
                sources.add(x.storage());
            }
        }
    }

    /** Notes that a recorded operation keeps a value, whose elements will be asked for. */
    static void keep(@Nullable Tensor x) {
        Lazy lazy = x == null ? null : pending(x);
        if (lazy != null) {
            lazy.isKept = true;
        }
    }

    /**
     * Sets a number to the sum of all elements of a tensor without making them an array, or returns false if they should be one: they are there, will
     * be asked for again, or would take long to compute again.
     */
    static boolean sum(Tensor x, Tensor out) {
        Lazy lazy = pending(x);
        return lazy != null && !x.isTransposedView() && lazy.sum(out);
    }

    private synchronized boolean sum(Tensor out) {
        Tensor[] own = inputs;
        if (own == null || isKept || wasPassed || readers > 0) {
            return false;
        }
        List<Pending> chain = chain(own);
        if (nanosOfComputingAgain(chain) > MOST_NANOS) {
            return false;
        }
        compute(chain, out);
        return true;
    }

    /** Computes the elements; a thread that comes meanwhile waits for them. */
    @Override
    public synchronized Object get() {
        Tensor[] own = inputs;
        if (own != null) { // else another thread was faster
            compute(chain(own), null);
        }
        return storage.array();
    }

    private List<Pending> chain(Tensor[] own) {
        List<Pending> chain = new ArrayList<>();
        collect(own, chain, new ArrayList<>());
        chain.add(new Pending(this, own));
        return chain;
    }

    /** Computes a chain that ends here. If there is a number for their sum, these elements need no array. */
    private void compute(List<Pending> chain, @Nullable Tensor sum) {
        DType dtype = storage.dtype();
        int size = storage.size();
        @Nullable Object[] arrays = new Object[chain.size()];
        for (int i = 0; i < arrays.length; i++) {
            Lazy link = chain.get(i).lazy;
            if (link == this ? sum == null : isStored(link, chain)) {
                arrays[i] = Mode.current().unnoted(dtype, size).array();
            }
        }
        List<ElementwiseChain.Step> steps = new ArrayList<>(arrays.length);
        chain.forEach(link -> steps.add(new ElementwiseChain.Step(link.lazy.function, link.inputs, link.lazy.storage)));
        if (sum == null) {
            ElementwiseChain.run(steps, arrays, dtype, size);
        } else {
            ElementwiseChain.sum(steps, arrays, dtype, size, sum.array());
        }
        for (int i = 0; i < arrays.length; i++) {
            Lazy link = chain.get(i).lazy;
            Object array = arrays[i];
            link.wasPassed = true;
            if (array != null) {
                link.storage.settle(array);
                link.inputs = null;
            }
        }
    }

    /** About how long each of these elements takes if they are asked for after their sum, when what is stored of a chain is there. */
    private double nanosOfComputingAgain(List<Pending> chain) {
        ElementwiseLoops<Object> loops = Floats.of(storage.dtype()).elementwise();
        List<Lazy> again = new ArrayList<>(List.of(this));
        double nanos = 0;
        for (int i = chain.size() - 1; i >= 0; i--) {
            Pending link = chain.get(i);
            if (again.contains(link.lazy)) {
                nanos += loops.nanos(link.lazy.function.ordinal());
                for (Tensor x : link.inputs) {
                    Lazy before = pending(x);
                    if (before != null && !isStored(before, chain)) {
                        again.add(before);
                    }
                }
            }
        }
        return nanos;
    }

    /** Tells whether something that is computed now becomes an array: it will be asked for, was computed before, or is read elsewhere too. */
    private boolean isStored(Lazy link, List<Pending> chain) {
        if (link.isKept) {
            return true;
        }
        int uses = 0;
        for (Pending reader : chain) {
            int here = reader.uses(link);
            if (here > 0 && link.wasPassed && !reader.lazy.wasPassed) {
                return true; // for the readers of the time before it is not worth an array
            }
            uses += here;
        }
        return link.readers > uses;
    }
}

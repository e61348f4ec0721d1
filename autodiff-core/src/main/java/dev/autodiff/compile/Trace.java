package dev.autodiff.compile;

import dev.autodiff.array.Storage;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a function did once, as a program without branches: values, the steps that compute them in the order in which they ran, and the
 * results. A value is known by its place in {@link #values}.
 *
 * @param values all values
 * @param steps the steps in order
 * @param results what the function returned
 */
public record Trace(List<Value> values, List<Step> steps, List<View> results) {
    /** Where a value comes from. */
    public enum Origin {
        /** It is given with each call. */
        ARGUMENT,
        /** It never changes. */
        CONSTANT,
        /** It stands outside and changes by effects, as a parameter does; each change makes another value of the same storage. */
        STATE,
        /** A step computes it. */
        COMPUTED
    }

    /**
     * A block of elements.
     *
     * @param origin where it comes from
     * @param dtype the type of its elements
     * @param size their number
     * @param storage the elements of a constant or a state, else null
     * @param argument the place of an argument, else −1
     */
    public record Value(
            Origin origin, DType dtype, int size, @Nullable Storage storage, int argument) {}

    /**
     * How a step sees a value.
     *
     * @param value the place of the value
     * @param shape the shape in which it is seen
     * @param transposed whether the elements lie with the last two axes swapped
     */
    public record View(int value, Shape shape, boolean transposed) {}

    /** What may be done with a step. */
    public enum Kind {
        /** The same reads give the same result: it may be left out or done once for two. */
        PURE,
        /** It makes another value each time, such as random numbers, and must be done as often and in the same order. */
        FILL,
        /** It changes something outside. */
        EFFECT
    }

    /**
     * One operation.
     *
     * @param kind what may be done with it
     * @param what what it does; two steps do the same if these are equal
     * @param reads the operands
     * @param writes the results; none for an effect
     */
    public record Step(Kind kind, Object what, List<View> reads, List<View> writes) {}

    /**
     * Says where another run of the same function first did something else, or returns null if it did the same. Storages of constants may
     * differ if their elements are equal.
     */
    public @Nullable String difference(Trace other) {
        int common = Math.min(steps.size(), other.steps.size());
        for (int i = 0; i < common; i++) {
            Step a = steps.get(i);
            Step b = other.steps.get(i);
            if (!a.what.equals(b.what)) {
                return "step " + i + " was " + a.what + ", then " + b.what;
            }
            if (a.reads.size() != b.reads.size()) {
                return "step " + i + ", " + a.what + ", had " + a.reads.size() + " operands, then " + b.reads.size();
            }
            for (int k = 0; k < a.reads.size(); k++) {
                String change = change(a.reads.get(k), other, b.reads.get(k));
                if (change != null) {
                    return "operand " + k + " of step " + i + ", " + a.what + ", " + change;
                }
            }
        }
        if (steps.size() != other.steps.size()) {
            Trace longer = steps.size() > common ? this : other;
            return "there were " + steps.size() + " steps, then " + other.steps.size() + "; the first of the others is "
                    + longer.steps.get(common).what;
        }
        if (results.size() != other.results.size()) {
            return "there were " + results.size() + " results and gradients that are kept, then "
                    + other.results.size();
        }
        for (int k = 0; k < results.size(); k++) {
            String change = change(results.get(k), other, other.results.get(k));
            if (change != null) {
                return "result " + k + " " + change;
            }
        }
        return null;
    }

    private @Nullable String change(View mine, Trace other, View theirs) {
        if (!mine.shape.equals(theirs.shape)) {
            return "had shape " + mine.shape + ", then " + theirs.shape;
        }
        if (mine.transposed != theirs.transposed || mine.value != theirs.value) {
            return "was " + describe(mine) + ", then " + other.describe(theirs);
        }
        Value a = values.get(mine.value);
        Value b = other.values.get(theirs.value);
        if (a.origin != b.origin || a.argument != b.argument || a.dtype != b.dtype) {
            return "came from elsewhere";
        }
        if (a.storage == null || b.storage == null || a.storage == b.storage) {
            return null;
        }
        if (a.origin == Origin.STATE) {
            return "was another parameter or buffer";
        }
        if (sameElements(a.storage, b.storage)) {
            return null;
        }
        return a.size == 1
                ? "was the number " + a.storage.get(0) + ", then " + b.storage.get(0)
                : "was a tensor from outside whose elements differ";
    }

    private String describe(View view) {
        Value value = values.get(view.value);
        return switch (value.origin) {
            case ARGUMENT -> "argument " + value.argument;
            case CONSTANT -> "a constant of shape " + view.shape;
            case STATE -> "a parameter or buffer of shape " + view.shape;
            case COMPUTED -> "computed value " + view.value + " of shape " + view.shape;
        };
    }

    /** Tells whether two storages hold the same bits. */
    static boolean sameElements(Storage a, Storage b) {
        if (a.dtype() != b.dtype() || a.size() != b.size()) {
            return false;
        }
        return switch (a.dtype()) {
            case FLOAT32 -> Arrays.equals(a.float32(), b.float32());
            case FLOAT64 -> Arrays.equals(a.float64(), b.float64());
            case INT64 -> Arrays.equals(a.int64(), b.int64());
            case BOOL -> Arrays.equals(a.bool(), b.bool());
        };
    }

    /**
     * Checks that every step reads only what is known before it, that no value is computed twice, and that nobody reads what a parameter was
     * before an effect that changed it.
     *
     * @throws IllegalStateException if not, which is a fault of the library
     */
    public Trace verified() {
        boolean[] known = new boolean[values.size()];
        for (int i = 0; i < known.length; i++) {
            known[i] = values.get(i).origin != Origin.COMPUTED;
        }
        boolean[] changes = new boolean[values.size()]; // whether there is a later value of the same storage
        Map<Storage, Integer> latest = new IdentityHashMap<>();
        for (int i = 0; i < changes.length; i++) {
            Storage storage = values.get(i).storage;
            Integer before = values.get(i).origin == Origin.STATE && storage != null ? latest.put(storage, i) : null;
            if (before != null) {
                changes[before] = true;
            }
        }
        boolean[] gone = new boolean[values.size()];
        for (Step step : steps) {
            for (View read : step.reads) {
                if (gone[read.value]) {
                    throw new IllegalStateException(
                            "compile: " + step.what + " reads a parameter after it was changed");
                }
                if (!known[read.value]) {
                    throw new IllegalStateException("compile: " + step.what + " reads a value that is not known yet");
                }
            }
            if (step.kind == Kind.EFFECT) {
                step.reads.forEach(v -> gone[v.value] |= changes[v.value]);
            }
            for (View out : step.writes) {
                if (known[out.value]) {
                    throw new IllegalStateException("compile: " + step.what + " computes a value that is known");
                }
                known[out.value] = true;
            }
        }
        for (View result : results) {
            if (gone[result.value]) {
                throw new IllegalStateException("compile: a result is a parameter that was changed since");
            }
            if (!known[result.value]) {
                throw new IllegalStateException("compile: a result is never computed");
            }
        }
        return this;
    }
}

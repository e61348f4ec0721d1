package dev.autodiff;

import dev.autodiff.array.Storage;
import dev.autodiff.compile.Trace;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A function that was made faster by {@link Autodiff#compile}: it is captured when it first runs and replayed later. The first two calls for a
 * combination of shapes and types run the Java code, which is a real step each time; what they did is compared, and if it is the same,
 * later calls run the program alone. Several threads may call it; one waits for another, since the program has its own buffers.
 */
public final class Compiled {
    /** A step that is called with ever new shapes would spend its time on capturing and its memory on programs. */
    private static final int MOST_PROGRAMS = 8;

    private record Signature(List<DType> dtypes, List<Shape> shapes) {}

    /** What the last call looked like, so that the next need not make a signature to be told the same. */
    @SuppressWarnings("ArrayRecordComponent") // nobody else holds them, and nobody compares these
    private record Last(DType[] dtypes, Shape[] shapes, Entry entry) {
        boolean fits(List<Tensor> arguments) {
            for (int i = 0; i < shapes.length; i++) {
                Tensor x = arguments.get(i);
                if (x.dtype() != dtypes[i] || !x.shape().equals(shapes[i])) {
                    return false;
                }
            }
            return true;
        }
    }

    /** What is known of the function for one signature. */
    private static final class Entry {
        @Nullable
        Trace first;

        @Nullable
        Replay replay;
    }

    /** Any number of arguments, as many as the first call has. */
    static final int ANY = -1;

    private final Function<List<Tensor>, List<Tensor>> function;
    private int arity;
    private final Map<Signature, Entry> entries = new HashMap<>();
    private @Nullable Last last;
    private boolean running;

    Compiled(int arity, Function<List<Tensor>, List<Tensor>> function) {
        this.arity = arity;
        this.function = function;
    }

    /**
     * Calls a function with one result.
     *
     * @throws IllegalStateException if the function cannot be compiled, see {@link Autodiff#compile}
     * @throws IllegalArgumentException if the arguments do not fit: too many or too few, another number of axes than before, or a ninth
     *     combination of shapes and types
     */
    public Tensor apply(Tensor... arguments) {
        return applyAll(Arrays.asList(arguments)).get(0);
    }

    /**
     * Calls a function with any number of results.
     *
     * @throws IllegalStateException if the function cannot be compiled, see {@link Autodiff#compile}
     * @throws IllegalArgumentException if the arguments do not fit: too many or too few, another number of axes than before, or a ninth
     *     combination of shapes and types
     */
    public synchronized List<Tensor> applyAll(List<Tensor> arguments) {
        check(arguments);
        OpListener listener = Mode.listening();
        if (listener != null) {
            return function.apply(arguments); // part of another capture, or every operation is to be looked at
        }
        if (running) {
            throw new IllegalStateException("compile: the step calls itself");
        }
        running = true;
        try {
            List<Tensor> prepared = prepared(arguments);
            Entry entry = entry(prepared);
            return entry.replay != null ? entry.replay.run(prepared) : capture(entry, prepared);
        } finally {
            running = false;
        }
    }

    private void check(List<Tensor> arguments) {
        if (arity == ANY) {
            arity = arguments.size();
        }
        if (arguments.size() != arity) {
            throw new IllegalArgumentException("compile: expected " + arity + " arguments, got " + arguments.size());
        }
        for (int i = 0; i < arity; i++) {
            if (arguments.get(i) == null) {
                throw new NullPointerException("compile: argument " + i + " is null; expected a tensor");
            }
        }
    }

    /** Returns the arguments as values that lie in order and do not change. */
    private static List<Tensor> prepared(List<Tensor> arguments) {
        boolean asTheyAre = true;
        for (int i = 0; i < arguments.size(); i++) {
            Tensor x = arguments.get(i);
            if (x.requiresGrad() && Mode.current().isRecording()) {
                throw new GradientException("compile: argument " + i + " of shape " + x.shape()
                        + " requires a gradient, which would end here; differentiate inside the step, as in"
                        + " compile(grad(f)), or pass detach()");
            }
            asTheyAre &= !x.isTransposedView() && !x.storage().mayChange();
        }
        if (asTheyAre) {
            return arguments;
        }
        List<Tensor> result = new ArrayList<>();
        for (Tensor x : arguments) {
            Storage own = x.storage().mayChange() ? x.data().copy() : x.data();
            result.add(new Tensor(x.shape(), own));
        }
        return result;
    }

    private Entry entry(List<Tensor> arguments) {
        Last before = last;
        if (before != null && before.fits(arguments)) {
            return before.entry;
        }
        Signature signature = new Signature(
                arguments.stream().map(Tensor::dtype).toList(),
                arguments.stream().map(Tensor::shape).toList());
        checkRanks(signature);
        Entry entry = entries.get(signature);
        if (entry == null) {
            if (entries.size() == MOST_PROGRAMS) {
                throw new IllegalArgumentException("compile: arguments of types and shapes " + signature.dtypes + " "
                        + signature.shapes + " would need more than " + MOST_PROGRAMS
                        + " programs; pad the arguments to few shapes, or call the step without compiling it");
            }
            entry = new Entry();
            entries.put(signature, entry);
        }
        last = new Last(signature.dtypes.toArray(new DType[0]), signature.shapes.toArray(new Shape[0]), entry);
        return entry;
    }

    private void checkRanks(Signature signature) {
        for (Signature known : entries.keySet()) {
            for (int i = 0; i < signature.shapes.size(); i++) {
                int expected = known.shapes.get(i).rank();
                if (signature.shapes.get(i).rank() != expected) {
                    throw new ShapeException("compile: argument " + i + " had " + expected
                            + " axes before and has shape " + signature.shapes.get(i)
                            + " now; compile the function once more for another number of axes");
                }
            }
        }
    }

    private List<Tensor> capture(Entry entry, List<Tensor> arguments) {
        List<Tensor> own = new ArrayList<>(); // so that no argument is taken for another, or for what stands outside
        arguments.forEach(x -> own.add(new Tensor(x.shape(), x.storage().alias())));
        Recorder recorder = new Recorder(own);
        List<Tensor> results = Mode.current().listening(recorder, () -> {
            List<Tensor> given = new ArrayList<>();
            List<Tensor> returned = function.apply(Collections.unmodifiableList(own));
            for (Tensor result : Objects.requireNonNull(returned, "compile: the function returned null")) {
                given.add(Objects.requireNonNull(result, "compile: the function returned null"));
            }
            return given;
        });
        Trace trace = recorder.trace(results);
        if (entry.first == null) {
            entry.first = trace;
        } else {
            String difference = entry.first.difference(trace);
            if (difference != null) {
                throw new IllegalStateException(
                        "compile: the second call did something else than the first: " + difference
                                + "; a Java number or branch that changes from call to call must come in as an argument"
                                + ", and gradients must be cleared within the step");
            }
            entry.replay = new Replay(
                    trace,
                    arguments.stream().map(Tensor::shape).toList(),
                    results.size(),
                    recorder.forgetters(),
                    recorder.keepers());
            entry.first = null;
        }
        return results.stream()
                .map(t ->
                        t.storage().mayChange() ? new Tensor(t.shape(), t.data().copy()) : t.detach())
                .toList();
    }

    /** Says for which arguments there is a program, and how many steps and bytes of buffers it has. */
    @Override
    public synchronized String toString() {
        StringBuilder text = new StringBuilder("compiled function");
        entries.forEach((signature, entry) -> text.append("\n  ")
                .append(signature.dtypes)
                .append(' ')
                .append(signature.shapes)
                .append(": ")
                .append(entry.replay == null ? "not captured yet" : entry.replay));
        return text.toString();
    }
}

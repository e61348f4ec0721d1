package dev.autodiff;

import dev.autodiff.array.Storage;
import dev.autodiff.compile.BufferPlan;
import dev.autodiff.compile.Fusion;
import dev.autodiff.compile.Passes;
import dev.autodiff.compile.Trace;
import dev.autodiff.compile.Trace.Step;
import dev.autodiff.compile.Trace.Value;
import dev.autodiff.compile.Trace.View;
import dev.autodiff.kernel.Chain;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A program in buffers of its own, which runs without recording anything; of the tensors it allocates only those that it returns.
 */
final class Replay {
    /** One bound step. */
    private interface Code {
        void run();
    }

    /** A place that takes an argument of each call. */
    @SuppressWarnings("ArrayRecordComponent") // the array itself is meant
    private record Patch(Tensor[] operands, int index, int argument) {}

    /** An argument that some step sees in another shape than its own, or transposed: a storage that shows its elements during a call. */
    private record Entry(int argument, Storage storage) {}

    private static final Tensor NOTHING = Tensor.of(0.0);

    private final Trace trace;
    private final BufferPlan buffers;
    private final Code[] code;
    private final List<Patch> patches = new ArrayList<>();
    private final List<Entry> entries = new ArrayList<>();
    private final List<Shape> arguments;
    private final @Nullable Storage[] entered;
    private final Tensor[] results;
    private final int returned;
    private final Node[] forgetters;
    private final Node[] keepers;

    /**
     * Prepares a program to run.
     *
     * @param arguments the shapes of the arguments
     * @param returned how many of the results are returned; the others are gradients
     * @param forgetters the leaves that do not have the gradient afterwards that they had before
     * @param keepers the leaves that get one which nothing inside uses, in the order of the results
     */
    Replay(Trace recorded, List<Shape> arguments, int returned, List<Node> forgetters, List<Node> keepers) {
        this.trace = Passes.simplify(recorded);
        this.arguments = List.copyOf(arguments);
        this.returned = returned;
        this.forgetters = forgetters.toArray(new Node[0]);
        this.keepers = keepers.toArray(new Node[0]);
        this.buffers = BufferPlan.of(trace);
        this.entered = new Storage[arguments.size()];
        List<Code> bound = new ArrayList<>();
        for (Step step : trace.steps()) {
            bind(step, bound);
        }
        this.code = bound.toArray(new Code[0]);
        this.results = new Tensor[trace.results().size()];
        for (int i = 0; i < results.length; i++) {
            View view = trace.results().get(i);
            results[i] = tensor(view, results, i);
        }
    }

    /** Returns the number of steps and the bytes of the buffers, for tests and for the curious. */
    @Override
    public String toString() {
        return trace.steps().size() + " steps in " + buffers.bytes() + " bytes: "
                + trace.steps().stream().map(s -> s.what().toString()).collect(Collectors.joining(", "));
    }

    /** Runs the program on arguments of the shapes and types that it was made for. */
    List<Tensor> run(List<Tensor> arguments) {
        for (int i = 0; i < patches.size(); i++) {
            Patch patch = patches.get(i);
            patch.operands[patch.index] = arguments.get(patch.argument);
        }
        try {
            for (int i = 0; i < entries.size(); i++) {
                Entry entry = entries.get(i);
                entry.storage.show(arguments.get(entry.argument).array());
            }
            for (Code step : code) {
                step.run();
            }
            return results();
        } finally {
            for (int i = 0; i < patches.size(); i++) {
                Patch patch = patches.get(i);
                patch.operands[patch.index] = NOTHING; // an argument lives no longer than its call
            }
            for (int i = 0; i < entries.size(); i++) {
                entries.get(i).storage.revoke();
            }
        }
    }

    /** Hands out copies of the results, since the buffers are used again. */
    private List<Tensor> results() {
        List<Tensor> out = new ArrayList<>(returned);
        for (int i = 0; i < returned; i++) {
            out.add(copy(results[i]));
        }
        for (Node leaf : forgetters) {
            leaf.clearGradient();
        }
        for (int i = 0; i < keepers.length; i++) {
            keepers[i].addGradient(copy(results[returned + i]), false);
        }
        return out;
    }

    private static Tensor copy(Tensor x) {
        return new Tensor(x.shape(), x.data().copy());
    }

    private void bind(Step step, List<Code> bound) {
        Tensor[] operands = new Tensor[step.reads().size()];
        for (int i = 0; i < operands.length; i++) {
            operands[i] = tensor(step.reads().get(i), operands, i);
        }
        Tensor[] results = new Tensor[step.writes().size()];
        for (int i = 0; i < results.length; i++) {
            results[i] = tensor(step.writes().get(i), results, i);
        }
        if (step.what() instanceof Recorder.Change change) {
            bound.add(() -> change.change.accept(change.target, operands[0]));
        } else if (step.what() instanceof Recorder.Filling filling) {
            Storage to = results[0].storage();
            bound.add(() -> filling.fill.accept(to));
        } else if (step.what() instanceof Fusion.Fused fused) {
            bound.add(chain(fused, operands, results));
        } else if (step.what() instanceof Primitive op) {
            Tensor out = results[0];
            if (!op.readsTransposed()) {
                for (int i = 0; i < operands.length; i++) {
                    if (operands[i].isTransposedView()) {
                        operands[i] = rowMajor(operands[i], bound);
                    }
                }
            }
            bound.add(() -> op.compute(operands, out));
        } else {
            throw new IllegalStateException("compile: nothing is known of " + step.what());
        }
    }

    private static Code chain(Fusion.Fused fused, Tensor[] operands, Tensor[] results) {
        DType dtype = results[0].dtype();
        int n = results[0].size();
        Chain<Object> chain = new Chain<>(
                Floats.of(dtype).elementwise(),
                dtype == DType.FLOAT64 ? double[]::new : float[]::new,
                fused.single(),
                fused.links(),
                fused.stored());
        @Nullable Object[] inputs = new Object[operands.length];
        @Nullable Object[] outputs = new Object[fused.links().size()];
        for (int i = 0; i < results.length; i++) {
            outputs[fused.stored().get(i)] = results[i].array();
        }
        return () -> {
            for (int i = 0; i < inputs.length; i++) {
                inputs[i] = operands[i].array(); // of an argument another one in each call
            }
            chain.run(inputs, outputs, n);
            Arrays.fill(inputs, null);
        };
    }

    /** Returns a tensor with the elements of a transposed view in their own order, copied there before each use. */
    private static Tensor rowMajor(Tensor view, List<Code> bound) {
        Tensor copy = Tensor.allocate(view.shape(), view.dtype());
        copy.storage().allowChanges();
        bound.add(() -> view.copyRowMajor(copy.storage()));
        return copy;
    }

    private Storage storage(View view) {
        Storage storage = buffers.storage(view.value());
        if (storage == null) {
            throw new IllegalStateException("compile: value " + view.value() + " has no buffer");
        }
        return storage;
    }

    /** Returns a tensor over a value's elements; of an argument, a stand-in for what each call brings. */
    private Tensor tensor(View view, Tensor[] operands, int index) {
        Value value = trace.values().get(view.value());
        if (value.origin() != Trace.Origin.ARGUMENT) {
            return Tensor.view(view.shape(), storage(view), view.transposed());
        }
        if (view.shape().equals(arguments.get(value.argument())) && !view.transposed()) {
            patches.add(new Patch(operands, index, value.argument()));
            return NOTHING;
        }
        Storage storage = entered[value.argument()];
        if (storage == null) {
            storage = Storage.zeros(value.dtype(), value.size());
            storage.allowChanges();
            entered[value.argument()] = storage;
            entries.add(new Entry(value.argument(), storage));
        }
        return Tensor.view(view.shape(), storage, view.transposed());
    }
}

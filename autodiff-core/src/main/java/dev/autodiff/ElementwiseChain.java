package dev.autodiff;

import dev.autodiff.array.Storage;
import dev.autodiff.kernel.Chain;
import dev.autodiff.kernel.Reductions;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Elementwise functions that were put off, computed together: tile by tile in the first-level cache, with the bits of one function at a time. */
final class ElementwiseChain {
    /** Results of fewer elements stay in the cache from one operation to the next anyhow. */
    static final int LEAST = 1 << 14;

    /** A longer chain would need more tiles than the cache holds. */
    static final int MOST_STEPS = 24;

    /**
     * One function.
     *
     * @param inputs each of the result's size or a single number; what is the result of a step before is not read from its storage
     * @param result says which later inputs mean this step
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares these
    record Step(Elementwise function, Tensor[] inputs, Storage result) {
        boolean isOfNumbers() {
            for (Tensor x : inputs) {
                if (x.size() != 1) {
                    return false;
                }
            }
            return true;
        }
    }

    private ElementwiseChain() {}

    /**
     * Computes the steps, each after those that it reads, of {@code size} elements each.
     *
     * @param arrays for each step where its results go, or null if they are not kept
     */
    static void run(List<Step> steps, @Nullable Object[] arrays, DType dtype, int size) {
        Object only = arrays[0];
        if (steps.size() == 1 && only != null && !steps.get(0).isOfNumbers()) {
            Step step = steps.get(0);
            step.function.compute(step.inputs, new Tensor(Shape.of(size), Storage.of(dtype, only)));
            return;
        }
        run(steps, arrays, dtype, size, (x, from, n) -> {});
    }

    /** Computes the steps, and sets an array's first element to the sum of the results of the last one, of which there need be no array. */
    static void sum(List<Step> steps, @Nullable Object[] arrays, DType dtype, int size, Object out) {
        Reductions<Object> reductions = Floats.of(dtype).reductions();
        double[] sums = new double[(size - 1) / Reductions.RUN + 1];
        run(steps, arrays, dtype, size, (x, from, n) -> reductions.sumEachRun(x, n, sums, from / Reductions.RUN));
        reductions.sumOfRuns(sums, size, out);
    }

    private static void run(
            List<Step> steps, @Nullable Object[] arrays, DType dtype, int size, Chain.Reader<Object> reader) {
        List<Object> inputs = new ArrayList<>();
        List<Boolean> single = new ArrayList<>();
        for (Step step : steps) {
            for (Tensor x : step.inputs) {
                if (place(steps, x) < 0 && register(inputs, x.array()) < 0) {
                    inputs.add(x.array());
                    single.add(x.size() == 1);
                }
            }
        }
        List<Chain.Link> links = new ArrayList<>();
        List<Integer> stored = new ArrayList<>();
        for (int i = 0; i < arrays.length; i++) {
            Step step = steps.get(i);
            List<Integer> operands = new ArrayList<>(step.inputs.length);
            for (Tensor x : step.inputs) {
                int before = place(steps, x);
                operands.add(before < 0 ? register(inputs, x.array()) : inputs.size() + before);
            }
            links.add(new Chain.Link(step.function.ordinal(), operands));
            if (arrays[i] != null) {
                stored.add(i);
            }
        }
        new Chain<>(
                        Floats.of(dtype).elementwise(),
                        dtype == DType.FLOAT64 ? double[]::new : float[]::new,
                        single,
                        links,
                        stored)
                .run(inputs.toArray(), arrays, size, reader);
    }

    /** Returns which step has a tensor as its result, or −1. */
    private static int place(List<Step> steps, Tensor x) {
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i).result == x.storage()) {
                return i;
            }
        }
        return -1;
    }

    private static int register(List<Object> inputs, Object array) {
        for (int i = 0; i < inputs.size(); i++) {
            if (inputs.get(i) == array) {
                return i;
            }
        }
        return -1;
    }
}

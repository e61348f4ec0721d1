package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.autodiff.check.GradientCheck;
import dev.autodiff.check.GradientCheckException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The checks of derivatives see two operands that were mistaken for each other, a fault which tools for mutation testing cannot make:
 * for every operation that is not symmetric in two of its inputs, an impostor computes with these two swapped but keeps the rules.
 */
class OperandSwapTest {
    private static final int SEEDS = 800;

    /** Far above the tolerances of the checks. */
    private static final double VISIBLE = 1e-3;

    /** An operation with two of its inputs swapped in the value and nowhere else. */
    private record Impostor(Op op, int first, int second) implements CustomOp {
        @Override
        public Tensor forward(Tensor[] inputs) {
            return Engine.apply(op, swapped(List.of(inputs), first, second));
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            return op.vjp(g, saved);
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            return op.jvp(tangents, saved);
        }

        @Override
        public Keep keeps() {
            return op.keeps();
        }
    }

    private static Tensor[] swapped(List<Tensor> inputs, int first, int second) {
        List<Tensor> result = new ArrayList<>(inputs);
        Collections.swap(result, first, second);
        return result.toArray(new Tensor[0]);
    }

    @Test
    void theChecksSeeSwappedOperandsOfEveryOperationThatIsNotSymmetric() {
        Set<String> caught = new TreeSet<>();
        Set<String> missed = new HashSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            for (Samples.Sample sample : new Samples(seed).all()) {
                List<Integer> places = sample.differentiable();
                for (int i : places) {
                    for (int j : places.subList(places.indexOf(i) + 1, places.size())) {
                        String pair = sample.op().label() + " " + i + " " + j;
                        Tensor change = caught.contains(pair) ? null : change(sample, i, j);
                        if (change != null && change.abs().max().item() > VISIBLE) {
                            assertChecksFail(new Impostor(sample.op(), i, j), sample);
                            caught.add(pair);
                        } else if (change != null) {
                            missed.add(pair);
                        }
                    }
                }
            }
        }
        missed.removeAll(caught);
        assertFalse(caught.isEmpty());
        assertEquals(SYMMETRIC, missed, "the pairs of inputs that make no difference when swapped");
    }

    /** The pairs of inputs whose order does not matter; a clamp is min(max(x, y), z). */
    private static final Set<String> SYMMETRIC =
            Set.of("add 0 1", "mul 0 1", "maximum 0 1", "minimum 0 1", "logAddExp 0 1", "hypot 0 1", "clamp 0 1");

    private static void assertChecksFail(Impostor impostor, Samples.Sample sample) {
        Samples.Sample swapped = new Samples.Sample(impostor, sample.inputs());
        assertThrows(
                GradientCheckException.class,
                () -> GradientCheck.ofSeveral(swapped::apply)
                        .at(swapped.points())
                        .run(),
                () -> sample + " passes the checks with inputs " + impostor.first + " and " + impostor.second
                        + " swapped");
    }

    /** Returns by how much the swap changes the value, or null if the two cannot take each other's place here. */
    private static @Nullable Tensor change(Samples.Sample sample, int i, int j) {
        List<Tensor> inputs = sample.inputs();
        if (inputs.get(i) == inputs.get(j)
                || !inputs.get(i).shape().equals(inputs.get(j).shape())) {
            return null;
        }
        try {
            Tensor value = Engine.apply(sample.op(), inputs.toArray(new Tensor[0]));
            Tensor other = Engine.apply(sample.op(), swapped(inputs, i, j));
            boolean comparable = value.dtype().isFloating()
                    && value.size() > 0
                    && value.shape().equals(other.shape())
                    && Double.isFinite(other.sub(value).sum().item());
            return comparable ? other.sub(value) : null;
        } catch (IllegalArgumentException unlike) {
            return null;
        }
    }
}

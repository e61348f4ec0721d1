package dev.autodiff.compile;

import dev.autodiff.compile.Trace.Kind;
import dev.autodiff.compile.Trace.Origin;
import dev.autodiff.compile.Trace.Step;
import dev.autodiff.compile.Trace.Value;
import dev.autodiff.compile.Trace.View;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes a program smaller without changing a bit of what it returns. */
public final class Passes {
    /** Constants of so many elements at most are compared, so that a number that is written twice counts once. */
    private static final int COMPARED_CONSTANTS = 16;

    private Passes() {}

    /** Computes what is computed twice only once, leaves out what nobody reads, and joins elementwise steps. */
    public static Trace simplify(Trace trace) {
        Trace small = withoutDeadCode(withoutRepetitions(trace));
        return withoutDeadCode(Fusion.fuse(small)).verified();
    }

    /** Merges equal constants, and pure steps that do the same to the same operands. */
    static Trace withoutRepetitions(Trace trace) {
        int[] place = new int[trace.values().size()];
        List<Integer> constants = new ArrayList<>();
        for (int i = 0; i < place.length; i++) {
            place[i] = i;
            Value value = trace.values().get(i);
            if (value.origin() == Origin.CONSTANT && value.size() <= COMPARED_CONSTANTS) {
                place[i] = equalConstant(trace, constants, i);
                if (place[i] == i) {
                    constants.add(i);
                }
            }
        }
        record Key(Object what, List<View> reads) {}
        Map<Key, View> done = new HashMap<>();
        List<Step> steps = new ArrayList<>();
        for (Step step : trace.steps()) {
            List<View> reads = step.reads().stream().map(v -> at(place, v)).toList();
            if (step.kind() == Kind.PURE) {
                View out = step.writes().get(0);
                View before = done.putIfAbsent(new Key(step.what(), reads), out);
                if (before != null) {
                    place[out.value()] = before.value();
                    continue;
                }
            }
            steps.add(new Step(step.kind(), step.what(), reads, step.writes()));
        }
        return new Trace(
                trace.values(),
                steps,
                trace.results().stream().map(v -> at(place, v)).toList());
    }

    private static int equalConstant(Trace trace, List<Integer> seen, int value) {
        var own = trace.values().get(value).storage();
        for (int other : seen) {
            var storage = trace.values().get(other).storage();
            if (own != null && storage != null && Trace.sameElements(own, storage)) {
                return other;
            }
        }
        return value;
    }

    private static View at(int[] place, View view) {
        return place[view.value()] == view.value()
                ? view
                : new View(place[view.value()], view.shape(), view.transposed());
    }

    /** Leaves out pure steps whose result neither a later step nor the caller reads. */
    static Trace withoutDeadCode(Trace trace) {
        boolean[] read = new boolean[trace.values().size()];
        trace.results().forEach(v -> read[v.value()] = true);
        Deque<Step> kept = new ArrayDeque<>();
        for (int i = trace.steps().size() - 1; i >= 0; i--) {
            Step step = trace.steps().get(i);
            if (step.kind() != Kind.PURE || step.writes().stream().anyMatch(v -> read[v.value()])) {
                step.reads().forEach(v -> read[v.value()] = true);
                kept.addFirst(step);
            }
        }
        return new Trace(trace.values(), List.copyOf(kept), trace.results());
    }
}

package dev.autodiff.compile;

import dev.autodiff.compile.Trace.Kind;
import dev.autodiff.compile.Trace.Origin;
import dev.autodiff.compile.Trace.Step;
import dev.autodiff.compile.Trace.Value;
import dev.autodiff.compile.Trace.View;
import dev.autodiff.kernel.Chain;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Joins elementwise steps over the same number of elements into chains. A pure step in between that reads nothing of the chain is done
 * before it.
 */
public final class Fusion {
    /** Shorter vectors are in the first-level cache anyhow. */
    private static final int SHORTEST = 2048;

    /** A longer chain would need more registers than the cache holds. */
    private static final int LONGEST_CHAIN = 24;

    /**
     * A chain of elementwise functions.
     *
     * @param single for each operand whether it is a single number
     * @param links the functions, in order
     * @param stored the links whose results are written, in the order of the writes
     */
    public record Fused(List<Boolean> single, List<Chain.Link> links, List<Integer> stored) {
        @Override
        public String toString() {
            return "chain of " + links.size();
        }
    }

    private final Trace trace;
    private final List<Step> out = new ArrayList<>();
    private final List<Step> open = new ArrayList<>();
    private final Set<Integer> openValues = new HashSet<>();
    private final Map<Integer, View> numbers = new HashMap<>();

    private Fusion(Trace trace) {
        this.trace = trace;
    }

    static Trace fuse(Trace trace) {
        return new Fusion(trace).run();
    }

    private Trace run() {
        for (Step step : trace.steps()) {
            if (step.what() instanceof Repeating && size(step.reads().get(0)) == 1) {
                numbers.put(step.writes().get(0).value(), step.reads().get(0));
            }
            if (isFusable(step)) {
                if (!open.isEmpty() && (!sameLoop(open.get(0), step) || open.size() == LONGEST_CHAIN)) {
                    close();
                }
                open.add(step);
                openValues.add(step.writes().get(0).value());
            } else {
                boolean reads = step.reads().stream().anyMatch(v -> openValues.contains(v.value()));
                if (reads || step.kind() != Kind.PURE) {
                    close();
                }
                if (step.kind() == Kind.EFFECT) { // a number that may have changed must not be read late
                    numbers.values().removeIf(v -> value(v).origin() == Origin.STATE);
                }
                out.add(step);
            }
        }
        close();
        return new Trace(trace.values(), List.copyOf(out), trace.results());
    }

    private Value value(View view) {
        return trace.values().get(view.value());
    }

    private int size(View view) {
        return value(view).size();
    }

    private boolean isFusable(Step step) {
        if (!(step.what() instanceof Fusable) || step.kind() != Kind.PURE) {
            return false;
        }
        int n = size(step.writes().get(0));
        return n >= SHORTEST
                && step.reads().stream()
                        .allMatch(v ->
                                !v.transposed() && (size(v) == n || size(v) == 1 || numbers.containsKey(v.value())));
    }

    private boolean sameLoop(Step a, Step b) {
        Value x = value(a.writes().get(0));
        Value y = value(b.writes().get(0));
        return x.size() == y.size() && x.dtype() == y.dtype();
    }

    /** Ends the chain that is open. */
    private void close() {
        if (open.size() == 1) {
            out.add(open.get(0));
        } else if (!open.isEmpty()) {
            out.add(fused());
        }
        open.clear();
        openValues.clear();
    }

    private Step fused() {
        Map<Integer, Integer> registers = new LinkedHashMap<>(); // of values from outside
        List<View> reads = new ArrayList<>();
        List<Boolean> single = new ArrayList<>();
        for (Step step : open) {
            for (View read : step.reads()) {
                View operand = operand(read);
                if (!openValues.contains(operand.value()) && !registers.containsKey(operand.value())) {
                    registers.put(operand.value(), reads.size());
                    reads.add(operand);
                    single.add(size(operand) == 1);
                }
            }
        }
        int inputs = reads.size();
        List<Chain.Link> links = new ArrayList<>();
        List<Integer> stored = new ArrayList<>();
        List<View> writes = new ArrayList<>();
        for (Step step : open) {
            List<Integer> operands = step.reads().stream()
                    .map(v -> registers.get(operand(v).value()))
                    .toList();
            View result = step.writes().get(0);
            registers.put(result.value(), inputs + links.size());
            if (isReadOutside(result.value())) {
                stored.add(links.size());
                writes.add(result);
            }
            links.add(new Chain.Link(((Fusable) step.what()).function(), operands));
        }
        return new Step(Kind.PURE, new Fused(single, links, stored), reads, writes);
    }

    /** Returns the number itself for a number that was only repeated. */
    private View operand(View read) {
        return openValues.contains(read.value()) ? read : numbers.getOrDefault(read.value(), read);
    }

    private boolean isReadOutside(int value) {
        return trace.results().stream().anyMatch(v -> v.value() == value)
                || trace.steps().stream()
                        .filter(s -> !open.contains(s))
                        .anyMatch(s -> s.reads().stream().anyMatch(v -> v.value() == value));
    }
}

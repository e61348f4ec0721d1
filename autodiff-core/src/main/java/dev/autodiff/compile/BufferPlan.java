package dev.autodiff.compile;

import dev.autodiff.array.Storage;
import dev.autodiff.compile.Trace.Origin;
import dev.autodiff.compile.Trace.Step;
import dev.autodiff.compile.Trace.Value;
import dev.autodiff.compile.Trace.View;
import dev.autodiff.shape.DType;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gives every computed value a storage from its first to its last use. A storage that is free again serves the next value of the same
 * type and size.
 */
public final class BufferPlan {
    private record Slot(DType dtype, int size) {}

    private final @Nullable Storage[] storages;
    private long bytes;

    private BufferPlan(int values) {
        storages = new Storage[values];
    }

    /** Plans the storages of a program. */
    public static BufferPlan of(Trace trace) {
        BufferPlan plan = new BufferPlan(trace.values().size());
        int[] lastUse = lastUses(trace);
        Map<Slot, Deque<Storage>> free = new HashMap<>();
        for (int i = 0; i < plan.storages.length; i++) {
            plan.storages[i] = trace.values().get(i).storage();
        }
        List<Step> steps = trace.steps();
        for (int i = 0; i < steps.size(); i++) {
            for (View out : steps.get(i).writes()) {
                plan.storages[out.value()] = plan.take(free, trace.values().get(out.value()));
            }
            int step = i;
            steps.get(i).reads().stream()
                    .map(View::value)
                    .distinct()
                    .forEach(v -> plan.release(free, trace, lastUse, v, step));
            for (View out : steps.get(i).writes()) {
                plan.release(free, trace, lastUse, out.value(), step);
            }
        }
        return plan;
    }

    private static int[] lastUses(Trace trace) {
        int[] last = new int[trace.values().size()];
        Arrays.fill(last, -1);
        for (int i = 0; i < trace.steps().size(); i++) {
            Step step = trace.steps().get(i);
            for (View out : step.writes()) {
                last[out.value()] = i;
            }
            for (View read : step.reads()) {
                last[read.value()] = i;
            }
        }
        trace.results().forEach(v -> last[v.value()] = Integer.MAX_VALUE);
        return last;
    }

    private Storage take(Map<Slot, Deque<Storage>> free, Value value) {
        Deque<Storage> fitting = free.get(new Slot(value.dtype(), value.size()));
        Storage storage = fitting == null ? null : fitting.poll();
        if (storage == null) {
            storage = Storage.zeros(value.dtype(), value.size());
            storage.allowChanges(); // nothing may keep a copy of its elements for later
            bytes += (long) value.size() * value.dtype().bytes();
        }
        return storage;
    }

    private void release(Map<Slot, Deque<Storage>> free, Trace trace, int[] lastUse, int value, int step) {
        Storage storage = storages[value];
        if (trace.values().get(value).origin() == Origin.COMPUTED && lastUse[value] == step && storage != null) {
            free.computeIfAbsent(new Slot(storage.dtype(), storage.size()), s -> new ArrayDeque<>())
                    .push(storage);
        }
    }

    /** Returns the storage of a value; null for an argument. */
    public @Nullable Storage storage(int value) {
        return storages[value];
    }

    /** Returns the size of all storages of computed values together. */
    public long bytes() {
        return bytes;
    }
}

package dev.autodiff;

import dev.autodiff.array.Recycler;
import dev.autodiff.array.Storage;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The storages that one rule of a backward sweep got for its results, and the gradient that it was given: after the rule, each of them either
 * lies in one of the contributions or in none. The rules of the library keep nothing, so what lies in none is free.
 *
 * <p>Only rules of the library are watched, and only while nobody listens and the sweep is not recorded: then no node, no hook and no code of
 * a user can hold one of these storages.
 */
final class Loans {
    private @Nullable Storage[] storages = new Storage[0];
    private int[] uses = new int[0];
    private int count;

    private @Nullable Deferrals deferrals;

    /** Returns what the sweep has deferred; null if nothing ever was. */
    @Nullable
    Deferrals deferrals() {
        return deferrals;
    }

    /** Defers an elementwise function of a rule, or returns null where it can't be. */
    @Nullable
    Tensor defer(Mode mode, Elementwise function, Shape shape, DType dtype, Tensor... in) {
        Deferrals present = deferrals;
        if (present == null) {
            present = new Deferrals(mode, this);
            deferrals = present;
        }
        return present.ofRule(function, shape, dtype, in);
    }

    /** Notes a storage that nobody but the rule and the sweep can hold. */
    void note(Storage storage) {
        if (count == storages.length) {
            storages = Arrays.copyOf(storages, 2 * count + 8);
            uses = Arrays.copyOf(uses, 2 * count + 8);
        }
        storages[count] = storage;
        uses[count++] = 0;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Counts a contribution that the sweep will hold. */
    void use(Tensor contribution) {
        int place = place(contribution);
        if (place >= 0) {
            uses[place]++;
        }
    }

    /** Tells whether a contribution, after all were counted, is the only one in its storage, and nobody else holds that. */
    boolean owns(Tensor contribution) {
        int place = place(contribution);
        return place >= 0 && uses[place] == 1;
    }

    private int place(Tensor tensor) {
        Storage own = tensor.storage();
        for (int i = 0; i < count; i++) {
            if (storages[i] == own) {
                return i;
            }
        }
        Object array = own.deferral() == null ? own.array() : null; // another storage may be over the same array
        for (int i = 0; i < count && array != null; i++) {
            Storage storage = storages[i];
            if (storage != null && storage.deferral() == null && storage.array() == array) {
                return i;
            }
        }
        return -1;
    }

    /** Gives back what no contribution lies in, and forgets the rest. */
    void settle(@Nullable Recycler recycler) {
        for (int i = 0; i < count; i++) {
            Storage storage = storages[i];
            if (uses[i] == 0 && recycler != null && storage != null) {
                leave(storage, recycler);
            }
        }
        Arrays.fill(storages, 0, count, null);
        count = 0;
    }

    /** Takes a storage that nobody holds any more but what is deferred. */
    void leave(Storage storage, Recycler recycler) {
        if (deferrals == null) {
            recycler.give(storage);
        } else {
            deferrals.leave(storage);
        }
    }
}

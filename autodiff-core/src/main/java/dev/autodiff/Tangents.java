package dev.autodiff;

import org.jspecify.annotations.Nullable;

/** The tangents of an operation's inputs as its JVP gets them: null for one that is zero, and at least one is not. */
final class Tangents {
    private Tangents() {}

    /** What the tangent of one input adds to the result's. */
    interface Push {
        Tensor term(int input, Tensor tangent);
    }

    /** Returns {@code Σᵢ push(i, tᵢ)} over the tangents that are given, in the order of the inputs. */
    static Tensor sum(@Nullable Tensor[] tangents, Push push) {
        Tensor sum = null;
        for (int i = 0; i < tangents.length; i++) {
            Tensor t = tangents[i];
            if (t != null) {
                Tensor term = push.term(i, t);
                sum = sum == null ? term : sum.add(term);
            }
        }
        return present(sum);
    }

    /** Returns one of those that are given. */
    static Tensor any(@Nullable Tensor[] tangents) {
        Tensor some = null;
        for (Tensor t : tangents) {
            some = t == null ? some : t;
        }
        return present(some);
    }

    private static Tensor present(@Nullable Tensor found) {
        if (found == null) {
            throw new IllegalArgumentException("jvp: at least one tangent must be given");
        }
        return found;
    }
}

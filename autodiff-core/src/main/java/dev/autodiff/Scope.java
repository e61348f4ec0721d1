package dev.autodiff;

import dev.autodiff.shape.DTypeException;
import java.util.List;
import java.util.function.Function;

/** The boundary between a transform and the code around it: which points a function sees, and what its results stay connected to. */
final class Scope {
    private Scope() {}

    /** Runs code that must record, whatever the thread does outside, and tells it what that is. */
    static <T> T recorded(Function<Boolean, T> body) {
        Mode mode = Mode.current();
        boolean outside = mode.isRecording();
        return mode.recording(true, () -> body.apply(outside));
    }

    /**
     * Returns the point as a function sees it: a new leaf, or, where the thread records and the point depends on something that may be
     * differentiated as well, a copy that stays connected.
     *
     * @param operation what the user called, for messages
     */
    static Tensor tracked(String operation, Tensor x, boolean recording) {
        if (!x.dtype().isFloating()) {
            throw new DTypeException(operation + ": expected a point of float32 or float64, got " + x.dtype()
                    + "; convert with to(DType)");
        }
        return recording && x.requiresGrad() ? x.identity() : x.point();
    }

    /**
     * Cuts a result off from leaves that only a transform knows, so that nothing is kept alive for a derivative that nobody can ask for;
     * a result that depends on anything else stays connected, unless the thread does not record.
     */
    static Tensor outside(Tensor result, boolean recording, List<Tensor> leaves) {
        Node root = result.node();
        if (root == null || (recording && !Tape.dependsOnlyOn(root, leaves))) {
            return result;
        }
        return result.detach();
    }
}

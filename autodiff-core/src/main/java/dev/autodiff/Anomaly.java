package dev.autodiff;

import dev.autodiff.array.Storage;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Looks for the first operation, forward or backward, that makes a NaN or an infinity, and names it and the line that called it. */
final class Anomaly implements OpListener {
    static final Anomaly INSTANCE = new Anomaly();
    private static final StackWalker WALKER = StackWalker.getInstance();

    private Anomaly() {}

    @Override
    public void ran(Op op, Tensor[] inputs, Tensor out) {
        StackTraceElement origin = origin();
        Node node = out.node();
        if (node != null) {
            node.setOrigin(origin);
        }
        String bad = firstNonFinite(out);
        if (bad != null) {
            throw new NonFiniteException(op.label() + " made " + bad + " from inputs of shapes "
                    + Arrays.stream(inputs).map(t -> t.shape().toString()).collect(Collectors.joining(", "))
                    + at(origin));
        }
    }

    @Override
    public void contributed(Node node, int input, Tensor contribution) {
        String bad = firstNonFinite(contribution);
        if (bad != null) {
            throw new NonFiniteException("backward of " + node.label() + " made " + bad + " for input " + input
                    + "; the operation's result has shape " + node.shape + at(node.origin()));
        }
    }

    /** No: {@link #contributed} names the operation, not the parts of its rule. */
    @Override
    public boolean hearsRules() {
        return false;
    }

    private static String at(@Nullable StackTraceElement origin) {
        return origin == null ? "" : ", called at " + origin;
    }

    /** Says which element is not finite, or returns null. */
    private static @Nullable String firstNonFinite(Tensor t) {
        if (!t.dtype().isFloating()) {
            return null;
        }
        Storage data = t.data(); // outside the loop: of a transposed parameter each call is a copy
        for (int i = 0; i < data.size(); i++) {
            double value = data.get(i);
            if (!Double.isFinite(value)) {
                return value + " at index " + Arrays.toString(t.shape().index(i)) + " of a result of shape "
                        + t.shape();
            }
        }
        return null;
    }

    /** Finds the line of the user's code that is running. */
    private static @Nullable StackTraceElement origin() {
        return WALKER.walk(frames -> frames.filter(f -> !isLibrary(f.getClassName()))
                .findFirst()
                .map(StackWalker.StackFrame::toStackTraceElement)
                .orElse(null));
    }

    private static boolean isLibrary(String className) {
        int end = className.lastIndexOf('.');
        String name = end < 0 ? "" : className.substring(0, end);
        return name.equals("dev.autodiff")
                || name.startsWith("dev.autodiff.nn")
                || name.startsWith("dev.autodiff.check")
                || name.startsWith("java.");
    }
}

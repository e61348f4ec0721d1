package dev.autodiff;

import dev.autodiff.shape.DType;
import dev.autodiff.shape.DTypeException;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The one door through which every operation enters: compute the value, then record a node if any input needs a gradient. */
final class Engine {
    private static final StackWalker WALKER = StackWalker.getInstance();

    private Engine() {}

    static Tensor apply(Op op, Tensor... inputs) {
        Tensor out = op instanceof CustomOp custom ? forward(custom, inputs) : op.forward(inputs);
        @Nullable Node[] parents = null;
        for (int i = 0; i < inputs.length; i++) {
            Node node = inputs[i].node();
            if (node != null) {
                if (parents == null) {
                    parents = new Node[inputs.length];
                }
                parents[i] = node;
            }
        }
        if (parents != null && out.dtype().isFloating()) {
            Mode mode = Mode.current();
            if (mode.isRecording()) {
                out.attach(new Node(mode.nextNumber(parents), op, inputs, parents, out));
            }
        }
        if (Mode.anyoneWatches() && Mode.current().isWatching()) {
            watch(op, inputs, out);
        }
        return out;
    }

    /** Runs the user's code without recording and gives its result a tensor of its own, since it may be one of the inputs. */
    private static Tensor forward(CustomOp op, Tensor[] inputs) {
        Tensor value = Mode.current().recording(false, () -> op.forward(inputs.clone()));
        if (value == null) {
            throw new IllegalStateException(op.label() + ": forward returned null; expected a tensor");
        }
        // A parameter that comes back as it is may change later, a result may not.
        return value.storage().isMutable() ? value.detach().identity() : value.detach();
    }

    private static void watch(Op op, Tensor[] inputs, Tensor out) {
        StackTraceElement origin = origin();
        Node node = out.node();
        if (node != null) {
            node.origin = origin;
        }
        String bad = firstNonFinite(out);
        if (bad != null) {
            throw new NonFiniteException(op.label() + " made " + bad + " from inputs of shapes "
                    + Arrays.stream(inputs).map(t -> t.shape().toString()).collect(Collectors.joining(", "))
                    + at(origin));
        }
    }

    static String at(@Nullable StackTraceElement origin) {
        return origin == null ? "" : ", called at " + origin;
    }

    /** Says which element is not finite, or returns null. */
    static @Nullable String firstNonFinite(Tensor t) {
        if (!t.dtype().isFloating()) {
            return null;
        }
        for (int i = 0; i < t.size(); i++) {
            double value = t.data().get(i);
            if (!Double.isFinite(value)) {
                return value + " at element " + i + " of a result of shape " + t.shape();
            }
        }
        return null;
    }

    /** Finds the line of the user's code that is running. */
    static @Nullable StackTraceElement origin() {
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

    /**
     * Returns the floating-point type that all inputs have.
     *
     * @throws DTypeException if one is not floating-point, or two differ
     */
    static DType floating(String operation, Tensor... inputs) {
        DType dtype = inputs[0].dtype();
        for (Tensor input : inputs) {
            if (!input.dtype().isFloating()) {
                throw new DTypeException(
                        operation + ": expected float32 or float64, got " + input.dtype() + "; convert with to(DType)");
            }
            if (input.dtype() != dtype) {
                throw new DTypeException(operation + ": types " + dtype + " and " + input.dtype()
                        + " differ and are not promoted; convert one with to(DType)");
            }
        }
        return dtype;
    }

    static void expect(String operation, DType expected, Tensor input) {
        if (input.dtype() != expected) {
            throw new DTypeException(
                    operation + ": expected " + expected + ", got " + input.dtype() + "; convert with to(DType)");
        }
    }
}

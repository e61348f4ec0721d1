package dev.autodiff;

import dev.autodiff.array.Storage;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.DTypeException;
import dev.autodiff.shape.Shape;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The one door through which every operation enters: compute the value or put that off, then record a node if any input needs a gradient. */
final class Engine {
    private Engine() {}

    /** Applies an operation to inputs, whose array it keeps. */
    static Tensor apply(Op op, Tensor... inputs) {
        @Nullable Node[] parents = null;
        for (int i = 0; i < inputs.length; i++) {
            Tensor input = inputs[i];
            if (input == null) {
                throw Operands.missing(op.label(), i);
            }
            Node node = input.node();
            if (node != null) {
                if (parents == null) {
                    parents = new Node[inputs.length];
                }
                parents[i] = node;
            }
        }
        OpListener listener = Mode.listening();
        Tensor out = op instanceof CustomOp custom
                ? forward(custom, inputs)
                : listener == null ? op.forward(inputs) : alone(op, inputs, listener);
        if (parents != null && out.dtype().isFloating()) {
            Mode mode = Mode.current();
            if (mode.isRecording()) {
                boolean nobodyElse = listener == null && op instanceof Primitive;
                out.attach(new Node(mode.nextNumber(parents), op, inputs, parents, out, nobodyElse));
            }
        }
        if (listener != null) {
            listener.ran(op, inputs, out);
        }
        return out;
    }

    /** Applies an operation whose result is another view of the same elements, of which nobody need know unless it is recorded. */
    static Tensor view(ShapeMove move, Tensor x) {
        return x.node() == null && !Mode.anyoneListens() ? move.view(x) : apply(move, x);
    }

    /** Runs an operation of the library without reporting what it may be made of. */
    private static Tensor alone(Op op, Tensor[] inputs, OpListener listener) {
        Mode mode = Mode.current();
        mode.setListener(null);
        try {
            return op.forward(inputs);
        } finally {
            mode.setListener(listener);
        }
    }

    /** Makes a tensor with elements that are others each time, such as random numbers. */
    static Tensor fill(Object what, Shape shape, DType dtype, Consumer<Storage> fill) {
        Tensor out = Tensor.allocate(shape, dtype);
        fill.accept(out.storage());
        OpListener listener = Mode.listening();
        if (listener != null) {
            listener.filled(what, out, fill);
        }
        return out;
    }

    /** Runs the user's code without recording and gives its result a tensor of its own, since it may be one of the inputs. */
    private static Tensor forward(CustomOp op, Tensor[] inputs) {
        Tensor value = Mode.current().recording(false, () -> op.forward(inputs.clone()));
        if (value == null) {
            throw new IllegalStateException(op.label() + ": forward returned null; expected a tensor");
        }
        // A parameter or a lent gradient that comes back as it is may change later, a result may not.
        return value.storage().mayChange() ? value.detach().identity() : value.detach();
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

package dev.autodiff.examples.goldens;

import dev.autodiff.Tensor;
import dev.autodiff.shape.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * PyTorch's names of operations, each with the way to ask this library for it. An operation that is missing here, or an argument that its
 * entry does not read, counts as unknown.
 */
final class OperationTable {
    private static final OperationTable ALL = new OperationTable();

    static {
        ElementwiseCalls.register(ALL);
        ReductionCalls.register(ALL);
        SoftmaxCalls.register(ALL);
        ShapeCalls.register(ALL);
        ProductCalls.register(ALL);
        LinearAlgebraCalls.register(ALL);
        LossCalls.register(ALL);
        RecurrentCalls.register(ALL);
        ConvolutionCalls.register(ALL);
        PoolCalls.register(ALL);
        NormalizationCalls.register(ALL);
        CompositeCalls.register(ALL);
    }

    private final Map<String, Function<Call, List<Tensor>>> operations = new HashMap<>();

    private OperationTable() {}

    /** Returns whether there is an entry. */
    static boolean knows(String op) {
        return ALL.operations.containsKey(op);
    }

    /** Runs an operation on the inputs of a call. */
    static List<Tensor> apply(String op, Call call) {
        Function<Call, List<Tensor>> operation = ALL.operations.get(op);
        if (operation == null) {
            throw new UnknownException(op);
        }
        List<Tensor> outputs;
        try {
            outputs = operation.apply(call);
        } catch (UnknownException e) {
            throw e;
        } catch (RuntimeException e) {
            call.checkArgumentsRead(); // inputs may not have had their turn
            throw e;
        }
        call.checkAllRead();
        return outputs;
    }

    /** Adds an operation with one result. */
    void op(String name, Function<Call, Tensor> operation) {
        several(name, call -> List.of(operation.apply(call)));
    }

    /** Adds an operation of one tensor without arguments. */
    void unary(String name, UnaryOperator<Tensor> operation) {
        op(name, c -> operation.apply(c.x()));
    }

    /** Adds an operation with several results. */
    void several(String name, Function<Call, List<Tensor>> operation) {
        if (operations.put(name, operation) != null) {
            throw new IllegalStateException("two entries for " + name);
        }
    }

    /** Returns a single number of the type of a tensor. */
    static Tensor number(Tensor like, double value) {
        return Tensor.full(like.dtype(), Shape.SCALAR, value);
    }

    static Tensor scaled(Tensor y, double alpha) {
        return alpha == 1 ? y : y.mul(alpha);
    }
}

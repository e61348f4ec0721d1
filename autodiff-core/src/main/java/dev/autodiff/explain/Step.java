package dev.autodiff.explain;

import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.List;

/**
 * One node of the graph as the backward sweep came to it.
 *
 * @param id its place in the sweep, counted from 0; that of the loss is 0
 * @param symbol its name, or z1, z2, … for results and p1, p2, … for leaves without one
 * @param operation the operation's name, or {@code "leaf"}
 * @param formula how its value was computed, {@code X W1} for example
 * @param shape the shape of its value
 * @param dtype the type of its value
 * @param operands what it was computed from
 * @param value its value
 * @param gradientSymbol what its gradient is called, {@code δz1} for example
 * @param received what was added up to its gradient, in that order; empty for the loss, whose gradient is 1
 * @param gradient the gradient of the loss by its value
 * @param hooked whether a hook changed the gradient after the sum
 * @param given what its rule handed on, one for each input that requires a gradient
 * @param check its gradient beside differences of the loss
 */
public record Step(
        int id,
        String symbol,
        String operation,
        String formula,
        Shape shape,
        DType dtype,
        List<Operand> operands,
        Tensor value,
        String gradientSymbol,
        List<Contribution> received,
        Tensor gradient,
        boolean hooked,
        List<Contribution> given,
        Check check) {
    /** Tells whether this is a leaf that requires a gradient. */
    public boolean isLeaf() {
        return operation.equals("leaf");
    }
}

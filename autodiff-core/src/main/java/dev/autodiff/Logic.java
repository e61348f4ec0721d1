package dev.autodiff;

import dev.autodiff.kernel.LogicLoops;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;

/** Connectives of two booleans, element by element with broadcasting; they have no derivative. The loops are generated from the value. */
@SuppressWarnings({"ImmutableEnumChecker", "ShortCircuitBoolean"}) // nothing captured; no branches
enum Logic implements Discrete {
    AND("logicalAnd", "x ∧ y", (x, y) -> x & y),
    OR("logicalOr", "x ∨ y", (x, y) -> x | y),
    XOR("logicalXor", "x ≠ y", (x, y) -> x ^ y);

    interface Connective {
        boolean holds(boolean x, boolean y);
    }

    private final String label;
    private final String formula;
    private final Connective value;

    Logic(String label, String formula, Connective value) {
        this.label = label;
        this.formula = formula;
        this.value = value;
    }

    boolean value(boolean x, boolean y) {
        return value.holds(x, y);
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public String formula() {
        return formula;
    }

    @Override
    public Tensor forward(Tensor[] in) {
        Tensor x = in[0];
        Tensor y = in[1];
        Engine.expect(label, DType.BOOL, x);
        Engine.expect(label, DType.BOOL, y);
        Shape shape = Shape.broadcast(label, x.shape(), y.shape());
        boolean[] out = new boolean[shape.size()];
        boolean[] a = x.data().bool();
        boolean[] b = y.data().bool();
        Broadcasting.forEachRun(
                shape,
                (xo, xs, yo, ys, zo, zs, oo, n) ->
                        LogicLoops.INSTANCE.binary(ordinal(), a, xo, xs, b, yo, ys, out, oo, n),
                x.shape(),
                y.shape());
        return Tensor.wrap(shape, out);
    }
}

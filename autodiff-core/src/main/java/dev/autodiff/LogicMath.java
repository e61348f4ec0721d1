package dev.autodiff;

import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;

/** Comparisons, logic, masks and the conversion between element types, with broadcasting. Booleans have no gradient. */
public sealed interface LogicMath permits Tensor {

    // ---- comparisons ----

    /** {@code x = y} as booleans. */
    default Tensor eq(Tensor y) {
        return Engine.apply(Comparison.EQ, (Tensor) this, y);
    }

    /** {@code x = y} as booleans. */
    default Tensor eq(double y) {
        return eq(((Tensor) this).scalarLike(y));
    }

    /** {@code x ≠ y} as booleans. */
    default Tensor ne(Tensor y) {
        return Engine.apply(Comparison.NE, (Tensor) this, y);
    }

    /** {@code x ≠ y} as booleans. */
    default Tensor ne(double y) {
        return ne(((Tensor) this).scalarLike(y));
    }

    /** {@code x < y} as booleans. */
    default Tensor lt(Tensor y) {
        return Engine.apply(Comparison.LT, (Tensor) this, y);
    }

    /** {@code x < y} as booleans. */
    default Tensor lt(double y) {
        return lt(((Tensor) this).scalarLike(y));
    }

    /** {@code x ≤ y} as booleans. */
    default Tensor le(Tensor y) {
        return Engine.apply(Comparison.LE, (Tensor) this, y);
    }

    /** {@code x ≤ y} as booleans. */
    default Tensor le(double y) {
        return le(((Tensor) this).scalarLike(y));
    }

    /** {@code x > y} as booleans. */
    default Tensor gt(Tensor y) {
        return Engine.apply(Comparison.GT, (Tensor) this, y);
    }

    /** {@code x > y} as booleans. */
    default Tensor gt(double y) {
        return gt(((Tensor) this).scalarLike(y));
    }

    /** {@code x ≥ y} as booleans. */
    default Tensor ge(Tensor y) {
        return Engine.apply(Comparison.GE, (Tensor) this, y);
    }

    /** {@code x ≥ y} as booleans. */
    default Tensor ge(double y) {
        return ge(((Tensor) this).scalarLike(y));
    }

    /** Tells for each element whether it is NaN; never for int64 and bool. */
    default Tensor isNaN() {
        Tensor x = numbers();
        return x.ne(x);
    }

    /** Tells for each element whether it is ∞ or −∞. */
    default Tensor isInfinite() {
        return numbers().abs().eq(Double.POSITIVE_INFINITY);
    }

    /** Tells for each element whether it is neither NaN nor infinite. */
    default Tensor isFinite() {
        return numbers().abs().lt(Double.POSITIVE_INFINITY);
    }

    /** Returns the elements as floating-point numbers that no gradient flows through. */
    private Tensor numbers() {
        Tensor x = ((Tensor) this).detach();
        return x.dtype().isFloating() ? x : x.to(DType.FLOAT64);
    }

    // ---- logic and masks ----

    /** {@code x ∧ y}; of numbers, those that are not 0 count as true. */
    default Tensor logicalAnd(Tensor y) {
        Operands.check("logicalAnd", 1, y);
        return Engine.apply(Logic.AND, to(DType.BOOL), y.to(DType.BOOL));
    }

    /** {@code x ∨ y}; of numbers, those that are not 0 count as true. */
    default Tensor logicalOr(Tensor y) {
        Operands.check("logicalOr", 1, y);
        return Engine.apply(Logic.OR, to(DType.BOOL), y.to(DType.BOOL));
    }

    /** Whether just one of x and y holds; of numbers, those that are not 0 count as true. */
    default Tensor logicalXor(Tensor y) {
        Operands.check("logicalXor", 1, y);
        return Engine.apply(Logic.XOR, to(DType.BOOL), y.to(DType.BOOL));
    }

    /** {@code ¬x}; of numbers, those that are not 0 count as true. */
    default Tensor logicalNot() {
        return logicalXor(Tensor.ones(DType.BOOL, Shape.SCALAR));
    }

    /** {@code value} where the mask (bool, broadcast) holds, else x; no gradient flows to the elements that are replaced. */
    default Tensor maskedFill(Tensor mask, double value) {
        Operands.check("maskedFill", 1, mask);
        Tensor x = (Tensor) this;
        Shape.broadcast("maskedFill", x.shape(), mask.shape());
        return Tensor.where(mask, x.scalarLike(value), x);
    }

    // ---- conversion ----

    /** The tensor in another element type; itself if it has that type. Fractions are cut for int64; not 0 is true. */
    default Tensor to(DType dtype) {
        Tensor x = (Tensor) this;
        return x.dtype() == dtype ? x : Engine.apply(new Conversion(x.dtype(), dtype), x);
    }
}

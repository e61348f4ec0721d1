package dev.autodiff;

/** An operation of the library itself; the catalogue is the constants and records of the permitted families. */
sealed interface Primitive extends Op
        permits Elementwise,
                Comparison,
                Logic,
                Conversion,
                Select,
                Reduction,
                ShapeMove,
                Indexing,
                MatMul,
                LinearAlgebra,
                RowOp {
    /** Returns the definition as mathematics. */
    String formula();

    /** Tells whether there is a derivative at all, which results that are places or answers do not have. */
    default boolean isDifferentiable() {
        return true;
    }
}

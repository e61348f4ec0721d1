package dev.autodiff;

import dev.autodiff.shape.ShapeException;

/** An operation of the library itself; the catalogue is the constants and records of the permitted families. */
sealed interface Primitive extends Op
        permits Elementwise,
                Discrete,
                Conversion,
                Select,
                Reduction,
                ShapeMove,
                Indexing,
                Scan,
                Lstm,
                MatMul,
                Affine,
                LinearAlgebra,
                RowOp,
                Windows,
                Convolution,
                Standardization {
    /** Returns the definition as mathematics. */
    String formula();

    /** Tells whether there is a derivative at all, which results that are places or answers do not have. */
    default boolean isDifferentiable() {
        return true;
    }

    /**
     * Computes the value again into a tensor like the one that {@link #forward} gave. Every element of it is written, none is read;
     * inputs may have other elements than before, but not other shapes.
     */
    default void compute(Tensor[] in, Tensor out) {
        Tensor value = forward(in);
        if (!value.shape().equals(out.shape())) {
            throw new ShapeException(
                    label() + ": the result had shape " + out.shape() + " when the step was compiled and has "
                            + value.shape() + " now; a shape that depends on elements can't be compiled");
        }
        System.arraycopy(value.array(), 0, out.array(), 0, out.size());
    }

    /** Tells whether the operation takes a transposed view as it lies; for any other it is copied. */
    default boolean readsTransposed() {
        return false;
    }
}

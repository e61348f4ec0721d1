package dev.autodiff.kernel;

import dev.autodiff.shape.DType;

/** The moves of elements for each type. */
public final class Movements {
    private static final Movement<float[]> FLOAT32 = new Movement32();
    private static final Movement<double[]> FLOAT64 = new Movement64();
    private static final Movement<long[]> INT64 = new MovementInt64();
    private static final Movement<boolean[]> BOOL = new MovementBool();

    private Movements() {}

    /**
     * Returns the moves for arrays of an element type.
     *
     * @param <A> the array that belongs to the type: {@code float[]}, {@code double[]}, {@code long[]} or {@code boolean[]}
     */
    @SuppressWarnings("unchecked") // the caller pairs the type with its array, as Storage does
    public static <A> Movement<A> of(DType dtype) {
        return (Movement<A>)
                switch (dtype) {
                    case FLOAT32 -> FLOAT32;
                    case FLOAT64 -> FLOAT64;
                    case INT64 -> INT64;
                    case BOOL -> BOOL;
                };
    }
}

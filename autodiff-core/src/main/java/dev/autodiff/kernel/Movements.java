package dev.autodiff.kernel;

import dev.autodiff.shape.DType;

/** The moves of elements for each type, which are loaded when somebody asks for them. */
public final class Movements {
    private static final class Float32 {
        static final Movement<float[]> MOVEMENT = new Movement32();
    }

    private static final class Float64 {
        static final Movement<double[]> MOVEMENT = new Movement64();
    }

    private static final class Int64 {
        static final Movement<long[]> MOVEMENT = new MovementInt64();
    }

    private static final class Bool {
        static final Movement<boolean[]> MOVEMENT = new MovementBool();
    }

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
                    case FLOAT32 -> Float32.MOVEMENT;
                    case FLOAT64 -> Float64.MOVEMENT;
                    case INT64 -> Int64.MOVEMENT;
                    case BOOL -> Bool.MOVEMENT;
                };
    }
}

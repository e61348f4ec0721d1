package dev.autodiff.shape;

/** The element type of a tensor. */
public enum DType {
    /** 32-bit IEEE 754 floating point, a Java {@code float}: the default of layers. */
    FLOAT32("float32", 4),
    /** 64-bit IEEE 754 floating point, a Java {@code double}: for numerical work and gradient checks. */
    FLOAT64("float64", 8),
    /** 64-bit signed integer, a Java {@code long}: for indices and class labels. */
    INT64("int64", 8),
    /** A truth value, a Java {@code boolean}: for masks. */
    BOOL("bool", 1);

    private final String label;
    private final int bytes;

    DType(String label, int bytes) {
        this.label = label;
        this.bytes = bytes;
    }

    /** Returns the name that NumPy and PyTorch use, {@code float32} for example. */
    public String label() {
        return label;
    }

    /** Returns the bytes that one element takes in a Java array. */
    public int bytes() {
        return bytes;
    }

    /** Tells whether this is {@link #FLOAT32} or {@link #FLOAT64}, the types that can have gradients. */
    public boolean isFloating() {
        return this == FLOAT32 || this == FLOAT64;
    }

    /**
     * Finds the type with a {@link #label()}.
     *
     * @throws DTypeException if no type has this label
     */
    public static DType ofLabel(String label) {
        for (DType dtype : values()) {
            if (dtype.label.equals(label)) {
                return dtype;
            }
        }
        throw new DTypeException("dtype: unknown '" + label + "'; expected float32, float64, int64 or bool");
    }

    /** Returns the {@link #label()}. */
    @Override
    public String toString() {
        return label;
    }
}

package dev.autodiff.nn.io;

import dev.autodiff.shape.DType;

/** The element types of safetensors files that can be read, and what they become. The names are the format's own. */
enum ElementType {
    F64(8, DType.FLOAT64),
    F32(4, DType.FLOAT32),
    F16(2, DType.FLOAT32),
    BF16(2, DType.FLOAT32),
    I64(8, DType.INT64),
    I32(4, DType.INT64),
    I16(2, DType.INT64),
    I8(1, DType.INT64),
    U8(1, DType.INT64),
    BOOL(1, DType.BOOL);

    private final int bytes;
    private final DType dtype;

    ElementType(int bytes, DType dtype) {
        this.bytes = bytes;
        this.dtype = dtype;
    }

    int bytes() {
        return bytes;
    }

    DType dtype() {
        return dtype;
    }

    /** Returns the value of a half-precision number (IEEE 754 binary16); every one of them is a float. */
    static float half(short bits) {
        int exponent = (bits >> 10) & 0x1F;
        int fraction = bits & 0x3FF;
        float magnitude = switch (exponent) {
            case 0 -> fraction * 0x1p-24f; // subnormal
            case 0x1F -> fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
            default -> Float.intBitsToFloat(((exponent + 127 - 15) << 23) | (fraction << 13));
        };
        return bits < 0 ? -magnitude : magnitude;
    }
}

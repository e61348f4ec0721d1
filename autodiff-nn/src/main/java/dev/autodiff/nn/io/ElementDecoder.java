package dev.autodiff.nn.io;

import dev.autodiff.Tensor;
import dev.autodiff.shape.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Turns the bytes of one tensor, which come in chunks of whole elements, into the tensor. */
final class ElementDecoder {
    private final String source;
    private final SafetensorsHeader.Entry entry;
    private final long position;
    private final int size;

    private float[] floats = {};
    private double[] doubles = {};
    private long[] longs = {};
    private boolean[] booleans = {};
    private int next;

    /** Takes memory for the elements, whose bytes the caller has found to be in the file, from byte {@code position} on. */
    ElementDecoder(String source, SafetensorsHeader.Entry entry, long position) {
        this.source = source;
        this.entry = entry;
        this.position = position;
        size = entry.shape().size();
        switch (entry.type().dtype()) {
            case FLOAT32 -> floats = new float[size];
            case FLOAT64 -> doubles = new double[size];
            case INT64 -> longs = new long[size];
            case BOOL -> booleans = new boolean[size];
        }
    }

    /** Returns how many bytes are still to come. */
    long remaining() {
        return (long) (size - next) * entry.type().bytes();
    }

    void take(byte[] chunk) {
        ByteBuffer in = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
        int to = next + chunk.length / entry.type().bytes();
        for (; next < to; next++) {
            switch (entry.type()) {
                case F64 -> doubles[next] = in.getDouble();
                case F32 -> floats[next] = in.getFloat();
                case F16 -> floats[next] = ElementType.half(in.getShort());
                case BF16 -> floats[next] = Float.intBitsToFloat(in.getShort() << 16);
                case I64 -> longs[next] = in.getLong();
                case I32 -> longs[next] = in.getInt();
                case I16 -> longs[next] = in.getShort();
                case I8 -> longs[next] = in.get();
                case U8 -> longs[next] = in.get() & 0xFF;
                case BOOL -> booleans[next] = truth(in.get());
            }
        }
    }

    private boolean truth(byte b) {
        if (b != 0 && b != 1) {
            throw new FormatException(
                    source,
                    "safetensors tensor '" + entry.name() + "', element " + next + " at byte " + (position + next),
                    "0 or 1 for a BOOL",
                    Integer.toString(b & 0xFF));
        }
        return b == 1;
    }

    Tensor tensor() {
        Shape shape = entry.shape();
        return switch (entry.type().dtype()) {
            case FLOAT32 -> Tensor.of(floats, shape);
            case FLOAT64 -> Tensor.of(doubles, shape);
            case INT64 -> Tensor.of(longs, shape);
            case BOOL -> Tensor.of(booleans, shape);
        };
    }
}

package dev.autodiff.kernel.vector;

import java.util.List;
import jdk.incubator.vector.VectorShape;
import org.jspecify.annotations.Nullable;

/**
 * The width of the vectors of all kernels: that of the processor, on which the heights of tiles and ways of packing depend. So that tests reach
 * those on any machine, {@code -Dautodiff.vectorBits=512} sets another width, whose vectors are computed in Java where the processor has none.
 */
final class Width {
    static final String PROPERTY = "autodiff.vectorBits";

    static final VectorShape SHAPE = shape(System.getProperty(PROPERTY));

    private static final boolean IS_X86 = List.of("amd64", "x86_64").contains(System.getProperty("os.arch"));

    /** Vector registers: x86 has 16 below 512 bits, all others of today 32. */
    static final int REGISTERS = IS_X86 && SHAPE.vectorBitSize() < 512 ? 16 : 32;

    private Width() {}

    private static VectorShape shape(@Nullable String bits) {
        if (bits == null) {
            return VectorShape.preferredShape() == VectorShape.S_64_BIT
                    ? VectorShape.S_128_BIT
                    : VectorShape.preferredShape();
        }
        return switch (bits) {
            case "128" -> VectorShape.S_128_BIT;
            case "256" -> VectorShape.S_256_BIT;
            case "512" -> VectorShape.S_512_BIT;
            default ->
                throw new IllegalStateException(
                        "kernels: -D" + PROPERTY + "=" + bits + " is not the width of a vector: 128, 256 or 512");
        };
    }
}

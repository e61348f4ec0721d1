package dev.autodiff.kernel.vector;

import java.util.List;
import jdk.incubator.vector.VectorShape;
import org.jspecify.annotations.Nullable;

/**
 * The width of the vectors of all kernels and the number of their registers: those of the processor, on which the heights of tiles and ways of packing
 * depend. So that tests reach them all on any machine, {@code -Dautodiff.vectorBits=512} sets another width, whose vectors are computed in Java
 * where the processor has none, and {@code -Dautodiff.vectorRegisters=32} another number.
 */
final class Width {
    static final String PROPERTY = "autodiff.vectorBits";

    static final VectorShape SHAPE = shape(System.getProperty(PROPERTY));

    /** Whether vectors have 512 bits, with which x86 has 32 registers. */
    static final boolean WIDE = SHAPE.vectorBitSize() >= 512;

    /** Vector registers: counted as 16 on x86 below 512 bits, as 32 elsewhere. */
    static final int REGISTERS = Integer.getInteger("autodiff.vectorRegisters", registers());

    private Width() {}

    private static int registers() {
        boolean isX86 = List.of("amd64", "x86_64", "x86", "i386").contains(System.getProperty("os.arch"));
        return isX86 && !WIDE ? 16 : 32;
    }

    private static VectorShape shape(@Nullable String bits) {
        if (bits == null) {
            // a processor without vectors prefers 64 bits, one float64, with which some kernels would be wrong
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

package dev.autodiff.kernel.vector;

import jdk.incubator.vector.VectorShape;
import org.jspecify.annotations.Nullable;

/**
 * The width of the vectors of all kernels: that of the processor, on which the heights of tiles and ways of packing depend. So that tests reach
 * those on any machine, {@code -Dautodiff.vectorBits=512} sets another width, whose vectors are computed in Java where the processor has none.
 */
final class Width {
    static final String PROPERTY = "autodiff.vectorBits";

    static final VectorShape SHAPE = shape(System.getProperty(PROPERTY));

    private Width() {}

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

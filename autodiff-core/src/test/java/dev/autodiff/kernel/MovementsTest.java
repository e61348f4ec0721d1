package dev.autodiff.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.autodiff.shape.DType;
import org.junit.jupiter.api.Test;

class MovementsTest {
    @Test
    void everyTypeMovesItsOwnArrays() {
        long[] longs = new long[4];
        Movements.<long[]>of(DType.INT64)
                .copy(new int[] {2, 2}, new long[] {1, 2, 3, 1L << 60}, 0, new int[] {1, 2}, longs, 0, new int[] {2, 1
                });
        assertArrayEquals(new long[] {1, 3, 2, 1L << 60}, longs);
        boolean[] truths = new boolean[3];
        Movements.<boolean[]>of(DType.BOOL).fill(new boolean[] {true}, 0, truths, 1, 2);
        assertArrayEquals(new boolean[] {false, true, true}, truths);
        float[] floats = new float[2];
        Movements.<float[]>of(DType.FLOAT32)
                .copy(new int[] {2}, new float[] {1, 2}, 1, new int[] {-1}, floats, 0, new int[] {1});
        assertArrayEquals(new float[] {2, 1}, floats);
    }
}

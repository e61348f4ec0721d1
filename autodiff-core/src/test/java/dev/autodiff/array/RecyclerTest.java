package dev.autodiff.array;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.autodiff.shape.DType;
import org.junit.jupiter.api.Test;

class RecyclerTest {
    private static final int SIZE = 4096;

    private final Recycler recycler = new Recycler();

    @Test
    void anArrayServesAnotherResultOfTheSameTypeAndSizeAlone() {
        float[] array = new float[SIZE];
        recycler.give(Storage.of(array));
        assertNull(recycler.take(DType.FLOAT32, SIZE + 1));
        assertNull(recycler.take(DType.FLOAT32, SIZE - 1));
        assertNull(recycler.take(DType.FLOAT64, SIZE));
        Storage again = recycler.take(DType.FLOAT32, SIZE);
        assertNotNull(again);
        assertSame(array, again.array());
        assertEquals(DType.FLOAT32, again.dtype());
        assertFalse(again.isMutable());
        assertNull(recycler.take(DType.FLOAT32, SIZE));
    }

    @Test
    void smallArraysAreLeftToTheGarbageCollector() {
        assertFalse(Recycler.keeps(DType.FLOAT32, 16));
        recycler.give(Storage.of(new float[16]));
        assertEquals(0, recycler.count());
    }

    @Test
    void whatNobodyNeededBetweenTwoTrimsGoes() {
        for (int i = 0; i < 3; i++) {
            recycler.give(Storage.of(new double[SIZE]));
        }
        recycler.trim();
        assertEquals(3, recycler.count()); // all came since the last trim
        Storage used = recycler.take(DType.FLOAT64, SIZE);
        assertNotNull(used);
        recycler.give(used);
        recycler.trim();
        assertEquals(1, recycler.count());
        recycler.trim();
        assertEquals(0, recycler.count());
    }

    @Test
    void aRevokedStorageRefusesItsElements() {
        Storage storage = Storage.of(new double[] {1});
        Storage other = storage.alias();
        other.revoke();
        assertThrows(IllegalStateException.class, other::array);
        assertThrows(IllegalStateException.class, () -> other.get(0));
        assertEquals(1, storage.get(0));
    }
}

package dev.autodiff.examples.draw;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class FrameTest {
    @Test
    void ticksLieAtOneTwoOrFiveTimesAPowerOfTen() {
        assertEquals(1000, Frame.step(6000, 10));
        assertEquals(0.2, Frame.step(1, 9), 1e-15);
        assertEquals(5e-7, Frame.step(2e-6, 5), 1e-20);
    }

    @Test
    void labelTellsAValueFromTheNextOne() {
        assertEquals("0.25", Frame.label(0.25, 0.25));
        assertEquals("0.50", Frame.label(0.5, 0.25));
        assertEquals("0.2", Frame.label(0.2, 0.2));
        assertEquals("−1000", Frame.label(-1000, 500));
    }

    @Test
    void zeroHasNoMinus() {
        assertEquals("0", Frame.label(-0.003, 1));
        assertEquals("0.00", Frame.label(-0.003, 0.25));
        assertEquals("−0.01", Frame.label(-0.006, 0.01));
    }
}

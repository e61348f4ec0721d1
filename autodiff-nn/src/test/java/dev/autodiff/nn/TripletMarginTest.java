package dev.autodiff.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.Tensor;
import dev.autodiff.shape.ShapeException;
import org.junit.jupiter.api.Test;

class TripletMarginTest {
    private static final double ROUNDING = 1e-12;

    private final Tensor anchor = Tensor.of(new double[][] {{0, 0}});
    private final Tensor positive = Tensor.of(new double[][] {{3, 4}});
    private final Tensor negative = Tensor.of(new double[][] {{6, 4}});

    @Test
    void distancesAreThoseOfTheNorm() {
        TripletMargin loss = new TripletMargin().withEps(0);
        assertEquals(
                1 + 5 - Math.sqrt(52),
                loss.withMargin(3).of(anchor, positive, negative).item() - 2,
                ROUNDING);
        assertEquals(0, loss.of(anchor, positive, negative).item());
        assertEquals(
                3, loss.withMargin(6).withNorm(1).of(anchor, positive, negative).item(), ROUNDING);
        double cubes = Math.cbrt(27 + 64) - Math.cbrt(216 + 64);
        assertEquals(
                6 + cubes,
                loss.withMargin(6).withNorm(3).of(anchor, positive, negative).item(),
                ROUNDING);
        double largest = loss.withMargin(6)
                .withNorm(Double.POSITIVE_INFINITY)
                .of(anchor, positive, negative)
                .item();
        assertEquals(6 + 4 - 6, largest, ROUNDING);
    }

    @Test
    void swappingTakesTheSmallerDistanceOfTheNegative() {
        TripletMargin loss = new TripletMargin().withEps(0).withSwap();
        assertEquals(1 + 5 - 3, loss.of(anchor, positive, negative).item(), ROUNDING);
    }

    @Test
    void equalRowsHaveAFiniteGradient() {
        Tensor a = anchor.requireGrad();
        Losses.tripletMargin(a, anchor, anchor).backward();
        assertTrue(Double.isFinite(a.grad().sum().item()));
    }

    @Test
    void aSingleRowNeedsNoBatchAndANumberIsNoRow() {
        double one = Losses.tripletMargin(positive.flatten(), negative.flatten(), anchor.flatten())
                .item();
        assertEquals(Losses.tripletMargin(positive, negative, anchor).item(), one);
        Tensor number = Tensor.of(1.0);
        assertThrows(ShapeException.class, () -> Losses.tripletMargin(number, number, number));
    }
}

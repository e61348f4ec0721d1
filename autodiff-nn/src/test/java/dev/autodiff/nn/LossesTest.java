package dev.autodiff.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.Autodiff;
import dev.autodiff.Tensor;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.List;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.Test;

class LossesTest {
    private static final double ROUNDING = 1e-14;

    private final Tensor x = Tensor.of(new double[][] {{0.2, 0.9}, {0.6, 0.1}});
    private final Tensor y = Tensor.of(new double[][] {{0, 1}, {1, 0}});

    @Test
    void squaredErrorsDifferByTheirFactor() {
        double sum = 0.04 + 0.01 + 0.16 + 0.01;
        assertEquals(sum, Losses.sumOfSquaredErrors(x, y).item(), ROUNDING);
        assertEquals(sum / 2, Losses.squaredError(x, y).item(), ROUNDING);
        assertEquals(sum / 4, Losses.meanSquaredError(x, y).item(), ROUNDING);
    }

    @Test
    void crossEntropyIsTheMeanOverTheBatchAndItsGradientTheDifferenceOfProbabilities() {
        Tensor classes = Tensor.of(new long[] {1, 0});
        double expected = x.logSoftmax(-1).mul(y).sum().neg().item() / 2;
        assertEquals(expected, Losses.crossEntropy(x, classes).item(), ROUNDING);
        assertEquals(expected, Losses.crossEntropy(x, y).item(), ROUNDING);
        Tensor gradient = Autodiff.grad(z -> Losses.crossEntropy(z, classes)).apply(x);
        assertTrue(gradient.allClose(x.softmax(-1).sub(y).div(2), 0, ROUNDING));
    }

    @Test
    void logLossOfProbabilitiesIsThatOfTheirLogits() {
        double expected = -(Math.log(0.8) + Math.log(0.9) + Math.log(0.6) + Math.log(0.9)) / 4;
        assertEquals(expected, Losses.logLoss(x, y).item(), ROUNDING);
        Tensor logits = x.div(x.neg().add(1)).log();
        assertEquals(expected, Losses.logLossWithLogits(logits, y).item(), ROUNDING);
    }

    @Test
    void shapesAreNotBroadcast() {
        List<BinaryOperator<Tensor>> losses = List.of(
                Losses::meanSquaredError,
                Losses::squaredError,
                Losses::sumOfSquaredErrors,
                Losses::logLoss,
                Losses::logLossWithLogits);
        Tensor column = x.reshape(Shape.of(4, 1));
        for (BinaryOperator<Tensor> loss : losses) {
            ShapeException e = assertThrows(ShapeException.class, () -> loss.apply(column, y.flatten()));
            assertTrue(e.getMessage().contains("[4, 1] and [4]"), e.getMessage());
        }
    }
}

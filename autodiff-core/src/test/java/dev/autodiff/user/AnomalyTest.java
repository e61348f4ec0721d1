package dev.autodiff.user;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.Autodiff;
import dev.autodiff.Generator;
import dev.autodiff.NonFiniteException;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** In a package that is not the library's, whose lines the messages name. */
class AnomalyTest {
    private static Tensor vector(double... values) {
        return Tensor.of(values);
    }

    /** Returns the line of this file that calls it. */
    private static String here() {
        return "AnomalyTest.java:"
                + StackWalker.getInstance()
                        .walk(frames -> frames.skip(1).findFirst().orElseThrow().getLineNumber());
    }

    private static void assertContains(String part, RuntimeException e) {
        assertTrue(e.getMessage().contains(part), () -> "expected '" + part + "' in: " + e.getMessage());
    }

    @Test
    void theLogarithmOfANegativeNumberIsNamedWithItsLine() {
        String[] line = new String[1];
        NonFiniteException e = assertThrows(
                NonFiniteException.class,
                () -> Autodiff.detectAnomaly(() -> {
                    Tensor x = vector(1, 2, -3).exp().sub(1);
                    line[0] = here();
                    Tensor y = x.log(); // one line below
                    y.add(1);
                }));
        int number = Integer.parseInt(line[0].substring(line[0].indexOf(':') + 1)) + 1;
        assertContains("log made NaN at index [2] of a result of shape [3] from inputs of shapes [3]", e);
        assertContains("AnomalyTest.java:" + number, e);
    }

    /** The search once copied the transposed weight again for each of its elements, which took half a minute here. */
    @Test
    @Timeout(10)
    void theSearchReadsATransposedParameterOnce() {
        Tensor weight = Tensor.normal(Generator.seeded(1), DType.FLOAT32, Shape.of(256, 784), 0, 1)
                .requireGrad();
        Tensor x = Tensor.ones(DType.FLOAT32, 2, 784);
        assertDoesNotThrow(() -> Autodiff.detectAnomaly(() -> {
            x.matmul(weight.transpose()).sum().backward();
        }));
        assertTrue(weight.transpose().allClose(weight.transpose(), 0, 0));
    }

    @Test
    void aDivisionByZeroIsNamedWithBothShapes() {
        NonFiniteException e = assertThrows(
                NonFiniteException.class,
                () -> Autodiff.detectAnomaly(() -> {
                    vector(1, 2).reshape(2, 1).div(vector(3, 0, 4));
                }));
        assertContains("div made Infinity at index [0, 1] of a result of shape [2, 3]", e);
        assertContains("[2, 1], [3]", e);
        assertContains("AnomalyTest.java", e);
    }

    @Test
    void aNanInTheBackwardPassIsNamedWithTheLineOfTheForwardPass() {
        Tensor x = vector(4, 0).requireGrad();
        String[] line = new String[1];
        NonFiniteException e = assertThrows(
                NonFiniteException.class,
                () -> Autodiff.detectAnomaly(() -> {
                    line[0] = here();
                    Tensor root = x.sqrt(); // one line below
                    root.mul(vector(1, 0)).sum().backward(); // the gradient of √ at 0 is 0·∞
                }));
        int number = Integer.parseInt(line[0].substring(line[0].indexOf(':') + 1)) + 1;
        assertContains("backward of sqrt made NaN at index [1] of a result of shape [2] for input 0", e);
        assertContains("AnomalyTest.java:" + number, e);
        assertNull(x.grad());
    }

    @Test
    void anInfinityInTheBackwardPassIsNamed() {
        Tensor x = vector(0, 1).requireGrad();
        NonFiniteException e = assertThrows(
                NonFiniteException.class,
                () -> Autodiff.detectAnomaly(() -> {
                    x.sqrt().sum().backward();
                }));
        assertContains("backward of sqrt made Infinity at index [0]", e);
    }

    @Test
    void theCheckIsOffOutsideAndAgainAfterwards() {
        assertTrue(Double.isNaN(vector(-1).log().item()));
        assertThrows(
                NonFiniteException.class,
                () -> Autodiff.detectAnomaly(() -> vector(-1).log()));
        assertTrue(Double.isNaN(vector(-1).log().item()), "after an exception");
        assertEquals(0, Autodiff.detectAnomaly(() -> vector(1).log()).item());
        assertTrue(Double.isNaN(vector(-1).log().item()), "after success");
    }

    @Test
    void anInnerCheckDoesNotSwitchTheOuterOneOff() {
        assertThrows(
                NonFiniteException.class,
                () -> Autodiff.detectAnomaly(() -> {
                    Autodiff.detectAnomaly(() -> vector(1).log());
                    vector(-1).log();
                }));
    }

    @Test
    void otherThreadsAreNotChecked() throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Autodiff.detectAnomaly(() -> {
            Thread other = new Thread(() -> {
                try {
                    vector(-1).log();
                } catch (RuntimeException e) {
                    thrown.set(e);
                }
            });
            other.start();
            try {
                other.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertNull(thrown.get());
    }

    @Test
    void whatIsFinitePasses() {
        assertDoesNotThrow(() -> Autodiff.detectAnomaly(() -> {
            Tensor x = vector(1, 2).requireGrad();
            x.log().mul(x.sqrt()).sum().backward();
        }));
    }
}

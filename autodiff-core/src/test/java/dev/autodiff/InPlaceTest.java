package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.shape.DType;
import dev.autodiff.shape.DTypeException;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The steps of optimizers against their formulas, evaluated here in double. */
class InPlaceTest {
    /** float32 keeps 24 bits, and a few operations follow one another. */
    private static final double FLOAT32_TOLERANCE = 1e-5;

    private static final double FLOAT64_TOLERANCE = 1e-12;

    private static void assertClose(double[] want, Tensor got) {
        double tolerance = got.dtype() == DType.FLOAT32 ? FLOAT32_TOLERANCE : FLOAT64_TOLERANCE;
        assertTrue(
                got.to(DType.FLOAT64).allClose(Tensor.of(want), tolerance, tolerance),
                () -> "got " + got + ", want " + Tensor.of(want));
    }

    private static Tensor random(long seed, DType dtype, int n) {
        // multiples of 2⁻⁸, so that both types start from the same numbers
        return Tensor.normal(Generator.seeded(seed), DType.FLOAT64, Shape.of(n), 0, 256)
                .to(DType.INT64)
                .to(dtype)
                .div(256);
    }

    @Property
    void sgdFollowsItsFormula(
            @ForAll DTypeChoice type,
            @ForAll @IntRange(max = 70) int n,
            @ForAll @DoubleRange(min = 0, max = 1) double lr,
            @ForAll @DoubleRange(min = 0, max = 1) double decay,
            @ForAll long seed) {
        Tensor p = random(seed, type.dtype, n).requireGrad();
        Tensor g = random(seed + 1, type.dtype, n);
        double[] want = p.toDoubleArray();
        for (int i = 0; i < n; i++) {
            want[i] -= lr * (g.get(i) + decay * want[i]);
        }
        InPlace.sgd(p, g, lr, decay);
        assertClose(want, p);
    }

    @Property
    void momentumFollowsItsFormulaOverThreeSteps(
            @ForAll DTypeChoice type,
            @ForAll @IntRange(max = 70) int n,
            @ForAll @DoubleRange(min = 0, max = 1) double momentum,
            @ForAll @DoubleRange(min = 0, max = 1) double dampening,
            @ForAll boolean nesterov,
            @ForAll long seed) {
        double lr = 0.1;
        double decay = 0.01;
        Tensor p = random(seed, type.dtype, n).requireGrad();
        Tensor buffer = InPlace.buffer(type.dtype, Shape.of(n));
        double[] want = p.toDoubleArray();
        double[] memory = new double[n];
        for (int step = 0; step < 3; step++) {
            Tensor g = random(seed + 1 + step, type.dtype, n);
            for (int i = 0; i < n; i++) {
                double d = g.get(i) + decay * want[i];
                memory[i] = step == 0 ? d : momentum * memory[i] + (1 - dampening) * d;
                want[i] -= lr * (nesterov ? d + momentum * memory[i] : memory[i]);
            }
            InPlace.momentum(p, g, buffer, lr, decay, momentum, dampening, nesterov, step == 0);
        }
        assertClose(want, p);
        assertClose(memory, buffer);
    }

    @Property
    void adamFollowsItsFormulaOverThreeSteps(
            @ForAll DTypeChoice type,
            @ForAll @IntRange(max = 70) int n,
            @ForAll @DoubleRange(min = 0, max = 0.5) double decay,
            @ForAll @DoubleRange(min = 0, max = 0.5) double decoupled,
            @ForAll long seed) {
        double lr = 0.1;
        double beta1 = 0.9;
        double beta2 = 0.99;
        double eps = 1e-3; // large enough for a step to be smooth where g is 0
        Tensor p = random(seed, type.dtype, n).requireGrad();
        Tensor m = InPlace.buffer(type.dtype, Shape.of(n));
        Tensor v = InPlace.buffer(type.dtype, Shape.of(n));
        double[] want = p.toDoubleArray();
        double[] first = new double[n];
        double[] second = new double[n];
        for (int step = 1; step <= 3; step++) {
            Tensor g = random(seed + step, type.dtype, n);
            double stepSize = lr / (1 - Math.pow(beta1, step));
            double rootCorrection = Math.sqrt(1 - Math.pow(beta2, step));
            for (int i = 0; i < n; i++) {
                double d = g.get(i) + decay * want[i];
                first[i] = beta1 * first[i] + (1 - beta1) * d;
                second[i] = beta2 * second[i] + (1 - beta2) * d * d;
                want[i] =
                        want[i] * (1 - decoupled) - stepSize * first[i] / (Math.sqrt(second[i]) / rootCorrection + eps);
            }
            InPlace.adam(p, g, m, v, stepSize, rootCorrection, beta1, beta2, eps, decay, decoupled);
        }
        double tolerance = type.dtype == DType.FLOAT32 ? 1e-3 : 1e-10; // 1/eps amplifies the rounding of d near 0
        assertTrue(
                p.to(DType.FLOAT64).allClose(Tensor.of(want), tolerance, tolerance),
                () -> "got " + p + ", want " + Tensor.of(want));
        assertClose(first, m);
        assertClose(second, v);
    }

    /** The types that parameters have. */
    private enum DTypeChoice {
        NARROW(DType.FLOAT32),
        WIDE(DType.FLOAT64);

        final DType dtype;

        DTypeChoice(DType dtype) {
            this.dtype = dtype;
        }
    }

    @Test
    void assignCopiesAndLeavesTheRestAlone() {
        Tensor source = Tensor.of(new double[] {1, 2});
        Tensor p = source.requireGrad();
        Tensor value = Tensor.of(new double[] {3, 4});
        InPlace.assign(p, value);
        assertArrayEquals(new double[] {3, 4}, p.toDoubleArray());
        InPlace.assign(p, Tensor.of(new double[] {5, 6}));
        assertArrayEquals(new double[] {3, 4}, value.toDoubleArray());
        assertArrayEquals(new double[] {1, 2}, source.toDoubleArray(), "a parameter has elements of its own");
        assertTrue(p.isLeaf());
    }

    @Test
    void aParameterMayBeAssignedItsOwnTranspose() {
        Tensor p = Tensor.of(new double[][] {{1, 2}, {3, 4}}).requireGrad();
        InPlace.assign(p, p.transpose());
        assertArrayEquals(new double[] {1, 3, 2, 4}, p.toDoubleArray());
    }

    @Test
    void overwritingIsNeverRecorded() {
        Tensor p = Tensor.of(new double[] {1, 2}).requireGrad();
        Tensor buffer = InPlace.buffer(DType.FLOAT64, Shape.of(2));
        InPlace.assign(buffer, p.square());
        assertFalse(buffer.requiresGrad());
        assertArrayEquals(new double[] {1, 4}, buffer.toDoubleArray());
    }

    @Test
    void onlyParametersAndBuffersAreOverwritten() {
        Tensor value = Tensor.of(new double[] {9, 9});
        Tensor p = Tensor.of(new double[] {1, 2}).requireGrad();
        Tensor buffer = InPlace.buffer(DType.FLOAT64, Shape.of(2));
        for (Tensor target : List.of(
                Tensor.of(new double[] {1, 2}), p.identity(), p.reshape(1, 2).reshape(2))) {
            List<Runnable> acts = List.of(
                    () -> InPlace.assign(target, value),
                    () -> InPlace.sgd(target, value, 0.1, 0),
                    () -> InPlace.momentum(target, value, buffer, 0.1, 0, 0.9, 0, false, true),
                    () -> InPlace.momentum(p, value, target, 0.1, 0, 0.9, 0, false, true),
                    () -> InPlace.adam(target, value, buffer, buffer, 0.1, 1, 0.9, 0.9, 1e-8, 0, 0),
                    () -> InPlace.adam(p, value, target, buffer, 0.1, 1, 0.9, 0.9, 1e-8, 0, 0),
                    () -> InPlace.adam(p, value, buffer, target, 0.1, 1, 0.9, 0.9, 1e-8, 0, 0));
            for (Runnable act : acts) {
                IllegalArgumentException e = assertThrows(IllegalArgumentException.class, act::run);
                assertTrue(e.getMessage().contains("neither a parameter nor a buffer"), e.getMessage());
            }
            assertArrayEquals(new double[] {1, 2}, target.toDoubleArray());
            assertArrayEquals(new double[] {1, 2}, p.toDoubleArray());
        }
        Tensor square = Tensor.of(new double[][] {{1, 2}, {3, 4}}).requireGrad();
        assertThrows(IllegalArgumentException.class, () -> InPlace.assign(square.transpose(), square));
    }

    /** A reshaped view made inside noGrad was once taken for a parameter, which it then overwrote. */
    @Test
    void viewsOfAParameterAreNotOverwrittenButFollowIt() {
        Tensor p = Tensor.of(new double[][] {{1, 2}, {3, 4}}).requireGrad();
        Tensor flat = Autodiff.noGrad(() -> p.reshape(4));
        Tensor turned = Autodiff.noGrad(() -> p.transpose());
        Tensor turnedBack = turned.transpose();
        for (Tensor view : List.of(flat, turned, turnedBack, flat.detach(), flat.reshape(2, 2))) {
            assertFalse(InPlace.canChange(view));
            assertThrows(IllegalArgumentException.class, () -> InPlace.assign(view, view.onesLike()));
        }
        InPlace.assign(p, Tensor.of(new double[][] {{5, 6}, {7, 8}}));
        assertArrayEquals(new double[] {5, 6, 7, 8}, flat.toDoubleArray());
        assertArrayEquals(new double[] {5, 7, 6, 8}, turned.toDoubleArray());
    }

    @Test
    void aDetachedParameterIsTheSameMemoryAndASnapshotIsNot() {
        Tensor p = Tensor.of(new double[] {1, 2}).requireGrad();
        Tensor detached = p.detach();
        Tensor snapshot = p.snapshot();
        Tensor loss = p.square().sum();
        InPlace.assign(detached, Tensor.of(new double[] {3, 4}));
        assertArrayEquals(new double[] {3, 4}, p.toDoubleArray());
        assertArrayEquals(new double[] {1, 2}, snapshot.toDoubleArray());
        assertFalse(InPlace.canChange(snapshot));
        assertFalse(snapshot.requiresGrad());
        assertThrows(GradientException.class, loss::backward, "the change is seen, whatever name it came by");

        Tensor counts = InPlace.buffer(DType.INT64, Shape.of(2));
        Tensor before = counts.snapshot();
        InPlace.assign(counts, Tensor.of(new long[] {7, 8}));
        assertArrayEquals(new long[] {0, 0}, before.toLongArray());
    }

    @Test
    void shapesAndTypesMustAgree() {
        Tensor p = Tensor.of(new double[] {1, 2}).requireGrad();
        ShapeException shape =
                assertThrows(ShapeException.class, () -> InPlace.assign(p, Tensor.of(new double[] {1, 2, 3})));
        assertEquals("assign: expected shape [2], got [3]", shape.getMessage());
        DTypeException type =
                assertThrows(DTypeException.class, () -> InPlace.sgd(p, Tensor.of(new float[] {1, 2}), 0.1, 0));
        assertEquals("sgd: expected float64, got float32; convert with to(DType)", type.getMessage());
        Tensor small = InPlace.buffer(DType.FLOAT64, Shape.of(1));
        assertThrows(ShapeException.class, () -> InPlace.momentum(p, p, small, 0.1, 0, 0.9, 0, false, true));
        assertThrows(ShapeException.class, () -> InPlace.adam(p, p, small, small, 0.1, 1, 0.9, 0.9, 1e-8, 0, 0));
        assertArrayEquals(new double[] {1, 2}, p.toDoubleArray());
    }
}

package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.check.GradientCheck;
import dev.autodiff.shape.AxisException;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class ScanMathTest {
    private static final double INF = Double.POSITIVE_INFINITY;

    /** Of sums that are compensated, whatever their length. */
    private static final double ACCURATE = 1e-15;

    private static void assertIs(Tensor got, double... want) {
        assertArrayEquals(want, got.toDoubleArray(), 1e-14);
    }

    @Test
    void runningSumsAndProductsIncludeTheElementItself() {
        Tensor x = Tensor.of(new double[][] {{1, 2, 3}, {4, 5, 6}});
        assertIs(x.cumSum(1), 1, 3, 6, 4, 9, 15);
        assertIs(x.cumSum(0), 1, 2, 3, 5, 7, 9);
        assertIs(x.cumSum(-1, true), 6, 5, 3, 15, 11, 6);
        assertIs(x.cumProd(1), 1, 2, 6, 4, 20, 120);
        assertIs(x.cumProd(0), 1, 2, 3, 4, 10, 18);
        assertIs(x.log().logCumSumExp(1).exp(), 1, 3, 6, 4, 9, 15);
    }

    @Test
    void aRecurrenceBeginsWithItsFirstElementAndRunsEitherWay() {
        Tensor x = Tensor.of(new double[] {1, 10, 100});
        Tensor a = Tensor.of(new double[] {Double.NaN, 2, 3}); // the first is not read
        assertIs(x.linearRecurrence(a, 0), 1, 12, 136);
        assertIs(x.linearRecurrence(Tensor.of(0.5), 0, true), 31, 60, 100);
    }

    @Test
    void aLongRunningSumLosesNothing() {
        int n = 1_000_000;
        Tensor sums = Tensor.full(DType.FLOAT64, Shape.of(n), 0.1).cumSum(0);
        assertEquals(1e5, sums.get(-1), 1e5 * ACCURATE);
        Tensor cancelling = Tensor.of(new double[] {1, 1e100, 1, -1e100}).cumSum(0);
        assertEquals(2, cancelling.get(-1));
        float[] third = new float[n];
        Arrays.fill(third, 1f / 3);
        assertEquals((float) (n * (double) (1f / 3)), Tensor.of(third).cumSum(0).get(-1), 0);
    }

    @Test
    void infinitiesStayInARunningSum() {
        assertIs(Tensor.of(new double[] {1, INF, 2}).cumSum(0), 1, INF, INF);
        assertIs(Tensor.of(new double[] {-INF, INF, 2}).cumSum(0), -INF, Double.NaN, Double.NaN);
    }

    /** The derivatives of a product are products of the others: with one or two zeros most of them are 0, the rest are not. */
    @Test
    void productsHaveExactDerivativesOfEveryOrderAtZeros() {
        Tensor x = Tensor.of(new double[] {2, 0, 3, 0, 5});
        Tensor first = Autodiff.grad(Tensor::prod).apply(x);
        assertIs(first, 0, 0, 0, 0, 0);
        Tensor second = Autodiff.hvp(Tensor::prod, x, Tensor.of(new double[] {0, 1, 0, 0, 0}));
        assertIs(second, 0, 0, 0, 30, 0);
        Tensor one = Tensor.of(new double[] {2, 0, 3});
        assertIs(Autodiff.grad(Tensor::prod).apply(one), 0, 6, 0);
        assertIs(Autodiff.grad((Tensor z) -> z.cumProd(0).sum()).apply(one), 1, 2 + 6, 0);
        GradientCheck.of((Tensor z) -> z.cumProd(0).square()).at(x).run();
        GradientCheck.of((Tensor z) -> z.prod().square()).at(one).run();
        UnaryOperator<Tensor> byFirst =
                z -> Autodiff.grad(Tensor::prod).apply(z).select(0, 0);
        UnaryOperator<Tensor> bySecond = z -> Autodiff.grad(byFirst).apply(z).select(0, 1);
        Tensor third = Autodiff.grad(bySecond).apply(Tensor.zeros(DType.FLOAT64, 3));
        assertIs(third, 0, 0, 1);
    }

    @Test
    void theProductOfNothingIsOneAndHasAGradient() {
        Tensor x = Tensor.zeros(DType.FLOAT64, 0, 3).requireGrad();
        Tensor out = x.prod(0);
        assertIs(out, 1, 1, 1);
        out.sum().backward();
        assertEquals(Shape.of(0, 3), x.grad().shape());
        assertEquals(
                Shape.of(1, 1, 1),
                Tensor.zeros(DType.FLOAT64, 2, 0, 3).prod(true).shape());
        assertEquals(24, Tensor.of(new double[][] {{1, 2}, {3, 4}}).prod(1, 0).item());
    }

    @Test
    void productsOverAxesThatLieApartAreTakenTogether() {
        Tensor x = Tensor.linspace(1, 8, 8).reshape(2, 2, 2);
        assertIs(x.prod(0, 2), 1 * 2 * 5 * 6, 3 * 4 * 7 * 8);
        assertEquals(Shape.of(1, 2, 1), x.prod(true, 0, -1).shape());
    }

    @Test
    void runningLogSumsStayInRangeAndTakeInfinitiesAsTheyCome() {
        Tensor x = Tensor.of(new double[] {-1000, 0, 1000, -INF, 1000}).requireGrad();
        Tensor out = x.logCumSumExp(0);
        assertIs(out, -1000, 0, 1000, 1000, 1000 + Math.log(2));
        out.sum().backward();
        assertArrayEquals(new double[] {1, 1, 2.5, 0, 0.5}, x.grad().toDoubleArray(), 1e-12);
        assertIs(Tensor.of(new double[] {-INF, -INF, 3}).logCumSumExp(0), -INF, -INF, 3);
        assertIs(Tensor.of(new double[] {1, INF, 3}).logCumSumExp(0), 1, INF, INF);
        assertIs(Tensor.of(new double[] {1, Double.NaN, 3}).logCumSumExp(0), 1, Double.NaN, Double.NaN);
    }

    /** NaN where everything so far is −∞, as in logSumExp, but nowhere else. */
    @Test
    void infinitiesDoNotSpoilTheGradientOfOthers() {
        Tensor x = Tensor.of(new double[] {-INF, -INF, 1, 2}).requireGrad();
        x.logCumSumExp(0).narrow(0, 2, 2).sum().backward();
        double p = 1 / (1 + Math.exp(1));
        assertArrayEquals(new double[] {1 + p, 1 - p}, x.grad().narrow(0, 2, 2).toDoubleArray(), 1e-15);
        Tensor y = Tensor.of(new double[] {0, INF, 1, 2}).requireGrad();
        y.logCumSumExp(0).sum().backward();
        assertArrayEquals(new double[] {1, Double.NaN, 0, 0}, y.grad().toDoubleArray());
    }

    @Test
    void singleNumbersAndNothingCanBeScanned() {
        Tensor one = Tensor.of(3.0);
        assertEquals(3, one.cumSum(0).item());
        assertEquals(3, one.cumProd(-1).item());
        assertEquals(3, one.logCumSumExp(0).item());
        Tensor none = Tensor.zeros(DType.FLOAT64, 2, 0);
        assertEquals(Shape.of(2, 0), none.cumSum(1).shape());
        assertEquals(Shape.of(2, 0), none.cumProd(1).shape());
        assertEquals(Shape.of(2, 0), none.cumProd(0).shape());
        assertEquals(Shape.of(2, 0), none.logCumSumExp(0).shape());
    }

    // ---- an LSTM ----

    private static Tensor waves(int... sizes) {
        Shape shape = Shape.of(sizes);
        return Tensor.linspace(1, 40, shape.size()).square().sin().mul(0.8).reshape(shape);
    }

    /** The first step written out, and the others by the derivatives of the whole. */
    @Test
    void anLstmRemembersAndForgetsEitherWay() {
        Tensor x = waves(3, 2, 4);
        Tensor h = waves(2, 1).neg();
        Tensor c = waves(2, 1).mul(2);
        Tensor w = waves(4, 1);
        for (boolean reverse : new boolean[] {false, true}) {
            LstmStates states = x.lstm(h, c, w, reverse);
            int first = reverse ? 2 : 0;
            Tensor gates = x.select(0, first).add(h.matmul(w.transpose()));
            Tensor cell = gates.narrow(1, 1, 1)
                    .sigmoid()
                    .mul(c)
                    .add(gates.narrow(1, 0, 1)
                            .sigmoid()
                            .mul(gates.narrow(1, 2, 1).tanh()));
            Tensor hidden = gates.narrow(1, 3, 1).sigmoid().mul(cell.tanh());
            assertIs(states.cell().select(0, first), cell.toDoubleArray());
            assertIs(states.hidden().select(0, first), hidden.toDoubleArray());
            // read from its end, a sequence gives what its reversal gives
            LstmStates flipped = x.flip(0).lstm(h, c, w, !reverse);
            assertIs(flipped.hidden().flip(0), states.hidden().toDoubleArray());
            assertIs(flipped.cell().flip(0), states.cell().toDoubleArray());
            GradientCheck.ofSeveral(in -> {
                        LstmStates out = in.get(0).lstm(in.get(1), in.get(2), in.get(3), reverse);
                        return out.hidden().square().add(out.cell());
                    })
                    .at(x, h, c, w)
                    .run();
        }
    }

    @Test
    void anLstmHasDerivativesOfTheThirdOrder() {
        Tensor x = waves(3, 1, 4);
        Tensor w = waves(4, 1);
        Tensor c = waves(1, 1);
        UnaryOperator<Tensor> f = z -> z.lstm(c, c.mul(z.select(0, 0).mean()), w, false)
                .hidden()
                .square()
                .sum();
        UnaryOperator<Tensor> slope = z -> Autodiff.grad(f).apply(z).square().sum();
        GradientCheck.of(Autodiff.grad(slope)).at(x).run();
    }

    @Test
    void anLstmNamesShapesThatDoNotFit() {
        Tensor x = waves(3, 2, 4);
        Tensor state = waves(2, 1);
        ShapeException e = assertThrows(ShapeException.class, () -> x.lstm(state, state, waves(4, 2), false));
        assertEquals(
                "lstm: expected inputs [time, batch, 4·size] of at least one time, states [batch, size] and weights [4·size, size],"
                        + " got [3, 2, 4], [2, 1], [2, 1] and [4, 2]",
                e.getMessage());
        assertThrows(ShapeException.class, () -> waves(3, 3, 4).lstm(state, state, waves(4, 1), false));
        assertThrows(ShapeException.class, () -> x.lstm(state, waves(2), waves(4, 1), false));
        e = assertThrows(ShapeException.class, () -> x.lstm(waves(2), state, waves(4, 1), false));
        assertTrue(e.getMessage().startsWith("lstm: expected inputs"), e.getMessage());
        assertThrows(
                ShapeException.class,
                () -> Tensor.zeros(DType.FLOAT64, 0, 2, 4).lstm(state, state, waves(4, 1), false));
    }

    @Test
    void wrongAxesAndShapesAreRefused() {
        Tensor x = Tensor.zeros(DType.FLOAT64, 2, 3);
        assertThrows(AxisException.class, () -> x.cumSum(2));
        assertThrows(ShapeException.class, () -> x.linearRecurrence(Tensor.zeros(DType.FLOAT64, 2), 0));
        assertTrue(assertThrows(AxisException.class, () -> x.cumProd(-3))
                .getMessage()
                .startsWith("cumProd"));
    }
}

package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.check.GradientCheck;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class IndexMathTest {
    private static final Tensor MATRIX = Tensor.linspace(0, 11, 12).reshape(4, 3);

    private static Tensor longs(long... values) {
        return Tensor.of(values);
    }

    @Test
    void takeReplacesTheAxisByThoseOfTheIndexAndCountsNegativeOnesFromTheEnd() {
        Tensor out = MATRIX.take(1, longs(0, -1, 2, 1).reshape(2, 2));
        assertEquals(Shape.of(4, 2, 2), out.shape());
        assertArrayEquals(new double[] {3, 5, 5, 4}, out.select(0, 1).toDoubleArray());
        assertArrayEquals(
                new double[] {9, 10, 11},
                MATRIX.take(0, Tensor.of(new long[] {-1}, Shape.SCALAR)).toDoubleArray());
    }

    @Test
    void booleansAndWholeNumbersCanBeTakenToo() {
        assertArrayEquals(
                new long[] {7, 5, 7}, longs(5, 6, 7).take(0, longs(2, 0, -1)).toLongArray());
        assertArrayEquals(
                new boolean[] {false, true},
                Tensor.of(new boolean[] {true, false}).take(0, longs(1, 0)).toBooleanArray());
    }

    @Property(tries = 50)
    void putIsTheTransposeOfTake(@ForAll long seed) {
        Samples random = new Samples(seed);
        Shape shape = random.shape(2).insert(0, 5);
        Tensor index = Tensor.of(new long[] {4, 0, 4, 1, 1, 4}, Shape.of(2, 3));
        Tensor x = random.numbers(shape, 0);
        Tensor y = random.numbers(Shape.of(2, 3).concat(shape.slice(1, shape.rank())), 1);
        double left = x.take(0, index).mul(y).sum().item();
        double right = x.mul(y.put(0, index, 5)).sum().item();
        assertEquals(left, right, 1e-12 * (1 + Math.abs(left)));
    }

    @Test
    void anIndexRepeatedManyTimesAddsUpExactly() {
        int n = 100_000;
        Tensor index = Tensor.zeros(DType.INT64, n);
        double sum =
                Tensor.full(DType.FLOAT64, Shape.of(n), 0.1).put(0, index, 2).get(0);
        assertEquals(1e4, sum, 1e4 * 1e-13);
        Tensor narrow = Tensor.full(DType.FLOAT32, Shape.of(n), 0.1f);
        assertEquals((float) (n * (double) 0.1f), narrow.put(0, index, 2).get(0), 0);
        Tensor x = Tensor.of(new double[] {3, 4}).requireGrad();
        x.indexSelect(0, index).mul(0.1).sum().backward();
        assertEquals(1e4, x.grad().get(0), 1e4 * 1e-13);
        assertEquals(0, x.grad().get(1));
    }

    @Test
    void sumsByIndexHaveTheSameBitsForAnyNumberOfThreads() {
        int n = 300_000;
        long[] index = new long[n];
        Generator random = Generator.seeded(3);
        for (int k = 0; k < n; k++) {
            index[k] = random.nextInt(1000);
        }
        Tensor x = Tensor.normal(random, DType.FLOAT64, Shape.of(n, 3), 0, 1);
        int threads = dev.autodiff.kernel.Workers.threads();
        try {
            dev.autodiff.kernel.Workers.setThreads(1);
            double[] alone = x.put(0, Tensor.of(index), 1000).toDoubleArray();
            dev.autodiff.kernel.Workers.setThreads(3);
            assertArrayEquals(alone, x.put(0, Tensor.of(index), 1000).toDoubleArray(), 0);
            assertArrayEquals(
                    new double[] {x.get((int) index[7], 1)},
                    new double[] {x.take(0, Tensor.of(index)).get(7, 1)});
        } finally {
            dev.autodiff.kernel.Workers.setThreads(threads);
        }
    }

    @Test
    void ofSeveralWritersToOnePlaceTheLastStaysAndAloneGetsTheGradient() {
        Tensor x = Tensor.of(new double[] {1, 2, 3}).requireGrad();
        Tensor source = Tensor.of(new double[] {10, 20, 30, 40}).requireGrad();
        Tensor out = x.scatter(0, longs(2, 0, 2), source);
        assertArrayEquals(new double[] {20, 2, 30}, out.toDoubleArray());
        out.mul(Tensor.of(new double[] {5, 6, 7})).sum().backward();
        assertArrayEquals(new double[] {0, 6, 0}, x.grad().toDoubleArray());
        assertArrayEquals(new double[] {0, 5, 7, 0}, source.grad().toDoubleArray());
    }

    @Test
    void compositionsAgreeWithDifferences() {
        Tensor x = Tensor.linspace(-2, 3, 12).reshape(3, 4);
        Tensor index = Tensor.of(new long[] {0, 2, 2, 1, 3, 3}, Shape.of(3, 2));
        Tensor source = Tensor.linspace(1, 2, 12).reshape(3, 4).square();
        Tensor twice = longs(2, 0, 2);
        GradientCheck.of((Tensor z) -> z.gather(1, index).square()).at(x).run();
        GradientCheck.of((Tensor z) ->
                        z.takeAlongAxis(0, longs(0, 2, 2).reshape(3, 1)).sin())
                .at(x)
                .run();
        GradientCheck.of((Tensor z) ->
                        z.index(longs(0, -1), longs(2, 1).reshape(2, 1)).square())
                .at(x)
                .run();
        GradientCheck.of((Tensor z) -> z.maskedSelect(source.gt(2)).square())
                .at(x)
                .run();
        GradientCheck.of((Tensor z) -> z.repeatInterleave(longs(2, 0, 3), 0).square())
                .at(x)
                .run();
        GradientCheck.of((Tensor z) -> z.unfold(1, 3, 1).square()).at(x).run();
        GradientCheck.ofSeveral(zs -> zs.get(0).scatter(1, index, zs.get(1)).square())
                .at(x, source)
                .run();
        GradientCheck.ofSeveral(zs -> zs.get(0).scatterAdd(1, index, zs.get(1)).square())
                .at(x, source)
                .run();
        GradientCheck.ofSeveral(zs -> zs.get(0).indexAdd(0, twice, zs.get(1)).square())
                .at(x, source)
                .run();
    }

    @Test
    void anIndexOfMasksPicksWhereTheyAreTrue() {
        Tensor rows = MATRIX.index(Tensor.of(new boolean[] {false, true, false, true}));
        assertEquals(Shape.of(2, 3), rows.shape());
        assertArrayEquals(new double[] {3, 4, 5, 9, 10, 11}, rows.toDoubleArray());
        assertArrayEquals(new double[] {10, 11}, MATRIX.index(MATRIX.gt(9)).toDoubleArray());
        assertArrayEquals(
                new double[] {10, 11}, MATRIX.maskedSelect(MATRIX.gt(9)).toDoubleArray());
    }

    @Test
    void theRowOfPaddingGetsNoGradient() {
        Tensor table = MATRIX.requireGrad();
        Tensor out = table.embedding(Tensor.of(new long[] {3, 1, 3, 0}, Shape.of(2, 2)), -1);
        assertEquals(Shape.of(2, 2, 3), out.shape());
        assertArrayEquals(
                new double[] {9, 10, 11}, out.select(0, 0).select(0, 0).toDoubleArray());
        out.square().sum().backward();
        assertArrayEquals(
                new double[] {0, 2, 4, 6, 8, 10, 0, 0, 0, 0, 0, 0}, table.grad().toDoubleArray());
    }

    @Test
    void aGradientByIndexDoesNotKeepWhatWasIndexed() {
        Tensor table = MATRIX.requireGrad();
        Tensor out = table.embedding(longs(1, 2)).sum();
        InPlace.assign(table, MATRIX.mul(2)); // the rule reads the index alone, so this is no error
        out.backward();
        assertArrayEquals(
                new double[] {0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0}, table.grad().toDoubleArray());
    }

    @Test
    void singleNumbersAndNothingCanBeIndexed() {
        Tensor one = Tensor.of(5.0);
        Tensor zero = Tensor.of(new long[] {0}, Shape.SCALAR);
        assertEquals(Shape.SCALAR, one.gather(0, zero).shape());
        assertEquals(Shape.of(2), one.gather(0, longs(0, 0)).shape());
        assertEquals(Shape.SCALAR, one.indexSelect(0, zero).shape());
        assertEquals(8, one.scatterAdd(0, zero, Tensor.of(3.0)).item());
        assertEquals(3, one.scatter(0, zero, 3).item());
        assertEquals(Shape.of(4, 0), MATRIX.indexSelect(1, longs()).shape());
        assertEquals(Shape.of(0, 3), MATRIX.repeatInterleave(0, 0).shape());
        assertEquals(
                Shape.of(4, 3),
                MATRIX.scatter(1, Tensor.zeros(DType.INT64, 0, 0), MATRIX).shape());
        assertEquals(
                Shape.of(0),
                Tensor.zeros(DType.FLOAT64, 0)
                        .maskedSelect(Tensor.zeros(DType.BOOL, 0))
                        .shape());
        assertEquals(
                Shape.of(0, 5),
                Tensor.zeros(DType.FLOAT64, 0, 3).put(1, longs(1, 1, 2), 5).shape());
    }

    @Test
    void anIndexOutsideTheAxisIsRefused() {
        for (Runnable call : List.<Runnable>of(
                () -> MATRIX.gather(1, Tensor.of(new long[] {0, 3}, Shape.of(1, 2))),
                () -> MATRIX.indexSelect(0, longs(4)),
                () -> MATRIX.indexSelect(0, longs(-1)),
                () -> MATRIX.take(0, longs(-5)),
                () -> MATRIX.index(longs(0), longs(3)),
                () -> MATRIX.embedding(longs(4)),
                () -> MATRIX.embedding(longs(0), 4),
                () -> MATRIX.scatter(0, Tensor.of(new long[] {4}, Shape.of(1, 1)), 1),
                () -> MATRIX.indexAdd(0, longs(4), MATRIX.narrow(0, 0, 1)),
                () -> MATRIX.put(0, longs(0, 1, 2, 3), 3))) {
            IndexOutOfBoundsException e = assertThrows(IndexOutOfBoundsException.class, call::run);
            assertTrue(e.getMessage().matches("[a-zA-Z]+: .*"), e.getMessage());
        }
    }

    @Test
    void indicesOfAnotherShapeAreRefused() {
        for (Runnable call : List.<Runnable>of(
                () -> MATRIX.gather(1, longs(0)),
                () -> MATRIX.gather(1, Tensor.zeros(DType.INT64, 5, 1)),
                () -> MATRIX.indexSelect(0, Tensor.zeros(DType.INT64, 1, 1)),
                () -> MATRIX.scatter(1, Tensor.zeros(DType.INT64, 4, 2), Tensor.zeros(DType.FLOAT64, 4, 1)),
                () -> MATRIX.indexAdd(0, longs(0), MATRIX),
                () -> MATRIX.index(Tensor.of(new boolean[] {true})),
                () -> MATRIX.put(0, longs(0, 1), 3),
                () -> MATRIX.repeatInterleave(longs(1, 2), 0))) {
            assertThrows(ShapeException.class, call::run);
        }
        ShapeException e = assertThrows(ShapeException.class, () -> MATRIX.gather(0, longs(0, 1)));
        assertTrue(e.getMessage().startsWith("gather: expected an index with as many axes as shape "), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> MATRIX.repeatInterleave(longs(-1), 0));
        assertThrows(dev.autodiff.shape.DTypeException.class, () -> MATRIX.take(0, MATRIX));
    }
}

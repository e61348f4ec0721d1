package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class RankMathTest {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;

    @Property(tries = 100)
    void sortingKeepsTheOrderOfEqualElements(@ForAll long seed) {
        Generator random = Generator.seeded(seed);
        double[] values = new double[random.nextInt(200)];
        double[] special = {0, -0.0, NAN, INF, -INF, 1, -1, 1e-320};
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(3) == 0 ? special[random.nextInt(special.length)] : random.nextInt(9) - 4.0;
        }
        // 0 and −0 are equal; Double.compare has NaN last, as here
        Comparator<Integer> ascending = Comparator.comparingDouble(i -> values[i] + 0.0);
        for (boolean descending : new boolean[] {false, true}) {
            long[] want = IntStream.range(0, values.length)
                    .boxed()
                    .sorted(descending ? ascending.reversed() : ascending)
                    .mapToLong(i -> i)
                    .toArray();
            for (DType dtype : new DType[] {DType.FLOAT64, DType.FLOAT32}) {
                double[] x = dtype == DType.FLOAT64
                        ? values
                        : Arrays.stream(values).map(v -> (float) v).toArray();
                if (dtype == DType.FLOAT32 && Arrays.stream(values).anyMatch(v -> v == 1e-320)) {
                    continue; // becomes 0
                }
                assertArrayEquals(
                        want, Tensor.of(x).to(dtype).argsort(0, descending).toLongArray());
            }
        }
    }

    @Test
    void sortingWorksAlongAnyAxisAndCarriesTheGradientBack() {
        Tensor x = Tensor.of(new double[][] {{3, 1}, {1, 2}, {2, 0}}).requireGrad();
        ValuesAndIndices sorted = x.sort(0);
        assertArrayEquals(new double[] {1, 0, 2, 1, 3, 2}, sorted.values().toDoubleArray());
        assertArrayEquals(new long[] {1, 2, 2, 0, 0, 1}, sorted.indices().toLongArray());
        sorted.values()
                .mul(Tensor.of(new double[][] {{1, 2}, {3, 4}, {5, 6}}))
                .sum()
                .backward();
        assertArrayEquals(new double[] {5, 4, 1, 6, 3, 2}, x.grad().toDoubleArray());
    }

    @Test
    void theTopOnesStandInOrder() {
        Tensor x = Tensor.of(new double[] {3, NAN, 7, 5});
        assertArrayEquals(new double[] {NAN, 7}, x.topK(2, 0, true).values().toDoubleArray());
        assertArrayEquals(new long[] {0, 3, 2}, x.topK(3, -1, false).indices().toLongArray());
        assertEquals(Shape.of(0), x.topK(0, 0, true).values().shape());
        assertEquals(Shape.SCALAR, Tensor.of(2.0).topK(1, 0, true).values().shape());
        assertThrows(IndexOutOfBoundsException.class, () -> x.topK(5, 0, true));
    }

    @Test
    void anExtremeWithItsIndexIsTheFirstOfEqualOnesAndAloneGetsTheGradient() {
        Tensor x = Tensor.of(new double[][] {{1, 4, 4}, {2, 2, 0}}).requireGrad();
        ValuesAndIndices most = x.maxWithIndex(false, 1);
        assertArrayEquals(new long[] {1, 0}, most.indices().toLongArray());
        most.values().sum().backward();
        assertArrayEquals(new double[] {0, 1, 0, 1, 0, 0}, x.grad().toDoubleArray());
        assertEquals(Shape.of(2, 1), x.minWithIndex(true, -1).values().shape());
        assertArrayEquals(new long[] {0, 2}, x.minWithIndex(true, -1).indices().toLongArray());
        assertEquals(
                NAN,
                Tensor.of(new double[] {1, NAN, 3})
                        .maxWithIndex(false, 0)
                        .values()
                        .item());
        assertEquals(
                Shape.SCALAR, Tensor.of(1.0).maxWithIndex(true, 0).indices().shape());
    }

    @Test
    void aRunningExtremeIsTheLastOfEqualOnes() {
        Tensor x = Tensor.of(new double[] {2, 1, 2, 3, NAN, 5});
        ValuesAndIndices most = x.cumMax(0);
        assertArrayEquals(new double[] {2, 2, 2, 3, NAN, NAN}, most.values().toDoubleArray());
        assertArrayEquals(new long[] {0, 0, 2, 3, 4, 4}, most.indices().toLongArray());
        assertArrayEquals(new long[] {0, 1, 1, 1, 4, 4}, x.cumMin(0).indices().toLongArray());
        Tensor leaf = Tensor.of(new double[] {2, 1, 2, 3}).requireGrad();
        leaf.cumMax(0).values().sum().backward();
        assertArrayEquals(new double[] {2, 0, 1, 1}, leaf.grad().toDoubleArray());
    }

    @Test
    void theMedianIsTheLowerOfTwo() {
        Tensor x = Tensor.of(new double[] {5, 1, 4, 2}).requireGrad();
        assertEquals(2, x.median().item());
        x.median().backward();
        assertArrayEquals(new double[] {0, 0, 0, 1}, x.grad().toDoubleArray());
        assertEquals(NAN, Tensor.of(new double[] {5, NAN, 4}).median().item());
        Tensor ties = Tensor.of(new double[] {2, 1, 2, 9}).requireGrad();
        ties.median().backward();
        assertArrayEquals(new double[] {0.5, 0, 0.5, 0}, ties.grad().toDoubleArray());
        ValuesAndIndices rows = Tensor.of(new double[][] {{3, 1, 2}, {7, 7, 1}}).medianWithIndex(false, 1);
        assertArrayEquals(new double[] {2, 7}, rows.values().toDoubleArray());
        assertArrayEquals(new long[] {2, 0}, rows.indices().toLongArray());
    }

    @Test
    void indicesOverSeveralAxesCountInRowMajorOrder() {
        Tensor x = Tensor.of(new double[] {1, 8, 3, 4, 5, 6, 7, 2}, Shape.of(2, 2, 2));
        assertEquals(1, x.argmax().item());
        assertArrayEquals(new long[] {1, 2}, x.argmax(0, 2).toLongArray());
        assertEquals(Shape.of(1, 2, 1), x.argmin(true, 0, -1).shape());
        assertEquals(Shape.of(1, 1, 1), x.argmax(true).shape());
        assertEquals(0, Tensor.of(1.0).argmax().item());
        assertEquals(Shape.of(0), Tensor.zeros(DType.FLOAT64, 0, 3).argmax(1).shape());
        assertThrows(ShapeException.class, () -> Tensor.zeros(DType.FLOAT64, 0).argmax());
        assertThrows(
                ShapeException.class, () -> Tensor.zeros(DType.FLOAT64, 0, 3).median());
    }

    @Test
    void allOfNothingAreTrueAndNoneIs() {
        Tensor x = Tensor.of(new boolean[] {true, false, true, true}, Shape.of(2, 2));
        assertFalse(x.all().toBooleanArray()[0]);
        assertTrue(x.any().toBooleanArray()[0]);
        assertArrayEquals(new boolean[] {false, true}, x.all(1).toBooleanArray());
        assertArrayEquals(new boolean[] {true, false}, x.all(true, 0).toBooleanArray());
        Tensor none = Tensor.zeros(DType.BOOL, 2, 0);
        assertArrayEquals(new boolean[] {true, true}, none.all(1).toBooleanArray());
        assertArrayEquals(new boolean[] {false, false}, none.any(1).toBooleanArray());
    }
}

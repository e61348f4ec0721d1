package dev.autodiff.nn.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.Generator;
import dev.autodiff.NonFiniteException;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DataLoaderTest {

    /** Sample i has the inputs 2i and 2i + 1 and the label i. */
    private static DataLoader loader(int samples, int batchSize) {
        Tensor inputs = Tensor.range(0, 2L * samples).to(DType.FLOAT32).reshape(Shape.of(samples, 2, 1));
        return DataLoader.of(inputs, Tensor.range(0, samples), batchSize);
    }

    private static List<Long> epoch(DataLoader loader) {
        List<Long> labels = new ArrayList<>();
        for (Batch batch : loader) {
            assertEquals(Shape.of(batch.size(), 2, 1), batch.inputs().shape());
            for (int i = 0; i < batch.size(); i++) {
                long label = batch.labels().toLongArray()[i];
                assertEquals(2.0 * label, batch.inputs().get(i, 0, 0));
                assertEquals(2.0 * label + 1, batch.inputs().get(i, 1, 0));
                labels.add(label);
            }
        }
        return labels;
    }

    @Property
    void anEpochShowsEachSampleOnce(
            @ForAll @IntRange(max = 40) int samples,
            @ForAll @IntRange(min = 1, max = 12) int batchSize,
            @ForAll long seed) {
        DataLoader ordered = loader(samples, batchSize);
        List<Long> all = LongStream.range(0, samples).boxed().toList();
        assertEquals(all, epoch(ordered));
        assertEquals((samples + batchSize - 1) / batchSize, ordered.size());

        DataLoader shuffled = ordered.shuffled(Generator.seeded(seed));
        assertEquals(all, epoch(shuffled).stream().sorted().toList());
        assertEquals(samples / batchSize * batchSize, epoch(shuffled.dropLast()).size());
        assertEquals(samples / batchSize, shuffled.dropLast().size());
    }

    @Test
    void theSeedDecidesTheOrderOfEveryEpoch() {
        DataLoader a = loader(50, 8).shuffled(Generator.seeded(5));
        DataLoader b = loader(50, 8).shuffled(Generator.seeded(5));
        List<Long> first = epoch(a);
        assertEquals(first, epoch(b));
        List<Long> second = epoch(a);
        assertEquals(second, epoch(b));
        assertNotEquals(first, second);
        assertNotEquals(first, epoch(loader(50, 8).shuffled(Generator.seeded(6))));
    }

    @Test
    void anEpochCanBeResumedFromTheGenerator() {
        Generator generator = Generator.seeded(5);
        DataLoader loader = loader(50, 8).shuffled(generator);
        epoch(loader);
        long state = generator.state();
        assertEquals(epoch(loader), epoch(loader(50, 8).shuffled(Generator.resumed(state))));
    }

    @Test
    void anEpochEnds() {
        Iterator<Batch> batches = loader(3, 8).iterator();
        assertEquals(3, batches.next().size());
        assertThrows(NoSuchElementException.class, batches::next);
    }

    @Test
    void wrongSizesAreRefused() {
        Tensor x = Tensor.zeros(DType.FLOAT32, 3, 2);
        ShapeException e = assertThrows(ShapeException.class, () -> DataLoader.of(x, Tensor.range(0, 4), 2));
        assertTrue(e.getMessage().contains("[3, 2] and [4]"), e.getMessage());
        assertThrows(ShapeException.class, () -> DataLoader.of(Tensor.of(1.0), Tensor.of(1.0), 2));
        assertThrows(IllegalArgumentException.class, () -> DataLoader.of(x, Tensor.range(0, 3), 0));
    }

    @Test
    void aNumberThatIsNoneIsFoundBeforeTraining() {
        double[] values = new double[70_000 * 2];
        values[2 * 69_999 + 1] = Double.NaN;
        Tensor x = Tensor.of(values, Shape.of(70_000, 2));
        NonFiniteException e =
                assertThrows(NonFiniteException.class, () -> DataLoader.of(x, Tensor.range(0, 70_000), 2));
        assertEquals(
                "loader: inputs: expected finite numbers, got NaN at index [69999, 1] of shape [70000, 2]",
                e.getMessage());
        Tensor infinite = Tensor.of(new float[] {1, Float.NEGATIVE_INFINITY});
        assertTrue(assertThrows(NonFiniteException.class, () -> DataLoader.requireFinite("iris.csv", infinite))
                .getMessage()
                .startsWith("iris.csv: expected finite numbers, got -Infinity at index [1]"));
    }
}

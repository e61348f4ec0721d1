package dev.autodiff.nn.data;

import dev.autodiff.Generator;
import dev.autodiff.NonFiniteException;
import dev.autodiff.Tensor;
import dev.autodiff.shape.ShapeException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Cuts samples that are in memory into batches. Each loop over it is an epoch:
 *
 * <pre>{@code
 * DataLoader loader = DataLoader.of(images, labels, 128).shuffled(Generator.seeded(1));
 * for (Batch batch : loader) { … }
 * }</pre>
 *
 * <p>A shuffled loader draws a new order from its generator at the beginning of each epoch, so that the generator's state alone decides
 * it. The last batch is smaller if the batch size does not divide the samples.
 */
public final class DataLoader implements Iterable<Batch> {
    private static final int SCAN = 1 << 16;

    private final Tensor inputs;
    private final Tensor labels;
    private final int batchSize;
    private final boolean dropLast;
    private final @Nullable Generator generator;

    private DataLoader(Tensor inputs, Tensor labels, int batchSize, boolean dropLast, @Nullable Generator generator) {
        this.inputs = inputs;
        this.labels = labels;
        this.batchSize = batchSize;
        this.dropLast = dropLast;
        this.generator = generator;
    }

    /**
     * Returns a loader that goes through the samples in their order.
     *
     * @param inputs [samples, …]
     * @param labels [samples, …]
     * @param batchSize how many samples a batch has, at least 1
     * @throws ShapeException if there are not as many labels as inputs
     * @throws NonFiniteException if a number is NaN or infinite
     */
    public static DataLoader of(Tensor inputs, Tensor labels, int batchSize) {
        if (inputs.rank() == 0 || labels.rank() == 0 || inputs.size(0) != labels.size(0)) {
            throw new ShapeException("loader: expected inputs [samples, …] and labels [samples, …], got "
                    + inputs.shape() + " and " + labels.shape());
        }
        if (batchSize < 1) {
            throw new IllegalArgumentException("loader: a batch must have at least one sample, got " + batchSize);
        }
        return new DataLoader(
                requireFinite("loader: inputs", inputs.detach()),
                requireFinite("loader: labels", labels.detach()),
                batchSize,
                false,
                null);
    }

    /** Returns a loader over the same samples in a new random order for each epoch, which it draws from the generator. */
    public DataLoader shuffled(Generator newGenerator) {
        return new DataLoader(inputs, labels, batchSize, dropLast, newGenerator);
    }

    /** Returns a loader over the same samples that leaves out the last batch of an epoch if it is smaller than the others. */
    public DataLoader dropLast() {
        return new DataLoader(inputs, labels, batchSize, true, generator);
    }

    /** Returns the number of batches of an epoch. */
    public int size() {
        return samples() / batchSize + (dropLast || samples() % batchSize == 0 ? 0 : 1);
    }

    /** Returns the number of samples. */
    public int samples() {
        return inputs.size(0);
    }

    /** Begins an epoch. */
    @Override
    public Iterator<Batch> iterator() {
        int[] order = generator == null ? null : generator.permutation(samples());
        return new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < size();
            }

            @Override
            public Batch next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("loader: the epoch has " + size() + " batches");
                }
                int from = next++ * batchSize;
                int count = Math.min(batchSize, samples() - from);
                return new Batch(rows(inputs, order, from, count), rows(labels, order, from, count));
            }
        };
    }

    private static Tensor rows(Tensor samples, int @Nullable [] order, int from, int count) {
        if (order == null) {
            return samples.narrow(0, from, count);
        }
        Tensor[] rows = new Tensor[count];
        for (int i = 0; i < count; i++) {
            rows[i] = samples.narrow(0, order[from + i], 1);
        }
        return Tensor.concat(0, rows);
    }

    /**
     * Returns a tensor as it is if none of its numbers is NaN or infinite.
     *
     * @param what named in the message, {@code "iris.csv"} for example
     * @throws NonFiniteException if one is; the message gives its index
     */
    public static Tensor requireFinite(String what, Tensor tensor) {
        if (!tensor.dtype().isFloating()) {
            return tensor;
        }
        Tensor flat = tensor.detach().flatten();
        for (int from = 0; from < flat.size(); from += SCAN) {
            double[] values =
                    flat.narrow(0, from, Math.min(SCAN, flat.size() - from)).toDoubleArray();
            for (int i = 0; i < values.length; i++) {
                if (!Double.isFinite(values[i])) {
                    throw new NonFiniteException(what + ": expected finite numbers, got " + values[i] + " at index "
                            + Arrays.toString(tensor.shape().index(from + i)) + " of shape " + tensor.shape());
                }
            }
        }
        return tensor;
    }
}

package dev.autodiff.nn.data;

import dev.autodiff.Tensor;

/**
 * Some samples and what is to be predicted of them.
 *
 * @param inputs [n, …]
 * @param labels [n, …]
 */
public record Batch(Tensor inputs, Tensor labels) {
    /** Returns the number of samples n. */
    public int size() {
        return inputs.size(0);
    }
}

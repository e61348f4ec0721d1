package dev.autodiff.explain;

import dev.autodiff.Tensor;

/**
 * What one operation added to the gradient of one of its inputs.
 *
 * @param from the {@link Step#id} of the operation
 * @param fromName its symbol
 * @param to the id of the input
 * @param toName its symbol
 * @param toGradient what the gradient of the input is called, {@code δW1} for example
 * @param input which of the operation's inputs it is, counted from 0
 * @param rule how it was computed, {@code δz2 Wᵀ} for example
 * @param value the numbers, of the input's shape
 * @param check the operation's own rule beside differences of this one operation
 */
public record Contribution(
        int from,
        String fromName,
        int to,
        String toName,
        String toGradient,
        int input,
        String rule,
        Tensor value,
        Check check) {}

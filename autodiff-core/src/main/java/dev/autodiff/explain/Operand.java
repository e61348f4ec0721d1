package dev.autodiff.explain;

import dev.autodiff.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * An input of an operation.
 *
 * @param id the {@link Step#id} of the node that it is; null for a constant, which requires no gradient
 * @param symbol its symbol, or the number that it is
 * @param constant the value of a constant; null for a node
 */
public record Operand(
        @Nullable Integer id, String symbol, @Nullable Tensor constant) {}

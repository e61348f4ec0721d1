package dev.autodiff.examples.draw;

import dev.autodiff.Tensor;

/** A function of many points of the plane at once, as a network with two inputs is one. */
@FunctionalInterface
public interface PointFunction {
    /**
     * Returns one value for each point.
     *
     * @param points float64 [n, 2]
     * @return n values in any shape
     */
    Tensor values(Tensor points);
}

package dev.autodiff.nn;

import dev.autodiff.Tensor;
import dev.autodiff.shape.ShapeException;

/** What becomes of the single losses, one for each element or row. */
public enum Reduction {
    /** They stay as they are. */
    NONE,
    /** Their sum, of shape []. */
    SUM,
    /** Their mean, of shape []; NaN of none. With class weights the weighted mean, see {@link CrossEntropy}. */
    MEAN,
    /** Their sum divided by the number of rows, the size of the first axis, of shape []; NaN of none. */
    BATCH_MEAN;

    /**
     * Reduces losses of any shape.
     *
     * @throws ShapeException if a mean over rows is asked of losses of shape []
     */
    public Tensor of(Tensor losses) {
        return switch (this) {
            case NONE -> losses;
            case SUM -> losses.sum();
            case MEAN -> losses.mean();
            case BATCH_MEAN -> {
                if (losses.rank() == 0) {
                    throw new ShapeException(
                            "batch mean: expected losses [rows, …], got shape []; use MEAN or SUM for a single row");
                }
                yield losses.sum().div(losses.size(0));
            }
        };
    }
}

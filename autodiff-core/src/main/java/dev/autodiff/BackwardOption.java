package dev.autodiff;

/** What {@link Tensor#backward(Tensor, BackwardOption...)} does beyond computing gradients. */
public enum BackwardOption {
    /** Keeps what the graph saved, so that it can be swept again. */
    RETAIN_GRAPH,
    /** Records the sweep itself, so that gradients can be differentiated; implies {@link #RETAIN_GRAPH}. */
    CREATE_GRAPH
}

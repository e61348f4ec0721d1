package dev.autodiff;

/** What stands beside the elements of a padded tensor. In the examples, a, b, c, d is padded by two on each side. */
public enum PadMode {
    /** The mirror image without the element at the edge: {@code c b | a b c d | c b}. */
    REFLECT,
    /** The element at the edge: {@code a a | a b c d | d d}. */
    REPLICATE,
    /** The tensor from its other end: {@code c d | a b c d | a b}. */
    CIRCULAR
}

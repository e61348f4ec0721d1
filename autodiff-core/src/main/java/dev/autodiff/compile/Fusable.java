package dev.autodiff.compile;

/** What may become a part of a chain of elementwise functions. */
public interface Fusable {
    /** Returns the function as the loops over elements count them. */
    int function();
}

package dev.autodiff.compile;

/** What repeats the elements of its one operand; where that is a single number, the number itself will do. */
public interface Repeating {}

package dev.autodiff;

/**
 * The value of a function and its gradient at the same point.
 *
 * @param value the function's result, of one element
 * @param gradient of the argument's shape and type
 */
public record ValueAndGrad(Tensor value, Tensor gradient) {}

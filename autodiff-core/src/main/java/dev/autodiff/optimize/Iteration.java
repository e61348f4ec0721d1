package dev.autodiff.optimize;

import dev.autodiff.Tensor;

/**
 * How far a minimiser has come.
 *
 * @param number 0 at the start
 * @param point where it is
 * @param value the function there
 * @param gradientNorm the largest component of the gradient there, {@code maxᵢ |∂f/∂xᵢ|}
 * @param evaluations how often the function ran so far
 */
public record Iteration(int number, Tensor point, double value, double gradientNorm, int evaluations) {}

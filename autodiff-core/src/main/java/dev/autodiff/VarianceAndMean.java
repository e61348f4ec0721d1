package dev.autodiff;

/**
 * Two moments of the same elements.
 *
 * @param variance their variance
 * @param mean their mean, of the same shape
 */
public record VarianceAndMean(Tensor variance, Tensor mean) {}

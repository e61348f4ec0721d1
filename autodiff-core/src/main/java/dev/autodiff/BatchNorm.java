package dev.autodiff;

/**
 * What a batch normalisation gives.
 *
 * @param output the normalised tensor
 * @param runningMean the running mean after this batch, [channels]; no gradient flows through it
 * @param runningVariance the running variance after this batch, [channels]; no gradient flows through it
 */
public record BatchNorm(Tensor output, Tensor runningMean, Tensor runningVariance) {}

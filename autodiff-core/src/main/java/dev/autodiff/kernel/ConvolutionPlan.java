package dev.autodiff.kernel;

import java.util.List;

/**
 * The sizes of a convolution.
 *
 * @param axes one to three spatial axes
 * @param groups channels are convolved within their group alone
 * @param batch images
 * @param inPerGroup channels of the input in a group
 * @param outPerGroup channels of the output in a group
 */
public record ConvolutionPlan(List<WindowAxis.Sliding> axes, int groups, int batch, int inPerGroup, int outPerGroup) {}

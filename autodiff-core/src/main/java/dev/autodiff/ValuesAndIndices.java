package dev.autodiff;

/**
 * Elements and where along an axis they were.
 *
 * @param values the elements, which have derivatives
 * @param indices their places along the axis (int64), of the same shape
 */
public record ValuesAndIndices(Tensor values, Tensor indices) {}

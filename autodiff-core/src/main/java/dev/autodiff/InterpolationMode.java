package dev.autodiff;

/** Where the new elements of an interpolation come from. */
public enum InterpolationMode {
    /** The element at ⌊o·scale⌋. */
    NEAREST,
    /** The element at ⌊(o + ½)·scale⌋. */
    NEAREST_EXACT,
    /** The two neighbours along each axis, weighted by their closeness: linear, bilinear and trilinear. */
    LINEAR,
    /** The four neighbours along each axis, by the convolution with a cubic whose parameter is −0.75 (Keys, 1981): cubic and bicubic. */
    CUBIC,
    /** The mean of the elements that a new one covers. */
    AREA
}

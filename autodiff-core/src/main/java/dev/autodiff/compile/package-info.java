/**
 * Straight-line programs: what a captured function does, step by step, made smaller by passes and given buffers to run in. Knows values
 * and steps, but no tensors and no derivatives.
 */
@NullMarked
package dev.autodiff.compile;

import org.jspecify.annotations.NullMarked;

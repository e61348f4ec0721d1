/** Minimisers of functions of a tensor, by exact derivatives. */
@NullMarked
package dev.autodiff.optimize;

import org.jspecify.annotations.NullMarked;

/** Compares the library with values and derivatives that PyTorch recorded: golden files. */
@NullMarked
package dev.autodiff.examples.goldens;

import org.jspecify.annotations.NullMarked;

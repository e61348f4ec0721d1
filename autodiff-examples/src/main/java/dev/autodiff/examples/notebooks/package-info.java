/** The lessons as Jupyter notebooks, made of the same sources. */
@NullMarked
package dev.autodiff.examples.notebooks;

import org.jspecify.annotations.NullMarked;

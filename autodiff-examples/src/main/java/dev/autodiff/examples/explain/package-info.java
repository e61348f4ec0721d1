/** Explains backpropagation on small graphs of the lectures. */
@NullMarked
package dev.autodiff.examples.explain;

import org.jspecify.annotations.NullMarked;

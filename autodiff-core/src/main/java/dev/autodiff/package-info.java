/** Tensors, the operations on them, and the transforms that differentiate functions made of them. */
@NullMarked
package dev.autodiff;

import org.jspecify.annotations.NullMarked;

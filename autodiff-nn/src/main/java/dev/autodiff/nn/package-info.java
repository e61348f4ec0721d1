/** Layers and what trains them. */
@NullMarked
package dev.autodiff.nn;

import org.jspecify.annotations.NullMarked;

/** Files for models and results: safe to read whatever they hold, whole at any moment while written. */
@NullMarked
package dev.autodiff.nn.io;

import org.jspecify.annotations.NullMarked;

/** What feeds a training: data sets in files, and loaders that cut them into batches. */
@NullMarked
package dev.autodiff.nn.data;

import org.jspecify.annotations.NullMarked;

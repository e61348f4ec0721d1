/** The same work done by this library and by others, side by side in one run: the program behind {@code ./autodiff bench}. */
@NullMarked
package dev.autodiff.benchmarks.compare;

import org.jspecify.annotations.NullMarked;

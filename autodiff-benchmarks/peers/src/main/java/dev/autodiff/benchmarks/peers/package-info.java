/** Other libraries as sides of the comparison. */
@NullMarked
package dev.autodiff.benchmarks.peers;

import org.jspecify.annotations.NullMarked;

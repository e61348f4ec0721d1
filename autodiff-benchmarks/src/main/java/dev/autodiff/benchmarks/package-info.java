/** JMH measurements. */
@NullMarked
package dev.autodiff.benchmarks;

import org.jspecify.annotations.NullMarked;

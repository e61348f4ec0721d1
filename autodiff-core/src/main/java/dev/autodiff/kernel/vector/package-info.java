/** Kernels on jdk.incubator.vector: the only code of the library that sees that module. */
@NullMarked
package dev.autodiff.kernel.vector;

import org.jspecify.annotations.NullMarked;

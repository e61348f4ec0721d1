/** The MNIST digits, which are part of the module. */
@NullMarked
package dev.autodiff.examples.mnist;

import org.jspecify.annotations.NullMarked;

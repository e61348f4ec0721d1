/** One program per idea, behind one command line. */
@NullMarked
package dev.autodiff.examples;

import org.jspecify.annotations.NullMarked;

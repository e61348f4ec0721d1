/** What a lesson is written on: sections of prose, code and output, in the terminal and in a notebook. */
@NullMarked
package dev.autodiff.examples.page;

import org.jspecify.annotations.NullMarked;

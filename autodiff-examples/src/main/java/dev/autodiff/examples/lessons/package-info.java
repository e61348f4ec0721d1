/**
 * The examples of lectures on backpropagation as programs; each is one file that reads like a notebook. A gradient right after
 * {@code backward} is taken for present, as a notebook would: what is missing fails where the lesson runs, and the tests run each.
 */
@NullUnmarked
package dev.autodiff.examples.lessons;

import org.jspecify.annotations.NullUnmarked;

/** Backpropagation shown step by step on a user's own graph, as text and as a page with a drawing. */
@NullMarked
package dev.autodiff.explain;

import org.jspecify.annotations.NullMarked;

/** Tools that check derivatives: for the library's own tests and for users' functions alike. */
@NullMarked
package dev.autodiff.check;

import org.jspecify.annotations.NullMarked;

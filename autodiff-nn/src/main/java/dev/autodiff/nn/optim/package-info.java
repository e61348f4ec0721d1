/** What changes parameters by their gradients, and the schedules of its rate. */
@NullMarked
package dev.autodiff.nn.optim;

import org.jspecify.annotations.NullMarked;

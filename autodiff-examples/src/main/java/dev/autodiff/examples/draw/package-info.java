/** Pictures of numbers in one look that is safe for colour-blind eyes: charts over XChart, and what XChart does not draw. */
@NullMarked
package dev.autodiff.examples.draw;

import org.jspecify.annotations.NullMarked;

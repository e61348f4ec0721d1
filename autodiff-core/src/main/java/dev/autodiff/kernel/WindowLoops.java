package dev.autodiff.kernel;

import java.util.List;

/**
 * Loops over windows of planes with one to three spatial axes. All arrays hold the planes one after the other from index 0; threads
 * share the planes, so that results have the same bits for any number of them.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public interface WindowLoops<A> {
    /** Sets {@code out[p, o] = Σ x[p, i]} over the positions i of window o. Modified: out. */
    void sum(List<? extends WindowAxis> axes, int planes, A x, A out);

    /** Sets {@code out[p, i] = Σ g[p, o]} over the windows o that cover position i: the transpose of {@link #sum}. Modified: out. */
    void spread(List<? extends WindowAxis> axes, int planes, A g, A out);

    /** Sets {@code out[p, o]} to the position of the first largest x of window o in its plane, the last NaN if there is one; −1 if it covers none. */
    void largest(List<? extends WindowAxis> axes, int planes, A x, long[] out);

    /** Sets {@code out[p, o] = x[p, places[p, o]]} for planes of {@code inputs} and {@code outputs} elements. Modified: out. */
    void pick(int planes, int inputs, int outputs, A x, long[] places, A out);

    /** Sets {@code out[p, i] = Σ g[p, o]} over the o with {@code places[p, o] = i}: the transpose of {@link #pick}. Modified: out. */
    void drop(int planes, int inputs, int outputs, A g, long[] places, A out);

    /** Sets {@code out[p, j, o]} to the j-th element of window o of plane p, or 0 outside. Modified: out [planes, kernel, outputs]. */
    void unfold(List<WindowAxis.Sliding> axes, int planes, A x, A out);

    /** Sets out to the sums of {@code g[p, j, o]} at the j-th element of window o of plane p: the transpose of {@link #unfold}. Modified: out. */
    void fold(List<WindowAxis.Sliding> axes, int planes, A g, A out);
}

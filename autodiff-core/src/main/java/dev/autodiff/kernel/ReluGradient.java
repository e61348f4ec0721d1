package dev.autodiff.kernel;

/**
 * The gradient of ReLU, {@code out[i] = y[i] ≤ 0 ? 0 : x[i]} for a cotangent x and ReLU's input or result y. The compiler turns such a choice into
 * branches, half of which the processor guesses wrong for random signs, 1 to 5 ns an element, or leaves it without vectors.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public interface ReluGradient<A> {
    /**
     * Sets {@code out[oo + i]} to 0 where {@code y[yo + i] ≤ 0}, else, also where that is NaN, to {@code x[xo + i]}, for i from 0 to n − 1.
     * Modified: out, which may be x or y at the same offset.
     */
    void run(A x, int xo, A y, int yo, A out, int oo, int n);
}

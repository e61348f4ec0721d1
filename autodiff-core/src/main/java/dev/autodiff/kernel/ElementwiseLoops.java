package dev.autodiff.kernel;

/**
 * Loops that apply a function to every element. A function is known by its place among the elementwise operations, whose names
 * PortableKernels lists; the loops of the portable kernels are generated from the definitions of the operations. Each operand has an offset and a stride, 1 for an
 * array of {@code n} elements and 0 for one element that is used {@code n} times. Output and inputs may be the same array at
 * the same offset.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public interface ElementwiseLoops<A> {
    /** Returns about how many nanoseconds a function takes for one element of a long array, so that its work can be shared. */
    default double nanos(int f) {
        return 0.4;
    }

    /** Sets {@code out[oo + i] = f(x[xo + i·xs])} for i from 0 to n − 1. Modified: out. */
    void unary(int f, A x, int xo, int xs, A out, int oo, int n);

    /** Sets {@code out[oo + i] = f(x[xo + i·xs], y[yo + i·ys])} for i from 0 to n − 1. Modified: out. */
    void binary(int f, A x, int xo, int xs, A y, int yo, int ys, A out, int oo, int n);

    /** Sets {@code out[oo + i] = f(x[xo + i·xs], y[yo + i·ys], z[zo + i·zs])} for i from 0 to n − 1. Modified: out. */
    void ternary(int f, A x, int xo, int xs, A y, int yo, int ys, A z, int zo, int zs, A out, int oo, int n);

    /** Sets {@code out[oo + i] = c(x[xo + i·xs], y[yo + i·ys])} for a comparison c. Modified: out. */
    void compare(int c, A x, int xo, int xs, A y, int yo, int ys, boolean[] out, int oo, int n);

    /** Sets {@code out[oo + i] = mask[mo + i·ms] ? x[xo + i·xs] : y[yo + i·ys]}. Modified: out. */
    void select(boolean[] mask, int mo, int ms, A x, int xo, int xs, A y, int yo, int ys, A out, int oo, int n);
}

package dev.autodiff.kernel;

/**
 * Replaces one of the generated loops, the gradient of ReLU, by a faster one; the others run as they are.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
record ReluGradientLoops<A>(ElementwiseLoops<A> loops, ReluGradient<A> gradient, int reluGradient)
        implements ElementwiseLoops<A> {
    ReluGradientLoops(ElementwiseLoops<A> loops, ReluGradient<A> gradient) {
        this(loops, gradient, KernelSet.numberOf("RELU_GRADIENT"));
    }

    @Override
    public void binary(int f, A x, int xo, int xs, A y, int yo, int ys, A out, int oo, int n) {
        if (f == reluGradient && xs == 1 && ys == 1) {
            gradient.run(x, xo, y, yo, out, oo, n);
        } else {
            loops.binary(f, x, xo, xs, y, yo, ys, out, oo, n);
        }
    }

    @Override
    public void unary(int f, A x, int xo, int xs, A out, int oo, int n) {
        loops.unary(f, x, xo, xs, out, oo, n);
    }

    @Override
    public void ternary(int f, A x, int xo, int xs, A y, int yo, int ys, A z, int zo, int zs, A out, int oo, int n) {
        loops.ternary(f, x, xo, xs, y, yo, ys, z, zo, zs, out, oo, n);
    }

    @Override
    public void compare(int c, A x, int xo, int xs, A y, int yo, int ys, boolean[] out, int oo, int n) {
        loops.compare(c, x, xo, xs, y, yo, ys, out, oo, n);
    }

    @Override
    public void select(boolean[] mask, int mo, int ms, A x, int xo, int xs, A y, int yo, int ys, A out, int oo, int n) {
        loops.select(mask, mo, ms, x, xo, xs, y, yo, ys, out, oo, n);
    }
}

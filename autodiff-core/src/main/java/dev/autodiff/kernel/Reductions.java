package dev.autodiff.kernel;

/**
 * Reductions of the middle axis of an array of shape [outer, n, inner] to [outer, inner], in an order that does not depend on
 * the number of threads.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public interface Reductions<A> {
    /** What a reduction computes. */
    enum Kind {
        /** Σ x, 0 for n = 0; added pairwise, float32 in double. */
        SUM,
        /** Π x, 1 for n = 0. */
        PRODUCT,
        /** max x, NaN if any is; n must not be 0. */
        MAX,
        /** min x, NaN if any is; n must not be 0. */
        MIN,
        /** log Σ exp x, shifted by the maximum; −∞ for n = 0. */
        LOG_SUM_EXP
    }

    /** A sum is cut at multiples of so many numbers only. */
    int RUN = 128;

    /** Sets {@code out[o, i]} to the reduction of {@code x[o, :, i]}. Modified: out. */
    void reduce(Kind kind, A x, A out, int outer, int n, int inner);

    /**
     * Sets {@code out[k] = Σ_o Σ_i x[o, k, i]} for x of shape [outer, kept, inner], 0 over nothing; added pairwise, float32 in double.
     * Modified: out.
     */
    void sumAround(A x, A out, int outer, int kept, int inner);

    /**
     * Sets {@code sums[at + r]} to the sum of run r of n neighbours from x[0] on: {@link #RUN} elements, the last one what is left. With
     * {@link #sumOfRuns} that gives the bits of {@link #reduce} for numbers that are never all there. Modified: sums.
     */
    void sumEachRun(A x, int n, double[] sums, int at);

    /** Sets {@code out[0]} to what {@link #reduce} gives for the sum of n numbers whose runs have these sums. Modified: out. */
    void sumOfRuns(double[] sums, int n, A out);

    /** Sets {@code out[o, i]} to the first index of the largest (or smallest) of {@code x[o, :, i]}, the first NaN if there is one. */
    void argument(boolean largest, A x, long[] out, int outer, int n, int inner);
}

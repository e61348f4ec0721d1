package dev.autodiff.benchmarks.compare;

import java.util.Arrays;

/**
 * The initial weights and data, the same on all sides and in all languages: uniform numbers made from a stream's number and a place in it by the
 * output function of SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
 */
public final class Inputs {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private Inputs() {}

    /** Returns n numbers in [−bound, bound) of a stream. */
    public static double[] uniform(int stream, int n, double bound) {
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = bound * (2 * unit(stream, i) - 1);
        }
        return x;
    }

    /** Returns the numbers of {@link #uniform} rounded to float32. */
    public static float[] floats(int stream, int n, double bound) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) (bound * (2 * unit(stream, i) - 1));
        }
        return x;
    }

    /** Returns n classes from 0 to 9 of a stream. */
    public static long[] classes(int stream, int n) {
        long[] x = new long[n];
        Arrays.setAll(x, i -> (long) (10 * unit(stream, i)));
        return x;
    }

    private static double unit(int stream, int i) {
        long z = (((long) stream << 32) + i + 1) * GOLDEN_GAMMA;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return ((z ^ (z >>> 31)) >>> 11) * 0x1p-53;
    }
}

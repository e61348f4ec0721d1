package dev.autodiff;

import java.nio.charset.StandardCharsets;

/**
 * A source of random numbers that gives the same bits on every machine, JDK and run: SplitMix64, by Steele, Lea and Flood, "Fast
 * Splittable Pseudorandom Number Generators", OOPSLA 2014. Its whole state is one long, so that a training can be resumed where it was.
 * Not for secrets, and not for use by several threads at once.
 */
public final class Generator {
    private static final long GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    private Generator(long state) {
        this.state = state;
    }

    /** Returns the generator that a seed starts. */
    public static Generator seeded(long seed) {
        return new Generator(mix(seed + GAMMA));
    }

    /** Returns a generator that goes on where one with this {@link #state} stopped. */
    public static Generator resumed(long state) {
        return new Generator(state);
    }

    /** Returns an independent generator for a purpose, {@code "shuffle"} for example; this one stays as it is. */
    public Generator named(String purpose) {
        long hash = 0xCBF29CE484222325L; // FNV-1a
        for (byte b : purpose.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xFF)) * 0x100000001B3L;
        }
        return new Generator(mix(state ^ mix(hash)));
    }

    /** Returns what {@link #resumed} needs to go on from here. */
    public long state() {
        return state;
    }

    /** Returns 64 random bits. */
    public long nextLong() {
        state += GAMMA;
        return mix(state);
    }

    /** Returns a multiple of 2⁻⁵³, uniform from 0 (inclusive) to 1 (exclusive). */
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1p-53;
    }

    /**
     * Returns a whole number, uniform from 0 (inclusive) to {@code bound} (exclusive).
     *
     * @throws IllegalArgumentException if bound is not positive
     */
    public int nextInt(int bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("nextInt: bound must be positive, got " + bound);
        }
        // Lemire's method: the high word of a product, rejecting the few values that would make some numbers more
        // likely.
        long product = (nextLong() >>> 32) * bound;
        long low = product & 0xFFFFFFFFL;
        if (low < bound) {
            long threshold = (1L << 32) % bound;
            while (low < threshold) {
                product = (nextLong() >>> 32) * bound;
                low = product & 0xFFFFFFFFL;
            }
        }
        return (int) (product >>> 32);
    }

    /** Returns a number from the normal distribution with mean 0 and standard deviation 1, by Box and Muller's method. */
    public double nextGaussian() {
        double u = 1 - nextDouble(); // from 0 exclusive, so that the logarithm is finite
        double v = nextDouble();
        return StrictMath.sqrt(-2 * StrictMath.log(u)) * StrictMath.cos(2 * Math.PI * v);
    }

    /** Returns the numbers 0 to n − 1 in random order. */
    public int[] permutation(int n) {
        int[] result = new int[n];
        for (int i = 0; i < n; i++) {
            int j = nextInt(i + 1);
            result[i] = result[j];
            result[j] = i;
        }
        return result;
    }

    private static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
        return b ^ (b >>> 31);
    }

    /** Returns the state, with which {@link #resumed} goes on. */
    @Override
    public String toString() {
        return "generator at state " + state;
    }
}

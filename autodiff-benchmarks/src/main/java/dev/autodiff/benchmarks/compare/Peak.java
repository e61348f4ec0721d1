package dev.autodiff.benchmarks.compare;

import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/**
 * What the machine can do at most: on one thread and on two, twelve independent chains of fused multiply-adds in registers, and a copy between two
 * arrays. {@code values()} holds the operations, or the bytes, of one run.
 */
final class Peak implements Side {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
    private static final int CHAINS = 12;
    private static final int ROUNDS = 1_000_000;

    /** Four bytes each, as in W6. */
    private static final int COPIED = 1_000_000;

    /** Where results go, so that no loop can be left out. */
    private volatile double sink;

    @Override
    public String version() {
        return FLOATS.vectorBitSize() + "-bit vectors";
    }

    /** The mode is the number of threads. */
    @Override
    public @Nullable Step prepare(String work, String mode) {
        int threads = Integer.parseInt(mode);
        return switch (work) {
            case "FLOAT32" ->
                step(threads, i -> sink = floats(ROUNDS), 2.0 * CHAINS * FLOATS.length() * ROUNDS * threads);
            case "FLOAT64" ->
                step(threads, i -> sink = doubles(ROUNDS), 2.0 * CHAINS * DOUBLES.length() * ROUNDS * threads);
            case "BYTES" -> {
                float[] from = new float[COPIED];
                float[] to = new float[COPIED];
                int part = COPIED / threads;
                yield step(threads, i -> System.arraycopy(from, i * part, to, i * part, part), 8.0 * part * threads);
            }
            default -> null;
        };
    }

    private static Step step(int threads, IntConsumer body, double amount) {
        return new Step() {
            @Override
            public double[] values() {
                return new double[] {amount};
            }

            @Override
            public Object run() {
                if (threads == 1) {
                    body.accept(0);
                } else {
                    IntStream.range(0, threads).parallel().forEach(body);
                }
                return body;
            }
        };
    }

    /** Chains that begin differently, or the compiler could make one of two. */
    private static double floats(int rounds) {
        FloatVector a = FloatVector.broadcast(FLOATS, 0.999f);
        FloatVector b = FloatVector.broadcast(FLOATS, 0.001f);
        FloatVector c0 = FloatVector.broadcast(FLOATS, 1);
        FloatVector c1 = FloatVector.broadcast(FLOATS, 2);
        FloatVector c2 = FloatVector.broadcast(FLOATS, 3);
        FloatVector c3 = FloatVector.broadcast(FLOATS, 4);
        FloatVector c4 = FloatVector.broadcast(FLOATS, 5);
        FloatVector c5 = FloatVector.broadcast(FLOATS, 6);
        FloatVector c6 = FloatVector.broadcast(FLOATS, 7);
        FloatVector c7 = FloatVector.broadcast(FLOATS, 8);
        FloatVector c8 = FloatVector.broadcast(FLOATS, 9);
        FloatVector c9 = FloatVector.broadcast(FLOATS, 10);
        FloatVector c10 = FloatVector.broadcast(FLOATS, 11);
        FloatVector c11 = FloatVector.broadcast(FLOATS, 12);
        for (int i = 0; i < rounds; i++) {
            c0 = c0.fma(a, b);
            c1 = c1.fma(a, b);
            c2 = c2.fma(a, b);
            c3 = c3.fma(a, b);
            c4 = c4.fma(a, b);
            c5 = c5.fma(a, b);
            c6 = c6.fma(a, b);
            c7 = c7.fma(a, b);
            c8 = c8.fma(a, b);
            c9 = c9.fma(a, b);
            c10 = c10.fma(a, b);
            c11 = c11.fma(a, b);
        }
        return c0.add(c1).add(c2).add(c3).add(c4).add(c5).lane(0)
                + c6.add(c7).add(c8).add(c9).add(c10).add(c11).lane(0);
    }

    private static double doubles(int rounds) {
        DoubleVector a = DoubleVector.broadcast(DOUBLES, 0.999);
        DoubleVector b = DoubleVector.broadcast(DOUBLES, 0.001);
        DoubleVector c0 = DoubleVector.broadcast(DOUBLES, 1);
        DoubleVector c1 = DoubleVector.broadcast(DOUBLES, 2);
        DoubleVector c2 = DoubleVector.broadcast(DOUBLES, 3);
        DoubleVector c3 = DoubleVector.broadcast(DOUBLES, 4);
        DoubleVector c4 = DoubleVector.broadcast(DOUBLES, 5);
        DoubleVector c5 = DoubleVector.broadcast(DOUBLES, 6);
        DoubleVector c6 = DoubleVector.broadcast(DOUBLES, 7);
        DoubleVector c7 = DoubleVector.broadcast(DOUBLES, 8);
        DoubleVector c8 = DoubleVector.broadcast(DOUBLES, 9);
        DoubleVector c9 = DoubleVector.broadcast(DOUBLES, 10);
        DoubleVector c10 = DoubleVector.broadcast(DOUBLES, 11);
        DoubleVector c11 = DoubleVector.broadcast(DOUBLES, 12);
        for (int i = 0; i < rounds; i++) {
            c0 = c0.fma(a, b);
            c1 = c1.fma(a, b);
            c2 = c2.fma(a, b);
            c3 = c3.fma(a, b);
            c4 = c4.fma(a, b);
            c5 = c5.fma(a, b);
            c6 = c6.fma(a, b);
            c7 = c7.fma(a, b);
            c8 = c8.fma(a, b);
            c9 = c9.fma(a, b);
            c10 = c10.fma(a, b);
            c11 = c11.fma(a, b);
        }
        return c0.add(c1).add(c2).add(c3).add(c4).add(c5).lane(0)
                + c6.add(c7).add(c8).add(c9).add(c10).add(c11).lane(0);
    }
}

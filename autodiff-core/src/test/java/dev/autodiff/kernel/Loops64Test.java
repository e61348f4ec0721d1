package dev.autodiff.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/**
 * The loops of every provider over any offsets and strides give, to the bit, what single calls give element by element. What a single
 * call gives is checked with the operations.
 */
class Loops64Test {
    @Property
    void aLoopIsManySingleCalls(
            @ForAll @IntRange(min = 0, max = 150) int n,
            @ForAll @IntRange(min = 0, max = 4) int kind,
            @ForAll long seed) {
        check(n, kind, seed);
    }

    @Test
    void aSharedLoopIsManySingleCalls() {
        for (int kind = 0; kind < 5; kind++) {
            check(70_001, kind, kind);
        }
    }

    private static void check(int n, int kind, long seed) {
        Random random = new Random(seed);
        int[] strides = new int[3];
        int[] offsets = new int[3];
        int oo = random.nextInt(4);
        double[][] in = new double[3][];
        for (int i = 0; i < 3; i++) {
            strides[i] = random.nextInt(5) == 0 ? 0 : random.nextInt(6) == 0 ? 2 : 1;
            offsets[i] = random.nextBoolean() ? oo : random.nextInt(4);
            in[i] = new double[offsets[i] + 2 * n + 1];
            for (int j = 0; j < in[i].length; j++) {
                in[i][j] = /*narrow*/ (random.nextGaussian() * (random.nextInt(20) == 0 ? 100 : 1));
            }
        }
        boolean[] mask = new boolean[offsets[0] + 2 * n + 1];
        for (int j = 0; j < mask.length; j++) {
            mask[j] = random.nextBoolean();
        }
        List<String> names = kind == 3 ? Loops64.COMPARISONS : Loops64.FUNCTIONS;
        for (Kernels kernels : Usable.KERNELS) {
            ElementwiseLoops<double[]> loops = kernels.float64().elementwise();
            for (int f : n > 1000 ? List.of(0, names.size() / 2) : functions(kind, names)) {
                double[] want = new double[oo + n + 2];
                Arrays.fill(want, 7);
                double[] got = want.clone();
                boolean[] wantTruth = new boolean[oo + n + 2];
                boolean[] gotTruth = new boolean[oo + n + 2];
                try {
                    run(loops, kind, f, in, offsets, strides, mask, got, gotTruth, oo, n);
                } catch (IllegalArgumentException e) {
                    continue; // a function of another number of inputs
                }
                for (int i = 0; i < n; i++) {
                    int[] at = offsets.clone();
                    for (int d = 0; d < 3; d++) {
                        at[d] += i * strides[d];
                    }
                    run(loops, kind, f, in, at, strides, mask, want, wantTruth, oo + i, 1);
                }
                String where = kernels.name() + " kind " + kind + " " + names.get(f) + " n " + n + " seed " + seed;
                assertArrayEquals(want, got, where);
                assertArrayEquals(wantTruth, gotTruth, where);
            }
        }
    }

    private static List<Integer> functions(int kind, List<String> names) {
        List<Integer> all = new ArrayList<>();
        for (int f = 0; f < (kind == 4 ? 1 : names.size()); f++) {
            all.add(f);
        }
        return all;
    }

    private static void run(
            ElementwiseLoops<double[]> loops,
            int kind,
            int f,
            double[][] in,
            int[] o,
            int[] s,
            boolean[] mask,
            double[] out,
            boolean[] truth,
            int oo,
            int n) {
        switch (kind) {
            case 0 -> loops.unary(f, in[0], o[0], s[0], out, oo, n);
            case 1 -> loops.binary(f, in[0], o[0], s[0], in[1], o[1], s[1], out, oo, n);
            case 2 -> loops.ternary(f, in[0], o[0], s[0], in[1], o[1], s[1], in[2], o[2], s[2], out, oo, n);
            case 3 -> loops.compare(f, in[0], o[0], s[0], in[1], o[1], s[1], truth, oo, n);
            default -> loops.select(mask, o[0], s[0], in[1], o[1], s[1], in[2], o[2], s[2], out, oo, n);
        }
    }

    @Test
    void outputAndInputMayBeTheSameArray() {
        int add = Loops64.FUNCTIONS.indexOf("ADD");
        int exp = Loops64.FUNCTIONS.indexOf("EXP");
        for (Kernels kernels : Usable.KERNELS) {
            ElementwiseLoops<double[]> loops = kernels.float64().elementwise();
            double[] x = {1, 2, 3, 4, 5};
            double[] y = {10, 20, 30, 40, 50};
            loops.binary(add, x, 1, 1, y, 0, 1, x, 1, 3);
            assertArrayEquals(new double[] {1, 12, 23, 34, 5}, x);
            loops.binary(add, y, 0, 1, x, 1, 1, x, 1, 3);
            assertArrayEquals(new double[] {1, 22, 43, 64, 5}, x);
            loops.binary(add, x, 0, 1, x, 0, 1, x, 0, 5);
            assertArrayEquals(new double[] {2, 44, 86, 128, 10}, x);
            double[] zeros = new double[3];
            loops.unary(exp, zeros, 0, 1, zeros, 0, 3);
            assertArrayEquals(new double[] {1, 1, 1}, zeros);
        }
    }
}

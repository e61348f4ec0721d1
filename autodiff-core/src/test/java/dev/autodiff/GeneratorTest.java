package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.shape.DType;
import dev.autodiff.shape.DTypeException;
import dev.autodiff.shape.Shape;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class GeneratorTest {
    // ---- the same bits everywhere ----

    @Test
    void aStateGivesThePublishedNumbersOfSplitMix64() {
        // The check values of SplitMix64 from state 1234567 on
        // https://rosettacode.org/wiki/Pseudo-random_numbers/Splitmix64
        Generator generator = Generator.resumed(1_234_567);
        for (String want : new String[] {
            "6457827717110365317",
            "3203168211198807973",
            "9817491932198370423",
            "4593380528125082431",
            "16408922859458223821"
        }) {
            assertEquals(want, Long.toUnsignedString(generator.nextLong()));
        }
    }

    // The state of a seed s is the first number of SplitMix64 from state s; computed by a second implementation.

    @Test
    void seedsGiveTheirKnownFirstNumbers() {
        assertFirst(0, 0xA706DD2F4D197E6FL, 0.6524484863740322, 652, -0.4387214756878968);
        assertFirst(1, 0x5E41AB087439611EL, 0.36818951565166946, 368, 0.8986774254906462);
        assertFirst(42, 0x57E1FABA65107204L, 0.34329192209867343, 343, 0.8818545873573221);
    }

    private static void assertFirst(long seed, long bits, double uniform, int below1000, double gaussian) {
        assertEquals(bits, Generator.seeded(seed).nextLong());
        assertEquals(uniform, Generator.seeded(seed).nextDouble());
        assertEquals(below1000, Generator.seeded(seed).nextInt(1000));
        assertEquals(gaussian, Generator.seeded(seed).nextGaussian(), 1e-15);
    }

    @Property
    void aGeneratorGoesOnWhereAnotherStopped(@ForAll long seed, @ForAll @IntRange(max = 50) int count) {
        Generator first = Generator.seeded(seed);
        for (int i = 0; i < count; i++) {
            first.nextGaussian();
        }
        Generator second = Generator.resumed(first.state());
        assertEquals(first.nextGaussian(), second.nextGaussian());
        assertArrayEquals(first.permutation(20), second.permutation(20));
        assertEquals(first.state(), second.state());
    }

    // ---- streams ----

    @Test
    void aNamedStreamLeavesItsOriginAsItIs() {
        Generator origin = Generator.seeded(1);
        long state = origin.state();
        origin.named("shuffle").nextLong();
        assertEquals(state, origin.state());
        assertEquals(origin.named("shuffle").nextLong(), origin.named("shuffle").nextLong());
    }

    @Test
    void streamsOfDifferentNamesSeedsAndStatesDiffer() {
        Set<Long> seen = new HashSet<>();
        String[] names = {"", "a", "b", "ab", "ba", "shuffle", "dropout", "Initial", "weights.1", "weights.2"};
        for (long seed = 0; seed < 100; seed++) {
            for (String name : names) {
                Generator stream = Generator.seeded(seed).named(name);
                for (int i = 0; i < 20; i++) {
                    assertTrue(seen.add(stream.nextLong()), "the streams overlap");
                }
            }
        }
        Generator origin = Generator.seeded(1);
        long before = origin.named("a").nextLong();
        origin.nextLong();
        assertNotEquals(before, origin.named("a").nextLong());
    }

    @Test
    void streamsOfNeighbouringSeedsAreNotCorrelated() {
        int n = 20_000;
        double sum = 0;
        for (int seed = 0; seed < n; seed++) {
            sum += (Generator.seeded(seed).nextDouble() - 0.5)
                    * (Generator.seeded(seed + 1).nextDouble() - 0.5);
        }
        assertEquals(0, sum / n * 12, 5 / Math.sqrt(n)); // the correlation, of deviation 1/√n
    }

    // ---- distributions ----

    @Test
    void wholeNumbersAreUniform() {
        for (int bound : new int[] {2, 3, 10, 97}) {
            Generator generator = Generator.seeded(bound);
            int[] counts = new int[bound];
            int n = 1000 * bound;
            for (int i = 0; i < n; i++) {
                counts[generator.nextInt(bound)]++;
            }
            assertUniform(counts, 1000);
        }
    }

    @Test
    void wholeNumbersBelowALargeBoundAreUniform() {
        // Without rejection, the 2³² values would fall to the remainders by 3 as 3 : 3 : 2.
        int bound = (int) (3L << 29);
        Generator generator = Generator.seeded(3);
        int[] counts = new int[3];
        for (int i = 0; i < 30_000; i++) {
            counts[generator.nextInt(bound) % 3]++;
        }
        assertUniform(counts, 10_000);
    }

    /** χ² with k degrees of freedom has mean k and deviation √(2k); five deviations away is no chance. */
    private static void assertUniform(int[] counts, double expected) {
        double chi = 0;
        for (int count : counts) {
            chi += (count - expected) * (count - expected) / expected;
        }
        int k = counts.length - 1;
        assertTrue(chi < k + 5 * Math.sqrt(2.0 * k), "χ² is " + chi + " for " + k + " degrees of freedom");
    }

    @Property
    void wholeNumbersAreBelowTheirBound(@ForAll long seed, @ForAll @IntRange(min = 1) int bound) {
        int value = Generator.seeded(seed).nextInt(bound);
        assertTrue(value >= 0 && value < bound);
    }

    @Test
    void aBoundMustBePositive() {
        assertThrows(IllegalArgumentException.class, () -> Generator.seeded(1).nextInt(0));
        assertThrows(IllegalArgumentException.class, () -> Generator.seeded(1).nextInt(-3));
    }

    @Test
    void gaussiansHaveTheMomentsOfTheNormalDistribution() {
        int n = 200_000;
        double[] x = Tensor.normal(Generator.seeded(4), DType.FLOAT64, Shape.of(n), 0, 1)
                .toDoubleArray();
        double root = Math.sqrt(n);
        // The sample moments of order 1 to 4 have the variances 1, 2, 15 and 96, divided by n.
        assertEquals(0, Arrays.stream(x).average().orElseThrow(), 5 / root);
        assertEquals(1, Arrays.stream(x).map(v -> v * v).average().orElseThrow(), 5 * Math.sqrt(2) / root);
        assertEquals(0, Arrays.stream(x).map(v -> v * v * v).average().orElseThrow(), 5 * Math.sqrt(15) / root);
        assertEquals(3, Arrays.stream(x).map(v -> v * v * v * v).average().orElseThrow(), 5 * Math.sqrt(96) / root);
    }

    @Test
    void neighbouringGaussiansAreNotCorrelated() {
        int n = 100_000;
        Generator generator = Generator.seeded(5);
        double sum = 0;
        double last = generator.nextGaussian();
        for (int i = 0; i < n; i++) {
            double next = generator.nextGaussian();
            sum += last * next;
            last = next;
        }
        assertEquals(0, sum / n, 5 / Math.sqrt(n));
    }

    @Test
    void permutationsOfFourAreUniform() {
        int[] counts = new int[256];
        Generator generator = Generator.seeded(6);
        for (int i = 0; i < 24_000; i++) {
            int code = 0;
            for (int k : generator.permutation(4)) {
                code = code * 4 + k;
            }
            counts[code]++;
        }
        int[] seen = Arrays.stream(counts).filter(c -> c > 0).toArray();
        assertEquals(24, seen.length);
        assertUniform(seen, 1000);
    }

    @Property
    void aPermutationHasEveryNumberOnce(@ForAll long seed, @ForAll @IntRange(max = 100) int n) {
        int[] sorted = Generator.seeded(seed).permutation(n);
        Arrays.sort(sorted);
        for (int i = 0; i < n; i++) {
            assertEquals(i, sorted[i]);
        }
    }

    // ---- fills ----

    @Test
    void fillsFollowTheirGeneratorInRowMajorOrder() {
        Generator generator = Generator.seeded(7);
        Tensor uniform = Tensor.uniform(Generator.seeded(7), DType.FLOAT64, Shape.of(2, 3), -2, 4);
        for (double value : uniform.toDoubleArray()) {
            assertEquals(-2 + 6 * generator.nextDouble(), value);
        }
        generator = Generator.seeded(7);
        Tensor normal = Tensor.normal(Generator.seeded(7), DType.FLOAT64, Shape.of(2, 3), 10, 0.5);
        for (double value : normal.toDoubleArray()) {
            assertEquals(10 + 0.5 * generator.nextGaussian(), value);
        }
    }

    @Test
    void aFloat32FillIsTheFloat64FillRounded() {
        Tensor wide = Tensor.normal(Generator.seeded(8), DType.FLOAT64, Shape.of(100), 0, 1);
        Tensor narrow = Tensor.normal(Generator.seeded(8), DType.FLOAT32, Shape.of(100), 0, 1);
        assertArrayEquals(wide.toFloatArray(), narrow.toFloatArray());
        assertThrows(DTypeException.class, () -> Tensor.normal(Generator.seeded(8), DType.INT64, Shape.of(2), 0, 1));
    }
}

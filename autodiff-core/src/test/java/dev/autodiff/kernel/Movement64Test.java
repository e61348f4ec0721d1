package dev.autodiff.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class Movement64Test {
    private final Movement<double[]> movement = new Movement64();

    /** Copies between boxes whose axes lie in any order, run backwards or, in the source, stand still. */
    @Property
    void copiesEveryElementOfABox(
            @ForAll @Size(max = 4) List<@IntRange(min = 0, max = 20) Integer> box, @ForAll long seed) {
        int[] sizes = box.stream().mapToInt(Integer::intValue).toArray();
        Random random = new Random(seed);
        int[] fromStrides = new int[sizes.length];
        int[] toStrides = new int[sizes.length];
        int fromOffset = layOut(sizes, fromStrides, random, true);
        int toOffset = layOut(sizes, toStrides, random, false);
        int size = 1;
        for (int s : sizes) {
            size *= s;
        }
        double[] from = new double[size + 10];
        for (int i = 0; i < from.length; i++) {
            from[i] = i + 1;
        }
        double[] want = new double[size + 10];
        int[] index = new int[sizes.length];
        for (int i = 0; i < size; i++) {
            int rest = i;
            int f = fromOffset;
            int t = toOffset;
            for (int d = sizes.length - 1; d >= 0; d--) {
                index[d] = rest % sizes[d];
                rest /= sizes[d];
                f += index[d] * fromStrides[d];
                t += index[d] * toStrides[d];
            }
            want[t] = from[f];
        }
        double[] got = new double[size + 10];
        movement.copy(sizes, from, fromOffset, fromStrides, got, toOffset, toStrides);
        assertArrayEquals(want, got);
    }

    /** Chooses the order and direction of the axes; returns the offset of the element with all indices 0. */
    private static int layOut(int[] sizes, int[] strides, Random random, boolean mayRepeat) {
        Integer[] order = new Integer[sizes.length];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        if (random.nextBoolean()) {
            Collections.shuffle(Arrays.asList(order), random);
        }
        int offset = random.nextInt(5);
        int stride = 1;
        for (int i = order.length - 1; i >= 0; i--) {
            int d = order[i];
            if (mayRepeat && random.nextInt(4) == 0) {
                strides[d] = 0;
                continue;
            }
            boolean backwards = random.nextInt(4) == 0;
            strides[d] = backwards ? -stride : stride;
            offset += backwards ? stride * Math.max(0, sizes[d] - 1) : 0;
            stride *= Math.max(1, sizes[d]);
        }
        return offset;
    }

    @Test
    void fillRepeatsOneElement() {
        double[] to = new double[5];
        movement.fill(new double[] {1, 7}, 1, to, 1, 3);
        assertArrayEquals(new double[] {0, 7, 7, 7, 0}, to);
        double[] shared = new double[100_003]; // by several threads
        movement.fill(new double[] {7}, 0, shared, 1, 100_001);
        double[] want = new double[100_003];
        Arrays.fill(want, 1, 100_002, 7);
        assertArrayEquals(want, shared);
    }
}

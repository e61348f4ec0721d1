package dev.autodiff.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;

/**
 * A piece of work that all sides do.
 *
 * @param name {@code W3}, or {@code G-512-AtB-float32} for a product
 * @param group what {@code --only} chooses: {@code W3} or {@code G}
 * @param bound what bounds its speed on any machine
 * @param amount the operations of its products, or the bytes it must move
 * @param tolerance the largest difference of two sides' numbers, relative to the larger of 1 and their size
 */
record Work(String name, String group, Bound bound, double amount, double tolerance) {
    /** What the best possible time is derived from. */
    enum Bound {
        /** Nothing that can be named: the cost is that of the calls. */
        NONE(""),
        /** float32 multiplications and additions. */
        FLOAT32("GFLOP/s float32"),
        /** float64 multiplications and additions. */
        FLOAT64("GFLOP/s float64"),
        /** Reading and writing memory. */
        BYTES("GB/s");

        private final String unit;

        Bound(String unit) {
            this.unit = unit;
        }

        /** Returns the unit of a billion of it in a second. */
        String unit() {
            return unit;
        }
    }

    /** For float32 sums in different orders. */
    private static final double FLOAT32_TOLERANCE = 1e-4;

    /**
     * DJL and TensorFlow add Adam's epsilon before they correct the bias, PyTorch and this library after it: small gradients count otherwise, and
     * the losses of the first steps, which fall by 0.14 each, differ by 3·10⁻⁴.
     */
    private static final double ADAM_TOLERANCE = 1e-3;

    private static final double FLOAT64_TOLERANCE = 1e-10;
    private static final int[] SIZES = {64, 128, 256, 512, 1024};

    /** Returns all work, in the order in which it is done. */
    static List<Work> all() {
        List<Work> all = new ArrayList<>();
        all.add(step("W1", Bound.NONE, 0));
        all.add(new Work("W2", "W2", Bound.NONE, 0, FLOAT64_TOLERANCE));
        all.add(step("W3", Bound.FLOAT32, training(64, 784 * 128, 128 * 64 + 64 * 10)));
        double adam = training(128, 784 * 512, 512 * 256 + 256 * 10);
        all.add(new Work("W4", "W4", Bound.FLOAT32, adam, ADAM_TOLERANCE));
        int firstConvolution = 28 * 28 * 8 * 25;
        int others = 10 * 10 * 16 * 8 * 25 + 400 * 120 + 120 * 84 + 84 * 10;
        all.add(step("W5", Bound.FLOAT32, training(64, firstConvolution, others)));
        all.add(step("W6", Bound.BYTES, 2 * 4e6));
        all.add(step("W7", Bound.FLOAT32, training(50 * 32, 64 * 512, 128 * 512)));
        for (String dtype : List.of("float32", "float64")) {
            for (String form : List.of("AB", "AtB", "ABt")) {
                for (int n : SIZES) {
                    boolean single = dtype.equals("float32");
                    all.add(new Work(
                            "G-" + n + "-" + form + "-" + dtype,
                            "G",
                            single ? Bound.FLOAT32 : Bound.FLOAT64,
                            2.0 * n * n * n,
                            single ? FLOAT32_TOLERANCE : FLOAT64_TOLERANCE));
                }
            }
        }
        return all;
    }

    /** Whether this is a product that takes long. */
    boolean isLarge() {
        return group.equals("G") && amount > 2.0 * 256 * 256 * 256;
    }

    private static Work step(String name, Bound bound, double amount) {
        return new Work(name, name, bound, amount, FLOAT32_TOLERANCE);
    }

    /**
     * The operations of a training step: two for each weight and row forward, two backward for the weight's gradient, and two for the
     * gradient of what comes in, which the first layer does not need.
     */
    private static double training(int rows, int firstWeights, int otherWeights) {
        return 2.0 * rows * (2.0 * firstWeights + 3.0 * otherWeights);
    }
}

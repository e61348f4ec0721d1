package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.autodiff.kernel.Workers;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A training gives the same bits for any number of threads, interpreted and compiled. */
class DeterminismTest {
    /** Trains networks and prints a hash of their weights. */
    static final class Training {
        private Training() {}

        /**
         * Trains each network so often that its code gets compiled, and prints all hashes that came; there should be one for each type.
         *
         * @param arguments the number of trainings of the small network, and of the large one
         */
        public static void main(String[] arguments) {
            for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
                print("small " + dtype, Integer.parseInt(arguments[0]), dtype, 37, 51, 33, 7);
                print("large " + dtype, Integer.parseInt(arguments[1]), dtype, 130, 300, 201, 10);
            }
        }

        private static void print(String title, int times, DType dtype, int... sizes) {
            Set<String> hashes = new LinkedHashSet<>();
            for (int i = 0; i < times; i++) {
                hashes.add(Integer.toHexString(train(dtype, 1, sizes)));
            }
            if (times > 0) {
                System.out.println("> " + title + ": " + String.join(" ", hashes));
            }
        }

        /** Trains with Adam for some steps; the sizes are the batch, the inputs, the hidden neurons and the classes. */
        static int train(DType dtype, long seed, int... sizes) {
            Generator generator = Generator.seeded(seed);
            Tensor x = Tensor.normal(generator, dtype, Shape.of(sizes[0], sizes[1]), 0, 1);
            long[] classes = new long[sizes[0]];
            for (int i = 0; i < classes.length; i++) {
                classes[i] = generator.nextInt(sizes[3]);
            }
            Tensor y = Tensor.of(classes);
            List<Tensor> parameters = List.of(
                    Tensor.normal(generator, dtype, Shape.of(sizes[2], sizes[1]), 0, 0.1)
                            .requireGrad(),
                    Tensor.zeros(dtype, sizes[2]).requireGrad(),
                    Tensor.normal(generator, dtype, Shape.of(sizes[3], sizes[2]), 0, 0.1)
                            .requireGrad(),
                    Tensor.zeros(dtype, sizes[3]).requireGrad());
            List<Tensor> first = parameters.stream()
                    .map(p -> InPlace.buffer(dtype, p.shape()))
                    .toList();
            List<Tensor> second = parameters.stream()
                    .map(p -> InPlace.buffer(dtype, p.shape()))
                    .toList();
            for (int step = 1; step <= 3; step++) {
                Tensor hidden = x.matmul(parameters.get(0).transpose()).add(parameters.get(1));
                Tensor activated = hidden.tanh()
                        .add(hidden.sigmoid())
                        .mul(hidden.neg().exp().log1p());
                Tensor logits = activated.matmul(parameters.get(2).transpose()).add(parameters.get(3));
                logits.softmaxCrossEntropy(y).mean().backward();
                for (int i = 0; i < parameters.size(); i++) {
                    Tensor p = parameters.get(i);
                    InPlace.adam(p, p.grad(), first.get(i), second.get(i), 0.01, 1, 0.9, 0.99, 1e-8, 0.01, 0);
                    p.clearGrad();
                }
            }
            int hash = 1;
            for (Tensor p : parameters) {
                hash = 31 * hash + Arrays.hashCode(p.toDoubleArray());
            }
            return hash;
        }
    }

    private static ChildJvm train(String threads, String small, String large, String... options) {
        String[] command = {
            "-D" + Workers.PROPERTY + "=" + threads,
            "-cp",
            System.getProperty("java.class.path"),
            Training.class.getName(),
            small,
            large
        };
        String[] all = Arrays.copyOf(options, options.length + command.length);
        System.arraycopy(command, 0, all, options.length, command.length);
        return ChildJvm.start(all);
    }

    @Test
    void threadsAndTheCompilerDoNotChangeABit() throws InterruptedException {
        ChildJvm cold = train("2", "1", "0", "-Xint");
        List<String> one = train("1", "100", "6").results();
        List<String> two = train("2", "100", "6").results();
        List<String> five = train("5", "100", "6").results();
        assertEquals(4, one.size());
        for (String line : one) {
            assertEquals(1, line.substring(line.indexOf(':') + 2).split(" ").length, () -> "more than one: " + line);
        }
        assertEquals(
                4,
                new TreeSet<>(one.stream()
                                .map(s -> s.substring(s.indexOf(": ") + 2))
                                .toList())
                        .size());
        assertEquals(one, two);
        assertEquals(one, five);
        assertEquals(one.stream().filter(s -> s.startsWith("small")).toList(), cold.results());
    }

    @Test
    void theHashSeesTheSeed() {
        assertEquals(Training.train(DType.FLOAT32, 1, 5, 4, 3, 2), Training.train(DType.FLOAT32, 1, 5, 4, 3, 2));
        assertNotEquals(Training.train(DType.FLOAT32, 1, 5, 4, 3, 2), Training.train(DType.FLOAT32, 2, 5, 4, 3, 2));
    }
}

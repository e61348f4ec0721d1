package dev.autodiff.benchmarks;

import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.nn.Initializer;
import dev.autodiff.nn.Layer;
import dev.autodiff.nn.Linear;
import dev.autodiff.nn.Losses;
import dev.autodiff.shape.DType;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * The time from the start of {@code java} to the first gradient of a network 2-4-1, and for comparison to the first line of a program that does
 * nothing. The argument is the number of processes of each kind, which take turns; 15 if there is none.
 */
public final class Start {
    private static final int PROCESSES = 15;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final String VECTOR = "--add-modules=jdk.incubator.vector";

    @SuppressWarnings("ArrayRecordComponent") // nobody compares these
    private record Kind(String label, Class<?> program, List<String> options, double[] millis) {}

    private Start() {}

    /** The gradient. */
    static final class Gradient {
        private record Network(Linear hidden, Linear output) implements Layer {
            @Override
            public Tensor forward(Tensor x) {
                return output.forward(hidden.forward(x).sigmoid()).sigmoid();
            }
        }

        private Gradient() {}

        /** Prints one element of it. */
        @SuppressWarnings("SystemOut") // a program
        public static void main(String[] arguments) {
            Generator random = Generator.seeded(1);
            Initializer start = Initializer.xavierUniform();
            var model = new Network(
                    Linear.of(2, 4, start, random, DType.FLOAT64), Linear.of(4, 1, start, random, DType.FLOAT64));
            Tensor x = Tensor.of(new double[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}});
            Tensor y = Tensor.of(new double[][] {{0}, {1}, {1}, {0}});
            Losses.meanSquaredError(model.forward(x), y).backward();
            System.out.println(
                    Objects.requireNonNull(model.hidden().weight().grad()).get(0, 0));
        }
    }

    /** Nothing. */
    static final class Nothing {
        private Nothing() {}

        /** Prints a line. */
        @SuppressWarnings("SystemOut") // a program
        public static void main(String[] arguments) {
            System.out.println(0);
        }
    }

    /** Starts the processes and prints the medians. */
    @SuppressWarnings("SystemOut") // a program
    public static void main(String[] arguments) throws IOException {
        int n = arguments.length == 0 ? PROCESSES : Integer.parseInt(arguments[0]);
        List<Kind> kinds = List.of(
                new Kind("nothing", Nothing.class, List.of(), new double[n]),
                new Kind("nothing, with the vector module", Nothing.class, List.of(VECTOR), new double[n]),
                new Kind("gradient, no flag", Gradient.class, List.of(), new double[n]),
                new Kind("gradient, portable", Gradient.class, List.of("-Dautodiff.kernels=portable"), new double[n]),
                new Kind("gradient, vector", Gradient.class, List.of(VECTOR), new double[n]));
        for (int i = 0; i < n; i++) {
            for (Kind kind : kinds) {
                kind.millis[i] = millis(kind);
            }
        }
        for (Kind kind : kinds) {
            double[] sorted = kind.millis.clone();
            Arrays.sort(sorted);
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.0f (%.0f–%.0f) |%n",
                    kind.label,
                    sorted[n / 2],
                    sorted[n / 10],
                    sorted[n - 1 - n / 10]);
        }
    }

    private static double millis(Kind kind) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(kind.options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), kind.program.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        long start = System.nanoTime();
        Process process = builder.start();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            if (lines.readLine() == null) {
                throw new IOException("start: " + command + " printed nothing");
            }
            return (System.nanoTime() - start) / NANOS_PER_MILLI;
        } finally {
            process.destroyForcibly().onExit().join();
        }
    }
}

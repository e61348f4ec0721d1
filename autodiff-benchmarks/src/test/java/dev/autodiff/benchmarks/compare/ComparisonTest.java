package dev.autodiff.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    /** The stub below claims to do it. */
    private static final List<Work> PRODUCT = Work.all().stream()
            .filter(work -> work.name().equals("G-64-AtB-float32"))
            .toList();

    /** A side in a process of its own that answers with the number of its first argument. */
    static final class Stub {
        private Stub() {}

        public static void main(String[] args) throws IOException {
            if (args[0].equals("dead")) {
                throw new IllegalStateException("no such library");
            }
            double value = Double.parseDouble(args[0]);
            Child.serve(() -> new Side() {
                @Override
                public String version() {
                    return "stub 1.0";
                }

                @Override
                public Step prepare(String work, String mode) {
                    return new Step() {
                        @Override
                        public double[] values() {
                            System.out.println("what libraries print is no answer");
                            return new double[] {value};
                        }

                        @Override
                        public Object run() {
                            return this;
                        }
                    };
                }
            });
        }
    }

    private static Entrant stub(String side, String kernels, String argument) {
        return new Entrant(
                side,
                kernels,
                1,
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Stub.class.getName(),
                        argument),
                Map.of());
    }

    private static List<Row> compare(Entrant... entrants) throws IOException {
        return new Comparison(List.of(entrants), true, note -> {}).run(PRODUCT);
    }

    @Test
    void peerThatComputesSomethingElseIsNamedTogetherWithTheWork() {
        BenchException e = assertThrows(
                BenchException.class, () -> compare(stub("autodiff", "vector", "2"), stub("other", "", "2.001")));
        assertTrue(
                e.getMessage().startsWith("G-64-AtB-float32: other with 1 thread, eager, computes [2.001]"),
                e.getMessage());
    }

    @Test
    void notANumberAgreesWithNothing() {
        assertThrows(BenchException.class, () -> compare(stub("autodiff", "vector", "NaN"), stub("other", "", "NaN")));
    }

    @Test
    void sideThatDoesNotStartIsNamed() {
        BenchException e = assertThrows(
                BenchException.class, () -> compare(stub("autodiff", "vector", "2"), stub("other", "", "dead")));
        assertTrue(e.getMessage().startsWith("other with 1 thread ended"), e.getMessage());
    }

    @Test
    void rowsCompareWithTheFasterThreadCountAndTheFastestPeer() throws IOException {
        List<Row> rows = compare(stub("autodiff", "vector", "2"), stub("other", "", "2.00001"));
        assertEquals(2, rows.size());
        assertEquals(List.of("eager", "replayed"), rows.stream().map(Row::mode).toList());
        Row row = new Row(
                "W3",
                "eager",
                "vector",
                new Row.Timing("autodiff", 2, 1, 2, 3),
                List.of(new Row.Timing("slow", 1, 1, 8, 9), new Row.Timing("fast", 1, 1, 4, 9)),
                1);
        Row.Timing best = row.best().orElseThrow();
        assertEquals("fast", best.side());
        assertEquals(2, row.ratio(best));
        assertEquals(0.5, row.ofLimit());
    }

    @Test
    void toleranceIsRelativeToTheLargerOfOneAndTheSize() {
        assertTrue(Comparison.agree(new double[] {1e-9, 1000.05}, new double[] {0, 1000}, 1e-4));
        assertFalse(Comparison.agree(new double[] {0, 1000.2}, new double[] {0, 1000}, 1e-4));
        assertFalse(Comparison.agree(new double[] {1}, new double[] {1, 2}, 1));
    }

    @Test
    void inputsFillTheirRangeAndDifferBetweenStreams() {
        double[] means = new double[3];
        for (int stream = 0; stream < means.length; stream++) {
            double[] x = Inputs.uniform(stream, 10_000, 2);
            means[stream] = Arrays.stream(x).average().orElseThrow();
            assertTrue(Arrays.stream(x).allMatch(v -> v >= -2 && v < 2));
            assertEquals(0, means[stream], 0.1);
        }
        assertEquals(3, Arrays.stream(means).distinct().count());
    }

    @Test
    void timesHaveSettledWhenSomeInARowBringNothingFaster() {
        Comparison.Settling settling = new Comparison.Settling(3);
        double[] times = {10, 8, 8, 7.9, 7, 7.2, 6.9, 7.5};
        for (int i = 0; i < 7; i++) {
            assertFalse(settling.isReached(times[i]), "after " + (i + 1));
        }
        assertTrue(settling.isReached(times[7]), "7.2, 6.9 and 7.5 are not less than 0.98 of what came before");
    }
}

package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a process loads until it has its first gradient: classes and lambdas are where the time of a start goes, and unlike the time they can be
 * counted. See docs/benchmarks.md for the time.
 */
class StartTest {
    /** A lambda takes the virtual machine half a millisecond. */
    private static final int MOST_LAMBDAS = 40;

    /** The name of a class, without the address that lambdas have in theirs. */
    private static final Pattern LOADED = Pattern.compile("((?:dev\\.autodiff|org\\.ejml)\\.[^\\s/]+)\\S* source: ");

    /** A network 2-4-1 in float64, and the gradient of its weights. */
    static final class Program {
        public static void main(String[] arguments) {
            Generator random = Generator.seeded(1);
            Tensor w =
                    Tensor.normal(random, DType.FLOAT64, Shape.of(4, 2), 0, 1).requireGrad();
            Tensor v =
                    Tensor.normal(random, DType.FLOAT64, Shape.of(1, 4), 0, 1).requireGrad();
            Tensor x = Tensor.of(new double[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}});
            Tensor y = Tensor.of(new double[][] {{0}, {1}, {1}, {0}});
            Tensor b = Tensor.zeros(DType.FLOAT64, 4).requireGrad();
            Tensor c = Tensor.zeros(DType.FLOAT64, 1).requireGrad();
            Tensor out = x.linear(w, b).sigmoid().linear(v, c).sigmoid();
            out.sub(y).square().mean().backward();
            System.out.println("> " + (w.grad().get(0, 0) != 0));
        }
    }

    @Test
    void theFirstGradientLoadsOnlyWhatItNeeds(@TempDir Path folder) throws IOException, InterruptedException {
        Path log = folder.resolve("classes.txt");
        List<String> results = ChildJvm.start(
                        "-Xlog:class+load:file=" + log,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Program.class.getName())
                .results();
        assertEquals(List.of("true"), results);
        List<String> loaded = Files.readAllLines(log).stream()
                .map(LOADED::matcher)
                .filter(Matcher::find)
                .map(m -> m.group(1))
                .toList();
        List<String> lambdas =
                loaded.stream().filter(c -> c.contains("$$Lambda")).toList();
        assertTrue(lambdas.size() <= MOST_LAMBDAS, () -> lambdas.size() + " lambdas: " + lambdas);
        assertEquals(
                List.of(),
                loaded.stream().filter(c -> c.startsWith("org.ejml.")).toList());
        List<String> kernels = loaded.stream()
                .filter(c -> c.startsWith("dev.autodiff.kernel.") && c.matches(".*[a-z]32.*"))
                .toList();
        assertEquals(List.of(), kernels, "kernels of a type that the program does not use");
    }
}

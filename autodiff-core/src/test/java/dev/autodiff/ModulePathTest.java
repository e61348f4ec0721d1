package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library as a module, for a user whose program is a module too. */
class ModulePathTest {
    @TempDir
    Path folder;

    private static String pathOf(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aModularProgramCompilesAndRuns() throws IOException, InterruptedException {
        Path descriptor = folder.resolve("module-info.java");
        Files.writeString(descriptor, "module user.program { requires dev.autodiff.core; }\n");
        Path source = Files.createDirectories(folder.resolve("user")).resolve("Main.java");
        Files.writeString(source, """
                package user;

                import dev.autodiff.Autodiff;
                import dev.autodiff.CustomOp;
                import dev.autodiff.Matrices;
                import dev.autodiff.Saved;
                import dev.autodiff.Tensor;
                import dev.autodiff.check.GradientCheck;

                public final class Main {
                    record Cube() implements CustomOp {
                        public Tensor forward(Tensor[] in) {
                            return in[0].pow(3);
                        }

                        public Tensor[] vjp(Tensor g, Saved s) {
                            return new Tensor[] {g.mul(s.input(0).square().mul(3))};
                        }
                    }

                    public static void main(String[] arguments) {
                        Tensor w = Tensor.of(new double[][] {{1, 2}, {3, 4}});
                        System.out.println("> " + Autodiff.grad(x -> new Cube().apply(x).sum()).apply(w).get(1, 0));
                        System.out.println("> " + Matrices.toDoubleMatrix(w.matmul(w)).get(0, 1));
                        GradientCheck.of(x -> x.matmul(x).tanh()).at(w.div(10)).run();
                        System.out.println("> " + Tensor.class.getModule().getName());
                    }
                }
                """);
        String modules = Stream.of(Tensor.class, DMatrixRMaj.class, CommonOps_DDRM.class)
                .map(ModulePathTest::pathOf)
                .collect(Collectors.joining(File.pathSeparator));
        Path classes = folder.resolve("classes");

        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            // JSpecify's annotations are needed to compile, where Maven brings them along, and not to run.
            String withAnnotations = modules + File.pathSeparator + pathOf(Nullable.class);
            List<String> options = List.of("-p", withAnnotations, "-d", classes.toString());
            boolean compiled = compiler.getTask(
                            messages, files, null, options, null, files.getJavaFileObjects(descriptor, source))
                    .call();
            assertTrue(compiled, messages::toString);
        }

        List<String> results = ChildJvm.start(
                        "-p", modules + File.pathSeparator + classes, "-m", "user.program/user.Main")
                .results();
        assertEquals(List.of("27.0", "10.0", "dev.autodiff.core"), results);
    }
}

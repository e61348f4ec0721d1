package dev.autodiff.nn.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
    @TempDir
    Path folder;

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).toList();
        }
    }

    @Test
    void aFileIsReplacedAndNothingElseIsLeft() throws IOException {
        Path file = folder.resolve("metrics.json");
        AtomicFiles.write(file, "old and long");
        AtomicFiles.write(file, "néw");
        assertEquals("néw", Files.readString(file));
        assertEquals(List.of("metrics.json"), names());
    }

    /** The link itself was once replaced by a plain file. */
    @Test
    void aSymbolicLinkStaysAndTheFileBehindItIsReplaced() throws IOException {
        Path real = Files.createDirectories(folder.resolve("versions")).resolve("model-2");
        Files.writeString(real, "old");
        Path link = Files.createSymbolicLink(folder.resolve("model"), Path.of("versions", "model-2"));
        AtomicFiles.write(link, "new");
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("new", Files.readString(real));

        Path dangling = Files.createSymbolicLink(folder.resolve("next"), Path.of("versions", "model-3"));
        AtomicFiles.write(dangling, "newer");
        assertEquals("newer", Files.readString(folder.resolve("versions").resolve("model-3")));

        Path loop = folder.resolve("loop");
        Files.createSymbolicLink(loop, loop);
        assertThrows(UncheckedIOException.class, () -> AtomicFiles.write(loop, "x"));
    }

    @Test
    void aFailureLeavesTheOldFileAndNoOther() throws IOException {
        Path file = folder.resolve("model");
        AtomicFiles.write(file, new byte[] {1, 2, 3});
        UncheckedIOException e = assertThrows(
                UncheckedIOException.class,
                () -> AtomicFiles.write(file, out -> {
                    out.write(new byte[100_000]);
                    throw new IOException("disk full");
                }));
        assertTrue(e.getMessage().contains("disk full") && e.getMessage().contains("model"), e.getMessage());
        assertThrows(
                IllegalStateException.class,
                () -> AtomicFiles.write(file, out -> {
                    throw new IllegalStateException("broken");
                }));
        assertArrayEquals(new byte[] {1, 2, 3}, Files.readAllBytes(file));
        assertEquals(List.of("model"), names());
    }

    @Test
    void aFolderInTheWayIsReported() throws IOException {
        Path file = folder.resolve("model");
        Files.createDirectories(file.resolve("inside"));
        assertThrows(UncheckedIOException.class, () -> AtomicFiles.write(file, "text"));
        assertEquals(List.of("model"), names());
    }

    /** Writes models of changing size for ever; each holds its own number in all elements. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) {
            Path file = Path.of(arguments[0]);
            for (int i = 1; ; i++) {
                model(i).write(file);
                if (i == 1) {
                    System.out.println("written");
                }
            }
        }

        static Safetensors model(int i) {
            Shape shape = Shape.of(1000 + i % 7 * 20_000);
            return Safetensors.of(Map.of("w", Tensor.full(DType.FLOAT32, shape, i), "n", Tensor.of(new long[] {i})));
        }
    }

    @Test
    void aKilledWriterLeavesAWholeFile() throws IOException, InterruptedException {
        Path file = folder.resolve("model.safetensors");
        Generator generator = Generator.seeded(4);
        for (int kill = 0; kill < 4; kill++) {
            Process writer = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xshare:auto",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Writer.class.getName(),
                            file.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try {
                assertEquals('w', writer.getInputStream().read(), "the writer did not start");
                long end = System.nanoTime() + 1_000_000L * (100 + generator.nextInt(150));
                while (System.nanoTime() < end) {
                    assertWhole(file); // while it is being replaced
                }
            } finally {
                writer.destroyForcibly().waitFor();
            }
            assertWhole(file);
        }
    }

    private static void assertWhole(Path file) {
        Map<String, Tensor> read = Safetensors.read(file).tensors();
        int i = (int) read.get("n").item();
        assertArrayEquals(
                Writer.model(i).tensors().get("w").toFloatArray(), read.get("w").toFloatArray());
    }
}

package dev.autodiff.nn;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** How large the library is for those who fetch it. Runs in {@code verify}, when the jars exist, and so has no name that ends in Test. */
class JarSize {
    private static final long MOST_BYTES = 1_000_000;

    @Test
    void theLibraryStaysBelowAMegabyte() throws Exception {
        Path core = Path.of(
                Tensor.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Path nn = Path.of(System.getProperty("autodiff.jar"));
        long bytes = size(core) + size(nn);
        assertTrue(
                bytes < MOST_BYTES,
                () -> core.getFileName() + " and " + nn.getFileName() + " have " + bytes + " bytes");
    }

    private static long size(Path jar) throws IOException {
        assertTrue(jar.toString().endsWith(".jar") && Files.isRegularFile(jar), () -> jar + " is no jar");
        return Files.size(jar);
    }
}

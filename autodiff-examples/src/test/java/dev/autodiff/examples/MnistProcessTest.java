package dev.autodiff.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What needs a process of its own: the number of threads is read once, and a signal ends a JVM. */
@Timeout(120)
class MnistProcessTest {
    @TempDir
    Path temporary;

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-Djava.awt.headless=true",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.autodiff.examples.Main"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectError(errors().toFile()).start();
    }

    private Path errors() {
        return temporary.resolve("errors");
    }

    @Test
    void modelHasTheSameBytesForAnyNumberOfThreads() throws Exception {
        byte[][] models = new byte[2][];
        for (int threads = 1; threads <= 2; threads++) {
            Path out = temporary.resolve("threads" + threads);
            Process process = start(
                    "mnist", "--epochs", "1", "--limit", "2000", "--threads", "" + threads, "--out", out.toString());
            process.getInputStream().readAllBytes();
            assertEquals(0, process.waitFor(), Files.readString(errors()));
            models[threads - 1] = Files.readAllBytes(out.resolve("model.safetensors"));
        }
        assertArrayEquals(models[0], models[1]);
    }

    @Test
    void signalLeavesTheLastEpochsModelWhole() throws Exception {
        Path out = temporary.resolve("interrupted");
        Process process = start("mnist", "--epochs", "100000", "--limit", "1000", "--out", out.toString());
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            String line = lines.readLine();
            while (line != null && !line.startsWith("epoch  2/")) {
                line = lines.readLine();
            }
            process.toHandle()
                    .destroy(); // SIGTERM, and the streams stay open; what the hook does is the same after Ctrl-C
            while (lines.readLine() != null) {
                // until the end
            }
        }
        int code = process.waitFor();
        String errors = Files.readString(errors());
        assertTrue(code > 128, errors);
        assertTrue(errors.contains("holds the model after epoch"), errors);
        DigitModel.load(out.resolve("model.safetensors"));
    }
}

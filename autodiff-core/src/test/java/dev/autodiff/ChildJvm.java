package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.kernel.KernelRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A Java virtual machine of its own, of the same version as this one. */
final class ChildJvm {
    private final Process process;
    private final Path output;
    private final List<String> command;

    private ChildJvm(Process process, Path output, List<String> command) {
        this.process = process;
        this.output = output;
        this.command = command;
    }

    /** Starts java with some arguments, and with the vector module if this process has it. */
    static ChildJvm start(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
            command.add("--add-modules=jdk.incubator.vector");
        }
        String kernels = System.getProperty(KernelRegistry.PROPERTY);
        if (kernels != null) {
            command.add("-D" + KernelRegistry.PROPERTY + "=" + kernels);
        }
        command.addAll(Arrays.asList(arguments));
        try {
            Path output = Files.createTempFile("child", ".txt");
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            return new ChildJvm(process, output, command);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for the end and returns the lines that start with {@code "> "}, without it. */
    List<String> results() throws InterruptedException {
        try {
            boolean ended = process.waitFor(2, TimeUnit.MINUTES);
            process.destroyForcibly();
            String text = Files.readString(output, StandardCharsets.UTF_8);
            Files.delete(output);
            assertTrue(ended, () -> command + " does not end; it wrote\n" + text);
            assertEquals(0, process.exitValue(), () -> command + " wrote\n" + text);
            return text.lines()
                    .filter(line -> line.startsWith("> "))
                    .map(line -> line.substring(2))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.autodiff.examples.page;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The folder that a program leaves its files in. */
public final class OutputFolder {
    private OutputFolder() {}

    /** Makes the folder and writes into it, so that a long run does not end with an error. */
    public static void prepare(Path folder) {
        try {
            Files.createDirectories(folder);
            Files.delete(Files.createTempFile(folder, ".writable", ".tmp"));
        } catch (IOException e) {
            throw new ProgramException(
                    "--out: expected a folder that can be written to, got " + folder.toAbsolutePath() + " (" + e + ")",
                    e);
        }
    }
}

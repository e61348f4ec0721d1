package dev.autodiff.examples.page;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells whether somebody watches the standard error, so that a moving bar makes sense. */
public final class Terminal {
    private Terminal() {}

    public static boolean showsErrors() {
        Path link = Path.of("/proc/self/fd/2");
        try {
            if (Files.isSymbolicLink(link)) {
                String target = Files.readSymbolicLink(link).toString();
                return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
            }
        } catch (IOException | SecurityException e) {
            return false;
        }
        // Elsewhere the JDK does not tell; TERM is not set by a scheduler.
        return System.getenv("TERM") != null;
    }
}

package dev.autodiff.examples.explain;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Opens a page in the user's browser by the system's own command; Java's way needs a JVM that draws windows, and the launcher's does not. */
final class Desktop {
    private Desktop() {}

    /** Returns the command that opens a page, if there is a desktop. */
    static Optional<List<String>> command(String system, Map<String, String> environment, String page) {
        String name = system.toLowerCase(Locale.ROOT);
        if (name.startsWith("windows")) {
            return Optional.of(List.of("rundll32", "url.dll,FileProtocolHandler", page));
        }
        if (name.startsWith("mac")) {
            return Optional.of(List.of("open", page));
        }
        boolean desktop = environment.containsKey("DISPLAY") || environment.containsKey("WAYLAND_DISPLAY");
        return desktop && isOnPath("xdg-open", environment.getOrDefault("PATH", ""))
                ? Optional.of(List.of("xdg-open", page))
                : Optional.empty();
    }

    private static boolean isOnPath(String program, String path) {
        return Arrays.stream(path.split(File.pathSeparator)).anyMatch(f -> Files.isExecutable(Path.of(f, program)));
    }

    /** Opens a page, if there is a desktop to open it on, and tells whether that was tried. */
    static boolean open(Path page) {
        Optional<List<String>> command = command(
                System.getProperty("os.name"), System.getenv(), page.toUri().toString());
        if (command.isEmpty()) {
            return false;
        }
        try {
            new ProcessBuilder(command.get())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return true;
        } catch (IOException e) {
            return false; // the page's address is printed in any case
        }
    }
}

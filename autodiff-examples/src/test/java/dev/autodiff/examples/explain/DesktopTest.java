package dev.autodiff.examples.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DesktopTest {
    private static final String PAGE = "file:///x.html";

    @Test
    void withoutADesktopNothingIsOpened(@TempDir Path folder) throws IOException {
        Path opener = Files.createFile(folder.resolve("xdg-open"));
        Map<String, String> withDisplay = Map.of("DISPLAY", ":0", "PATH", "/nowhere:" + folder);
        assertEquals(Optional.empty(), Desktop.command("Linux", Map.of("PATH", folder.toString()), PAGE));
        assertEquals(Optional.empty(), Desktop.command("Linux", withDisplay, PAGE), "the opener is not executable");
        opener.toFile().setExecutable(true);
        assertEquals(Optional.of(List.of("xdg-open", PAGE)), Desktop.command("Linux", withDisplay, PAGE));
    }

    @Test
    void otherSystemsHaveTheirOwnCommands() {
        assertEquals(Optional.of(List.of("open", PAGE)), Desktop.command("Mac OS X", Map.of(), PAGE));
        assertEquals(
                Optional.of(List.of("rundll32", "url.dll,FileProtocolHandler", PAGE)),
                Desktop.command("Windows 11", Map.of(), PAGE));
    }
}

package dev.autodiff.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class BenchProgramTest {
    @TempDir
    Path temporary;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        return new CommandLine(new BenchProgram())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }

    @Test
    void smallWorkRunsEagerlyAndReplayedWithBothKindsOfKernels() throws IOException {
        Path json = temporary.resolve("bench.json");
        assertEquals(
                0, run("--only", "W1,W2", "--quick", "--peers", "none", "--json", json.toString()), err.toString());
        List<String> table =
                out.toString().lines().filter(line -> line.startsWith("| W")).toList();
        assertEquals(8, table.size(), out.toString());
        JsonObject results = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
        assertEquals(Set.of("machine", "rows"), results.keySet());
        assertTrue(results.getAsJsonObject("machine").has("peak"));
        List<String> rows = new ArrayList<>();
        for (JsonElement element : results.getAsJsonArray("rows")) {
            JsonObject row = element.getAsJsonObject();
            assertEquals(
                    Set.of("work", "mode", "kernels", "median_us", "peer", "peer_median_us", "ratio", "of_limit"),
                    row.keySet());
            assertTrue(row.get("median_us").getAsDouble() > 0, row.toString());
            assertTrue(row.get("peer").isJsonNull(), row.toString());
            rows.add(row.get("work").getAsString() + " " + row.get("mode").getAsString() + " "
                    + row.get("kernels").getAsString());
        }
        assertEquals(
                List.of(
                        "W1 eager vector",
                        "W1 replayed vector",
                        "W1 eager portable",
                        "W1 replayed portable",
                        "W2 eager vector",
                        "W2 replayed vector",
                        "W2 eager portable",
                        "W2 replayed portable"),
                rows);
    }

    @ParameterizedTest
    @CsvSource({
        "--only W8, W8",
        "--only w1, w1",
        "--peers numpy, numpy",
        "'--peers none,djl', none",
        "--frobnicate, --frobnicate"
    })
    void wrongUsageIsNamedAndEndsWithTwo(String arguments, String named) {
        assertEquals(2, run(arguments.split(" ", -1)));
        assertTrue(err.toString().contains(named), err.toString());
    }
}

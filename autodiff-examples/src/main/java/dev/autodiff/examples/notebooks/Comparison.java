package dev.autodiff.examples.notebooks;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** Compares what two executions of a notebook have printed, but for times, and which kinds of pictures they have drawn. */
final class Comparison {
    /** A number with a unit of time, or a ratio of times, as docs/writing-a-lesson.md has them. */
    private static final String TIME = "\\d+(\\.\\d+)?(e[-+]\\d+)? (s|ms|µs|ns|×)(?![\\p{L}\\d])";

    private Comparison() {}

    /** Returns one line for each cell that differs. */
    static List<String> outputs(String name, Notebook kept, Notebook run) {
        List<String> differences = new ArrayList<>();
        if (kept.cells().size() != run.cells().size()) {
            return List.of(name + ": " + kept.cells().size() + " cells are kept, "
                    + run.cells().size() + " were run");
        }
        boolean first = true;
        for (int i = 0; i < run.cells().size(); i++) {
            if (!run.cells().get(i).code()) {
                continue;
            }
            // The first one tells where the jars are.
            if (!first) {
                List<String> expected = lines(kept.cells().get(i));
                List<String> actual = lines(run.cells().get(i));
                int line = mismatch(expected, actual);
                if (line >= 0) {
                    differences.add(name + ", cell " + i + ", line " + line + ": kept '" + at(expected, line)
                            + "', now '" + at(actual, line) + "'");
                }
            }
            first = false;
        }
        return differences;
    }

    private static List<String> lines(Notebook.Cell cell) {
        List<String> lines = new ArrayList<>();
        for (JsonObject output : cell.outputs()) {
            if (output.has("text")) {
                for (String line : Notebook.text(output.get("text")).split("\n", -1)) {
                    lines.add(withoutTimes(line));
                }
            } else if (output.get("data").isJsonObject()) {
                JsonObject data = output.getAsJsonObject("data");
                data.keySet().stream().sorted().forEach(type -> {
                    lines.add(type);
                    if (type.startsWith("text/")) {
                        lines.add(withoutTimes(Notebook.text(data.get(type))));
                    }
                });
            } else {
                lines.add(output.get("data").toString());
            }
        }
        return lines;
    }

    /** Leaves times out, and the spaces that depend on how long they are. */
    static String withoutTimes(String line) {
        return line.replaceAll(TIME, "$3").replaceAll(" +", " ").replaceAll("─+", "─");
    }

    private static int mismatch(List<String> expected, List<String> actual) {
        for (int i = 0; i < Math.max(expected.size(), actual.size()); i++) {
            if (!at(expected, i).equals(at(actual, i))) {
                return i;
            }
        }
        return -1;
    }

    private static String at(List<String> lines, int i) {
        return i < lines.size() ? lines.get(i) : "(nothing)";
    }
}

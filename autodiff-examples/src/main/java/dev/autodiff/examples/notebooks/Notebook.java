package dev.autodiff.examples.notebooks;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.autodiff.examples.page.ProgramException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A notebook in the format nbformat 4.5: cells with their sources and outputs. What differs from run to run, such as numbers and
 * identifiers of executions, is left out.
 */
final class Notebook {
    private static final Gson GSON = new GsonBuilder()
            .setPrettyPrinting()
            .disableHtmlEscaping()
            .serializeNulls()
            .create();

    /** A cell of prose or of code. */
    record Cell(boolean code, String source, List<JsonObject> outputs) {
        static Cell prose(String source) {
            return new Cell(false, source, List.of());
        }

        static Cell code(String source) {
            return new Cell(true, source, List.of());
        }
    }

    private final List<Cell> cells;

    Notebook(List<Cell> cells) {
        this.cells = List.copyOf(cells);
    }

    List<Cell> cells() {
        return cells;
    }

    /** Reads a notebook, executed or not. */
    static Notebook read(Path file) throws IOException {
        JsonObject root;
        try {
            root = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        } catch (NoSuchFileException e) {
            throw new ProgramException(file + " is missing", e);
        }
        List<Cell> cells = new ArrayList<>();
        for (JsonElement element : root.getAsJsonArray("cells")) {
            JsonObject cell = element.getAsJsonObject();
            boolean code = cell.get("cell_type").getAsString().equals("code");
            List<JsonObject> outputs = new ArrayList<>();
            if (code) {
                cell.getAsJsonArray("outputs").forEach(output -> add(outputs, output.getAsJsonObject()));
            }
            cells.add(new Cell(code, text(cell.get("source")), outputs));
        }
        return new Notebook(cells);
    }

    /** Adds an output without what differs; pieces of one stream become one. */
    private static void add(List<JsonObject> outputs, JsonObject output) {
        JsonObject kept = new JsonObject();
        String type = output.get("output_type").getAsString();
        kept.addProperty("output_type", type);
        if (type.equals("stream")) {
            String name = output.get("name").getAsString();
            String text = text(output.get("text"));
            if (!outputs.isEmpty()) {
                JsonObject last = outputs.get(outputs.size() - 1);
                if (last.has("name") && last.get("name").getAsString().equals(name)) {
                    last.add("text", lines(text(last.get("text")) + text));
                    return;
                }
            }
            kept.addProperty("name", name);
            kept.add("text", lines(text));
        } else {
            kept.add("data", output.has("data") ? output.get("data") : output.get("traceback"));
            kept.add("metadata", new JsonObject());
            if (type.equals("execute_result")) {
                kept.add("execution_count", JsonNull.INSTANCE);
            }
        }
        outputs.add(kept);
    }

    /** Writes the notebook; the first cell of code tells where jars lie on this machine, so that its output is left out. */
    void write(Path file) throws IOException {
        JsonArray array = new JsonArray();
        boolean first = true;
        for (int i = 0; i < cells.size(); i++) {
            Cell cell = cells.get(i);
            JsonObject json = new JsonObject();
            json.addProperty("cell_type", cell.code ? "code" : "markdown");
            if (cell.code) {
                json.add("execution_count", JsonNull.INSTANCE);
            }
            json.addProperty("id", "cell-" + i);
            json.add("metadata", new JsonObject());
            if (cell.code) {
                JsonArray outputs = new JsonArray();
                if (!first) {
                    cell.outputs.forEach(outputs::add);
                }
                json.add("outputs", outputs);
                first = false;
            }
            json.add("source", lines(cell.source));
            array.add(json);
        }
        JsonObject root = new JsonObject();
        root.add("cells", array);
        root.add("metadata", metadata());
        root.addProperty("nbformat", 4);
        root.addProperty("nbformat_minor", 5);
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, GSON.toJson(root) + "\n");
    }

    private static JsonObject metadata() {
        JsonObject kernel = new JsonObject();
        kernel.addProperty("display_name", "Java");
        kernel.addProperty("language", "java");
        kernel.addProperty("name", "rapaio-jupyter-kernel");
        JsonObject language = new JsonObject();
        language.addProperty("name", "java");
        JsonObject metadata = new JsonObject();
        metadata.add("kernelspec", kernel);
        metadata.add("language_info", language);
        return metadata;
    }

    /** Joins the lines that a notebook keeps texts as. */
    static String text(JsonElement value) {
        if (value.isJsonPrimitive()) {
            return value.getAsString();
        }
        StringBuilder text = new StringBuilder();
        value.getAsJsonArray().forEach(line -> text.append(line.getAsString()));
        return text.toString();
    }

    private static JsonArray lines(String text) {
        JsonArray lines = new JsonArray();
        int begin = 0;
        while (begin < text.length()) {
            int end = text.indexOf('\n', begin);
            end = end < 0 ? text.length() : end + 1;
            lines.add(new JsonPrimitive(text.substring(begin, end)));
            begin = end;
        }
        return lines;
    }
}

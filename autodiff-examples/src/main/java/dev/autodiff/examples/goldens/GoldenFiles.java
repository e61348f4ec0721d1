package dev.autodiff.examples.goldens;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import dev.autodiff.examples.goldens.Suite.Unit;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads a folder of golden files and tells by its content what each list of a file is. */
final class GoldenFiles {
    private GoldenFiles() {}

    /** Reads every {@code *.json} of a folder, in the order of the names. */
    static List<Suite> read(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new GoldenFormatException(folder + ": expected a folder of golden files, "
                    + (Files.exists(folder) ? "this is none" : "there is no such folder"));
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(p -> p.toString().endsWith(".json")).sorted().toList();
        }
        if (files.isEmpty()) {
            throw new GoldenFormatException(folder + ": expected golden files, *.json, found none");
        }
        List<Suite> suites = new ArrayList<>();
        for (Path file : files) {
            try {
                suites.addAll(suites(name(file), parse(file)));
            } catch (GoldenFormatException e) {
                throw new GoldenFormatException(file + ": " + e.getMessage());
            }
        }
        return suites;
    }

    private static String name(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.substring(0, name.length() - ".json".length());
    }

    private static JsonObject parse(Path file) throws IOException {
        try (Reader text = Files.newBufferedReader(file);
                JsonReader reader = new JsonReader(text)) {
            reader.setStrictness(Strictness.STRICT);
            JsonElement root = JsonParser.parseReader(reader);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new GoldenFormatException("something follows the end of the document");
            }
            return Json.object(root, "the document");
        } catch (java.nio.charset.CharacterCodingException e) {
            throw new GoldenFormatException("not valid UTF-8");
        } catch (JsonParseException | com.google.gson.stream.MalformedJsonException | java.io.EOFException e) {
            throw new GoldenFormatException("not valid JSON: "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
    }

    private static List<Suite> suites(String name, JsonObject file) {
        List<Suite> suites = new ArrayList<>();
        if (file.has("functions") || file.has("jacobians") || file.has("nth_derivatives")) {
            add(suites, "functions", file, "functions", file.get("functions"), FunctionCheck::function);
            add(suites, "functions", file, "jacobians", file.get("jacobians"), FunctionCheck::jacobian);
            add(
                    suites,
                    "functions",
                    file,
                    "nth_derivatives",
                    file.get("nth_derivatives"),
                    FunctionCheck::higherDerivatives);
        } else if (file.has("net222") || file.has("optimizers") || file.has("models") || file.has("clip")) {
            add(suites, "training", file, "net222", file.get("net222"), TrainingCheck::network);
            if (file.has("optimizers")) {
                JsonObject optimizers = Json.object(file.get("optimizers"), "optimizers");
                add(suites, "training", file, "optimizers.runs", optimizers.get("runs"), OptimizerCheck::check);
            }
            add(suites, "training", file, "models", file.get("models"), TrainingCheck::model);
            add(suites, "training", file, "clip", file.get("clip"), TrainingCheck::clip);
        } else if (file.has("cases")) {
            JsonArray cases = Json.array(file.get("cases"), "cases");
            JsonObject first = cases.isEmpty() ? new JsonObject() : Json.object(cases.get(0), "cases[0]");
            if (first.has("lrs") || name.equals("schedulers")) {
                add(suites, "schedulers", file, "cases", cases, TrainingCheck::schedule);
            } else if (first.has("fan_in") || name.equals("init")) {
                add(suites, "init", file, "cases", cases, TrainingCheck::initializer);
            } else {
                suites.add(operations(name, file, cases));
            }
        } else {
            throw new GoldenFormatException(
                    "expected cases, functions, jacobians, nth_derivatives, net222, optimizers, models or clip, got "
                            + file.keySet());
        }
        return suites;
    }

    private static Suite operations(String name, JsonObject file, JsonArray cases) {
        JsonObject meta = file.has("meta") ? Json.object(file.get("meta"), "meta") : new JsonObject();
        String family = meta.has("family") ? Json.text(meta.get("family"), "meta.family") : name;
        List<Unit> units = new ArrayList<>();
        for (int i = 0; i < cases.size(); i++) {
            JsonObject entry = Json.object(cases.get(i), "cases[" + i + "]");
            Json.text(entry.get("op"), "cases[" + i + "].op");
            units.add(new Unit(Json.text(entry.get("id"), "cases[" + i + "].id"), entry, file));
        }
        if (meta.has("count") && Json.integer(meta.get("count"), "meta.count") != units.size()) {
            throw new GoldenFormatException("meta.count: expected " + Json.integer(meta.get("count"), "meta.count")
                    + " cases, got " + units.size());
        }
        return new Suite(family, true, units, family.equals("errors") ? RefusalCheck::check : OperationCheck::check);
    }

    private static void add(
            List<Suite> suites,
            String family,
            JsonObject file,
            String list,
            @Nullable JsonElement entries,
            BiFunction<Unit, Precision, Verdict> check) {
        if (entries == null) {
            return;
        }
        JsonArray array = Json.array(entries, list);
        List<Unit> units = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            JsonObject entry = Json.object(array.get(i), list + "[" + i + "]");
            units.add(new Unit(family + "/" + list + "/" + i + label(entry), entry, file));
        }
        suites.add(new Suite(family, false, units, check));
    }

    private static String label(JsonObject entry) {
        for (String field : List.of("name", "optimizer", "mode", "f", "kind")) {
            if (entry.get(field) instanceof com.google.gson.JsonPrimitive p) {
                return "/" + p.getAsString();
            }
        }
        return "";
    }
}

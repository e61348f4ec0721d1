package dev.autodiff.benchmarks.compare;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The results, for people and for machines. */
final class Report {
    private Report() {}

    /** Prints a table in Markdown. Times are in microseconds. */
    static void print(PrintWriter out, Map<String, String> machine, List<Row> rows) {
        machine.forEach((name, value) -> out.println(name + ": " + value));
        out.println();
        out.println("| work | mode | kernels | threads | µs | 10–90 % | best peer | its µs | ratio | of peak |");
        out.println("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        for (Row row : rows) {
            Row.Timing own = row.own();
            String peer = row.best()
                    .map(best -> best.side() + ", " + best.threads() + " | " + digits(best.median()) + " | "
                            + digits(row.ratio(best)))
                    .orElse("– | – | –");
            out.println("| " + row.work() + " | " + row.mode() + " | " + row.kernels() + " | " + own.threads() + " | "
                    + digits(own.median()) + " | " + digits(own.low()) + "–" + digits(own.high()) + " | " + peer + " | "
                    + (Double.isNaN(row.limit()) ? "–" : Math.round(100 * row.ofLimit()) + " %") + " |");
        }
    }

    /** Three significant digits. */
    private static String digits(double x) {
        int decimals = x >= 100 ? 0 : x >= 10 ? 1 : x >= 1 ? 2 : 3;
        return String.format(Locale.ROOT, "%." + decimals + "f", x);
    }

    /** Returns one row for each work, mode, kernels and peer; without any peer one row with nulls for it. */
    static String json(Map<String, String> machine, List<Row> rows) {
        JsonObject description = new JsonObject();
        machine.forEach(description::addProperty);
        JsonArray list = new JsonArray();
        for (Row row : rows) {
            for (Row.Timing peer : row.peers()) {
                JsonObject object = object(row);
                object.addProperty("peer", peer.side());
                object.addProperty("peer_median_us", peer.median());
                object.addProperty("ratio", row.ratio(peer));
                list.add(withLimit(object, row));
            }
            if (row.peers().isEmpty()) {
                JsonObject object = object(row);
                object.add("peer", JsonNull.INSTANCE);
                object.add("peer_median_us", JsonNull.INSTANCE);
                object.add("ratio", JsonNull.INSTANCE);
                list.add(withLimit(object, row));
            }
        }
        JsonObject all = new JsonObject();
        all.add("machine", description);
        all.add("rows", list);
        return new GsonBuilder()
                        .serializeNulls()
                        .disableHtmlEscaping()
                        .setPrettyPrinting()
                        .create()
                        .toJson(all) + "\n";
    }

    private static JsonObject object(Row row) {
        JsonObject object = new JsonObject();
        object.addProperty("work", row.work());
        object.addProperty("mode", row.mode());
        object.addProperty("kernels", row.kernels());
        object.addProperty("median_us", row.own().median());
        return object;
    }

    private static JsonObject withLimit(JsonObject object, Row row) {
        object.add("of_limit", Double.isNaN(row.limit()) ? JsonNull.INSTANCE : new JsonPrimitive(row.ofLimit()));
        return object;
    }
}

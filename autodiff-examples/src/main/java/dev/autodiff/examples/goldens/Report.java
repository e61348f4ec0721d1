package dev.autodiff.examples.goldens;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts verdicts and prints what came of a folder of golden files. */
final class Report {
    private static final int WORST = 20;

    /** The counts of one family. */
    static final class Family {
        private final boolean operations;
        private int passed;
        private int failed;
        private int unknown;

        private Family(boolean operations) {
            this.operations = operations;
        }

        int passed() {
            return passed;
        }

        int failed() {
            return failed;
        }

        int unknown() {
            return unknown;
        }
    }

    /** One unit that does not match. */
    record Failure(String id, Verdict.Failed verdict) {}

    private final Map<String, Family> families = new LinkedHashMap<>();
    private final List<Failure> failures = new ArrayList<>();
    private final Map<String, Integer> unknown = new TreeMap<>();
    private final Map<String, String> refused = new LinkedHashMap<>();

    void add(Suite suite, Suite.Unit unit, Verdict verdict) {
        Family family = family(suite);
        if (verdict instanceof Verdict.Passed) {
            family.passed++;
        } else if (verdict instanceof Verdict.RefusedByDesign r) {
            family.passed++;
            refused.put(unit.id(), r.how());
        } else if (verdict instanceof Verdict.Failed f) {
            family.failed++;
            failures.add(new Failure(unit.id(), f));
        } else if (verdict instanceof Verdict.Unknown u) {
            family.unknown++;
            unknown.merge(u.name(), 1, Integer::sum);
        }
    }

    /** Returns the counts of a suite's family, which need not have a unit. */
    Family family(Suite suite) {
        return families.computeIfAbsent(suite.family(), name -> new Family(suite.operations()));
    }

    List<Failure> failures() {
        return List.copyOf(failures);
    }

    /** Tells whether nothing failed and nothing is unknown among the operations, or with {@code strict} at all. */
    boolean good(boolean strict) {
        return families.values().stream()
                .filter(f -> strict || f.operations)
                .allMatch(f -> f.failed == 0 && f.unknown == 0);
    }

    void print(PrintWriter out) {
        families.forEach((name, f) -> {
            if (f.operations) {
                out.printf("%-14s %5d passed, %4d failed, %4d unknown%n", name, f.passed, f.failed, f.unknown);
            }
        });
        refused.forEach((id, how) -> out.println("refused by design: " + id + ": " + how));
        if (!failures.isEmpty()) {
            out.println("failures, the worst first"
                    + (failures.size() > WORST ? " (" + WORST + " of " + failures.size() + ")" : "") + ":");
            failures.stream()
                    .sorted(Comparator.comparingDouble((Failure f) -> f.verdict.worst())
                            .reversed())
                    .limit(WORST)
                    .forEach(f -> f.verdict.mismatches().forEach(m -> out.println("  " + f.id + "  " + m)));
        }
        if (!unknown.isEmpty()) {
            StringBuilder names = new StringBuilder("unknown:");
            unknown.forEach((name, n) ->
                    names.append(' ').append(name).append(n > 1 ? " ×" + n : "").append(','));
            out.println(names.substring(0, names.length() - 1));
        }
        StringBuilder also = new StringBuilder("also:");
        families.forEach((name, f) -> {
            if (!f.operations) {
                also.append(
                        String.format(" %s %d passed, %d failed, %d unknown;", name, f.passed, f.failed, f.unknown));
            }
        });
        if (families.values().stream().anyMatch(f -> !f.operations)) {
            out.println(also.substring(0, also.length() - 1));
        }
        out.println(summary());
    }

    /** {@code N passed, M failed, K unknown} over the operation families. */
    String summary() {
        int[] sums = new int[3];
        for (Family f : families.values()) {
            if (f.operations) {
                sums[0] += f.passed;
                sums[1] += f.failed;
                sums[2] += f.unknown;
            }
        }
        return sums[0] + " passed, " + sums[1] + " failed, " + sums[2] + " unknown";
    }

    String json() {
        JsonObject root = new JsonObject();
        root.addProperty("summary", summary());
        JsonObject byFamily = new JsonObject();
        families.forEach((name, f) -> {
            JsonObject counts = new JsonObject();
            counts.addProperty("passed", f.passed);
            counts.addProperty("failed", f.failed);
            counts.addProperty("unknown", f.unknown);
            byFamily.add(name, counts);
        });
        root.add("families", byFamily);
        JsonArray failed = new JsonArray();
        for (Failure failure : failures) {
            for (Mismatch m : failure.verdict.mismatches()) {
                JsonObject o = new JsonObject();
                o.addProperty("id", failure.id);
                o.addProperty("what", m.what());
                o.addProperty("index", m.index());
                o.addProperty("got", m.got());
                o.addProperty("want", m.want());
                if (Double.isFinite(m.error())) {
                    o.addProperty("error", m.error());
                }
                failed.add(o);
            }
        }
        root.add("failures", failed);
        JsonObject names = new JsonObject();
        unknown.forEach(names::addProperty);
        root.add("unknown", names);
        JsonObject byDesign = new JsonObject();
        refused.forEach(byDesign::addProperty);
        root.add("refused_by_design", byDesign);
        return new GsonBuilder()
                        .setPrettyPrinting()
                        .disableHtmlEscaping()
                        .create()
                        .toJson(root) + "\n";
    }
}

package dev.autodiff.examples.goldens;

import java.util.List;

/** What came of one unit: one entry of a list of golden cases. */
sealed interface Verdict {

    /** Everything that was recorded is matched. */
    record Passed() implements Verdict {}

    /** The library offers no way to commit the fault that the case describes. */
    record RefusedByDesign(String how) implements Verdict {}

    /** Something differs. */
    record Failed(List<Mismatch> mismatches) implements Verdict {
        public Failed {
            mismatches = List.copyOf(mismatches);
        }

        double worst() {
            return mismatches.stream().mapToDouble(Mismatch::error).max().orElse(0);
        }
    }

    /** The library does not know what the case asks for. */
    record Unknown(String name) implements Verdict {}

    /** Passed if there are no mismatches. */
    static Verdict of(List<Mismatch> mismatches) {
        return mismatches.isEmpty() ? new Passed() : new Failed(mismatches);
    }
}

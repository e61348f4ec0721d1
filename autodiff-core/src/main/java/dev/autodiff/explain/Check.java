package dev.autodiff.explain;

import java.util.Locale;

/**
 * A gradient beside central differences.
 *
 * @param status what came of it
 * @param elements how many elements were compared
 * @param of how many there are
 * @param largest the largest difference of an element
 * @param allowed what it may differ by
 * @param note why it was not checked, or which element differs most; may be empty
 */
public record Check(Status status, int elements, int of, double largest, double allowed, String note) {
    /** What came of a check. */
    public enum Status {
        /** Gradient and differences agree. */
        PASSED,
        /** They do not: the rule is wrong, or one above it. */
        FAILED,
        /** Nothing was compared; the note says why. */
        NOT_CHECKED
    }

    static Check none(int of, String why) {
        return new Check(Status.NOT_CHECKED, 0, of, 0, 0, why);
    }

    /** Says what came of it, on one line: {@code ✓ 3.1e−13 (4/4)}, the largest difference and how many elements of how many. */
    public String brief() {
        if (status == Status.NOT_CHECKED) {
            return "– not checked: " + note;
        }
        String difference =
                largest == 0 ? "0" : String.format(Locale.ROOT, "%.1e", largest).replace('-', '−');
        return (status == Status.PASSED ? "✓ " : "✗ ") + difference + " (" + elements + "/" + of + ")"
                + (note.isEmpty() ? "" : ": " + note);
    }
}

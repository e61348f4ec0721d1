package dev.autodiff.examples.page;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a page prints, to the column. */
class PageTest {
    private static List<String> printed(Consumer<Page> code) {
        StringWriter out = new StringWriter();
        code.accept(new TerminalPage(Path.of("none"), new PrintWriter(out), null, Map.of()));
        return out.toString().lines().toList();
    }

    @Test
    void exactNumbersOfOneSizeHaveAsManyDecimalsAsTheirColumnNeeds() {
        assertEquals(
                List.of("right", "─────", " 96.5", " 93.0", "100.0"),
                printed(page ->
                        page.table("right").row(96.5).row(93.0).row(100.0).print()));
        assertEquals(
                List.of(" f", "──", "-4", " 0"),
                printed(page -> page.table("f").row(-4.0).row(0.0).print()));
    }

    @Test
    void exactNumbersOfManySizesHaveTheirOwnDecimals() {
        assertEquals(
                List.of("    γ", "─────", " 0.01", "    1", "10000"),
                printed(page -> page.table("γ").row(0.01).row(1.0).row(1e4).print()));
    }

    @Test
    void otherNumbersHaveSixSignificantDigits() {
        assertEquals(
                List.of("        L", "─────────", " 0.298371", "        1", "3.510e-05"),
                printed(page -> page.table("L")
                        .row(0.298371109)
                        .row(1.0)
                        .row(3.51019e-5)
                        .print()));
        // The rounding of 0.1 + 0.2 is none of its digits, but 306.00000001 is another number than 306.
        assertEquals(
                List.of("      a    b", "────────────", "306.000  0.3"),
                printed(page ->
                        page.table("a", "b").row(306.00000001, 0.1 + 0.2).print()));
    }

    @Test
    void numbersWithUnitsAndDashesStandAtTheRight() {
        assertEquals(
                List.of(
                        "method  steps   error",
                        "─────────────────────",
                        "first       –   8.5 %",
                        "second    338  12.5 %"),
                printed(page -> page.table("method", "steps", "error")
                        .row("first", "–", "8.5 %")
                        .row("second", "338", "12.5 %")
                        .print()));
    }

    @Test
    void wordsStandAtTheLeft() {
        assertEquals(
                List.of("learned", "────────", "6 of 20", "10 of 20"),
                printed(page ->
                        page.table("learned").row("6 of 20").row("10 of 20").print()));
    }
}

package dev.autodiff.examples.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.examples.lessons.Lessons;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lesson can be read from top to bottom: a member of the class stands in the section that is the first to use it. */
class LessonSourceTest {
    private static final String TEXT = """
            package lessons;

            import dev.autodiff.Tensor;

            /** A lesson. */
            final class MadeUpLesson implements Lesson {
                @Option(names = "--lr", description = "The rate (of learning).")
                @Range(min = 0, max = 1)
                private double rate = 0.5;

                @Override
                public List<String> small() {
                    return List.of("--lr", "1");
                }

                static final double HALF = 0.5;

                /** A pair. */
                record Pair(double a, double b) {
                    @Override
                    public String toString() {
                        return a + " and " + b;
                    }
                }

                /** The mean of a Pair. */
                static double mean(Pair pair) {
                    return HALF * sum(pair);
                }

                @Override
                public void run(Page page) {
                    page.section("First", ""\"
                            No code uses mean(…) here.
                            ""\");
                    page.print("mean(x) " + x.mean()); // mean(Pair)

                    page.section("Second", ""\"
                            Its code uses a method, which uses the rest.
                            ""\");
                    double step = rate * mean(new Pair(1, 2));

                    page.section("Third", ""\"
                            All is known.
                            ""\");
                    page.print(mean(new Pair(3, 4)));
                    page.print(sum(new Pair(3, 4)));
                }

                static double sum(Pair pair) {
                    return pair.a + pair.b;
                }
            }
            """;

    @Test
    void membersStandInTheSectionThatIsTheFirstToUseThem() {
        List<LessonSource.Section> sections =
                LessonSource.parse("MadeUpLesson.java", TEXT).sections();
        assertEquals(
                List.of("First", "Second", "Third"),
                sections.stream().map(LessonSource.Section::title).toList());
        assertEquals(List.of(), names(sections.get(0).members()));
        assertEquals(
                List.of("rate", "HALF", "Pair", "mean", "sum"),
                names(sections.get(1).members()));
        assertEquals(List.of(), names(sections.get(2).members()));
    }

    private static List<String> names(List<Member> members) {
        return members.stream().map(Member::name).toList();
    }

    @Test
    void declarationsKeepCommentsAndLoseWhatMeansNothingInAShell() {
        List<Member> members = LessonSource.parse("MadeUpLesson.java", TEXT).members();
        assertEquals(List.of("rate", "HALF", "Pair", "mean", "sum"), names(members));
        assertTrue(members.get(0).isSetting());
        assertEquals("double rate = 0.5;", members.get(0).declaration());
        assertEquals("double HALF = 0.5;", members.get(1).declaration());
        assertTrue(members.get(2).declaration().contains("\n    @Override\n    public String toString()"));
        assertEquals("""
                /** The mean of a Pair. */
                double mean(Pair pair) {
                    return HALF * sum(pair);
                }""", members.get(3).declaration());
    }

    @Test
    void proseHasNoMarginButThatOfFormulas() {
        String text = TEXT.replace(
                "All is known.", "All is\n                known:\n\n                    a = b\n\n                Now.");
        assertEquals(
                "All is\nknown:\n\n    a = b\n\nNow.",
                LessonSource.parse("MadeUpLesson.java", text).sections().get(2).prose());
    }

    @Test
    void longLinesOfCodeAreFolded() {
        String words = "word ".repeat(25).strip();
        String literal = '"' + words.substring(0, 89) + '"';
        assertEquals("a(" + literal + ",\n        b);", CodeLines.fit("a(" + literal + ", b);"));
        assertEquals(
                "    /**\n     * " + words.substring(0, 89) + "\n     * " + words.substring(90) + "\n     */",
                CodeLines.fit("    /** " + words + " */"));
        assertEquals(
                "x = 1;\n        // " + words.substring(0, 84) + "\n        // " + words.substring(85),
                CodeLines.fit("x = 1; // " + words));
        assertEquals("short", CodeLines.fit("short"));
    }

    @Test
    void noLessonShowsLinesWiderThanThePage() throws IOException {
        for (Lesson lesson : Lessons.all()) {
            LessonSource source = LessonSource.of(lesson.getClass());
            List<String> wide = new ArrayList<>();
            source.sections().forEach(section -> {
                section.code().lines().filter(CodeLines::isWide).forEach(wide::add);
                section.members()
                        .forEach(member -> member.declaration()
                                .lines()
                                .filter(CodeLines::isWide)
                                .forEach(wide::add));
            });
            assertEquals(List.of(), wide, lesson.getClass().getSimpleName());
        }
    }

    @Test
    void noLessonDeclaresWhatItNeverUses() throws IOException {
        for (Lesson lesson : Lessons.all()) {
            LessonSource source = LessonSource.of(lesson.getClass());
            List<Member> shown = new ArrayList<>();
            source.sections().forEach(section -> shown.addAll(section.members()));
            assertEquals(
                    source.members().stream().map(Member::name).sorted().toList(),
                    names(shown).stream().sorted().toList(),
                    lesson.getClass().getSimpleName());
        }
    }

    @Test
    void theTerminalShowsTheMembersAndTheSettingsOfThisRun(@TempDir Path folder) {
        StringWriter out = new StringWriter();
        LessonSource source = LessonSource.parse("MadeUpLesson.java", TEXT);
        TerminalPage page =
                new TerminalPage(folder, new PrintWriter(out), source, Map.of("rate", "double rate = 0.25; // --lr"));
        page.section("First", "");
        page.section("Second", "");
        page.section("Third", "");
        List<String> code =
                out.toString().lines().filter(line -> line.startsWith("  │")).toList();
        assertEquals("  │ page.print(\"mean(x) \" + x.mean()); // mean(Pair)", code.get(0));
        assertEquals("  │ double rate = 0.25; // --lr", code.get(1));
        assertEquals("  │", code.get(2));
        assertEquals("  │ double HALF = 0.5;", code.get(3));
        assertEquals(
                1, code.stream().filter(line -> line.contains("double mean(")).count(), "shown once");
        assertEquals("  │ double step = rate * mean(new Pair(1, 2));", code.get(code.size() - 3));
    }

    @Test
    void runMustBeginWithASection() {
        assertThrows(
                IllegalStateException.class,
                () -> LessonSource.parse("MadeUpLesson.java", TEXT.replace("page.section(\"First\"", "section(\"F\"")));
    }
}

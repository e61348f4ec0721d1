package dev.autodiff.examples.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.examples.lessons.Lessons;
import dev.autodiff.examples.page.LessonProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every program of the course has its page, every page its program, and docs/lectures.md leads to each. */
class LecturePagesTest {
    private static final Path DOCS = DocumentationTest.root().resolve("docs");
    private static final Pattern PAGE = Pattern.compile("\\(lectures/([a-z0-9-]+)\\.md\\)");

    /** Part of the course, but a main job and no lesson. */
    private static final String MNIST = "mnist";

    private static Set<String> programs() {
        Set<String> names = Lessons.all().stream()
                .map(lesson -> LessonProgram.command(lesson).getCommandName())
                .collect(Collectors.toCollection(TreeSet::new));
        names.add(MNIST);
        return names;
    }

    private static Set<String> pages() throws IOException {
        try (Stream<Path> files = Files.list(DOCS.resolve("lectures"))) {
            return files.map(file -> file.getFileName().toString().replace(".md", ""))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    @Test
    void everyProgramHasItsPageAndEveryPageItsProgram() throws IOException {
        assertEquals(programs(), pages());
    }

    @Test
    void theMapLeadsToEveryPageOnce() throws IOException {
        List<String> linked = PAGE.matcher(Files.readString(DOCS.resolve("lectures.md")))
                .results()
                .map(found -> found.group(1))
                .sorted()
                .toList();
        assertEquals(List.copyOf(pages()), linked);
    }

    @TestFactory
    Stream<DynamicTest> pagesHaveTheirParts() throws IOException {
        return pages().stream().map(name -> DynamicTest.dynamicTest(name, () -> checkParts(name)));
    }

    private static void checkParts(String name) throws IOException {
        String text = Files.readString(DOCS.resolve("lectures").resolve(name + ".md"));
        List<String> headings = Pattern.compile("(?m)^## (.*)$")
                .matcher(text)
                .results()
                .map(found -> found.group(1))
                .toList();
        assertEquals(List.of("What the lecture says", "What the program shows", "Exercises"), headings);
        assertTrue(text.contains("    ./autodiff " + name), () -> "no line that starts " + name);
        assertTrue(text.contains("](../pictures/" + name + "/"), () -> "no picture of " + name);
        assertTrue(
                text.contains("[The program](../../autodiff-examples/src/"), () -> "no link to the source of " + name);
        if (!name.equals(MNIST)) {
            assertTrue(text.contains("](../notebooks/" + name + ".ipynb)"), () -> "no link to the notebook of " + name);
        }
    }
}

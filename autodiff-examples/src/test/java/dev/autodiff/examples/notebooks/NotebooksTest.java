package dev.autodiff.examples.notebooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import dev.autodiff.examples.lessons.Lessons;
import dev.autodiff.examples.notebooks.Notebook.Cell;
import dev.autodiff.examples.page.Lesson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The notebooks that are kept are those that the lessons' sources make today, with the outputs of a run. That the cells still print
 * these outputs takes Jupyter: docs/notebooks/run sees to that.
 */
class NotebooksTest {
    private static final Path FOLDER =
            Path.of("").toAbsolutePath().resolveSibling("docs").resolve("notebooks");

    @TempDir
    private Path scratch;

    @Test
    void everyLessonHasItsNotebookAndEveryNotebookItsLesson() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            assertEquals(
                    Lessons.all().stream()
                            .map(lesson -> LessonNotebook.name(lesson) + ".ipynb")
                            .sorted()
                            .toList(),
                    files.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith(".ipynb"))
                            .sorted()
                            .toList());
        }
    }

    @TestFactory
    Stream<DynamicTest> cellsAreThoseOfTheSource() {
        return Lessons.all().stream()
                .map(lesson -> DynamicTest.dynamicTest(LessonNotebook.name(lesson), () -> checkSource(lesson)));
    }

    private static void checkSource(Lesson lesson) throws IOException {
        String name = LessonNotebook.name(lesson);
        assertEquals(
                List.of(),
                NotebooksProgram.sources(name, LessonNotebook.of(lesson), FOLDER.resolve(name + ".ipynb")),
                () -> "docs/notebooks/run --write " + name + " makes the notebook anew");
    }

    @TestFactory
    Stream<DynamicTest> outputsAreThoseOfARunWhoseClaimsHold() {
        return Lessons.all().stream()
                .map(LessonNotebook::name)
                .map(name -> DynamicTest.dynamicTest(name, () -> checkOutputs(name)));
    }

    private static void checkOutputs(String name) throws IOException {
        List<JsonObject> outputs = Notebook.read(FOLDER.resolve(name + ".ipynb")).cells().stream()
                .flatMap(cell -> cell.outputs().stream())
                .toList();
        String printed = outputs.stream()
                .filter(output -> output.has("text"))
                .map(output -> Notebook.text(output.get("text")))
                .collect(Collectors.joining("\n"));
        assertTrue(printed.contains("✓ "), () -> "no claim in\n" + printed);
        assertFalse(printed.contains("✗ "), printed);
        assertTrue(outputs.stream().anyMatch(NotebooksTest::isPicture), "no picture is kept");
    }

    private static boolean isPicture(JsonObject output) {
        return output.has("data")
                && output.get("data").isJsonObject()
                && output.getAsJsonObject("data").keySet().stream().anyMatch(type -> type.startsWith("image/"));
    }

    @Test
    void changedMissingAndAddedCellsAreNamed() throws IOException {
        Lesson lesson = Lessons.all().get(0);
        Notebook made = LessonNotebook.of(lesson);
        List<Cell> cells = made.cells();
        int last = cells.size() - 1;

        List<Cell> changed = new ArrayList<>(cells);
        changed.set(2, Cell.code(cells.get(2).source() + " "));
        assertDiffers("cell 2", made, changed);
        List<Cell> turned = new ArrayList<>(cells);
        turned.set(2, Cell.prose(cells.get(2).source()));
        assertDiffers("cell 2", made, turned);
        assertDiffers("cell " + last, made, cells.subList(0, last));
        List<Cell> added = new ArrayList<>(cells);
        added.add(Cell.prose("More."));
        assertDiffers("cell " + (last + 1), made, added);
    }

    private void assertDiffers(String where, Notebook made, List<Cell> kept) throws IOException {
        Path file = scratch.resolve("kept.ipynb");
        new Notebook(kept).write(file);
        List<String> differences = NotebooksProgram.sources("name", made, file);
        assertEquals(1, differences.size());
        assertTrue(differences.get(0).contains(where + " "), differences.get(0));
    }
}

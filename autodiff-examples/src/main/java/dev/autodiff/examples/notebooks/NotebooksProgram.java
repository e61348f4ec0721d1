package dev.autodiff.examples.notebooks;

import dev.autodiff.examples.lessons.Lessons;
import dev.autodiff.examples.notebooks.Notebook.Cell;
import dev.autodiff.examples.page.Lesson;
import dev.autodiff.examples.page.ProgramException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes the lessons' notebooks and judges executed ones; docs/notebooks/run calls it. */
@Command(
        name = "notebooks",
        description = "Writes the lectures as notebooks, and compares executed ones with those that are kept.",
        mixinStandardHelpOptions = true)
public final class NotebooksProgram implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--executed",
            paramLabel = "DIR",
            description =
                    "Compare the notebooks that were executed into DIR with those in FOLDER; with --write, keep them.")
    private @Nullable Path executed;

    @Option(names = "--write", description = "Write the notebooks into FOLDER.")
    private boolean write;

    @Parameters(index = "0", paramLabel = "FOLDER", description = "The folder of the notebooks, docs/notebooks.")
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Parameters(index = "1..*", paramLabel = "NAME", description = "Only these lectures.")
    private List<String> names = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        List<String> all = Lessons.all().stream().map(LessonNotebook::name).toList();
        for (String name : names) {
            if (!all.contains(name)) {
                throw new picocli.CommandLine.ParameterException(
                        spec.commandLine(), "NAME: expected a lecture, got '" + name + "'");
            }
        }
        List<String> differences = new ArrayList<>();
        for (Lesson lesson : Lessons.all()) {
            String name = LessonNotebook.name(lesson);
            if (names.isEmpty() || names.contains(name)) {
                differences.addAll(handle(lesson, name));
            }
        }
        if (!differences.isEmpty()) {
            differences.forEach(spec.commandLine().getOut()::println);
            throw new ProgramException(
                    differences.size() + " differences; docs/notebooks/run --write writes the notebooks anew");
        }
        return 0;
    }

    private List<String> handle(Lesson lesson, String name) throws IOException {
        Notebook made = LessonNotebook.of(lesson);
        Path kept = folder.resolve(name + ".ipynb");
        if (executed == null) {
            if (write) {
                made.write(kept);
            }
            return write ? List.of() : sources(name, made, kept);
        }
        Notebook run = Notebook.read(executed.resolve(name + ".ipynb"));
        if (write) {
            run.write(kept);
            return List.of();
        }
        return Comparison.outputs(name, Notebook.read(kept), run);
    }

    /** Returns what differs between the lesson's source and the notebook that is kept. */
    static List<String> sources(String name, Notebook made, Path kept) throws IOException {
        if (!Files.exists(kept)) {
            return List.of(name + ": " + kept + " is missing");
        }
        List<Cell> expected = made.cells();
        List<Cell> actual = Notebook.read(kept).cells();
        int i = 0;
        while (i < expected.size() && i < actual.size() && same(expected.get(i), actual.get(i))) {
            i++;
        }
        return i == expected.size() && i == actual.size()
                ? List.of()
                : List.of(name + ": cell " + i + " is not what the lesson's source makes today");
    }

    private static boolean same(Cell expected, Cell actual) {
        return expected.code() == actual.code() && expected.source().equals(actual.source());
    }
}

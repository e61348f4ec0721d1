package dev.autodiff.examples.notebooks;

import dev.autodiff.examples.notebooks.Notebook.Cell;
import dev.autodiff.examples.page.Lesson;
import dev.autodiff.examples.page.LessonProgram;
import dev.autodiff.examples.page.LessonSource;
import dev.autodiff.examples.page.Member;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Makes a notebook of a lesson's source: a title, the jars, the imports, the settings, and for each section a cell of prose, one for each
 * member of the class that it is the first to use, and one of code.
 */
final class LessonNotebook {
    /** From docs/notebooks, where notebooks run. */
    private static final String JARS = "%jar ../../autodiff-examples/target/quick/lib";

    private static final String PAGE = """
            Page page = Page.notebook("NAME", (type, picture) -> org.rapaio.jupyter.kernel.MainApp.kernel.display(
                    org.rapaio.jupyter.kernel.display.DisplayData.withType(type, picture)));""";

    private LessonNotebook() {}

    static String name(Lesson lesson) {
        return LessonProgram.command(lesson).getCommandName();
    }

    static Notebook of(Lesson lesson) throws IOException {
        CommandSpec command = LessonProgram.command(lesson).getCommandSpec();
        LessonSource source = LessonSource.of(lesson.getClass());
        List<Cell> cells = new ArrayList<>();
        cells.add(Cell.prose(
                "# " + command.name() + "\n\n" + command.usageMessage().description()[0]
                        + "\n\n`./autodiff " + command.name()
                        + "` runs the same code in the terminal. It has to have run once, as it"
                        + " builds the jars that the first cell brings in."));
        cells.add(Cell.code(JARS));
        cells.add(Cell.code(source.imports().stream()
                .filter(line -> !line.contains(" picocli.")
                        && !line.endsWith(".page.Lesson;")
                        && !line.endsWith(".page.Range;"))
                .collect(Collectors.joining("\n"))));
        List<Member> settings =
                source.members().stream().filter(Member::isSetting).toList();
        cells.add(Cell.code(
                settings.stream().map(member -> member.declaration() + "\n").collect(Collectors.joining())
                        + PAGE.replace("NAME", command.name())));
        for (LessonSource.Section section : source.sections()) {
            cells.add(Cell.prose("## " + section.title() + "\n\n" + section.prose()));
            section.members().stream()
                    .filter(member -> !member.isSetting())
                    .forEach(member -> cells.add(Cell.code(member.declaration())));
            if (!section.code().isEmpty()) {
                cells.add(Cell.code(section.code()));
            }
        }
        return new Notebook(cells);
    }
}

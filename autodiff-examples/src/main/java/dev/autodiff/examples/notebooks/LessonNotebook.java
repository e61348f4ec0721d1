package dev.autodiff.examples.notebooks;

import dev.autodiff.examples.notebooks.Notebook.Cell;
import dev.autodiff.examples.page.Lesson;
import dev.autodiff.examples.page.LessonProgram;
import dev.autodiff.examples.page.LessonSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Makes a notebook of a lesson's source: a title, the jars, the imports, the settings, what else the class declares, and for each
 * section a cell of prose and one of code.
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
        List<String> settings = new ArrayList<>();
        List<Cell> declared = new ArrayList<>();
        for (String member : source.members()) {
            if (member.contains("@Option") || member.contains("@Mixin")) {
                settings.add(declaration(member));
            } else if (!member.contains("@Override\npublic ")) {
                declared.add(Cell.code(declaration(member)));
            }
        }
        cells.add(Cell.code(
                String.join("\n", settings) + (settings.isEmpty() ? "" : "\n") + PAGE.replace("NAME", command.name())));
        cells.addAll(declared);
        for (LessonSource.Section section : source.sections()) {
            cells.add(Cell.prose("## " + section.title() + "\n\n" + section.prose()));
            if (!section.code().isEmpty()) {
                cells.add(Cell.code(section.code()));
            }
        }
        return new Notebook(cells);
    }

    /** Returns a member as JShell takes it: without annotations before it and without modifiers, which mean nothing there. */
    static String declaration(String member) {
        List<String> lines = member.lines().toList();
        List<String> kept = new ArrayList<>();
        int i = 0;
        int open = 0;
        for (; i < lines.size(); i++) {
            String line = lines.get(i);
            boolean comment = line.startsWith("/*") || line.startsWith(" *") || line.startsWith("//");
            if (comment) {
                kept.add(line);
            } else if (line.startsWith("@") || open > 0) {
                open += count(line, '(') - count(line, ')');
            } else {
                break;
            }
        }
        kept.add(lines.get(i).replaceFirst("^((private|public|protected|static|final) )+", ""));
        kept.addAll(lines.subList(i + 1, lines.size()));
        return String.join("\n", kept);
    }

    private static int count(String line, char c) {
        return (int) line.chars().filter(other -> other == c).count();
    }
}

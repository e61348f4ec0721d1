package dev.autodiff.examples.page;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A page that is written to the terminal: title, prose, the code that runs next, then what it prints. */
final class TerminalPage extends Page {
    private static final int WIDTH = 100;

    private final PrintWriter out;
    private final @Nullable LessonSource source;
    private final Map<String, String> settings;
    private final List<String> failed = new ArrayList<>();
    private int sections;

    /**
     * Makes a page.
     *
     * @param source where the code of the sections is taken from, or null to show none
     * @param settings the declarations of settings, with the values that they have in this run, by their names
     */
    TerminalPage(Path folder, PrintWriter out, @Nullable LessonSource source, Map<String, String> settings) {
        super(folder);
        this.out = out;
        this.source = source;
        this.settings = settings;
    }

    @Override
    public void section(String title, String prose) {
        closeProgress();
        out.println((sections == 0 ? "" : "\n") + title);
        out.println("━".repeat(Math.min(WIDTH, title.codePointCount(0, title.length()))));
        out.println(wrap(prose));
        if (source != null) {
            String code = code(source.section(sections, title));
            if (!code.isEmpty()) {
                code.lines().forEach(line -> out.println(line.isEmpty() ? "  │" : "  │ " + line));
                out.println();
            }
        }
        sections++;
        out.flush();
    }

    /** Returns the code of a section below the settings and other members that it is the first to use. */
    private String code(LessonSource.Section section) {
        StringBuilder code = new StringBuilder();
        for (Member member : section.members()) {
            if (member.isSetting()) {
                code.append(settings.getOrDefault(member.name(), member.declaration()))
                        .append('\n');
            }
        }
        for (Member member : section.members()) {
            if (!member.isSetting()) {
                code.append(code.isEmpty() ? "" : "\n")
                        .append(member.declaration())
                        .append('\n');
            }
        }
        return code.append(code.isEmpty() ? "" : "\n")
                .append(section.code())
                .toString()
                .stripTrailing();
    }

    /** Fills paragraphs and list items to the width; what is indented by four stays as it is. */
    static String wrap(String prose) {
        StringBuilder result = new StringBuilder();
        StringBuilder paragraph = new StringBuilder();
        for (String line : prose.split("\n", -1)) {
            boolean formula = line.startsWith("    ");
            boolean item = line.startsWith("- ") || line.matches("\\d+\\. .*");
            if (line.isBlank() || formula || item) {
                flow(result, paragraph);
            }
            if (line.isBlank() || formula) {
                result.append(line.stripTrailing()).append('\n');
            } else {
                paragraph.append(paragraph.isEmpty() ? "" : " ").append(line.strip());
            }
        }
        flow(result, paragraph);
        return result.toString().stripTrailing() + "\n";
    }

    private static void flow(StringBuilder result, StringBuilder paragraph) {
        String hanging = paragraph.indexOf("- ") == 0 ? "  " : "";
        int column = 0;
        for (String word : paragraph.toString().split(" +", -1)) {
            int length = word.codePointCount(0, word.length());
            if (column > 0 && column + 1 + length > WIDTH) {
                result.append('\n').append(hanging);
                column = hanging.length();
            } else if (column > 0) {
                result.append(' ');
                column++;
            }
            result.append(word);
            column += length;
        }
        if (!paragraph.isEmpty()) {
            result.append('\n');
        }
        paragraph.setLength(0);
    }

    @Override
    void write(String text) {
        out.print(text);
        out.flush();
    }

    @Override
    void show(Path file, byte[] picture) {
        out.println("picture: " + file);
    }

    @Override
    void saved(Path file) {
        out.println("saved: " + file);
    }

    @Override
    void failed(String claim) {
        failed.add(claim);
    }

    @Override
    Progress begin(String task, int count) {
        return Progress.of(task, count, "steps");
    }

    /** Ends the page; a claim that did not hold, or a lesson that claims nothing, is an error. */
    void finish() {
        closeProgress();
        out.flush();
        if (!failed.isEmpty()) {
            throw new ProgramException("claims that do not hold: " + String.join("; ", failed));
        }
        if (claims() == 0) {
            throw new IllegalStateException("a lesson must claim something");
        }
    }
}

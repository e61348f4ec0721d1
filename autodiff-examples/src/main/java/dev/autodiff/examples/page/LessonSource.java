package dev.autodiff.examples.page;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The source of a lesson, cut into its parts: imports, members, and the sections of {@code run}, each with its prose, the members that it
 * is the first to use, and the code from there to the next one. What is shown as code is thus what runs, and nothing is used before it
 * was shown. Relies on the format that the build enforces: members stand at a margin of four, {@code page.section("…", """} at one of
 * eight.
 */
public final class LessonSource {
    private static final Pattern SECTION = Pattern.compile(" {8}page\\.section\\(\"(.*)\", \"\"\"");
    private static final String END_OF_PROSE = "\"\"\");";
    private static final String RUN = "public void run(Page page)";
    private static final String SECTION_MARGIN = " ".repeat(8);

    /**
     * A section.
     *
     * @param members what its code is the first to use, itself or by another member, in the order of the source
     * @param code without a margin
     */
    public record Section(String title, String prose, List<Member> members, String code) {}

    private final String file;
    private final List<String> imports = new ArrayList<>();
    private final List<Member> members = new ArrayList<>();
    private final List<Section> sections = new ArrayList<>();

    private LessonSource(String file) {
        this.file = file;
    }

    /** Returns the source that was packaged beside the class. */
    public static LessonSource of(Class<? extends Lesson> lesson) throws IOException {
        String file = lesson.getSimpleName() + ".java";
        try (InputStream stream = lesson.getResourceAsStream(file)) {
            if (stream == null) {
                throw new ProgramException(file + " is missing from the program's jar; build it again");
            }
            return parse(file, new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    static LessonSource parse(String file, String text) {
        LessonSource source = new LessonSource(file);
        List<String> lines = text.lines().toList();
        int i = 0;
        while (i < lines.size() && !lines.get(i).matches("(public )?final class .*")) {
            if (lines.get(i).startsWith("import ")) {
                source.imports.add(lines.get(i));
            }
            i++;
        }
        i++;
        List<String> run = List.of();
        while (i < lines.size() && !lines.get(i).equals("}")) {
            if (lines.get(i).isBlank()) {
                i++;
                continue;
            }
            int end = endOfMember(lines, i);
            List<String> member = lines.subList(i, end);
            if (member.stream().anyMatch(line -> line.contains(RUN))) {
                run = member;
            } else if (!member.contains("    @Override")) {
                source.members.add(
                        Member.of(CodeLines.fit(String.join("\n", member).stripIndent())));
            }
            i = end;
        }
        source.cut(run);
        if (source.sections.isEmpty()) {
            throw new IllegalStateException(
                    file + ": expected " + RUN + " with calls page.section(\"…\", \"\"\", found none");
        }
        return source;
    }

    /** Returns the line after the member that begins at a line; its Javadoc and annotations belong to it. */
    private static int endOfMember(List<String> lines, int begin) {
        boolean block = false;
        for (int i = begin; i < lines.size(); i++) {
            String line = lines.get(i);
            String code = line.strip();
            boolean comment = code.startsWith("/*") || code.startsWith("*") || code.startsWith("//");
            if (block ? line.startsWith("    }") : !comment && (code.endsWith(";") || code.endsWith("}"))) {
                return i + 1;
            }
            block |= !comment && code.endsWith("{");
        }
        return lines.size();
    }

    private void cut(List<String> run) {
        Set<Member> shown = new HashSet<>();
        int i = 0;
        while (i < run.size() && !run.get(i).contains(RUN)) {
            i++;
        }
        i++;
        while (i < run.size() - 1) {
            Matcher begin = SECTION.matcher(run.get(i));
            if (!begin.matches()) {
                throw new IllegalStateException(
                        file + ": expected page.section(\"…\", \"\"\" as the first statement of run, found "
                                + run.get(i).strip());
            }
            StringBuilder prose = new StringBuilder();
            i++;
            while (!run.get(i).strip().equals(END_OF_PROSE)) {
                prose.append(run.get(i)).append('\n');
                i++;
            }
            i++;
            StringBuilder code = new StringBuilder();
            while (i < run.size() - 1 && !SECTION.matcher(run.get(i)).matches()) {
                String line = run.get(i);
                code.append(line.startsWith(SECTION_MARGIN) ? line.substring(SECTION_MARGIN.length()) : line)
                        .append('\n');
                i++;
            }
            sections.add(new Section(
                    begin.group(1),
                    // Without the last line's end: an empty line after it would count as one without a margin.
                    prose.toString().stripTrailing().stripIndent().strip(),
                    firstUsed(code.toString(), shown),
                    CodeLines.fit(code.toString().strip())));
        }
    }

    /** Returns the members that code uses, itself or by another member, but those that were shown, and adds them to these. */
    private List<Member> firstUsed(String code, Set<Member> shown) {
        Set<Member> used = new HashSet<>();
        addUsed(code, used);
        return members.stream()
                .filter(member -> used.contains(member) && shown.add(member))
                .toList();
    }

    private void addUsed(String code, Set<Member> used) {
        for (Member member : members) {
            if (member.isUsedBy(code) && used.add(member)) {
                addUsed(member.declaration(), used);
            }
        }
    }

    /** Returns the import lines. */
    public List<String> imports() {
        return List.copyOf(imports);
    }

    /** Returns the members but {@code run} and other methods of {@link Lesson}, in order. */
    public List<Member> members() {
        return List.copyOf(members);
    }

    public List<Section> sections() {
        return List.copyOf(sections);
    }

    /** Returns a section by its number from 0, which must have the title. */
    Section section(int number, String title) {
        if (number >= sections.size() || !sections.get(number).title().equals(title)) {
            throw new IllegalStateException(file + ": section " + number + " is called '" + title
                    + "' where the source has another one; sections must be called in order, each once");
        }
        return sections.get(number);
    }
}

package dev.autodiff.examples.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The parts of a Markdown file that can be checked: fenced blocks, links and headings. */
final class MarkdownPage {
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    /** The directive of a table whose last column is code. */
    static final String TABLE = "table";

    /**
     * A fenced block.
     *
     * @param line the number of its first line inside the fence, from 1
     * @param directive what a comment {@code <!-- snippet: … -->} before it says, or ""
     * @param output the {@code text} block below, if nothing but a line that ends in "prints" is between, or null
     */
    record Block(
            int line,
            String language,
            String text,
            String directive,
            @Nullable String output) {}

    record Link(int line, String target) {}

    private final Path file;
    private final List<Block> blocks = new ArrayList<>();
    private final List<Link> links = new ArrayList<>();
    private final Set<String> anchors = new HashSet<>();

    private MarkdownPage(Path file) {
        this.file = file;
    }

    static MarkdownPage read(Path file) throws IOException {
        MarkdownPage page = new MarkdownPage(file);
        page.parse(Files.readAllLines(file));
        return page;
    }

    private void parse(List<String> lines) {
        String directive = "";
        boolean afterBlock = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.startsWith("```")) {
                int begin = i + 1;
                do {
                    i++;
                } while (i < lines.size() && !lines.get(i).startsWith("```"));
                String language = line.substring(3).strip();
                String text = String.join("\n", lines.subList(begin, i));
                if (language.equals("text") && afterBlock && directive.isEmpty()) {
                    Block before = blocks.remove(blocks.size() - 1);
                    blocks.add(new Block(before.line(), before.language(), before.text(), before.directive(), text));
                }
                blocks.add(new Block(begin + 1, language, text, directive, null));
                directive = "";
                afterBlock = language.equals("java");
            } else if (line.startsWith("<!-- snippet: ")) {
                directive = line.substring("<!-- snippet: ".length(), line.indexOf("-->"))
                        .strip();
            } else if (line.startsWith("|") && directive.equals(TABLE)) {
                int begin = i;
                while (i + 1 < lines.size() && lines.get(i + 1).startsWith("|")) {
                    i++;
                }
                blocks.add(statements(begin + 1, lines.subList(begin, i + 1)));
                directive = "";
            } else if (!line.isBlank()) {
                afterBlock &= line.endsWith("prints");
                if (line.startsWith("#")) {
                    anchors.add(anchor(line.replaceFirst("^#+", "")));
                }
                Matcher link = LINK.matcher(line);
                while (link.find()) {
                    links.add(new Link(i + 1, link.group(1)));
                }
            }
        }
    }

    /** Returns the code in the last column of a table as Java, a line for each row. */
    private static Block statements(int line, List<String> rows) {
        List<String> statements = new ArrayList<>();
        for (String row : rows) {
            String cell = row.replaceFirst("\\|\\s*$", "");
            List<String> code = CODE.matcher(cell.substring(cell.lastIndexOf(" | ") + 1))
                    .results()
                    .map(found -> found.group(1))
                    .toList();
            statements.add(code.isEmpty() ? "" : "{ " + String.join("; ", code) + "; }");
        }
        return new Block(line, "java", String.join("\n", statements), TABLE, null);
    }

    /** Returns the anchor that GitHub gives a heading. */
    private static String anchor(String heading) {
        return heading.strip()
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}\\-_ ]", "")
                .replace(' ', '-');
    }

    Path file() {
        return file;
    }

    List<Block> blocks() {
        return blocks;
    }

    List<Link> links() {
        return links;
    }

    boolean hasAnchor(String anchor) {
        return anchors.contains(anchor);
    }
}

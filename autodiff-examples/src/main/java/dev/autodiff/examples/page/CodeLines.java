package dev.autodiff.examples.page;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Folds lines of Java that are longer than a terminal or a cell of a notebook shows; the code stays the same. */
final class CodeLines {
    /** With the bar at its side a line has the width of a page in the terminal. */
    static final int WIDTH = 96;

    private static final String CONTINUED = " ".repeat(8);

    /** What a line ends with, and what the next one begins with, where an expression is broken. */
    private static final Pattern AFTER = Pattern.compile(" (=|[-+*/]=|->)$");

    private static final Pattern BEFORE = Pattern.compile("^(&&|\\|\\||[-+*/?:<>]|[<>=!]=) ");

    private CodeLines() {}

    static String fit(String code) {
        List<String> lines = new ArrayList<>();
        code.lines().forEach(line -> fold(line, lines));
        return String.join("\n", lines);
    }

    static boolean isWide(String line) {
        return length(line) > WIDTH;
    }

    private static void fold(String line, List<String> lines) {
        if (!isWide(line)) {
            lines.add(line);
            return;
        }
        String text = line.strip();
        String margin = line.substring(0, line.indexOf(text));
        if (text.startsWith("/** ") && text.endsWith(" */")) {
            lines.add(margin + "/**");
            words(text.substring(4, text.length() - 3), margin + " * ", lines);
            lines.add(margin + " */");
        } else if (text.startsWith("* ")) {
            words(text.substring(2), margin + "* ", lines);
        } else if (text.startsWith("// ")) {
            words(text.substring(3), margin + "// ", lines);
        } else {
            code(line, margin + CONTINUED, lines);
        }
    }

    /** Fills lines with the words of a comment, each line after the same beginning. */
    private static void words(String text, String beginning, List<String> lines) {
        StringBuilder line = new StringBuilder(beginning);
        boolean empty = true;
        for (String word : text.split(" +", -1)) {
            if (!empty && length(line) + 1 + length(word) > WIDTH) {
                lines.add(line.toString());
                line = new StringBuilder(beginning);
                empty = true;
            }
            line.append(empty ? "" : " ").append(word);
            empty = false;
        }
        lines.add(line.toString());
    }

    /** Breaks a line of code at spaces, later parts behind a margin; a line without a space in the right place stays as it is. */
    private static void code(String line, String margin, List<String> lines) {
        String rest = line;
        while (length(rest) > WIDTH) {
            int at = lastBreak(rest);
            if (at < 0) {
                break;
            }
            lines.add(rest.substring(0, at));
            rest = margin + rest.substring(at + 1);
            if (rest.startsWith("// ", margin.length())) {
                words(rest.substring(margin.length() + 3), margin + "// ", lines);
                return;
            }
        }
        lines.add(rest);
    }

    /**
     * Returns the space in the width at which to break, or −1: after a comma, an equals sign or an arrow or before another operator, in
     * as few brackets as there is one, and of these the last. A comment at the line's end goes to the next line.
     */
    private static int lastBreak(String line) {
        int found = -1;
        int least = Integer.MAX_VALUE;
        int depth = 0;
        char quote = 0;
        int column = 0;
        for (int i = 0; i < line.length() && column <= WIDTH; i++, column++) {
            char c = line.charAt(i);
            if (quote != 0) {
                if (c == '\\') {
                    i++;
                    column++;
                } else if (c == quote) {
                    quote = 0;
                }
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if ("([{".indexOf(c) >= 0 || (c == '<' && line.charAt(i - 1) != ' ')) {
                depth++;
            } else if (")]}".indexOf(c) >= 0 || (c == '>' && " -".indexOf(line.charAt(i - 1)) < 0)) {
                depth--;
            } else if (c == ' ' && i > 0) {
                if (line.startsWith("//", i + 1) && !line.substring(0, i).isBlank()) {
                    return i;
                }
                boolean comma = line.charAt(i - 1) == ',';
                int brackets = 2 * depth + (comma ? 0 : 1);
                if ((comma
                                || AFTER.matcher(line.substring(0, i)).find()
                                || BEFORE.matcher(line.substring(i + 1)).find())
                        && brackets <= least) {
                    found = i;
                    least = brackets;
                }
            }
        }
        return found;
    }

    private static int length(CharSequence line) {
        return Character.codePointCount(line, 0, line.length());
    }
}

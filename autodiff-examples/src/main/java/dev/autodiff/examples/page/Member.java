package dev.autodiff.examples.page;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a lesson declares beside {@code run}: a setting, a constant, a method or a type. */
public final class Member {
    private static final Pattern TYPE = Pattern.compile("\\b(?:class|record|enum|interface) (\\w+)");
    private static final Pattern METHOD_OR_FIELD = Pattern.compile("(\\w+)(\\(| =|;)");

    /** Words in these are no uses. */
    private static final Pattern TEXTS_AND_COMMENTS =
            Pattern.compile("\"(?:\\\\.|[^\"\\\\])*\"|/\\*.*?\\*/|//[^\n]*", Pattern.DOTALL);

    private final boolean setting;
    private final String name;
    private final String declaration;
    private final Pattern use;

    private Member(boolean setting, String name, boolean method, String declaration) {
        this.setting = setting;
        this.name = name;
        this.declaration = declaration;
        // A method of a tensor may have the same name, so that what follows a point is no use.
        this.use = method
                ? Pattern.compile("(?<![.\\w])" + name + "\\(|::" + name + "\\b")
                : Pattern.compile("(?<![.\\w])" + name + "\\b");
    }

    /** Reads a member of a class, without a margin, with Javadoc and annotations. */
    static Member of(String text) {
        List<String> kept = new ArrayList<>();
        List<String> lines = text.lines().toList();
        int i = 0;
        int open = 0;
        for (; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.startsWith("/*") || line.startsWith(" *") || line.startsWith("//")) {
                kept.add(line);
            } else if (line.startsWith("@") || open > 0) {
                open += count(line, '(') - count(line, ')');
            } else {
                break;
            }
        }
        String head = lines.get(i).replaceFirst("^((private|public|protected|static|final) )+", "");
        kept.add(head);
        kept.addAll(lines.subList(i + 1, lines.size()));
        boolean setting = text.contains("@Option") || text.contains("@Mixin");
        Matcher type = TYPE.matcher(head);
        Matcher other = METHOD_OR_FIELD.matcher(head);
        String declaration = String.join("\n", kept);
        if (type.find()) {
            return new Member(setting, type.group(1), false, declaration);
        }
        if (!other.find()) {
            throw new IllegalStateException("expected a type, a method or a field, found " + head);
        }
        return new Member(setting, other.group(1), other.group(2).equals("("), declaration);
    }

    private static int count(String line, char c) {
        return (int) line.chars().filter(other -> other == c).count();
    }

    /** Tells whether the command line sets it. */
    public boolean isSetting() {
        return setting;
    }

    String name() {
        return name;
    }

    /** Returns its text as JShell takes it: with Javadoc, without annotations before it and without modifiers, which mean nothing there. */
    public String declaration() {
        return declaration;
    }

    /** Tells whether code uses this member by its name. */
    boolean isUsedBy(String code) {
        return use.matcher(TEXTS_AND_COMMENTS.matcher(code).replaceAll("")).find();
    }
}

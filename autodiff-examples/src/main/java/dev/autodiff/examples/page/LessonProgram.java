package dev.autodiff.examples.page;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs a {@link Lesson} from the command line: its own options, checked, and those that all lessons have. */
@Command(mixinStandardHelpOptions = true, showDefaultValues = true)
public final class LessonProgram implements Callable<Integer> {
    private final Lesson lesson;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--out", paramLabel = "DIR", description = "Where pictures and files go.")
    private @Nullable Path out;

    @Option(
            names = "--no-code",
            negatable = false,
            description = "Leave out the code of the sections.",
            showDefaultValue = CommandLine.Help.Visibility.NEVER)
    private boolean noCode;

    private LessonProgram(Lesson lesson, String name) {
        this.lesson = lesson;
        this.out = Path.of("runs", name);
    }

    /** Returns the command of a lesson. */
    public static CommandLine command(Lesson lesson) {
        CommandSpec described = CommandSpec.forAnnotatedObject(lesson);
        CommandLine line = new CommandLine(new LessonProgram(lesson, described.name()));
        line.getCommandSpec().name(described.name());
        line.getCommandSpec().addMixin("lesson", described);
        return line;
    }

    @Override
    public Integer call() throws IOException {
        for (OptionSpec option : spec.options()) {
            check(option);
        }
        Path folder = out == null ? Path.of("runs", spec.name()) : out;
        OutputFolder.prepare(folder);
        PrintWriter writer = spec.commandLine().getOut();
        TerminalPage page =
                new TerminalPage(folder, writer, noCode ? null : LessonSource.of(lesson.getClass()), settings());
        lesson.run(page);
        page.finish();
        return 0;
    }

    /**
     * Returns a declaration for each setting of the lesson by its name: {@code double rate = 0.5; // --lr}, and for settings that lessons
     * share {@code TrainingSettings settings; // --lr 0.5, --epochs 3}.
     */
    private Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>();
        for (Field field : lesson.getClass().getDeclaredFields()) {
            List<String> shared = new ArrayList<>();
            String declaration = field.getType().getSimpleName() + " " + field.getName();
            for (OptionSpec option : spec.options()) {
                String value = literal(option.getValue());
                if (field.equals(option.userObject())) {
                    settings.put(field.getName(), declaration + " = " + value + "; // " + option.longestName());
                } else if (option.userObject() instanceof Field other && other.getDeclaringClass() == field.getType()) {
                    shared.add(option.longestName() + " " + value);
                }
            }
            if (!shared.isEmpty()) {
                settings.put(field.getName(), declaration + "; // " + String.join(", ", shared));
            }
        }
        return settings;
    }

    private static String literal(@Nullable Object value) {
        return value instanceof Path path
                ? "Path.of(\"" + path + "\")"
                : value instanceof Double number ? shown(number) : String.valueOf(value);
    }

    private void check(OptionSpec option) {
        Range range = option.userObject() instanceof Field field ? field.getAnnotation(Range.class) : null;
        if (range != null && option.getValue() instanceof Number number) {
            double value = number.doubleValue();
            if (!(value >= range.min() && value <= range.max())) {
                throw new ParameterException(
                        spec.commandLine(),
                        option.longestName() + ": expected " + shown(range.min()) + " to " + shown(range.max())
                                + ", got '" + number + "'");
            }
        }
    }

    private static String shown(double bound) {
        return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
    }
}

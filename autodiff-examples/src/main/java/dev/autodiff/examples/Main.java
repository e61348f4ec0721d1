package dev.autodiff.examples;

import dev.autodiff.benchmarks.compare.BenchProgram;
import dev.autodiff.examples.explain.ExplainProgram;
import dev.autodiff.examples.goldens.GoldensProgram;
import dev.autodiff.examples.lessons.Lessons;
import dev.autodiff.examples.notebooks.NotebooksProgram;
import dev.autodiff.examples.page.Lesson;
import dev.autodiff.examples.page.LessonProgram;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The front of all example programs. Exit codes: 0 good, 1 failed, 2 wrong usage, 130 after Ctrl-C, which is the JVM's own. Results go to
 * the standard output, progress and complaints to the standard error.
 */
@Command(
        name = "./autodiff",
        description = "Programs that show what automatic differentiation does.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "PROGRAM",
        subcommands = {
            MnistProgram.class,
            PredictProgram.class,
            ExplainProgram.class,
            GoldensProgram.class,
            BenchProgram.class,
            NotebooksProgram.class
        })
public final class Main implements Runnable {
    private static final int FAILED = 1;
    private static final int USAGE = 2;
    private static final int WIDTH = 100;
    private static final int NAME_WIDTH = 27;
    private static final int MARGIN = 2;
    private static final List<String> MAIN_JOBS = List.of("mnist", "predict", "explain");

    private final Set<String> lessons = new LinkedHashSet<>();

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--stacktrace",
            scope = ScopeType.INHERIT,
            description = "Show where in the code a failure happened.")
    private boolean stacktrace;

    private Main() {}

    public static void main(String[] args) {
        System.exit(run(
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                args));
    }

    /** Runs a program and returns the exit code. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        Main main = new Main();
        CommandLine line = new CommandLine(main);
        for (Lesson lesson : Lessons.all()) {
            CommandLine command = LessonProgram.command(lesson);
            main.lessons.add(command.getCommandName());
            line.addSubcommand(command);
        }
        line.setOut(out).setErr(err);
        line.getCommandSpec().versionProvider(new Version());
        line.getSubcommands().values().forEach(c -> c.getCommandSpec().versionProvider(new Version()));
        line.setParameterExceptionHandler((e, arguments) -> complain(e));
        line.setExecutionExceptionHandler((e, command, result) -> main.fail(command, e));
        try {
            return line.execute(args);
        } catch (OutOfMemoryError | StackOverflowError | LinkageError e) {
            return main.fail(line, e);
        } finally {
            out.flush();
            err.flush();
        }
    }

    /** Without a program: lists the programs in groups. */
    @Override
    public void run() {
        if (spec == null) {
            throw new IllegalStateException("picocli sets the command's description before it runs it");
        }
        Set<String> tools = new LinkedHashSet<>(spec.subcommands().keySet());
        tools.removeAll(MAIN_JOBS);
        tools.removeAll(lessons);
        list(spec, "Main jobs", MAIN_JOBS);
        list(spec, "Lectures", lessons);
        list(spec, "Tools", tools);
    }

    private static void list(CommandSpec all, String group, Collection<String> names) {
        PrintWriter out = all.commandLine().getOut();
        out.println(group);
        TextTable table = TextTable.forColumns(
                Help.defaultColorScheme(Help.Ansi.OFF),
                new Column(NAME_WIDTH, MARGIN, Column.Overflow.SPAN),
                new Column(WIDTH - NAME_WIDTH, 0, Column.Overflow.WRAP));
        all.subcommands().forEach((name, program) -> {
            if (names.contains(name)) {
                String[] description = program.getCommandSpec().usageMessage().description();
                table.addRowValues(name, description.length == 0 ? "" : description[0]);
            }
        });
        out.print(table);
    }

    private static int complain(ParameterException e) {
        CommandLine command = e.getCommandLine();
        String similar = e instanceof UnmatchedArgumentException unknown ? similar(unknown) : "";
        command.getErr()
                .println(command.getCommandSpec().qualifiedName() + ": " + e.getMessage()
                        + (similar.isEmpty() ? "" : "; did you mean " + similar + "?") + "; see "
                        + command.getCommandSpec().qualifiedName() + " --help");
        return USAGE;
    }

    /** Returns the program, or the option, with the fewest letters to change; picocli's own order finds perceptron nearest to xro. */
    private static String similar(UnmatchedArgumentException e) {
        String word = e.getUnmatched().get(0);
        if (word.startsWith("-")) {
            List<String> options = e.getSuggestions();
            return options.isEmpty() ? "" : options.get(0);
        }
        return e.getCommandLine().getSubcommands().keySet().stream()
                .filter(name -> changes(word, name) <= Math.max(2, word.length() / 3))
                .min(Comparator.comparingInt(name -> changes(word, name)))
                .orElse("");
    }

    /** Counts the letters to insert, delete or replace between two words (Levenshtein's distance). */
    private static int changes(String from, String to) {
        int[] row = IntStream.rangeClosed(0, to.length()).toArray();
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }

    private int fail(CommandLine command, Throwable e) {
        String message = e.getMessage();
        String text = message == null || message.isBlank() || e instanceof Error ? e.toString() : message;
        String name = command.getCommandSpec().qualifiedName();
        command.getErr().println(name + ": " + text.replace('\n', ' '));
        if (stacktrace || Boolean.getBoolean("autodiff.trace")) {
            e.printStackTrace(command.getErr());
        }
        return FAILED;
    }
}

package dev.autodiff.examples.explain;

import dev.autodiff.examples.page.OutputFolder;
import dev.autodiff.explain.Explain;
import dev.autodiff.explain.Explanation;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows backpropagation step by step. */
@Command(
        name = "explain",
        description = "Shows backpropagation step by step on a small graph: xor, powell, 222 or softmax.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Prints each step with its rule, its numbers and differences beside it, and writes a page with the graph drawn"
                    + " to DIR/GRAPH.html, which opens in the browser if there is a desktop.",
            "",
            "Your own graph: Explain.backward(loss).writeHtml(file), see docs/explain.md."
        })
public final class ExplainProgram implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(paramLabel = "GRAPH", arity = "0..1", description = "xor, powell, 222 or softmax.")
    private String graph = "xor";

    @Option(names = "--out", paramLabel = "DIR", description = "Where the page goes.")
    private Path out = Path.of("runs", "explain");

    @Option(
            names = "--open",
            negatable = true,
            description = "Open the page in the browser (default: if there is a desktop).")
    private @Nullable Boolean open;

    /** For picocli. */
    public ExplainProgram() {}

    @Override
    public Integer call() throws IOException {
        Graphs chosen = Arrays.stream(Graphs.values())
                .filter(g -> g.title().equals(graph))
                .findFirst()
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "GRAPH: expected "
                                + Arrays.stream(Graphs.values())
                                        .map(Graphs::title)
                                        .collect(Collectors.joining(", "))
                                + ", got " + graph));
        OutputFolder.prepare(out);
        Explanation explanation = Explain.backward(chosen.loss());
        PrintWriter text = spec.commandLine().getOut();
        text.print(explanation.toText());
        Path page = out.resolve(chosen.title() + ".html");
        explanation.writeHtml(page);
        boolean opened = (open == null || open) && Desktop.open(page);
        text.println();
        text.println(
                "The page with the graph: " + page + (opened ? ", opened in the browser" : "; open it in a browser"));
        if (open != null && open && !opened) {
            spec.commandLine()
                    .getErr()
                    .println(spec.qualifiedName() + ": --open: no desktop is here to open " + page + " on");
        }
        return explanation.passed() ? 0 : 1;
    }
}

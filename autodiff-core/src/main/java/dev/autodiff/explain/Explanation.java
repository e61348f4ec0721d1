package dev.autodiff.explain;

import dev.autodiff.shape.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** How one backward pass went, step by step: what {@link Explain} found, as data, as text and as a page. It never changes. */
public final class Explanation {
    private final List<Step> steps;
    private final int operations;
    private final int leaves;
    private final int leftOut;

    Explanation(List<Step> steps, int operations, int leaves, int leftOut) {
        this.steps = steps;
        this.operations = operations;
        this.leaves = leaves;
        this.leftOut = leftOut;
    }

    /** Returns the steps in the order of the sweep: the loss first, the leaves last. */
    public List<Step> steps() {
        return steps;
    }

    /**
     * Returns the step of a node by its symbol, {@code "W1"} for example.
     *
     * @throws IllegalArgumentException if no step has it
     */
    public Step step(String symbol) {
        return steps.stream()
                .filter(s -> s.symbol().equals(symbol))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("explanation: no step is called '" + symbol
                        + "'; there are " + steps.stream().map(Step::symbol).toList()));
    }

    /** Returns how many operations the graph has, also those that are left out. */
    public int operations() {
        return operations;
    }

    /** Returns how many leaves the graph has, also those that are left out. */
    public int leaves() {
        return leaves;
    }

    /** Returns how many operations and leaves are left out. */
    public int leftOut() {
        return leftOut;
    }

    /** Tells whether no check failed: neither of a rule nor of a gradient. */
    public boolean passed() {
        return checks().noneMatch(c -> c.status() == Check.Status.FAILED);
    }

    /** Returns all checks: of the rules and of the gradients. */
    Stream<Check> checks() {
        return steps.stream()
                .flatMap(s ->
                        Stream.concat(Stream.of(s.check()), s.given().stream().map(Contribution::check)));
    }

    /** Says how the checks went. */
    String summary() {
        long passed = count(Check.Status.PASSED);
        long none = count(Check.Status.NOT_CHECKED);
        return "Checks: " + passed + " agree with differences, " + count(Check.Status.FAILED) + " differ"
                + (none == 0 ? "" : ", " + none + (none == 1 ? " was" : " were") + " not made") + "."
                + (Double.isFinite(steps.get(0).value().item())
                        ? ""
                        : " The loss is no finite number; Autodiff.detectAnomaly finds the operation in which that begins.");
    }

    private long count(Check.Status status) {
        return checks().filter(c -> c.status() == status).count();
    }

    /** Says how precise gradients and checks are. */
    String precision() {
        return steps.stream().anyMatch(s -> s.dtype() == DType.FLOAT32)
                ? "The graph computes in float32, so its gradients keep about three digits beside the differences, which are computed in float64."
                : "Gradients and differences are computed in float64.";
    }

    /** Says how many steps are left out; empty if none are. */
    String omission() {
        return leftOut == 0
                ? ""
                : "The graph has " + operations + " operations and " + leaves + " leaves; " + leftOut
                        + " of them are left out here. Explain.backward(loss, mostSteps) shows more.";
    }

    /** Returns the explanation as text for a terminal, some 100 columns wide. */
    public String toText() {
        return new TextPage(this).write();
    }

    /** Returns the explanation as one HTML page with a drawing of the graph, which needs nothing else. */
    public String toHtml() {
        return new HtmlPage(this).write();
    }

    /**
     * Writes {@link #toHtml} into a file, in UTF-8, with the folders that it needs.
     *
     * @throws IOException if that fails
     */
    public void writeHtml(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Files.writeString(file, toHtml());
    }

    /** Returns {@link #toText}. */
    @Override
    public String toString() {
        return toText();
    }
}

package dev.autodiff.benchmarks.compare;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A running {@link Child}, seen from the process that asks. It ends with this object, or when the asking process does. */
final class ChildProcess implements AutoCloseable {
    private final Entrant entrant;
    private final Process process;
    private final BufferedReader answers;
    private final PrintStream requests;
    private final Path complaints;

    ChildProcess(Entrant entrant) throws IOException {
        this.entrant = entrant;
        complaints = Files.createTempFile("autodiff-bench", ".txt");
        complaints.toFile().deleteOnExit(); // after Ctrl-C too
        ProcessBuilder builder = new ProcessBuilder(entrant.command()).redirectError(complaints.toFile());
        builder.environment().putAll(entrant.environment());
        try {
            process = builder.start();
        } catch (IOException e) {
            Files.delete(complaints);
            throw e;
        }
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        requests = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    }

    Entrant entrant() {
        return entrant;
    }

    /**
     * Returns the words of the answer.
     *
     * @throws BenchException if the process ended, or answers with an error
     */
    List<String> ask(String request) throws IOException {
        requests.println(request);
        for (String line = answers.readLine(); line != null; line = answers.readLine()) {
            if (line.startsWith(Child.MARK + " ")) {
                String answer = line.substring(Child.MARK.length() + 1);
                if (answer.startsWith("error ")) {
                    throw new BenchException(entrant + ", " + request + ": " + answer.substring("error ".length()));
                }
                return List.of(answer.split(" ", -1));
            }
        }
        List<String> last = Files.readAllLines(complaints, StandardCharsets.UTF_8);
        throw new BenchException(
                entrant + " ended at \"" + request + "\"" + (last.isEmpty() ? "" : ": " + last.get(last.size() - 1)));
    }

    /** Asks for numbers; none if this side does not do the work. */
    double[] askNumbers(String request) throws IOException {
        return ask(request).stream().skip(1).mapToDouble(Double::parseDouble).toArray();
    }

    /** Returns the middle one of numbers, or another quantile: the 10th percentile for 0.1. Not modified. */
    static double quantile(double[] numbers, double q) {
        double[] sorted = numbers.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.round(q * (sorted.length - 1))];
    }

    @Override
    public void close() throws IOException {
        requests.close();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        Files.deleteIfExists(complaints);
    }
}

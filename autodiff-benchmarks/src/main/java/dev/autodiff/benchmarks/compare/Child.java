package dev.autodiff.benchmarks.compare;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The loop of a process that does work on request. A request is a line of words, an answer is a line that begins with {@value #MARK}:
 *
 * <pre>
 * version               version TEXT
 * prepare WORK MODE     values V1 V2 …      does the first of the work; "none" if this side does not do it
 * time MODE SECONDS     times T1 T2 …       microseconds of a run of the work that was prepared last, each the mean of some if they are short
 * </pre>
 *
 * The process ends when its input does.
 */
public final class Child {
    static final String MARK = "#bench";
    private static final double NANOS = 1e9;

    /** Runs shorter than this are timed several at a time: the clock takes some 25 ns. */
    private static final double SHORTEST_SAMPLE = 200e-6;

    /** Where results go: written for others to see, so that it must be done. */
    static volatile @Nullable Object sink;

    private Child() {}

    /** Answers requests until the input ends. */
    public static void serve(Supplier<Side> start) throws IOException {
        PrintStream answers = new PrintStream(
                new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8); // before libraries print
        System.setOut(System.err);
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Side side = start.get();
        Map<String, Step> steps = new HashMap<>();
        String work = "";
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            String[] words = line.split(" ", -1);
            String answer;
            try {
                switch (words[0]) {
                    case "version" -> answer = "version " + side.version();
                    case "prepare" -> {
                        if (!words[1].equals(work)) {
                            steps.values().forEach(Step::close);
                            steps.clear();
                            work = words[1];
                        }
                        Step step = side.prepare(work, words[2]);
                        if (step != null) {
                            steps.put(words[2], step);
                        }
                        answer = step == null ? "none" : "values" + join(step.values());
                    }
                    case "time" -> answer = "times" + join(time(steps.get(words[1]), Double.parseDouble(words[2])));
                    default -> answer = "error unknown request " + line;
                }
            } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
                e.printStackTrace();
                answer = "error " + e;
            }
            answers.println(MARK + " " + answer.replace('\n', ' '));
        }
    }

    private static double[] time(@Nullable Step step, double seconds) {
        if (step == null) {
            throw new IllegalStateException("time: nothing was prepared");
        }
        long end = System.nanoTime() + (long) (seconds * NANOS);
        int repeats = 1;
        double[] times = new double[16];
        int n = 0;
        do {
            long begin = System.nanoTime();
            for (int i = 0; i < repeats; i++) {
                sink = step.run();
            }
            double sample = (System.nanoTime() - begin) / NANOS;
            if (sample < SHORTEST_SAMPLE && repeats < 1 << 20) {
                repeats *= 2; // that sample was too short to count
                continue;
            }
            if (n == times.length) {
                times = Arrays.copyOf(times, 2 * n);
            }
            times[n++] = sample / repeats * 1e6;
        } while (System.nanoTime() < end || n < 3);
        return Arrays.copyOf(times, n);
    }

    private static String join(double[] values) {
        StringBuilder text = new StringBuilder();
        for (double value : values) {
            text.append(' ').append(value);
        }
        return text.toString();
    }
}

package dev.autodiff.benchmarks.compare;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Times training steps, gradients and products beside other libraries on this machine. */
@Command(
        name = "bench",
        description = "Times training steps, gradients and matrix products beside other libraries.",
        mixinStandardHelpOptions = true)
public final class BenchProgram implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--only", split = ",", paramLabel = "WORK", description = "Only this work: W1 to W7, G.")
    private @Nullable List<String> only;

    @Option(
            names = "--peers",
            split = ",",
            paramLabel = "NAME",
            description = "Only these peers: djl, tensorflow, pytorch, openblas; or none.")
    private @Nullable List<String> peers;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the results there too.")
    private @Nullable Path json;

    @Option(
            names = "--quick",
            description = "Only see that everything runs, without large products; the times mean little.")
    private boolean quick;

    /** For picocli. */
    public BenchProgram() {}

    @Override
    public Integer call() throws IOException {
        Map<String, List<Work>> chosen = new LinkedHashMap<>();
        for (Work work : Work.all()) {
            chosen.computeIfAbsent(work.group(), group -> new ArrayList<>()).add(work);
        }
        if (only != null) {
            check("--only", only, List.copyOf(chosen.keySet()));
            chosen.keySet().retainAll(only);
        }
        if (quick) {
            chosen.values().forEach(group -> group.removeIf(Work::isLarge));
        }
        List<String> wanted = peers == null ? Entrants.PEERS : peers.equals(List.of("none")) ? List.of() : peers;
        check("--peers", wanted, Entrants.PEERS);
        if (json != null) {
            Files.writeString(
                    json, "", StandardOpenOption.CREATE, StandardOpenOption.APPEND); // or fail now, not in the end
        }
        PrintWriter err = spec.commandLine().getErr();
        List<Entrant> entrants = new ArrayList<>(Entrants.own());
        entrants.addAll(Entrants.peers(wanted, err::println));
        Comparison comparison = new Comparison(entrants, quick, err::println);
        Map<String, String> machine = machine();
        machine.put("peak", comparison.measurePeaks(Entrants.peak()));
        List<Row> rows = new ArrayList<>();
        for (List<Work> group : chosen.values()) {
            rows.addAll(comparison.run(group));
        }
        machine.putAll(comparison.versions());
        machine.put("load at the end", load());
        Report.print(spec.commandLine().getOut(), machine, rows);
        if (json != null) {
            Files.writeString(json, Report.json(machine, rows));
        }
        return 0;
    }

    private void check(String option, List<String> given, List<String> known) {
        for (String name : given) {
            if (!known.contains(name)) {
                throw new ParameterException(
                        spec.commandLine(), option + ": expected some of " + known + ", got '" + name + "'");
            }
        }
    }

    private static Map<String, String> machine() throws IOException {
        Map<String, String> machine = new LinkedHashMap<>();
        machine.put("date", LocalDate.now(ZoneId.systemDefault()).toString());
        machine.put("processor", processor() + ", " + Runtime.getRuntime().availableProcessors() + " cores");
        machine.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        machine.put("load at the start", load());
        return machine;
    }

    private static String processor() throws IOException {
        Path description = Path.of("/proc/cpuinfo");
        if (Files.isReadable(description)) {
            try (Stream<String> lines = Files.lines(description)) {
                String name = lines.filter(line -> line.startsWith("model name"))
                        .map(line -> line.substring(line.indexOf(':') + 1).strip())
                        .findFirst()
                        .orElse("");
                if (!name.isEmpty()) {
                    return name;
                }
            }
        }
        return System.getProperty("os.arch");
    }

    /** The mean number of running processes in the last minute, which should be near 0 before the start. */
    private static String load() {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        return load < 0 ? "unknown" : String.format(Locale.ROOT, "%.2f", load);
    }
}

package dev.autodiff.examples.goldens;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a folder of golden files: the library against values and derivatives that PyTorch recorded. */
@Command(
        name = "goldens",
        description = "Compares the library with a folder of values and derivatives recorded from PyTorch.",
        mixinStandardHelpOptions = true)
public final class GoldensProgram implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "The folder of *.json files.")
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Option(
            names = "--dtype",
            paramLabel = "float32|float64",
            description = "The element type (default: ${DEFAULT-VALUE}).")
    private String dtype = "float64";

    @Option(names = "--kernels", paramLabel = "NAME", description = "The kernel provider, as -Dautodiff.kernels.")
    private @Nullable String kernels;

    @Option(names = "--family", paramLabel = "NAME", description = "Only this family.")
    private @Nullable String family;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the results there too.")
    private @Nullable Path json;

    @Option(
            names = "--strict",
            description = "Fail for functions, training, schedulers and init too, not only for operations.")
    private boolean strict;

    /** For picocli. */
    public GoldensProgram() {}

    @Override
    public Integer call() throws IOException {
        if (kernels != null) {
            // Read once, when the first tensor is made.
            System.setProperty("autodiff.kernels", kernels);
        }
        Precision precision = switch (dtype) {
            case "float64" -> Precision.FLOAT64;
            case "float32" -> Precision.FLOAT32;
            default -> throw usage("--dtype: expected float32 or float64, got '" + dtype + "'");
        };
        List<Suite> suites = GoldenFiles.read(folder);
        if (family != null) {
            TreeSet<String> known = new TreeSet<>();
            suites.forEach(s -> known.add(s.family()));
            if (!known.contains(family)) {
                throw usage("--family: expected one of " + known + ", got '" + family + "'");
            }
            suites = suites.stream().filter(s -> s.family().equals(family)).toList();
        }
        Report report = run(suites, precision);
        report.print(spec.commandLine().getOut());
        if (json != null) {
            Files.writeString(json, report.json());
        }
        return report.good(strict) ? 0 : 1;
    }

    /** Checks every unit. */
    static Report run(List<Suite> suites, Precision precision) {
        Report report = new Report();
        for (Suite suite : suites) {
            report.family(suite);
            for (Suite.Unit unit : suite.units()) {
                report.add(suite, unit, suite.check(unit, precision));
            }
        }
        return report;
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}

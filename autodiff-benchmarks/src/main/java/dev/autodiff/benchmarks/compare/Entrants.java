package dev.autodiff.benchmarks.compare;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Who takes part: this library with both kinds of kernels, and the peers that are installed, each with one thread and with two. */
final class Entrants {
    static final List<String> PEERS = List.of("djl", "tensorflow", "pytorch", "openblas");

    /** Where the profile peers puts its jars; the launcher says it. */
    private static final String PEERS_PROPERTY = "autodiff.peers";

    private static final String VECTOR_MODULE = "--add-modules=jdk.incubator.vector";

    private static final String IMPORT_TORCH = "import torch";

    /** NumPy multiplies with whatever BLAS the system has; the libraries of a process stand in a file on Linux. */
    private static final String MULTIPLY_BY_OPENBLAS =
            "import numpy; numpy.eye(9) @ numpy.eye(9); assert 'openblas' in open('/proc/self/maps').read()";

    private Entrants() {}

    private static List<Integer> threads() {
        return Runtime.getRuntime().availableProcessors() > 1 ? List.of(1, 2) : List.of(1);
    }

    /** Returns this library's. */
    static List<Entrant> own() {
        List<Entrant> own = new ArrayList<>();
        for (String kernels : List.of("vector", "portable")) {
            for (int n : threads()) {
                List<String> options = new ArrayList<>();
                if (kernels.equals("vector")) {
                    options.add(VECTOR_MODULE);
                }
                options.add("-Dautodiff.kernels=" + kernels);
                options.add("-Dautodiff.threads=" + n);
                own.add(new Entrant(
                        Entrant.OWN,
                        kernels,
                        n,
                        java(System.getProperty("java.class.path"), options, OwnSide.class.getName()),
                        Map.of()));
            }
        }
        return own;
    }

    /** Returns the process that measures the machine. */
    static Entrant peak() {
        return new Entrant(
                "peak",
                "",
                threads().size(),
                java(System.getProperty("java.class.path"), List.of(VECTOR_MODULE), OwnSide.class.getName(), "peak"),
                Map.of());
    }

    /**
     * Returns the peers of those names that can run here.
     *
     * @param notes is told which can't run, and what to do about it
     */
    static List<Entrant> peers(List<String> names, Consumer<String> notes) throws IOException {
        List<Entrant> peers = new ArrayList<>();
        Path script = Files.createTempFile("autodiff-bench", ".py");
        script.toFile().deleteOnExit(); // after Ctrl-C too
        try (InputStream source = Entrants.class.getResourceAsStream("side.py")) {
            if (source == null) {
                throw new IllegalStateException("side.py is missing beside " + Entrants.class.getName());
            }
            Files.copy(source, script, StandardCopyOption.REPLACE_EXISTING);
        }
        for (String name : names) {
            for (int n : threads()) {
                Entrant peer = switch (name) {
                    case "djl", "tensorflow" -> javaPeer(name, n);
                    default -> pythonPeer(name, n, script);
                };
                if (peer == null) {
                    notes.accept(name + " is not installed: " + remedy(name));
                    break;
                }
                peers.add(peer);
            }
        }
        return peers;
    }

    private static String remedy(String name) {
        return switch (name) {
            case "djl", "tensorflow" ->
                "./mvnw -q -Dquick -DskipTests -Ppeers -pl autodiff-benchmarks/peers -am package";
            case "pytorch" -> "no python3 on the PATH imports torch (Debian: python3-torch)";
            default -> "no python3 on the PATH has NumPy with OpenBLAS (Debian: python3-numpy, libopenblas0-pthread)";
        };
    }

    private static @Nullable Entrant javaPeer(String name, int threads) throws IOException {
        String jars = System.getProperty(PEERS_PROPERTY);
        if (jars == null || !Files.isDirectory(Path.of(jars))) {
            return null;
        }
        // Where they unpack their native libraries, hundreds of megabytes, once.
        Path cache =
                Files.createDirectories(Path.of(jars).resolveSibling("cache").resolve(name));
        String classPath = Path.of(jars, "*").toString();
        if (name.equals("djl")) {
            List<String> options = List.of(
                    "-Dai.djl.offline=true",
                    "-Dai.djl.pytorch.num_threads=" + threads,
                    "-Dai.djl.pytorch.num_interop_threads=1");
            return new Entrant(
                    name,
                    "",
                    threads,
                    java(classPath, options, "dev.autodiff.benchmarks.peers.DjlSide"),
                    Map.of(
                            "DJL_CACHE_DIR", cache.toString(),
                            "DJL_OFFLINE", "true",
                            "OMP_NUM_THREADS", Integer.toString(threads),
                            "MKL_NUM_THREADS", Integer.toString(threads)));
        }
        return new Entrant(
                name,
                "",
                threads,
                java(
                        classPath,
                        List.of("-Dorg.bytedeco.javacpp.cachedir=" + cache),
                        "dev.autodiff.benchmarks.peers.TensorFlowSide",
                        Integer.toString(threads)),
                Map.of("TF_CPP_MIN_LOG_LEVEL", "2", "OMP_NUM_THREADS", Integer.toString(threads)));
    }

    private static @Nullable Entrant pythonPeer(String name, int threads, Path script) throws IOException {
        String python = pythonThatRuns(name.equals("pytorch") ? IMPORT_TORCH : MULTIPLY_BY_OPENBLAS);
        if (python == null) {
            return null;
        }
        String n = Integer.toString(threads);
        return new Entrant(
                name,
                "",
                threads,
                List.of(python, script.toString(), name, n),
                Map.of(
                        "OMP_NUM_THREADS",
                        n,
                        "OPENBLAS_NUM_THREADS",
                        n,
                        "MKL_NUM_THREADS",
                        n,
                        "PYTHONIOENCODING",
                        "utf-8"));
    }

    /** Looks in all folders of the PATH, since the first python3 need not be the system's. */
    private static @Nullable String pythonThatRuns(String code) throws IOException {
        String path = System.getenv("PATH");
        if (path == null) {
            return null;
        }
        for (String folder : path.split(File.pathSeparator, -1)) {
            File python = new File(folder, "python3");
            if (python.canExecute() && runs(python.getPath(), code)) {
                return python.getPath();
            }
        }
        return null;
    }

    private static boolean runs(String python, String code) throws IOException {
        Process process = new ProcessBuilder(python, "-c", code)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            return process.waitFor() == 0;
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static List<String> java(String classPath, List<String> options, String... mainAndArguments) {
        return Stream.of(
                        Stream.of(Path.of(System.getProperty("java.home"), "bin", "java")
                                .toString()),
                        options.stream(),
                        Stream.of("-cp", classPath),
                        Stream.of(mainAndArguments))
                .flatMap(words -> words)
                .toList();
    }
}

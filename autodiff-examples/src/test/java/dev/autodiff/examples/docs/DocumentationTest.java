package dev.autodiff.examples.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.autodiff.examples.docs.MarkdownPage.Block;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compiles and runs every {@code java} block of README.md, CHANGELOG.md and docs, and follows the links between them. The convention
 * stands in docs/testing.md: a block with a {@code main} is a program, a block that declares a public type is a file of its own, anything
 * else is the body of a method under the shared imports. A {@code text} block directly below is what it prints. With
 * {@code -Dautodiff.page=TEXT} only pages with that text in their path are looked at.
 */
class DocumentationTest {
    private static final Path ROOT = root();

    /** The imports of every block that brings none of its own classes; in one line, so that line numbers stay simple. */
    private static final String IMPORTS = Stream.of(
                    "dev.autodiff.*",
                    "dev.autodiff.check.*",
                    "dev.autodiff.explain.*",
                    "dev.autodiff.optimize.*",
                    "dev.autodiff.shape.*",
                    "dev.autodiff.nn.*",
                    "dev.autodiff.nn.data.*",
                    "dev.autodiff.nn.io.*",
                    "dev.autodiff.nn.optim.*",
                    "java.nio.file.*",
                    "java.util.*",
                    "java.util.function.*")
            .map(name -> "import " + name + "; ")
            .collect(Collectors.joining());

    private static final Pattern PROGRAM = Pattern.compile("(?s)class\\s+(\\w+).*static void main\\(");
    private static final Pattern PUBLIC_TYPE =
            Pattern.compile("(?m)^public (?:final )?(?:class|record|interface|enum) (\\w+)");

    /** Long enough for a page of short trainings on a busy machine. */
    private static final int SECONDS = 120;

    /** Begins a comment that names the file which a block is a part of. */
    private static final String QUOTED = "quoted from ";

    private static final String MARK = "\u0001";

    /** Printed between the blocks that a block continues and what it prints itself. */
    private static final String NEW_BLOCK = "System.out.print((char) 2);\n";

    private static final String NEW_BLOCK_MARK = "\u0002";

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> javaBlocksCompileRunAndPrintWhatThePageSays() throws IOException {
        return pages().map(page -> DynamicTest.dynamicTest(
                ROOT.relativize(page.file()).toString(),
                () -> checkBlocks(page, Files.createTempDirectory(folder, "p"))));
    }

    @TestFactory
    Stream<DynamicTest> linksLeadToFilesAndHeadingsThatExist() throws IOException {
        return pages().map(page ->
                DynamicTest.dynamicTest(ROOT.relativize(page.file()).toString(), () -> checkLinks(page)));
    }

    @TestFactory
    Stream<DynamicTest> quotesStandInTheSources() throws IOException {
        return pages().map(page ->
                DynamicTest.dynamicTest(ROOT.relativize(page.file()).toString(), () -> checkQuotes(page)));
    }

    private static void checkQuotes(MarkdownPage page) throws IOException {
        for (Block block : page.blocks()) {
            if (block.directive().startsWith(QUOTED)) {
                Path source = ROOT.resolve(block.directive().substring(QUOTED.length()));
                String text = Files.readString(source).replaceAll("\\s+", " ");
                assertTrue(
                        text.contains(block.text().strip().replaceAll("\\s+", " ")),
                        () -> ROOT.relativize(page.file()) + ":" + block.line() + ": this does not stand in " + source);
            }
        }
    }

    // ---- code ----

    /** One block as a Java file: the class whose method runs it, or null if it is only compiled; its text; the line offset. */
    private record Unit(String name, boolean runs, String source, int offset, Block block) {}

    private static void checkBlocks(MarkdownPage page, Path out) throws Exception {
        List<Unit> units = new ArrayList<>();
        String before = "";
        for (Block block : page.blocks()) {
            if (block.language().equals("java")
                    && !block.directive().equals("not compiled")
                    && !block.directive().startsWith(QUOTED)) {
                boolean table = block.directive().equals(MarkdownPage.TABLE);
                boolean continues = table || block.directive().equals("continues");
                String body = continues ? before + NEW_BLOCK + block.text() : block.text();
                before = table ? before : body + "\n";
                units.add(unit("Snippet" + units.size(), block, body));
            }
        }
        compile(page, units, out);
        run(page, units.stream().filter(Unit::runs).toList(), out);
    }

    private static Unit unit(String name, Block block, String body) {
        boolean runs = !block.directive().equals("not run");
        int ahead = (int) (body.lines().count() - block.text().lines().count());
        Matcher program = PROGRAM.matcher(body);
        if (program.find()) {
            return new Unit(program.group(1), runs, body, block.line() - 1 - ahead, block);
        }
        Matcher type = PUBLIC_TYPE.matcher(body);
        if (type.find()) {
            return new Unit(type.group(1), false, IMPORTS + body, block.line() - 1 - ahead, block);
        }
        StringBuilder imports = new StringBuilder(IMPORTS);
        StringBuilder rest = new StringBuilder();
        for (String line : body.split("\n", -1)) {
            boolean isImport = line.startsWith("import ");
            imports.append(isImport ? line + " " : "");
            rest.append(isImport ? "" : line).append('\n');
        }
        String source = imports + "final class " + name
                + " { public static void main(String[] args) throws Exception {\n" + rest + "}}\n";
        return new Unit(name, runs, source, block.line() - 2 - ahead, block);
    }

    private static void compile(MarkdownPage page, List<Unit> units, Path out) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Map<JavaFileObject, Unit> files = new LinkedHashMap<>();
        for (Unit unit : units) {
            files.put(
                    new SimpleJavaFileObject(
                            URI.create("string:///" + unit.name() + ".java"), JavaFileObject.Kind.SOURCE) {
                        @Override
                        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                            return unit.source();
                        }
                    },
                    unit);
        }
        if (files.isEmpty()) {
            return;
        }
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            List<String> options = List.of(
                    "-d",
                    out.toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    "--release",
                    "17",
                    "-proc:none");
            compiler.getTask(null, manager, found, options, null, files.keySet())
                    .call();
        }
        List<String> errors = new ArrayList<>();
        for (Diagnostic<? extends JavaFileObject> d : found.getDiagnostics()) {
            Unit unit = files.get(d.getSource());
            if (d.getKind() == Diagnostic.Kind.ERROR) {
                errors.add(
                        place(page, unit == null ? 0 : (int) d.getLineNumber() + unit.offset()) + d.getMessage(null));
            }
        }
        if (!errors.isEmpty()) {
            fail(String.join("\n", errors));
        }
    }

    /** Runs all programs and snippets of a page one after the other in one new JVM, in a folder that is thrown away. */
    private static void run(MarkdownPage page, List<Unit> units, Path out) throws Exception {
        if (units.isEmpty()) {
            return;
        }
        Path printed = out.resolve("printed.txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "-Dfile.encoding=UTF-8",
                "-Dstdout.encoding=UTF-8",
                "-cp",
                out + File.pathSeparator + System.getProperty("java.class.path"),
                Snippets.class.getName()));
        units.forEach(unit -> command.add(unit.name()));
        Process process = new ProcessBuilder(command)
                .directory(Files.createDirectory(out.resolve("work")).toFile())
                .redirectOutput(printed.toFile())
                .redirectError(out.resolve("errors.txt").toFile())
                .start();
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            fail(page.file() + ": the blocks ran longer than " + SECONDS + " s");
        }
        String[] parts = Files.readString(printed).split(MARK, -1);
        if (process.exitValue() != 0) {
            Unit last = units.get(Math.min(units.size(), parts.length) - 1);
            fail(place(page, last.block().line()) + "the block failed:\n"
                    + Files.readString(out.resolve("errors.txt")));
        }
        for (int i = 0; i < units.size(); i++) {
            Block block = units.get(i).block();
            if (block.output() != null) {
                String own = parts[i].substring(parts[i].lastIndexOf(NEW_BLOCK_MARK) + 1);
                assertEquals(
                        block.output().strip(),
                        own.strip(),
                        place(page, block.line()) + "the block prints something else");
            }
        }
    }

    private static String place(MarkdownPage page, int line) {
        return ROOT.relativize(page.file()) + ":" + line + ": ";
    }

    /** Runs the named classes in turn and prints a mark after each. */
    public static final class Snippets {
        private Snippets() {}

        public static void main(String[] names) throws Exception {
            for (String name : names) {
                var main = Class.forName(name).getDeclaredMethod("main", String[].class);
                main.setAccessible(true);
                main.invoke(null, (Object) new String[0]);
                System.out.print(MARK);
                System.out.flush();
            }
        }
    }

    // ---- links ----

    private static void checkLinks(MarkdownPage page) throws IOException {
        for (MarkdownPage.Link link : page.links()) {
            String target = link.target();
            if (target.contains("://")) {
                continue;
            }
            String[] parts = target.split("#", 2);
            Path file = parts[0].isEmpty()
                    ? page.file()
                    : page.file().resolveSibling(parts[0]).normalize();
            assertTrue(Files.exists(file), place(page, link.line()) + "no file " + parts[0]);
            if (parts.length == 2 && file.toString().endsWith(".md")) {
                assertTrue(
                        MarkdownPage.read(file).hasAnchor(parts[1]),
                        place(page, link.line()) + "no heading #" + parts[1] + " in " + ROOT.relativize(file));
            }
        }
    }

    // ---- pages ----

    private static Stream<MarkdownPage> pages() throws IOException {
        List<MarkdownPage> pages = new ArrayList<>();
        for (String name : List.of("README.md", "CHANGELOG.md", "CONTRIBUTING.md")) {
            pages.add(MarkdownPage.read(ROOT.resolve(name)));
        }
        List<Path> files;
        try (Stream<Path> found = Files.walk(ROOT.resolve("docs"))) {
            files = found.filter(f -> f.toString().endsWith(".md")).sorted().toList();
        }
        for (Path file : files) {
            pages.add(MarkdownPage.read(file));
        }
        String only = System.getProperty("autodiff.page", "");
        return pages.stream()
                .filter(page -> ROOT.relativize(page.file()).toString().contains(only));
    }

    /** Returns the nearest folder upwards that has the Maven wrapper. */
    static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("mvnw"))) {
            folder = folder.getParent();
            if (folder == null) {
                throw new IllegalStateException(
                        "no folder with mvnw found above " + Path.of("").toAbsolutePath());
            }
        }
        return folder;
    }
}

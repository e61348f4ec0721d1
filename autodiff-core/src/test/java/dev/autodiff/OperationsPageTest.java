package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/**
 * The page of operations is made from the catalogue: names and formulas from the operations, rules by {@link SampleRules}, element types by
 * trying, remarks from what stands above the definition. {@code -Dautodiff.write=true} writes the page anew.
 */
class OperationsPageTest {
    private static final Path PAGE = Path.of("..", "docs", "operations.md");
    private static final int SEEDS = 300;

    /** Nobody reads a longer formula. */
    private static final int READABLE = 1000;

    private static final Pattern CASE = Pattern.compile("(?m)((?:^ +//(?! ----).*\n)+) +case ([A-Z][A-Z0-9_]*) ->");

    private static final String INTRODUCTION = """
            # Operations

            Made from the catalogue of operations by a test, which fails if this page is not current; to write it anew:

                ./mvnw -pl autodiff-core test -Dtest=OperationsPageTest -Dautodiff.write=true

            x, y, z are the inputs, `out` is the result. The gradient by x is x̄, computed from the gradient g of the result; t, or t_x, is
            a tangent of the input in forward mode. The rules are printed from the code that runs; with operands of different shapes each
            gradient is also summed to the shape of its input. A Java number takes the type of the tensor. Operations whose names are not
            methods of `Tensor` are parts of rules, or of the methods that their remarks name. Where PyTorch has no name, it has the operation only
            inside others. Rules of more than 1,000 characters are left out.

            """;

    @Test
    void thePageOfOperationsIsCurrent() throws IOException {
        String page = page();
        if (Boolean.getBoolean("autodiff.write")) {
            Files.writeString(PAGE, page);
        }
        assertEquals(
                page,
                Files.readString(PAGE).replace("\r\n", "\n"),
                "docs/operations.md is not current; write it anew with -Dautodiff.write=true");
    }

    private static String page() {
        Map<String, String> remarks = remarks();
        Map<String, List<String>> families = new LinkedHashMap<>();
        for (Samples.Sample sample : typicalSamples(Samples.catalogue())) {
            Primitive op = (Primitive) sample.op();
            Class<?> type = op instanceof Enum<?> constant ? constant.getDeclaringClass() : op.getClass();
            Class<?> family = type.getNestHost();
            String name = op instanceof Enum<?> constant ? constant.name() : type.getSimpleName();
            String row = Stream.of(
                            "`" + op.label() + "`",
                            pyTorchName(op),
                            op.formula(),
                            derivable(sample) ? readable(SampleRules.vjp(sample)) : "–",
                            derivable(sample) ? readable(SampleRules.jvp(sample)) : "–",
                            types(sample),
                            remarks.getOrDefault(family.getSimpleName() + "." + name, ""))
                    .map(cell -> cell.replace("|", "\\|"))
                    .collect(Collectors.joining(" | ", "| ", " |\n"));
            families.computeIfAbsent(family.getSimpleName(), f -> new ArrayList<>())
                    .add(row);
        }
        StringBuilder page = new StringBuilder(INTRODUCTION);
        families.forEach((family, rows) -> {
            page.append("## ").append(family).append("\n\n");
            String remark = remarks.get(family + "." + family);
            if (remark != null) {
                page.append(remark).append("\n\n");
            }
            page.append("| operation | PyTorch | value | reverse mode | forward mode | types | remarks |\n");
            page.append("| --- | --- | --- | --- | --- | --- | --- |\n");
            rows.forEach(page::append);
            page.append("\n");
        });
        return page.toString().stripTrailing() + "\n";
    }

    private static String readable(String rule) {
        return rule.length() <= READABLE ? rule : "too long to read";
    }

    /** Returns the name that users of PyTorch look for. */
    private static String pyTorchName(Primitive op) {
        PyTorchName given = op instanceof Enum<?> constant
                ? field(constant).getAnnotation(PyTorchName.class)
                : op.getClass().getAnnotation(PyTorchName.class);
        String name = given != null
                ? given.value()
                : op.label().replaceAll("([a-z])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
        return name.isEmpty() ? "" : "`" + name + "`";
    }

    private static Field field(Enum<?> constant) {
        try {
            return constant.getDeclaringClass().getDeclaredField(constant.name());
        } catch (NoSuchFieldException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean derivable(Samples.Sample sample) {
        Tensor[] inputs = sample.inputs().toArray(new Tensor[0]);
        for (int place : sample.differentiable()) {
            inputs[place] = inputs[place].requireGrad();
        }
        return Engine.apply(sample.op(), inputs).requiresGrad();
    }

    @Test
    void anOperationMoreLeavesTheRowsOfTheOthersAsTheyAre() {
        List<Object> catalogue = Samples.catalogue();
        List<String> alone = typicalSamples(catalogue.subList(catalogue.size() - 3, catalogue.size())).stream()
                .map(s -> s + " " + s.inputs())
                .toList();
        List<String> withOneBefore = typicalSamples(catalogue.subList(catalogue.size() - 4, catalogue.size())).stream()
                .map(s -> s + " " + s.inputs())
                .toList();
        assertEquals(alone, withOneBefore.subList(withOneBefore.size() - alone.size(), withOneBefore.size()));
    }

    /** Returns one sample for each operation, in the catalogue's order, whose rules are not cluttered by broadcasting. */
    private static List<Samples.Sample> typicalSamples(List<Object> catalogue) {
        Map<Object, Samples.Sample> chosen = new LinkedHashMap<>();
        for (Object entry : catalogue) {
            // Each entry draws from the start of its seed, so that one more operation leaves the rows of the others as
            // they are.
            List<Samples.Sample> random = new ArrayList<>();
            for (int seed = 0; seed < SEEDS; seed++) {
                random.addAll(new Samples(seed).of(entry));
            }
            random.stream().map(s -> key(s.op())).distinct().forEach(op -> chosen.put(op, typical(op, random)));
        }
        return List.copyOf(chosen.values());
    }

    private static Samples.Sample typical(Object op, List<Samples.Sample> random) {
        List<Predicate<Samples.Sample>> wishes = List.of(
                s -> isMatrix(s)
                        && s.inputs().stream()
                                .allMatch(
                                        t -> t.shape().equals(s.inputs().get(0).shape())),
                OperationsPageTest::isMatrix,
                s -> s.inputs().stream().allMatch(t -> t.size() > 1),
                s -> true);
        return wishes.stream()
                .flatMap(wish -> random.stream()
                        .filter(s -> key(s.op()).equals(op))
                        .filter(wish)
                        .limit(1))
                .findFirst()
                .orElseThrow();
    }

    private static boolean isMatrix(Samples.Sample sample) {
        Shape shape = sample.inputs().get(0).shape();
        return shape.rank() == 2 && shape.size(0) > 1 && shape.size(1) > 1;
    }

    private static Object key(Op op) {
        return op instanceof Enum<?> ? op : op.getClass();
    }

    /** Tries all types for the inputs that are numbers. */
    private static String types(Samples.Sample sample) {
        List<String> accepted = new ArrayList<>();
        for (DType dtype : DType.values()) {
            try {
                sample.apply(
                        Arrays.stream(sample.points()).map(t -> t.to(dtype)).toList());
                accepted.add(dtype.toString());
            } catch (IllegalArgumentException refused) {
                // that type is not for this operation
            }
        }
        return accepted.size() == DType.values().length ? "all" : String.join(", ", accepted);
    }

    /**
     * Reads the Javadoc of the operations, and of the families, {@code RowOp.RowOp} for example; of the elementwise functions the comment above the
     * case of each, {@code Elementwise.ABS}.
     */
    private static Map<String, String> remarks() {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Map<String, String> remarks = new HashMap<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8);
                Stream<Path> sources = Files.list(Path.of("src/main/java/dev/autodiff"))) {
            List<Path> java =
                    sources.filter(p -> p.toString().endsWith(".java")).sorted().toList();
            JavacTask task = (JavacTask) compiler.getTask(
                    null, files, null, List.of("-proc:none"), null, files.getJavaFileObjectsFromPaths(java));
            DocTrees docs = DocTrees.instance(task);
            for (CompilationUnitTree unit : task.parse()) {
                new RemarkScanner(docs, remarks).scan(unit, null);
            }
            CASE.matcher(Files.readString(Path.of("src/main/java/dev/autodiff/Elementwise.java")))
                    .results()
                    .forEach(m -> remarks.put(
                            "Elementwise." + m.group(2),
                            m.group(1).replaceAll("\\s*//\\s*", " ").strip()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return remarks;
    }

    private static final class RemarkScanner extends TreePathScanner<Void, Void> {
        private final DocTrees docs;
        private final Map<String, String> remarks;

        RemarkScanner(DocTrees docs, Map<String, String> remarks) {
            this.docs = docs;
            this.remarks = remarks;
        }

        @Override
        public Void visitClass(ClassTree tree, Void nothing) {
            note(tree.getSimpleName().toString());
            return super.visitClass(tree, null);
        }

        @Override
        public Void visitVariable(VariableTree tree, Void nothing) {
            if (getCurrentPath().getParentPath().getLeaf().getKind() == Tree.Kind.ENUM) {
                note(tree.getName().toString());
            }
            return super.visitVariable(tree, null);
        }

        private void note(String name) {
            DocCommentTree comment = docs.getDocCommentTree(getCurrentPath());
            TreePath outermost = getCurrentPath();
            while (!(outermost.getParentPath().getLeaf() instanceof CompilationUnitTree)) {
                outermost = outermost.getParentPath();
            }
            if (comment != null && outermost.getLeaf() instanceof ClassTree family) {
                String text =
                        comment.getFullBody().stream().map(Object::toString).collect(Collectors.joining());
                remarks.put(family.getSimpleName() + "." + name, plain(text));
            }
        }

        private static String plain(String javadoc) {
            // The compiler's tree writes characters beyond ASCII as escapes.
            String text = Pattern.compile("\\\\u([0-9a-f]{4})")
                    .matcher(javadoc)
                    .replaceAll(m -> Character.toString(Integer.parseInt(m.group(1), 16)));
            return text.replaceAll("\\{@code\\s+((?:[^{}]|\\{[^{}]*})*)}", "$1")
                    .replaceAll("\\{@link(?:plain)?\\s+[^\\s}]*?#?(\\w+)(?:\\([^)]*\\))?}", "`$1`")
                    .replaceAll("\\{@link(?:plain)?\\s+\\S+\\s+([^}]*)}", "$1")
                    .replaceAll("</?p>", "")
                    .replaceAll("\\s+", " ")
                    .strip();
        }
    }
}

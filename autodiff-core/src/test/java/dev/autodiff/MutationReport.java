package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Reads what mutation testing of the rules found: every rule has a mutant that the tests kill, and the mutants that survive are those
 * which docs/testing.md lists and explains. It runs after the mutations alone, with {@code -Pmutations}.
 */
class MutationReport {
    private static final Path PAGE = Path.of("..", "docs", "testing.md");
    private static final Pattern LAMBDA = Pattern.compile("lambda\\$(\\w+)\\$(\\d+)");
    private static final Pattern ROW = Pattern.compile("\\| `([^`]+)` \\| ([^|]+) \\| (\\d+) \\| [^|]+ \\|");

    /** A place that stands for all: some mutants are the same in every rule. */
    private static final String ANYWHERE = "*";

    private static List<Mutant> mutants = List.of();

    /**
     * One mutant.
     *
     * @param place the rule, {@code Reduction.Norm.weights} or {@code Elementwise.FMOD by y}
     * @param line in the source
     * @param change what was mutated
     * @param detected whether a test failed, or ran on for ever
     * @param covered whether a test runs the line
     */
    private record Mutant(String place, String line, String change, boolean detected, boolean covered) {
        String key() {
            return place + " | " + change;
        }

        String family() {
            return place.replaceFirst("\\..*", "").replace("ElementwiseRules", "Elementwise");
        }
    }

    @BeforeAll
    static void read() throws Exception {
        NodeList elements = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(Path.of(System.getProperty("autodiff.mutations")).toFile())
                .getElementsByTagName("mutation");
        List<Element> all = new ArrayList<>();
        for (int i = 0; i < elements.getLength(); i++) {
            Element element = (Element) elements.item(i);
            if (!text(element, "methodDescription").endsWith(")D")) { // the value of a function of numbers
                all.add(element);
            }
        }
        Map<Integer, String> inputs = elementwiseRules(all);
        mutants = all.stream().map(element -> mutant(element, inputs)).toList();
        print();
    }

    private static Mutant mutant(Element element, Map<Integer, String> inputs) {
        String owner = text(element, "mutatedClass").substring("dev.autodiff.".length());
        String method = text(element, "mutatedMethod");
        Matcher lambda = LAMBDA.matcher(method);
        String place = owner.replace('$', '.') + "." + method;
        if (lambda.matches()) {
            place = lambda.group(1).equals("define")
                    ? owner + "." + inputs.get(Integer.parseInt(lambda.group(2)))
                    : owner.replace('$', '.') + "." + lambda.group(1);
        }
        String status = element.getAttribute("status");
        return new Mutant(
                constant(place),
                text(element, "sourceFile") + ":" + text(element, "lineNumber"),
                text(element, "description")
                        .replaceAll("[\\w/]+/([\\w$]+)", "$1")
                        .replace('$', '.')
                        .replaceAll(" for [\\w.:]+$", ""),
                element.getAttribute("detected").equals("true"),
                !status.equals("NO_COVERAGE"));
    }

    /** Names the constants of {@link RowOp} whose bodies are classes of their own. */
    private static String constant(String place) {
        for (RowOp op : RowOp.values()) {
            Object constant = op; // getClass() of the body is meant, not of the enum
            place = place.replace(
                    constant.getClass()
                                    .getName()
                                    .substring("dev.autodiff.".length())
                                    .replace('$', '.') + ".",
                    "RowOp." + op + ".");
        }
        return place;
    }

    /**
     * Returns which constant and input each lambda of {@link Elementwise} is the rule of: a compiler numbers them as they stand in the source,
     * and those that return tensors are the rules.
     */
    private static Map<Integer, String> elementwiseRules(List<Element> elements) {
        Map<Integer, Integer> arities = new TreeMap<>();
        for (Element element : elements) {
            Matcher lambda = LAMBDA.matcher(text(element, "mutatedMethod"));
            if (text(element, "mutatedClass").endsWith(".Elementwise")
                    && lambda.matches()
                    && lambda.group(1).equals("define")) {
                int tensors = text(element, "methodDescription")
                        .replaceAll("[^;)]|\\).*", "")
                        .length();
                arities.put(Integer.parseInt(lambda.group(2)), tensors - 2); // besides g and out
            }
        }
        List<Integer> numbers = new ArrayList<>(arities.keySet());
        Map<Integer, String> rules = new TreeMap<>();
        int next = 0;
        for (Elementwise f : Elementwise.values()) {
            for (int input = 0; input < f.arity(); input++, next++) {
                String rule = f + " by " + "xyz".charAt(input);
                if (next == numbers.size() || arities.get(numbers.get(next)) != f.arity()) {
                    throw new AssertionError("no mutant in a rule of Elementwise at or before " + rule);
                }
                rules.put(numbers.get(next), rule);
            }
        }
        assertEquals(numbers.size(), next, "rules of Elementwise");
        return rules;
    }

    private static String text(Element element, String tag) {
        return element.getElementsByTagName(tag).item(0).getTextContent();
    }

    /** Prints the figures as the table of docs/testing.md. */
    private static void print() {
        Map<String, int[]> families = new TreeMap<>();
        int[] total = new int[4];
        for (Mutant mutant : mutants) {
            for (int[] sums : List.of(families.computeIfAbsent(mutant.family(), f -> new int[4]), total)) {
                sums[0]++;
                sums[mutant.detected ? 1 : mutant.covered ? 2 : 3]++;
            }
        }
        StringBuilder table = new StringBuilder(
                "| family | mutants | killed | survivors | not covered |\n| --- | --- | --- | --- | --- |\n");
        families.put("**all**", total);
        families.forEach(
                (family, n) -> table.append("| %s | %d | %d | %d | %d |%n".formatted(family, n[0], n[1], n[2], n[3])));
        System.out.println(table);
    }

    @Test
    void everyRuleHasAMutantThatIsKilled() throws NoSuchMethodException {
        TreeSet<String> killed = new TreeSet<>();
        mutants.stream().filter(Mutant::detected).forEach(mutant -> killed.add(mutant.place()));
        List<String> missing = new ArrayList<>();
        for (Object operation : Samples.catalogue()) {
            for (String rule : rulesOf(operation)) {
                if (!killed.contains(rule)) {
                    missing.add(operation + ": " + rule);
                }
            }
        }
        assertEquals(List.of(), missing, "rules without a mutant that is killed");
    }

    /** Returns the places of an operation's rules; a rule that a family shares stands at the family. */
    private static List<String> rulesOf(Object operation) throws NoSuchMethodException {
        if (operation instanceof Elementwise f) {
            List<String> rules = new ArrayList<>();
            for (int input = 0; input < f.arity(); input++) {
                rules.add("Elementwise." + f + " by " + "xyz".charAt(input));
            }
            return rules;
        }
        if (operation instanceof RowOp op) {
            return List.of("RowOp." + op + ".vjp", "RowOp." + op + ".push");
        }
        Class<?> type = operation instanceof Enum<?> constant ? constant.getDeclaringClass() : (Class<?>) operation;
        if (Discrete.class.isAssignableFrom(type) || type == Windows.LargestPlaces.class) {
            return List.of(); // no derivative
        }
        List<String> rules = new ArrayList<>();
        for (java.lang.reflect.Method method : type.getMethods()) {
            if ((method.getName().equals("vjp") || method.getName().equals("jvp")) && !method.isBridge()) {
                rules.add(method.getDeclaringClass()
                                .getName()
                                .substring("dev.autodiff.".length())
                                .replace('$', '.') + "." + method.getName());
            }
        }
        assertEquals(2, rules.size(), type.getName());
        return rules;
    }

    @Test
    void theMutantsThatSurviveAreThoseThatThePageExplains() throws IOException {
        Map<String, Integer> explained = new TreeMap<>();
        Matcher row = ROW.matcher(Files.readString(PAGE));
        while (row.find()) {
            explained.put(row.group(1) + " | " + row.group(2), Integer.parseInt(row.group(3)));
        }
        Map<String, Integer> found = new TreeMap<>();
        Map<String, String> lines = new TreeMap<>();
        for (Mutant mutant : mutants) {
            String anywhere = ANYWHERE + " | " + mutant.change();
            String key = explained.containsKey(anywhere) ? anywhere : mutant.key();
            if (!mutant.detected()) {
                found.merge(key, 1, Integer::sum);
                lines.merge(key, mutant.line(), (a, b) -> a + ", " + b);
            }
        }
        List<String> differences = new ArrayList<>();
        TreeSet<String> keys = new TreeSet<>(Comparator.naturalOrder());
        keys.addAll(found.keySet());
        keys.addAll(explained.keySet());
        for (String key : keys) {
            int n = found.getOrDefault(key, 0);
            int m = explained.getOrDefault(key, 0);
            if (n != m) {
                differences.add(key + ": " + n + " survive, " + m + " explained; " + lines.getOrDefault(key, ""));
            }
        }
        assertEquals("", String.join("\n", differences), "survivors against the table in " + PAGE);
    }
}

package dev.autodiff.examples.explain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.explain.Check;
import dev.autodiff.explain.Contribution;
import dev.autodiff.explain.Explain;
import dev.autodiff.explain.Explanation;
import dev.autodiff.explain.Step;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The explained graphs of the lectures have the lectures' numbers and rules. */
class GraphsTest {
    /** Numbers that the lecture prints have four decimals. */
    private static final double PRINTED = 5e-5;

    private static String rules(Explanation explanation, String symbol) {
        return explanation.step(symbol).received().stream()
                .map(Contribution::rule)
                .collect(Collectors.joining(" + "));
    }

    private static double[] gradient(Explanation explanation, String symbol) {
        return explanation.step(symbol).gradient().toDoubleArray();
    }

    @Test
    void theNetworkOfTheLectureHasItsNumbers() {
        Explanation explanation = Explain.backward(Graphs.TWO_TWO_TWO.loss());
        assertEquals(0.2984, explanation.step("L").value().item(), PRINTED);
        assertArrayEquals(
                new double[] {0.7514, 0.7729}, explanation.step("P").value().toDoubleArray(), PRINTED);
        assertArrayEquals(
                new double[] {0.5933, 0.5969}, explanation.step("H").value().toDoubleArray(), PRINTED);
        assertEquals("δz2 Hᵀ", rules(explanation, "W2"));
        assertEquals("δP ⊙ P ⊙ (1 − P)", rules(explanation, "Z2"));
        assertEquals("W2ᵀ δz2", rules(explanation, "H"));
    }

    /** At (3, −1, 0, 1), by the lecture's formulas: a = (x₁ + 10x₂)² has slopes 2·(−7) and 20·(−7), and so on. */
    @Test
    void powellsFunctionHasTheGradientOfItsFormulas() {
        Explanation explanation = Explain.backward(Graphs.POWELL.loss());
        assertEquals(49 + 5 + 1 + 160, explanation.step("f").value().item());
        assertArrayEquals(new double[] {2 * -7 + 40 * 8}, gradient(explanation, "x1"), 1e-12);
        assertArrayEquals(new double[] {20 * -7 + 4 * -1}, gradient(explanation, "x2"), 1e-12);
        assertArrayEquals(new double[] {10 * -1 + 8 * -1}, gradient(explanation, "x3"), 1e-12);
        assertArrayEquals(new double[] {-10 * -1 - 40 * 8}, gradient(explanation, "x4"), 1e-12);
        assertEquals(2, explanation.step("x1").received().size());
        assertEquals(2, explanation.step("x4").received().size());
    }

    @ParameterizedTest
    @EnumSource(Graphs.class)
    void everyStepIsCheckedAndPasses(Graphs graph) {
        List<String> bad = Explain.backward(graph.loss()).steps().stream()
                .flatMap(step -> Stream.concat(
                        Stream.of(step.check()), step.given().stream().map(Contribution::check)))
                .filter(c -> c.status() != Check.Status.PASSED)
                .map(Check::brief)
                .toList();
        assertEquals(List.of(), bad);
    }

    /** A gradient is complete when it is handed on: each step stands after all that contribute to its own gradient. */
    @ParameterizedTest
    @EnumSource(Graphs.class)
    void theSweepComesToANodeAfterAllThatContributeToIt(Graphs graph) {
        List<Step> steps = Explain.backward(graph.loss()).steps();
        for (int i = 0; i < steps.size(); i++) {
            assertEquals(i, steps.get(i).id());
            for (Contribution c : steps.get(i).received()) {
                assertTrue(c.from() < i, steps.get(i).symbol() + " before " + c.fromName());
            }
        }
    }
}

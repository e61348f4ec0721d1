package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.shape.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a graph tells besides its nodes: symbols, formulas, values, and the rules of a sweep in the lectures' notation. */
class GraphSweepTest {
    private final Tensor x = Tensor.of(new double[][] {{1, 2}, {3, 4}, {5, 6}}).named("X");
    private final Tensor w1 =
            Tensor.of(new double[][] {{0.1, -0.2}, {0.3, 0.4}}).requireGrad().named("W1");
    private final Tensor b1 = Tensor.of(new double[] {0.5, -0.5}).requireGrad().named("b1");

    /** The rules of a sweep, and the gradients that it told of. */
    private static final class Told implements Graph.SweepListener {
        final List<String> rules = new ArrayList<>();
        final Map<String, Tensor> gradients = new HashMap<>();
        final Graph graph;

        Told(Tensor loss) {
            graph = Graph.of(loss);
            graph.sweep(this);
        }

        @Override
        public void reached(Graph.Entry node, Tensor gradient) {
            gradients.put(graph.symbol(node), gradient);
        }

        @Override
        public void contributed(Graph.Entry node, int input, Tensor contribution, String rule) {
            rules.add(graph.gradientSymbol(graph.nodes().get(node.inputs().get(input))) + " = " + rule);
        }
    }

    private static List<String> formulas(Graph graph) {
        List<String> lines = new ArrayList<>();
        graph.nodes().stream()
                .filter(n -> !n.isLeaf())
                .forEach(n -> lines.add(0, graph.symbol(n) + " = " + graph.formula(n)));
        return lines;
    }

    @Test
    void aLayerIsWrittenAsInLectures() {
        Tensor h = x.matmul(w1).add(b1).sigmoid().named("H");
        Tensor loss = h.sub(Tensor.of(new double[] {1, 0}).named("Y"))
                .square()
                .sum()
                .mul(0.5)
                .named("L");
        Told told = new Told(loss);
        assertEquals(
                List.of("z1 = X W1", "z2 = z1 + b1", "H = σ(z2)", "z3 = H − Y", "z4 = z3²", "z5 = Σ z4", "L = 0.5·z5"),
                formulas(told.graph));
        assertEquals(
                List.of(
                        "δz5 = 0.5·δL",
                        "δz4 = δz5·1₃ₓ₂",
                        "δz3 = 2·δz4 ⊙ z3",
                        "δH = δz3",
                        "δz2 = δH ⊙ H ⊙ (1 − H)",
                        "δz1 = δz2",
                        "δb1 = Σₖ δz2ₖ,:",
                        "δW1 = Xᵀ δz1"),
                told.rules);
    }

    @Test
    void aDifferenceThatBeginsWithANumberIsNoNumber() {
        Tensor p = Tensor.of(2.0).requireGrad().named("p");
        assertEquals(List.of("δp = δz1·z1·(1 − z1)"), new Told(p.sigmoid()).rules);
    }

    @Test
    void aTransposedWeightKeepsItsName() {
        Told told = new Told(x.matmul(w1.transpose()).relu().sum());
        assertEquals(List.of("W1ᵀ = W1ᵀ", "z1 = X W1ᵀ", "z2 = relu(z1)", "z3 = Σ z2"), formulas(told.graph));
        assertEquals(List.of("δz2 = δz3·1₃ₓ₂", "δz1 = δz2 ⊙ [z2 > 0]", "δ(W1ᵀ) = Xᵀ δz1", "δW1 = δ(W1ᵀ)ᵀ"), told.rules);
    }

    @Test
    void bothFactorsOfAMatrixProductGetTheirRule() {
        Tensor w2 = Tensor.ones(DType.FLOAT64, 2, 1).requireGrad().named("W2");
        Tensor h = x.matmul(w1).named("H");
        assertEquals(
                List.of("δz1 = δz2·1₃ₓ₁", "δH = δz1 W2ᵀ", "δW2 = Hᵀ δz1", "δW1 = Xᵀ δH"),
                new Told(h.matmul(w2).sum()).rules);
    }

    @Test
    void powersAndQuotientsAreWorkedOut() {
        Tensor p = Tensor.of(2.0).requireGrad();
        Told told = new Told(p.pow(3).div(p.add(1)));
        assertEquals(
                List.of("z1 = p1^3", "z2 = p1 + 1", "z3 = z1 / z2"),
                formulas(told.graph).stream().sorted().toList());
        assertTrue(told.rules.contains("δp1 = 3·δz1·p1²"), told.rules::toString);
        assertTrue(told.rules.contains("δz1 = δz3 / z2"), told.rules::toString);
    }

    @Test
    void softmaxCrossEntropyIsProbabilitiesMinusTargets() {
        Tensor classes = Tensor.of(new long[] {0, 1, 0}).named("Y");
        Told told = new Told(x.matmul(w1).softmaxCrossEntropy(classes).mean());
        assertTrue(told.rules.stream().anyMatch(r -> r.contains("(softmax(z1) − oneHot(Y))")), told.rules::toString);
    }

    @Test
    void gradientsAreThoseOfBackwardAndNothingChanges() {
        Tensor loss = x.matmul(w1).add(b1).tanh().square().sum();
        Told told = new Told(loss);
        assertNull(w1.grad());
        new Told(loss); // nothing was released
        loss.backward();
        assertTrue(told.gradients.get("W1").allClose(w1.grad(), 0, 0));
        assertTrue(told.gradients.get("b1").allClose(b1.grad(), 0, 0));
        GradientException e =
                assertThrows(GradientException.class, () -> Graph.of(loss).sweep(told));
        assertTrue(e.getMessage().contains("released"), e.getMessage());
        assertThrows(GradientException.class, () -> Graph.of(loss).values());
    }

    @Test
    void valuesThatNobodyKeepsAreComputedAnew() {
        Tensor z = x.matmul(w1).add(b1);
        Tensor shifted = z.sub(Tensor.of(new double[] {7, 8}));
        Graph graph = Graph.of(shifted.sum());
        List<Tensor> values = graph.values();
        for (Graph.Entry node : graph.nodes()) {
            switch (graph.symbol(node)) {
                case "z2" -> assertTrue(values.get(node.id()).allClose(z, 0, 0));
                case "z3" -> assertTrue(values.get(node.id()).allClose(shifted, 0, 0));
                case "b1" -> assertTrue(values.get(node.id()).allClose(b1, 0, 0));
                default -> assertTrue(values.get(node.id()).shape().equals(node.shape()));
            }
        }
    }

    @Test
    void everySymbolStandsOnce() {
        Tensor h = w1;
        for (int i = 0; i < 3; i++) {
            h = h.matmul(w1).named("H");
        }
        Graph graph =
                Graph.of(h.add(Tensor.ones(DType.FLOAT64, 2, 2).requireGrad().named("z1"))
                        .sum());
        List<String> symbols = graph.nodes().stream().map(graph::symbol).toList();
        assertEquals(List.of("z3", "z2", "H(3)", "H(2)", "H", "z1", "W1"), symbols);
    }

    @Test
    void aCustomRuleIsPrintedAndALongOneIsNamed() {
        record Cube() implements CustomOp {
            @Override
            public Tensor forward(Tensor[] in) {
                return in[0].mul(in[0]).mul(in[0]);
            }

            @Override
            public Tensor[] vjp(Tensor g, Saved s) {
                return new Tensor[] {g.mul(s.input(0).square().mul(3))};
            }
        }
        record Doublings() implements CustomOp {
            @Override
            public Tensor forward(Tensor[] in) {
                return in[0];
            }

            @Override
            public Tensor[] vjp(Tensor g, Saved s) {
                Tensor sum = g;
                for (int i = 0; i < 60; i++) {
                    sum = sum.add(sum);
                }
                return new Tensor[] {sum};
            }
        }
        Tensor p = Tensor.of(new double[] {1, 2}).requireGrad();
        Told told = new Told(new Doublings().apply(new Cube().apply(p)).sum());
        assertEquals(List.of("δz2 = δz3·1₂", "δz1 = (∂z2/∂z1)ᵀ δz2", "δp1 = δz1 ⊙ (3·p1²)"), told.rules);
    }

    @Test
    void aCheckpointRunsAgainWithOtherInputs() {
        Tensor p = Tensor.of(new double[] {0.5, 2}).requireGrad().named("p");
        Tensor c = Autodiff.checkpoint(q -> q.exp().mul(q).add(3), p);
        Told told = new Told(c.sum());
        Graph.Entry node = told.graph.nodes().get(1);
        assertEquals("checkpoint", node.operation());
        Tensor other = Tensor.of(new double[] {1, -1});
        Tensor again = told.graph.apply(node, List.of(other, other));
        assertTrue(again.allClose(other.exp().mul(other).add(3), 1e-15, 0), again::toString);
        assertTrue(told.rules.get(1).startsWith("δp = (∂"), told.rules::toString);
    }

    @Test
    void hooksTakePartAndTheirResultIsTold() {
        Tensor h = w1.square().onGrad(g -> g.mul(10));
        Told told = new Told(h.sum());
        assertEquals(20 * 0.4, told.gradients.get("W1").get(1, 1), 1e-12);
    }

    @Test
    void constantsAreToldUnlessReleased() {
        Tensor y = Tensor.of(new double[] {1, 0}).named("Y");
        Tensor loss = w1.sub(y).sum();
        Graph graph = Graph.of(loss);
        Graph.Entry sub = graph.nodes().get(1);
        assertEquals("Y", graph.inputSymbol(sub, 1));
        assertEquals(1, graph.constant(sub, 1).get(0));
        assertNull(graph.constant(sub, 0));
        loss.backward();
        assertEquals("…", Graph.of(loss).inputSymbol(sub, 1));
        assertNull(graph.constant(sub, 1));
    }

    @Test
    void onlyOperationsCanRunAgain() {
        Graph graph = Graph.of(w1.sum());
        assertThrows(
                IllegalArgumentException.class, () -> graph.apply(graph.nodes().get(1), List.of()));
        assertThrows(
                IllegalArgumentException.class, () -> graph.apply(graph.nodes().get(0), List.of()));
        assertSame(DType.FLOAT64, graph.apply(graph.nodes().get(0), List.of(x)).dtype());
        assertThrows(GradientException.class, () -> Graph.of(w1.exp()).sweep(new Graph.SweepListener() {}));
    }
}

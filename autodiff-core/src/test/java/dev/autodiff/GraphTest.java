package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class GraphTest {
    private final Tensor x = Tensor.of(new double[][] {{1, 2, 3}});
    private final Tensor w = Tensor.ones(DType.FLOAT64, 3, 2).requireGrad().named("weight");
    private final Tensor b = Tensor.zeros(DType.FLOAT64, 2).requireGrad().named("bias");
    private final Tensor y = x.matmul(w).named("product").add(b).tanh();

    @Test
    void nodesComeInTheOrderOfABackwardSweep() {
        assertEquals(
                List.of(
                        new Graph.Entry(0, "tanh", null, Shape.of(1, 2), DType.FLOAT64, List.of(1)),
                        new Graph.Entry(1, "add", null, Shape.of(1, 2), DType.FLOAT64, List.of(2, 3)),
                        new Graph.Entry(2, "matmul", "product", Shape.of(1, 2), DType.FLOAT64, Arrays.asList(null, 4)),
                        new Graph.Entry(3, "leaf", "bias", Shape.of(2), DType.FLOAT64, List.of()),
                        new Graph.Entry(4, "leaf", "weight", Shape.of(3, 2), DType.FLOAT64, List.of())),
                Graph.of(y).nodes());
    }

    @Test
    void everyNodeComesBeforeItsInputsAndOnce() {
        Tensor shared = w.mul(w).add(w);
        List<Graph.Entry> nodes =
                Graph.of(shared.exp().add(shared).sum().mul(b.sum())).nodes();
        assertEquals(9, nodes.size());
        for (int i = 0; i < nodes.size(); i++) {
            assertEquals(i, nodes.get(i).id());
            for (Integer input : nodes.get(i).inputs()) {
                assertTrue(input > i, nodes::toString);
            }
        }
    }

    @Test
    void dotNamesOperationsShapesAndParameters() {
        assertEquals("""
                digraph autodiff {
                  rankdir=TB;
                  node [fontname="sans-serif"];
                  n0 [label="tanh\\n[1, 2]", shape=ellipse];
                  n1 [label="add\\n[1, 2]", shape=ellipse];
                  n2 [label="product = matmul\\n[1, 2]", shape=ellipse];
                  n3 [label="bias\\n[2]", shape=box, style=filled, fillcolor="#cfe2f3"];
                  n4 [label="weight\\n[3, 2]", shape=box, style=filled, fillcolor="#cfe2f3"];
                  n1 -> n0;
                  n2 -> n1;
                  n3 -> n1;
                  n4 -> n2;
                }
                """, Graph.of(y).toDot());
    }

    @Test
    void mermaidNamesOperationsShapesAndParameters() {
        assertEquals("""
                flowchart TD
                  n0(["tanh<br/>[1, 2]"])
                  n1(["add<br/>[1, 2]"])
                  n2(["product = matmul<br/>[1, 2]"])
                  n3["bias<br/>[2]"]
                  n4["weight<br/>[3, 2]"]
                  n1 --> n0
                  n2 --> n1
                  n3 --> n1
                  n4 --> n2
                """, Graph.of(y).toMermaid());
    }

    @Test
    void quotesInNamesAreEscaped() {
        Tensor z = Tensor.of(1.0).requireGrad().named("a \"b\" \\ c").exp();
        assertTrue(Graph.of(z).toDot().contains("label=\"a \\\"b\\\" \\\\ c\\n[]\""), Graph.of(z)::toDot);
        assertTrue(Graph.of(z).toMermaid().contains("[\"a #quot;b#quot; \\ c<br/>[]\"]"), Graph.of(z)::toMermaid);
    }

    @Test
    void aParameterWithoutANameIsALeaf() {
        Graph.Entry leaf = Graph.of(Tensor.of(1.0).requireGrad().exp()).nodes().get(1);
        assertTrue(leaf.isLeaf());
        assertNull(leaf.name());
    }

    @Test
    void aDeepGraphIsListedWithoutDeepStack() {
        Tensor deep = b;
        for (int i = 0; i < 100_000; i++) {
            deep = deep.neg();
        }
        List<Graph.Entry> nodes = Graph.of(deep).nodes();
        assertEquals(100_001, nodes.size());
        assertEquals("bias", nodes.get(100_000).name());
        assertEquals(List.of(100_000), nodes.get(99_999).inputs());
    }

    @Test
    void aReleasedGraphCanStillBeDrawn() {
        String before = Graph.of(y).toDot();
        y.sum().backward();
        assertEquals(before, Graph.of(y).toDot());
    }

    @Test
    void nothingRecordedIsAnError() {
        GradientException e = assertThrows(GradientException.class, () -> Graph.of(x.exp()));
        assertTrue(e.getMessage().contains("requireGrad()"), e.getMessage());
        assertThrows(GradientException.class, () -> Graph.of(Autodiff.noGrad(() -> w.exp())));
    }

    @Test
    void theListOfNodesCannotBeChanged() {
        assertThrows(
                UnsupportedOperationException.class, () -> Graph.of(y).nodes().clear());
        assertThrows(
                UnsupportedOperationException.class,
                () -> Graph.of(y).nodes().get(0).inputs().clear());
    }
}

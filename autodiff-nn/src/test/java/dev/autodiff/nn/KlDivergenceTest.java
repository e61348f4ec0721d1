package dev.autodiff.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class KlDivergenceTest {

    @Property(tries = 50)
    void itIsZeroForEqualDistributionsAndPositiveForOthers(@ForAll long seed) {
        Generator random = Generator.seeded(seed);
        Tensor p = Tensor.normal(random, DType.FLOAT64, Shape.of(3, 5), 0, 1);
        Tensor q = Tensor.normal(random, DType.FLOAT64, Shape.of(3, 5), 0, 1);
        assertEquals(0, Losses.klDivergence(p.logSoftmax(1), p.softmax(1)).item(), 1e-14);
        assertTrue(Losses.klDivergence(p.logSoftmax(1), q.softmax(1)).item() > 0);
    }

    @Property(tries = 50)
    void targetsMayBeLogarithms(@ForAll long seed) {
        Generator random = Generator.seeded(seed);
        Tensor l = Tensor.normal(random, DType.FLOAT64, Shape.of(3, 5), 0, 1).logSoftmax(1);
        Tensor target =
                Tensor.normal(random, DType.FLOAT64, Shape.of(3, 5), 0, 1).logSoftmax(1);
        for (Reduction reduction : Reduction.values()) {
            KlDivergence loss = new KlDivergence().withReduction(reduction);
            Tensor want = loss.of(l, target.exp());
            assertTrue(loss.withLogTarget().of(l, target).allClose(want, 1e-12, 1e-12), want::toString);
        }
    }

    @Test
    void whatHasNoProbabilityCostsNothing() {
        Tensor l = Tensor.of(new double[][] {{-1, -2}});
        assertEquals(
                2, Losses.klDivergence(l, Tensor.of(new double[][] {{0, 1}})).item());
    }
}

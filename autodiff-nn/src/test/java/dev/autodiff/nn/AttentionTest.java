package dev.autodiff.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.Autodiff;
import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.check.GradientCheck;
import dev.autodiff.nn.Attention.EncoderOptions;
import dev.autodiff.nn.Attention.EncoderWeights;
import dev.autodiff.nn.Attention.MultiHeadWeights;
import dev.autodiff.nn.Attention.Norm;
import dev.autodiff.nn.Attention.Options;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class AttentionTest {
    private static final double ROUNDING = 1e-13;

    private final Generator random = Generator.seeded(7);

    private Tensor numbers(int... sizes) {
        return Tensor.normal(random, DType.FLOAT64, Shape.of(sizes), 0, 0.7);
    }

    private static void assertClose(Tensor want, Tensor got) {
        assertEquals(want.shape(), got.shape());
        assertTrue(got.allClose(want, ROUNDING, ROUNDING), () -> "got " + got + ", want " + want);
    }

    // ---- one head ----

    @Test
    void aQueryGetsTheMeanOfTheValuesByTheSoftmaxOfItsScores() {
        Tensor q = numbers(2, 3, 4);
        Tensor k = numbers(2, 5, 4);
        Tensor v = numbers(2, 5, 6);
        Tensor want = q.matmul(k.transpose()).div(2).softmax(-1).matmul(v);
        assertClose(want, Attention.scaledDotProduct(q, k, v));
        assertClose(
                q.matmul(k.transpose()).mul(3).softmax(-1).matmul(v),
                Attention.scaledDotProduct(q, k, v, new Options().withScale(3)));
    }

    @Test
    void equalKeysGiveTheMeanOfTheValues() {
        Tensor k = numbers(1, 4).broadcastTo(Shape.of(5, 4));
        Tensor v = numbers(5, 2);
        Tensor mean = v.mean(true, 0).broadcastTo(Shape.of(3, 2));
        assertClose(mean, Attention.scaledDotProduct(numbers(3, 4), k, v));
    }

    @Test
    void aCausalQueryDependsOnNoLaterKeyOrValue() {
        Tensor q = numbers(4, 3);
        Tensor k = numbers(4, 3);
        Tensor v = numbers(4, 2);
        Options causal = new Options().withCausal();
        Tensor out = Attention.scaledDotProduct(q, k, v, causal);
        assertClose(v.select(0, 0), out.select(0, 0)); // the first sees itself alone
        for (int t = 0; t < 4; t++) {
            int seen = t + 1;
            Tensor part = Attention.scaledDotProduct(q.narrow(0, 0, seen), k.narrow(0, 0, seen), v.narrow(0, 0, seen));
            assertClose(part.select(0, t), out.select(0, t));
        }
        Tensor byValues = Autodiff.grad(z ->
                        Attention.scaledDotProduct(q, k, z, causal).select(0, 1).sum())
                .apply(v);
        assertEquals(0, byValues.narrow(0, 2, 2).abs().sum().item());
    }

    @Test
    void masksOfBooleansAllowAndMasksOfNumbersAreAdded() {
        Tensor q = numbers(2, 3, 4);
        Tensor k = numbers(2, 3, 4);
        Tensor v = numbers(2, 3, 4);
        Tensor lower = Tensor.range(0, 3).expandDims(1).ge(Tensor.range(0, 3));
        Tensor causal = Attention.scaledDotProduct(q, k, v, new Options().withCausal());
        assertClose(causal, Attention.scaledDotProduct(q, k, v, new Options().withMask(lower)));
        Tensor added = lower.to(DType.FLOAT64).sub(1).mul(1e9);
        assertClose(causal, Attention.scaledDotProduct(q, k, v, new Options().withMask(added)));
        Tensor column = Tensor.of(new boolean[] {true, false, true}).expandDims(0);
        Tensor others = Tensor.of(new long[] {0, 2});
        assertClose(
                Attention.scaledDotProduct(q, k.take(1, others), v.take(1, others)),
                Attention.scaledDotProduct(q, k, v, new Options().withMask(column)));
    }

    @Test
    void derivativesAgreeWithDifferences() {
        GradientCheck.ofSeveral(
                        xs -> Attention.scaledDotProduct(xs.get(0), xs.get(1), xs.get(2), new Options().withCausal()))
                .at(numbers(2, 3, 4), numbers(2, 3, 4), numbers(2, 3, 2))
                .run();
    }

    // ---- several heads ----

    private MultiHeadWeights heads(int width) {
        return new MultiHeadWeights(
                new Linear(numbers(3 * width, width), numbers(3 * width)),
                new Linear(numbers(width, width), numbers(width)));
    }

    @Test
    void headsShareTheLastAxisInContiguousParts() {
        MultiHeadWeights w = heads(4);
        Tensor x = numbers(2, 3, 4);
        Tensor all = w.input().forward(x);
        Tensor[] found = new Tensor[2];
        for (int h = 0; h < 2; h++) {
            found[h] = Attention.scaledDotProduct(
                    all.narrow(-1, 2 * h, 2), all.narrow(-1, 4 + 2 * h, 2), all.narrow(-1, 8 + 2 * h, 2));
        }
        Tensor want = w.output().forward(Tensor.concat(-1, found));
        assertClose(want, Attention.multiHead(x, x, x, w, 2, new Options()));
    }

    @Test
    void selfAttentionIsAttentionToAnEqualTensor() {
        MultiHeadWeights w = heads(4);
        Tensor x = numbers(2, 3, 4);
        Tensor want = Attention.multiHead(x, x, x, w, 2, new Options());
        assertClose(want, Attention.multiHead(x, x.identity(), x.identity(), w, 2, new Options()));
        assertClose(
                want.select(0, 1),
                Attention.multiHead(x.select(0, 1), x.select(0, 1), x.select(0, 1), w, 2, new Options()));
    }

    @Test
    void queriesMayBeOtherThanKeys() {
        MultiHeadWeights w = new MultiHeadWeights(new Linear(numbers(12, 4), null), new Linear(numbers(4, 4), null));
        Tensor memory = numbers(2, 5, 4);
        assertEquals(
                Shape.of(2, 3, 4),
                Attention.multiHead(numbers(2, 3, 4), memory, memory, w, 4, new Options())
                        .shape());
    }

    // ---- the encoder ----

    private EncoderWeights encoder() {
        return new EncoderWeights(
                heads(4),
                new Linear(numbers(6, 4), numbers(6)),
                new Linear(numbers(4, 6), numbers(4)),
                new Norm(numbers(4), numbers(4)),
                new Norm(numbers(4), null));
    }

    @Test
    void theOrderOfPlacesDoesNotMatterToAnEncoder() {
        EncoderWeights w = encoder();
        Tensor x = numbers(2, 5, 4);
        for (EncoderOptions options : new EncoderOptions[] {
            new EncoderOptions(2), new EncoderOptions(2).withNormFirst().withActivation(Tensor::tanh)
        }) {
            Tensor want = Attention.transformerEncoderLayer(x, w, options).flip(1);
            assertClose(want, Attention.transformerEncoderLayer(x.flip(1), w, options));
        }
    }

    @Test
    void derivativesOfTheEncoderAgreeWithDifferences() {
        EncoderWeights w = encoder();
        EncoderOptions options =
                new EncoderOptions(2).withActivation(Tensor::sigmoid).withEps(1e-3);
        GradientCheck.of((Tensor x) -> Attention.transformerEncoderLayer(x, w, options))
                .at(numbers(2, 3, 4))
                .run();
    }

    @Test
    void dropoutIsDecidedByTheGeneratorAndChangesNoMean() {
        EncoderWeights w = encoder();
        Tensor x = numbers(2, 3, 4);
        EncoderOptions plain = new EncoderOptions(2);
        Tensor once = Attention.transformerEncoderLayer(x, w, plain.withDropout(0.4, Generator.seeded(1)));
        Tensor again = Attention.transformerEncoderLayer(x, w, plain.withDropout(0.4, Generator.seeded(1)));
        Tensor other = Attention.transformerEncoderLayer(x, w, plain.withDropout(0.4, Generator.seeded(2)));
        assertClose(once, again);
        assertTrue(!once.allClose(other, 1e-3, 1e-3));
        Tensor none = Attention.transformerEncoderLayer(x, w, plain.withDropout(0, Generator.seeded(1)));
        assertClose(Attention.transformerEncoderLayer(x, w, plain), none);
    }

    // ---- mistakes ----

    @Test
    void mistakesAreNamed() {
        Tensor x = numbers(2, 3, 4);
        MultiHeadWeights w = heads(4);
        assertMessage("scaledDotProduct: expected queries", () -> Attention.scaledDotProduct(x, numbers(3, 5), x));
        assertMessage(
                "scaledDotProduct: expected as many values", () -> Attention.scaledDotProduct(x, x, numbers(2, 4, 4)));
        assertMessage(
                "scaledDotProduct: expected a mask",
                () -> Attention.scaledDotProduct(x, x, x, new Options().withMask(numbers(4, 4))));
        assertMessage(
                "multiHead: expected queries, keys and values",
                () -> Attention.multiHead(numbers(2, 3, 5), x, x, w, 2, new Options()));
        assertMessage("multiHead: expected weights", () -> new MultiHeadWeights(w.output(), w.input()));
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Attention.multiHead(x, x, x, w, 3, new Options()));
        assertTrue(e.getMessage().contains("must divide the width 4"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new EncoderOptions(2).withDropout(1, random));
    }

    private static void assertMessage(String start, Executable act) {
        ShapeException e = assertThrows(ShapeException.class, act);
        assertTrue(e.getMessage().startsWith(start), e.getMessage());
    }
}

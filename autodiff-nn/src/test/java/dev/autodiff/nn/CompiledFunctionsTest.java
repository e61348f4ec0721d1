package dev.autodiff.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.Autodiff;
import dev.autodiff.Compiled;
import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.nn.Attention.EncoderOptions;
import dev.autodiff.nn.Attention.EncoderWeights;
import dev.autodiff.nn.Attention.MultiHeadWeights;
import dev.autodiff.nn.Attention.Norm;
import dev.autodiff.nn.Recurrent.Option;
import dev.autodiff.nn.Recurrent.Weights;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What is composed of operations alone can be captured and replayed: values and gradients are those of the eager run. */
class CompiledFunctionsTest {
    private static final double ROUNDING = 1e-13;
    private static final int CALLS = 5;

    private final Generator random = Generator.seeded(11);

    private Tensor numbers(int... sizes) {
        return Tensor.normal(random, DType.FLOAT64, Shape.of(sizes), 0, 1);
    }

    /** Compares some calls with new inputs and targets, of which the first two capture and the others replay. */
    private void assertReplayed(
            String name, Function<List<Tensor>, Tensor> f, Function<Generator, List<Tensor>> inputs) {
        Function<List<Tensor>, List<Tensor>> step = xs -> {
            List<Tensor> leaves = new ArrayList<>(xs);
            leaves.set(
                    0,
                    xs.get(0).mul(parameter)); // so that a gradient flows through everything that depends on the input
            Tensor loss = f.apply(leaves);
            return List.of(
                    loss, Autodiff.gradients(loss.sum(), List.of(parameter)).get(0));
        };
        Compiled compiled = Autodiff.compileAll(step);
        for (int i = 0; i < CALLS; i++) {
            List<Tensor> xs = inputs.apply(random);
            List<Tensor> got = compiled.applyAll(xs);
            List<Tensor> want = step.apply(xs);
            for (int k = 0; k < want.size(); k++) {
                assertEquals(want.get(k).shape(), got.get(k).shape(), name);
                Tensor a = want.get(k);
                Tensor b = got.get(k);
                assertTrue(b.allClose(a, ROUNDING, ROUNDING), () -> name + ": got " + b + ", want " + a);
            }
        }
    }

    private final Tensor parameter = Tensor.of(1.25).requireGrad();

    private static Tensor labels(Generator generator, int n, int classes, int first) {
        long[] labels = new long[n];
        for (int i = 0; i < n; i++) {
            labels[i] = (long) first + generator.nextInt(classes - first);
        }
        return Tensor.of(labels);
    }

    @Test
    void lossesOfClassesAreReplayedWithOtherClassesAndOtherIgnoredRows() {
        Tensor w = Tensor.of(new double[] {0.5, 1, 2});
        assertReplayed(
                "crossEntropy",
                xs -> new CrossEntropy(w, -1, 0.1, Reduction.MEAN).of(xs.get(0), xs.get(1)),
                g -> List.of(numbers(6, 3), labels(g, 6, 3, -1)));
        assertReplayed(
                "nll",
                xs -> new Nll(w, -1, Reduction.NONE).of(xs.get(0), xs.get(1)),
                g -> List.of(numbers(6, 3), labels(g, 6, 3, -1)));
        assertReplayed(
                "multiMargin",
                xs -> new MultiMargin(2, 1, w, Reduction.SUM).of(xs.get(0), xs.get(1)),
                g -> List.of(numbers(6, 3), labels(g, 6, 3, 0)));
    }

    @Test
    void lossesOfElementsAreReplayed() {
        List<Loss> losses = List.of(
                Losses::huber,
                Losses::l1,
                Losses::softMargin,
                Losses::hingeEmbedding,
                new PoissonNll().withStirling(),
                new KlDivergence().withLogTarget(),
                (x, y) -> Losses.gaussianNll(x, y, y.abs()),
                (x, y) -> new TripletMargin().withSwap().of(x, y, y.sin()),
                (x, y) -> Losses.cosineEmbedding(x, y, y.select(1, 0).sign()));
        for (Loss loss : losses) {
            assertReplayed(
                    "loss " + losses.indexOf(loss),
                    xs -> loss.of(xs.get(0), xs.get(1)),
                    g -> List.of(numbers(4, 3), numbers(4, 3)));
        }
    }

    @Test
    void recurrentNetworksAndEncodersAreReplayed() {
        List<Weights> layers = new ArrayList<>();
        for (int in : new int[] {3, 3, 4, 4}) {
            layers.add(new Weights(numbers(8, in), numbers(8, 2), numbers(8), numbers(8)));
        }
        assertReplayed(
                "lstm",
                xs -> Recurrent.lstm(xs.get(0), null, layers, Option.BIDIRECTIONAL)
                        .output(),
                g -> List.of(numbers(6, 2, 3)));
        EncoderWeights encoder = new EncoderWeights(
                new MultiHeadWeights(new Linear(numbers(12, 4), numbers(12)), new Linear(numbers(4, 4), null)),
                new Linear(numbers(6, 4), numbers(6)),
                new Linear(numbers(4, 6), numbers(4)),
                new Norm(numbers(4), numbers(4)),
                new Norm(numbers(4), numbers(4)));
        EncoderOptions options =
                new EncoderOptions(2).withNormFirst().withAttention(new Attention.Options().withCausal());
        assertReplayed(
                "transformerEncoderLayer",
                xs -> Attention.transformerEncoderLayer(xs.get(0), encoder, options),
                g -> List.of(numbers(2, 3, 4)));
    }
}

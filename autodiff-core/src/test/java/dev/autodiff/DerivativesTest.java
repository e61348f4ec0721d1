package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.check.GradientCheck;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The derivatives of each operation in a test of its own, at samples that are always the same: so a fault has a name, and mutation testing
 * runs only the operations that a mutated rule is part of. {@link CatalogueTest} tries other samples.
 */
class DerivativesTest {
    /** What two orders of additions may differ by. */
    private static final double ROUNDING = 1e-12;

    /** How many samples with elements are checked, and how many are looked at. */
    private static final int SAMPLES = 32;

    private static final int SEEDS = 96;
    private static final Tensor ONE = Tensor.of(1.0);

    @TestFactory
    Stream<DynamicTest> derivativesAgreeOf() {
        return Samples.catalogue().stream()
                .map(operation -> DynamicTest.dynamicTest(name(operation), () -> checkSamples(operation)));
    }

    private static String name(Object operation) {
        return operation instanceof Class<?> type
                ? type.getSimpleName()
                : ((Enum<?>) operation).getDeclaringClass().getSimpleName() + "." + operation;
    }

    private static void checkSamples(Object operation) {
        int checked = 0;
        for (int seed = 0; seed < SEEDS && checked < SAMPLES; seed++) {
            for (Samples.Sample sample : new Samples(seed).of(operation)) {
                checked += sample.inputs().get(0).size() > 0 ? 1 : 0;
                if (sample.isDifferentiable()) {
                    GradientCheck.ofSeveral(sample::apply)
                            .at(sample.points())
                            .seed(seed)
                            .directions(1)
                            .run();
                    checkEachInputAlone(sample, seed);
                } else {
                    checkRefusal(sample);
                }
            }
        }
    }

    /** Each input's part of the derivatives is the same whether it is wanted alone or with the others, and only what is wanted is given. */
    private static void checkEachInputAlone(Samples.Sample sample, long seed) {
        Generator random = Generator.seeded(seed);
        List<Tensor> points = List.of(sample.points());
        List<Tensor> directions = points.stream().map(x -> normal(random, x)).toList();
        Tensor g = normal(random, sample.apply(points));
        @Nullable
        Tensor[] together =
                pulled(sample, points.stream().map(Tensor::requireGrad).toList(), g);
        List<Tensor> pushed = new ArrayList<>();
        for (int i = 0; i < points.size(); i++) {
            int place = sample.differentiable().get(i);
            List<Tensor> one = new ArrayList<>(points);
            one.set(i, points.get(i).requireGrad());
            @Nullable Tensor[] alone = pulled(sample, one, g);
            for (int k = 0; k < alone.length; k++) {
                if (k != place) {
                    assertNull(alone[k], sample + ": gives a gradient by input " + k + ", which needs none");
                }
            }
            Tensor gradient = Objects.requireNonNull(together[place]);
            assertEquals(points.get(i).shape(), gradient.shape(), sample + ", gradient by input " + place);
            assertClose(gradient, alone[place], sample + ", gradient by input " + place);
            Tensor t = pushed(sample, points, directions, List.of(i));
            assertEquals(g.shape(), t.shape(), sample + ", tangent of input " + place + " alone");
            pushed.add(t);
        }
        List<Integer> all = IntStream.range(0, points.size()).boxed().toList();
        Tensor sum = pushed.stream().reduce(Tensor::add).orElseThrow();
        Tensor pushedTogether = pushed(sample, points, directions, all);
        assertEquals(g.shape(), pushedTogether.shape(), sample + ", tangents together");
        assertClose(sum, pushedTogether, sample + ", tangents together");
    }

    private static @Nullable Tensor[] pulled(Samples.Sample sample, List<Tensor> leaves, Tensor g) {
        Node node = Objects.requireNonNull(sample.apply(leaves).node());
        node.wantEverything();
        return Objects.requireNonNull(node.op).vjp(g, node);
    }

    private static Tensor pushed(
            Samples.Sample sample, List<Tensor> points, List<Tensor> directions, List<Integer> moved) {
        Node node = Objects.requireNonNull(
                sample.apply(points.stream().map(Tensor::requireGrad).toList()).node());
        @Nullable Tensor[] tangents = new Tensor[sample.inputs().size()];
        for (int i : moved) {
            tangents[sample.differentiable().get(i)] = directions.get(i);
        }
        return Objects.requireNonNull(node.op).jvp(tangents, node);
    }

    private static void assertClose(Tensor want, @Nullable Tensor got, String where) {
        assertNotNull(got, where);
        assertEquals(want.shape(), got.shape(), where);
        assertTrue(got.allClose(want, ROUNDING, ROUNDING), () -> where + ": got " + got + ", want " + want);
    }

    private static void checkRefusal(Samples.Sample sample) {
        Primitive op = (Primitive) sample.op();
        Node none = new Node(0, Shape.SCALAR, DType.FLOAT64);
        assertThrows(GradientException.class, () -> op.vjp(ONE, none), sample::toString);
        assertThrows(GradientException.class, () -> op.jvp(new Tensor[] {ONE}, none), sample::toString);
    }

    private static Tensor normal(Generator random, Tensor like) {
        return Tensor.normal(random, DType.FLOAT64, like.shape(), 0, 1);
    }
}

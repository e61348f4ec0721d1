package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.autodiff.check.GradientCheck;
import dev.autodiff.check.GradientCheckException;
import dev.autodiff.kernel.ElementwiseLoops;
import dev.autodiff.kernel.KernelProvider;
import dev.autodiff.kernel.KernelRegistry;
import dev.autodiff.kernel.Kernels;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** What holds for every operation of the catalogue, on random shapes, also empty and of rank 0. */
class CatalogueTest {
    /** float32 results differ from float64 by rounding, some ulps of 6·10⁻⁸ relative to the terms that they are made of. */
    private static final double FLOAT32_TOLERANCE = 2e-5;

    @Property
    void derivativesAgreeWithDifferencesAndWithEachOther(@ForAll long seed) {
        for (Samples.Sample sample : new Samples(seed).all()) {
            if (!sample.isDifferentiable()) {
                continue; // yields booleans or places
            }
            try {
                GradientCheck.ofSeveral(sample::apply)
                        .at(sample.points())
                        .seed(seed)
                        .directions(1)
                        .run();
            } catch (GradientCheckException | IllegalStateException | IllegalArgumentException e) {
                fail("seed " + seed + ", " + sample + ": " + e.getMessage(), e);
            }
        }
    }

    @Property
    void valuesInFloat32AgreeWithFloat64(@ForAll long seed) {
        valuesAgree(seed);
    }

    /** The determinant of a singular matrix, whose terms cancel to 0. */
    @Test
    void valuesInFloat32AgreeWithFloat64WhereTheirTermsCancel() {
        assertTrue(valuesAgree(-7547), "a sample passes only relative to its terms");
    }

    /** Gradients that grow along a sequence and cancel at its end. */
    @Test
    void valuesInFloat32AgreeWithFloat64WhereARecurrenceAmplifies() {
        assertTrue(valuesAgree(-4197), "a sample passes only relative to its terms");
    }

    /** Returns whether a result was close relative to {@link #effectOfRelativeChanges} alone. */
    private static boolean valuesAgree(long seed) {
        boolean amplified = false;
        for (Samples.Sample sample : new Samples(seed).all()) {
            if (!sample.isDifferentiable() || sample.op() instanceof Conversion) {
                continue; // a comparison of rounded numbers may differ, a conversion names its types
            }
            Tensor wide = sample.apply(List.of(sample.points()));
            List<Tensor> narrow =
                    Arrays.stream(sample.points()).map(t -> t.to(DType.FLOAT32)).toList();
            Tensor got = sample.apply(narrow);
            assertEquals(DType.FLOAT32, got.dtype(), sample::toString);
            assertEquals(wide.shape(), got.shape(), sample::toString);
            if (got.to(DType.FLOAT64).allClose(wide, FLOAT32_TOLERANCE, FLOAT32_TOLERANCE)) {
                continue;
            }
            amplified = true;
            Tensor scale = wide.abs().add(1).add(effectOfRelativeChanges(sample, wide.shape()));
            Tensor excess = got.to(DType.FLOAT64).sub(wide).abs().sub(scale.mul(FLOAT32_TOLERANCE));
            assertTrue(
                    excess.max().item() <= 0, // also false for NaN
                    () -> "seed " + seed + ", " + sample + ": got " + got + ", want " + wide);
        }
        return amplified;
    }

    /**
     * Returns Σᵢ |∂f/∂xᵢ|·|xᵢ| for each element of a result: by how much it changes for a relative change of the inputs, to the first order.
     * Rounding the inputs to float32 is such a change, so no computation of 24 bits can be right to less than this times 6·10⁻⁸.
     */
    private static Tensor effectOfRelativeChanges(Samples.Sample sample, Shape shape) {
        List<Tensor> points = List.of(sample.points());
        List<Tensor> jacobians = Autodiff.jacobian(sample::apply, points);
        Tensor sum = Tensor.zeros(DType.FLOAT64, shape.size());
        for (int i = 0; i < points.size(); i++) {
            Tensor sizes = points.get(i).abs().flatten();
            sum = sum.add(
                    jacobians.get(i).abs().reshape(shape.size(), sizes.size()).matmul(sizes));
        }
        return sum.reshape(shape);
    }

    @Property
    void gradientsInFloat32AgreeWithFloat64(@ForAll long seed) {
        gradientsAgree(seed);
    }

    /** Terms of some thousands cancel to 2·10⁻¹² here: a bound relative to the sum alone failed, though each term was right. */
    @Test
    void gradientsInFloat32AgreeWithFloat64WhereTheirTermsCancel() {
        gradientsAgree(-517);
    }

    private static void gradientsAgree(long seed) {
        for (Samples.Sample sample : new Samples(seed).all()) {
            if (!sample.isDifferentiable() || sample.op() instanceof Conversion) {
                continue;
            }
            List<Tensor> wide = gradients(sample, DType.FLOAT64);
            List<Tensor> narrow = gradients(sample, DType.FLOAT32);
            List<Tensor> terms = sizesOfTerms(sample, wide);
            for (int i = 0; i < wide.size(); i++) {
                Tensor want = wide.get(i);
                Tensor got = narrow.get(i);
                assertEquals(DType.FLOAT32, got.dtype(), sample::toString);
                Tensor excess = got.to(DType.FLOAT64)
                        .sub(want)
                        .abs()
                        .sub(terms.get(i).add(1).mul(10 * FLOAT32_TOLERANCE));
                assertTrue(
                        excess.size() == 0 || excess.max().item() <= 0, // also false for NaN
                        () -> "seed " + seed + ", " + sample + ": got " + got + ", want " + want);
            }
        }
    }

    /**
     * Returns the sums of the sizes of the terms that each gradient is added up from, which is what rounding is relative to: for an
     * elementwise operation the gradients of operands that were repeated before, else the sizes of the gradients themselves.
     */
    private static List<Tensor> sizesOfTerms(Samples.Sample sample, List<Tensor> gradients) {
        if (!(sample.op() instanceof Elementwise)) {
            return gradients.stream().map(Tensor::abs).toList();
        }
        Shape shape = sample.apply(List.of(sample.points())).shape();
        Samples.Sample repeated = new Samples.Sample(
                sample.op(),
                sample.inputs().stream().map(t -> t.broadcastTo(shape)).toList());
        List<Tensor> single = gradients(repeated, DType.FLOAT64);
        List<Tensor> sizes = new ArrayList<>();
        for (int i = 0; i < single.size(); i++) {
            sizes.add(single.get(i).abs().detach().sumTo(gradients.get(i).shape()));
        }
        return sizes;
    }

    private static List<Tensor> gradients(Samples.Sample sample, DType dtype) {
        List<Tensor> leaves = Arrays.stream(sample.points())
                .map(t -> t.to(dtype).requireGrad())
                .toList();
        Tensor out = sample.apply(leaves);
        Tensor seed = Tensor.linspace(-1, 1, out.size()).reshape(out.shape()).to(dtype);
        return Autodiff.gradientsOrZeros(out, seed, leaves);
    }

    @Property
    void elementwiseLoopsAgreeWithTheDefinition(@ForAll long seed) {
        for (Samples.Sample sample : new Samples(seed).all()) {
            if (sample.op() instanceof Elementwise f) {
                Tensor out = sample.apply(List.of(sample.points()));
                Shape shape = out.shape();
                double[][] in = new double[3][shape.size()];
                for (int i = 0; i < sample.inputs().size(); i++) {
                    in[i] = sample.inputs().get(i).broadcastTo(shape).toDoubleArray();
                }
                for (int i = 0; i < out.size(); i++) {
                    double want = f.value(in[0][i], in[1][i], in[2][i]);
                    double got = out.flatten().get(i);
                    // polynomials of a fast kernel may differ from Math by an ulp or two
                    assertEquals(
                            want,
                            got,
                            1e-15 + 1e-14 * Math.abs(want),
                            "seed " + seed + ", " + sample + ", element " + i);
                }
            }
            if (sample.op() instanceof Comparison c) {
                Tensor out = Engine.apply(c, sample.inputs().toArray(new Tensor[0]));
                double[] x = sample.inputs().get(0).broadcastTo(out.shape()).toDoubleArray();
                double[] y = sample.inputs().get(1).broadcastTo(out.shape()).toDoubleArray();
                for (int i = 0; i < out.size(); i++) {
                    assertEquals(c.value(x[i], y[i]), out.toBooleanArray()[i], sample.toString());
                }
            }
            if (sample.op() instanceof Logic c) {
                Tensor out = Engine.apply(c, sample.inputs().toArray(new Tensor[0]));
                boolean[] x = sample.inputs().get(0).broadcastTo(out.shape()).toBooleanArray();
                boolean[] y = sample.inputs().get(1).broadcastTo(out.shape()).toBooleanArray();
                for (int i = 0; i < out.size(); i++) {
                    assertEquals(c.value(x[i], y[i]), out.toBooleanArray()[i], sample.toString());
                }
            }
        }
    }

    /** A ReLU gradient on vectors once gave 0 at NaN, where the definition passes the gradient on. */
    @Test
    void fastLoopsAgreeWithTheDefinitionAtSpecialValues() {
        double[] special = {
            Double.NaN,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY,
            0,
            -0.0,
            1,
            -1,
            0.5,
            -3,
            1e9,
            -1e9,
            1e200,
            -1e200
        };
        int count = special.length;
        int n = count * count * count; // all triples, more than one vector and a remainder
        double[][] in = new double[3][n];
        for (int i = 0; i < n; i++) {
            in[0][i] = special[i % count];
            in[1][i] = special[i / count % count];
            in[2][i] = special[i / count / count];
        }
        for (KernelProvider provider : KernelRegistry.providers()) {
            if (provider.isUsable()) {
                Kernels kernels = provider.create();
                for (Elementwise f : Elementwise.values()) {
                    String where = provider.name() + " " + f;
                    double[] wide = new double[n];
                    run(kernels.float64().elementwise(), f, in[0], in[1], in[2], wide, n);
                    float[] narrow = new float[n];
                    run(kernels.float32().elementwise(), f, floats(in[0]), floats(in[1]), floats(in[2]), narrow, n);
                    for (int i = 0; i < n; i++) {
                        double want = f.value(in[0][i], in[1][i], in[2][i]);
                        String at = where + " at " + in[0][i] + ", " + in[1][i] + ", " + in[2][i];
                        assertSame(want, wide[i], 1e-14, at + " in float64");
                        if (f.arity() > 1 && hasLarge(in, i)) {
                            continue; // what a formula computes on the way may pass the largest float, not the largest
                            // double
                        }
                        double rounded = (float) f.value((float) in[0][i], (float) in[1][i], (float) in[2][i]);
                        assertSame(rounded, narrow[i], 1e-6, at + " in float32");
                    }
                }
            }
        }
    }

    private static boolean hasLarge(double[][] in, int i) {
        return Arrays.stream(in).anyMatch(x -> Double.isFinite(x[i]) && Math.abs(x[i]) > 1e6);
    }

    /** Checks that NaN and infinities are the same and that other numbers are close. */
    private static void assertSame(double want, double got, double relative, String where) {
        boolean same = Double.isFinite(want)
                ? Math.abs(got - want) <= relative * Math.abs(want)
                : Double.compare(want, got) == 0;
        assertTrue(same, () -> where + ": got " + got + ", want " + want);
    }

    private static <A> void run(ElementwiseLoops<A> loops, Elementwise f, A x, A y, A z, A out, int n) {
        switch (f.arity()) {
            case 1 -> loops.unary(f.ordinal(), x, 0, 1, out, 0, n);
            case 2 -> loops.binary(f.ordinal(), x, 0, 1, y, 0, 1, out, 0, n);
            default -> loops.ternary(f.ordinal(), x, 0, 1, y, 0, 1, z, 0, 1, out, 0, n);
        }
    }

    private static float[] floats(double[] values) {
        float[] result = new float[values.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = (float) values[i];
        }
        return result;
    }

    @Property
    void cotangentsAndTangentsKeepTheirShapes(@ForAll long seed) {
        for (Samples.Sample sample : new Samples(seed).all()) {
            if (!sample.isDifferentiable()) {
                continue;
            }
            List<Tensor> points = List.of(sample.points());
            Tensor out = sample.apply(points.stream().map(Tensor::requireGrad).toList());
            Node node = Objects.requireNonNull(out.node());
            node.wantEverything();
            Tensor[] pulled = Objects.requireNonNull(node.op).vjp(out.onesLike(), node);
            for (int i = 0; i < node.parents.length; i++) {
                if (node.parents[i] != null) {
                    assertEquals(node.parents[i].shape, pulled[i].shape(), sample::toString);
                }
            }
            Tensor t = Autodiff.jvp(xs -> List.of(sample.apply(xs)), points, points)
                    .get(0);
            assertEquals(sample.apply(points).shape(), t.shape(), sample::toString);
        }
    }

    @Test
    void aSweepReleasesWhatEveryOperationKeptSoThatASecondIsRefused() {
        for (Samples.Sample sample : new Samples(5).all()) {
            if (!sample.isDifferentiable()) {
                continue;
            }
            List<Tensor> leaves =
                    Arrays.stream(sample.points()).map(Tensor::requireGrad).toList();
            Tensor out = sample.apply(leaves);
            out.backward(out.onesLike());
            for (Tensor leaf : leaves) {
                assertTrue(leaf.grad() != null, sample::toString);
            }
            assertTrue(Objects.requireNonNull(out.node()).isReleased(), sample::toString);
            assertThrows(GradientException.class, () -> out.backward(out.onesLike()), sample::toString);
        }
    }

    @Test
    void everyOperationHasAnOwnLabelAndAFormula() {
        Set<String> labels = new HashSet<>();
        Set<Object> seen = new HashSet<>();
        for (Samples.Sample sample : new Samples(1).all()) {
            Op op = sample.op();
            Object key = op instanceof Enum<?> ? op : op.getClass();
            assertFalse(op.label().isBlank(), op::toString);
            assertFalse(((Primitive) op).formula().isBlank(), op::toString);
            if (seen.add(key)) {
                assertTrue(labels.add(op.label()), () -> "two operations are called " + op.label());
            }
        }
    }

    @Test
    void equalAttributesMakeEqualOperations() {
        List<Samples.Sample> once = new Samples(7).all();
        List<Samples.Sample> again = new Samples(7).all();
        for (int i = 0; i < once.size(); i++) {
            assertEquals(once.get(i).op(), again.get(i).op());
            assertEquals(once.get(i).op().hashCode(), again.get(i).op().hashCode());
        }
    }

    @Test
    void booleansAndPlacesHaveNoDerivative() {
        for (Samples.Sample sample : new Samples(3).all()) {
            if (!sample.isDifferentiable()) {
                List<Tensor> leaves =
                        Arrays.stream(sample.points()).map(Tensor::requireGrad).toList();
                Tensor out = sample.apply(leaves);
                assertFalse(out.dtype().isFloating(), sample::toString);
                assertFalse(out.requiresGrad(), sample::toString);
            }
        }
    }
}

package dev.autodiff.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.nn.VarianceScaling.Distribution;
import dev.autodiff.nn.VarianceScaling.Fan;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InitializerTest {
    /** Both compute the same few roots and quotients in double precision. */
    private static final double ROUNDING = 1e-14;

    private final Generator generator = Generator.seeded(7);

    @Test
    void boundsAndDeviationsAreThoseOfTheGoldenFile() {
        for (JsonElement element : Goldens.read("init.json").getAsJsonArray("cases")) {
            JsonObject c = element.getAsJsonObject();
            int[] sizes = Arrays.stream(Goldens.numbers(c.get("shape")))
                    .mapToInt(n -> (int) n)
                    .toArray();
            Shape shape = Shape.of(sizes);
            assertEquals(c.get("fan_in").getAsDouble(), Fan.IN.of(shape));
            assertEquals(c.get("fan_out").getAsDouble(), Fan.OUT.of(shape));
            near(c, "xavier_uniform_bound", ((VarianceScaling) Initializer.xavierUniform()).bound(shape));
            near(c, "xavier_normal_std", ((VarianceScaling) Initializer.xavierNormal()).standardDeviation(shape));
            near(c, "kaiming_uniform_bound_relu", ((VarianceScaling) Initializer.heUniform()).bound(shape));
            near(
                    c,
                    "kaiming_normal_std_relu_fan_out",
                    new VarianceScaling(Fan.OUT, VarianceScaling.RELU_GAIN, Distribution.NORMAL)
                            .standardDeviation(shape));

            double bound = c.get("linear_conv_default_weight_and_bias_bound").getAsDouble();
            Tensor weight =
                    Initializer.pytorchDefault().create(generator, DType.FLOAT64, Shape.of(400, sizes[1], 5, 5));
            assertTrue(weight.abs().max().item() < bound);
            assertUniform(Initializer.pytorchDefault().create(generator, DType.FLOAT64, shape), bound);
            assertUniform(Initializer.pytorchDefault().createBias(generator, DType.FLOAT64, shape), bound);
        }
    }

    @Test
    void gainsAreThoseOfTheGoldenFile() {
        JsonObject golden = Goldens.read("init.json");
        Map<String, Double> gains = Map.of(
                "linear", VarianceScaling.LINEAR_GAIN,
                "sigmoid", VarianceScaling.LINEAR_GAIN,
                "tanh", VarianceScaling.TANH_GAIN,
                "relu", VarianceScaling.RELU_GAIN,
                "selu", VarianceScaling.SELU_GAIN);
        assertEquals(golden.getAsJsonObject("gains").keySet(), gains.keySet());
        gains.forEach((name, gain) -> near(golden.getAsJsonObject("gains"), name, gain));
        near(golden, "leaky_relu_0.2", VarianceScaling.leakyReluGain(0.2));
    }

    @Test
    void aLargeSampleHasTheMomentsOfItsDistribution() {
        Shape shape = Shape.of(300, 200);
        assertMoments(Initializer.normal(1, 0.01), shape, 1, 0.01);
        assertMoments(Initializer.uniform01(), shape, 0.5, Math.sqrt(1.0 / 12));
        assertMoments(Initializer.xavierUniform(), shape, 0, Math.sqrt(2.0 / 500));
        assertMoments(Initializer.xavierNormal(), shape, 0, Math.sqrt(2.0 / 500));
        assertMoments(Initializer.heUniform(), shape, 0, Math.sqrt(2.0 / 200));
        assertMoments(Initializer.heNormal(), shape, 0, Math.sqrt(2.0 / 200));
        assertMoments(Initializer.zeros(), shape, 0, 0);
        assertMoments(Initializer.constant(0.25), shape, 0.25, 0);
    }

    @Test
    void theSameSeedGivesTheSameBits() {
        Tensor a = Initializer.heNormal().create(Generator.seeded(3), DType.FLOAT32, Shape.of(5, 4));
        Tensor b = Initializer.heNormal().create(Generator.seeded(3), DType.FLOAT32, Shape.of(5, 4));
        assertEquals(DType.FLOAT32, a.dtype());
        assertTrue(Arrays.equals(a.toFloatArray(), b.toFloatArray()));
    }

    @Test
    void aFloatBelowOneIsNotRoundedToOne() {
        Generator almostOne = Generator.resumed(63_433_462); // the next number is above 1 − 2⁻²⁵
        float value = Initializer.uniform01()
                .create(almostOne, DType.FLOAT32, Shape.of(1))
                .toFloatArray()[0];
        assertEquals(Math.nextDown(1f), value);
    }

    @Test
    void aVectorHasNoFan() {
        ShapeException e = assertThrows(
                ShapeException.class, () -> Initializer.heNormal().create(generator, DType.FLOAT32, Shape.of(5)));
        assertTrue(e.getMessage().contains("[5]"), e.getMessage());
    }

    private static void near(JsonObject expected, String name, double actual) {
        assertEquals(expected.get(name).getAsDouble(), actual, ROUNDING, name);
    }

    private static void assertUniform(Tensor sample, double bound) {
        assertTrue(sample.abs().max().item() <= bound, sample::toString);
        assertTrue(sample.abs().max().item() > bound / 10, sample::toString);
    }

    /** 60,000 numbers: the mean of the sample is within 5 of its own standard deviations, its deviation within 2 %. */
    private void assertMoments(Initializer initializer, Shape shape, double mean, double deviation) {
        Tensor sample = initializer.create(generator, DType.FLOAT64, shape);
        double m = sample.mean().item();
        assertEquals(mean, m, 5 * deviation / Math.sqrt(shape.size()) + 1e-12);
        assertEquals(deviation, Math.sqrt(sample.sub(m).square().mean().item()), 0.02 * deviation + 1e-12);
    }
}

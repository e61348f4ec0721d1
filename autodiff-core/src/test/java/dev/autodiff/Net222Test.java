package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The network with two inputs, two hidden and two output neurons of the lecture, against published values: its three ways to treat
 * the biases are one number per layer that stays, one number per layer that is trained, and one number per neuron.
 */
class Net222Test {
    private static final double RELATIVE = 1e-8;
    private static final double ABSOLUTE = 1e-10;

    private final Properties golden = new Properties();

    Net222Test() throws IOException {
        try (InputStream in = Net222Test.class.getResourceAsStream("net222.properties")) {
            golden.load(in);
        }
    }

    /** The weights and what one forward pass makes of them. */
    private final class Net {
        final Tensor x;
        final Tensor y;
        final Map<String, Tensor> parameters;
        final boolean biasTrained;
        Map<String, Tensor> nodes = Map.of();

        Net(String mode) {
            x = Tensor.of(numbers(mode + ".x"));
            y = Tensor.of(numbers(mode + ".y"));
            parameters = Map.of(
                    "W1", parameter(mode, "W1").reshape(2, 2).requireGrad(),
                    "W2", parameter(mode, "W2").reshape(2, 2).requireGrad(),
                    "b1", parameter(mode, "b1").requireGrad(),
                    "b2", parameter(mode, "b2").requireGrad());
            biasTrained = !mode.equals("bias_frozen");
        }

        private Tensor parameter(String mode, String name) {
            double[] values = numbers(mode + ".init." + name);
            return values.length == 1 ? Tensor.of(values[0]) : Tensor.of(values);
        }

        Tensor forward() {
            Tensor z1 = parameters.get("W1").matmul(x).add(parameters.get("b1"));
            Tensor h = z1.sigmoid();
            Tensor z2 = parameters.get("W2").matmul(h).add(parameters.get("b2"));
            Tensor output = z2.sigmoid();
            nodes = Map.of("z1", z1, "h", h, "z2", z2, "output", output);
            nodes.values().forEach(Tensor::retainGrad);
            return output.sub(y).square().sum().mul(0.5);
        }

        void step(double lr) {
            parameters.forEach((name, p) -> {
                if (biasTrained || name.startsWith("W")) {
                    InPlace.sgd(p, p.grad(), lr, 0);
                }
                p.clearGrad();
            });
        }
    }

    private double[] numbers(String key) {
        String text = golden.getProperty(key);
        assertTrue(text != null, () -> "no golden value " + key);
        return Arrays.stream(text.split(","))
                .mapToDouble(s -> Double.parseDouble(s.strip()))
                .toArray();
    }

    private void assertGolden(String key, Tensor got) {
        Tensor want = Tensor.of(numbers(key)).reshape(got.shape());
        assertTrue(got.allClose(want, RELATIVE, ABSOLUTE), () -> key + ": got " + got + ", want " + want);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bias_frozen", "bias_scalar_shared", "bias_vectors"})
    void everyNodeHasThePublishedValueAndGradient(String mode) {
        Net net = new Net(mode);
        Tensor loss = net.forward();
        loss.backward();
        assertGolden(mode + ".first.loss", loss);
        for (String name : List.of("z1", "h", "z2", "output")) {
            assertGolden(mode + ".first." + name, net.nodes.get(name));
            assertGolden(mode + ".first.node_grads." + name, net.nodes.get(name).grad());
        }
        net.parameters.forEach((name, p) -> assertGolden(mode + ".first.grads." + name, p.grad()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bias_frozen", "bias_scalar_shared", "bias_vectors"})
    void aHundredStepsOfTrainingGoAsPublished(String mode) {
        Net net = new Net(mode);
        double lr = numbers(mode + ".lr")[0];
        int steps = (int) numbers(mode + ".steps")[0];
        double[] losses = numbers(mode + ".losses");
        assertEquals(steps + 1, losses.length);
        for (int i = 0; i < steps; i++) {
            Tensor loss = net.forward();
            assertEquals(losses[i], loss.item(), RELATIVE * losses[i] + ABSOLUTE, "loss before step " + i);
            loss.backward();
            net.step(lr);
            if (i == 0) {
                net.parameters.forEach((name, p) -> assertGolden(mode + ".after_step_1." + name, p));
            }
        }
        assertEquals(losses[steps], net.forward().item(), RELATIVE * losses[steps] + ABSOLUTE, "last loss");
        net.parameters.forEach((name, p) -> assertGolden(mode + ".final." + name, p));
    }
}

package dev.autodiff.nn.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.autodiff.Tensor;
import dev.autodiff.nn.Goldens;
import dev.autodiff.nn.Losses;
import dev.autodiff.shape.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class OptimizerTest {
    private static final JsonObject TRAINING = Goldens.read("training.json");
    /** Options of the golden runs that these optimizers have; runs with others belong to methods that do not exist yet. */
    private static final Map<String, Set<String>> OPTIONS = Map.of(
            "SGD", Set.of("lr", "momentum", "dampening", "nesterov", "weight_decay"),
            "Adam", Set.of("lr", "betas", "eps", "weight_decay"),
            "AdamW", Set.of("lr", "betas", "eps", "weight_decay"));

    /** The network of the golden runs. */
    private record Net(Map<String, Tensor> parameters) {
        static Net of(JsonObject init) {
            Map<String, Tensor> parameters = new LinkedHashMap<>();
            for (String name : init.keySet()) {
                parameters.put(name, Goldens.tensor(init.get(name)).requireGrad());
            }
            return new Net(parameters);
        }

        List<Tensor> list() {
            return new ArrayList<>(parameters.values());
        }

        Tensor get(String name) {
            return parameters.get(name);
        }

        Tensor loss(Tensor x, Tensor y) {
            Tensor h = x.matmul(get("w1").transpose()).add(get("b1")).tanh();
            return Losses.meanSquaredError(h.matmul(get("w2").transpose()).add(get("b2")), y);
        }

        void check(String when, JsonObject expected) {
            parameters.forEach((name, p) -> assertTrue(
                    p.allClose(Goldens.tensor(expected.get(name)), Goldens.RELATIVE, Goldens.ABSOLUTE),
                    () -> when + ", " + name + ": expected " + expected.get(name) + ", got " + p));
        }
    }

    @TestFactory
    Stream<DynamicTest> runsAreThoseOfTheGoldenFile() {
        List<JsonObject> runs = new ArrayList<>();
        for (JsonElement run : TRAINING.getAsJsonObject("optimizers").getAsJsonArray("runs")) {
            JsonObject r = run.getAsJsonObject();
            Set<String> known = OPTIONS.getOrDefault(r.get("optimizer").getAsString(), Set.of());
            if (known.containsAll(r.getAsJsonObject("options").keySet())
                    && Stream.of("groups", "clip", "scheduler").noneMatch(r::has)) {
                runs.add(r);
            }
        }
        assertEquals(10, runs.size());
        return runs.stream()
                .map(run ->
                        DynamicTest.dynamicTest(run.get("optimizer") + " " + run.get("options"), () -> follow(run)));
    }

    private static void follow(JsonObject run) {
        JsonObject task = TRAINING.getAsJsonObject("optimizers");
        Tensor x = Goldens.tensor(task.get("X"));
        Tensor y = Goldens.tensor(task.get("Y"));
        Net net = Net.of(task.getAsJsonObject("init"));
        Optimizer optimizer = optimizer(run.get("optimizer").getAsString(), run.getAsJsonObject("options"), net.list());
        double[] losses = Goldens.numbers(run.get("losses"));
        for (int i = 0; i < losses.length; i++) {
            Tensor loss = net.loss(x, y);
            assertEquals(
                    losses[i],
                    loss.item(),
                    Goldens.ABSOLUTE + Goldens.RELATIVE * losses[i],
                    "loss before step " + (i + 1));
            optimizer.zeroGrad();
            loss.backward();
            optimizer.step();
            if (i == 0) {
                net.check("after step 1", run.getAsJsonObject("after_step_1"));
            }
        }
        net.check("at the end", run.getAsJsonObject("final"));
        assertEquals(run.get("final_loss").getAsDouble(), net.loss(x, y).item(), Goldens.ABSOLUTE);
    }

    private static Optimizer optimizer(String name, JsonObject options, List<Tensor> parameters) {
        double rate = options.get("lr").getAsDouble();
        double decay = number(options, "weight_decay", name.equals("AdamW") ? 0.01 : 0);
        if (name.equals("SGD")) {
            Sgd sgd = Sgd.of(parameters, rate)
                    .withMomentum(number(options, "momentum", 0))
                    .withDampening(number(options, "dampening", 0))
                    .withWeightDecay(decay);
            return options.has("nesterov") ? sgd.withNesterov() : sgd;
        }
        double[] betas = options.has("betas") ? Goldens.numbers(options.get("betas")) : new double[] {0.9, 0.999};
        Adam adam = Adam.of(parameters, rate).withBetas(betas[0], betas[1]).withEps(number(options, "eps", 1e-8));
        return name.equals("AdamW") ? adam.withDecoupledWeightDecay(decay) : adam.withWeightDecay(decay);
    }

    private static double number(JsonObject options, String name, double otherwise) {
        return options.has(name) ? options.get(name).getAsDouble() : otherwise;
    }

    /** A 2-2-2 network of sigmoids, whose every node and gradient is published. */
    @TestFactory
    Stream<DynamicTest> theNetworkOfTwoTwoTwoGivesEveryPublishedNumber() {
        List<JsonObject> nets = new ArrayList<>();
        TRAINING.getAsJsonArray("net222").forEach(net -> nets.add(net.getAsJsonObject()));
        return nets.stream().map(net -> DynamicTest.dynamicTest(net.get("mode").getAsString(), () -> follow222(net)));
    }

    private static void follow222(JsonObject golden) {
        Tensor x = Goldens.tensor(golden.get("x"));
        Tensor y = Goldens.tensor(golden.get("y"));
        Net net = Net.of(golden.getAsJsonObject("init"));
        List<Tensor> trained = net.list();
        if (golden.get("mode").getAsString().equals("bias_frozen")) {
            trained = List.of(net.get("W1"), net.get("W2"));
        }
        Sgd optimizer = Sgd.of(trained, golden.get("lr").getAsDouble());
        double[] losses = Goldens.numbers(golden.get("losses"));
        for (int i = 0; i < losses.length; i++) {
            Tensor z1 = net.get("W1").matmul(x).add(net.get("b1"));
            Tensor h = z1.sigmoid();
            Tensor z2 = net.get("W2").matmul(h).add(net.get("b2"));
            Tensor output = z2.sigmoid();
            Tensor loss = Losses.squaredError(output, y);
            assertEquals(losses[i], loss.item(), Goldens.ABSOLUTE, "loss before step " + (i + 1));
            if (i == losses.length - 1) {
                break;
            }
            Map<String, Tensor> nodes = new LinkedHashMap<>(Map.of("z1", z1, "h", h, "z2", z2, "output", output));
            nodes.values().forEach(Tensor::retainGrad);
            net.list().forEach(Tensor::clearGrad);
            loss.backward();
            if (i == 0) {
                JsonObject first = golden.getAsJsonObject("first");
                nodes.forEach((name, node) -> near(name, first.get(name), node));
                nodes.forEach((name, node) -> near(
                        "gradient of " + name,
                        first.getAsJsonObject("node_grads").get(name),
                        node.grad()));
                net.parameters()
                        .forEach((name, p) -> near(
                                "gradient of " + name,
                                first.getAsJsonObject("grads").get(name),
                                p.grad()));
            }
            optimizer.step();
            if (i == 0) {
                net.check("after step 1", golden.getAsJsonObject("after_step_1"));
            }
        }
        net.check("at the end", golden.getAsJsonObject("final"));
    }

    private static void near(String what, JsonElement expected, Tensor actual) {
        assertTrue(
                actual.allClose(Goldens.tensor(expected), Goldens.RELATIVE, 1e-14),
                () -> what + ": expected " + expected + ", got " + actual);
    }

    // ---- what all optimizers do ----

    private static List<Optimizer> all(List<Tensor> parameters) {
        return List.of(
                Sgd.of(parameters, 0.1),
                Sgd.of(parameters, 0.1).withMomentum(0.9).withNesterov(),
                Adam.of(parameters, 0.01).withDecoupledWeightDecay(0.1));
    }

    /** One step on some losses; the second parameter takes part in every other step only. */
    private static void train(Optimizer optimizer, int from, int to) {
        List<Tensor> p = optimizer.parameters();
        for (int i = from; i < to; i++) {
            optimizer.learningRate(0.1 / (i + 1));
            optimizer.zeroGrad();
            Tensor loss = p.get(0).square().sum();
            if (i % 2 == 1) {
                loss = loss.add(p.get(1).sub(0.3).square().sum());
            }
            loss.backward();
            optimizer.step();
        }
    }

    private static List<Tensor> parameters() {
        return List.of(
                Tensor.of(new float[] {0.5f, -1.5f, 2}).requireGrad(),
                Tensor.of(0.7f).requireGrad());
    }

    @Test
    void aTrainingGoesOnFromItsStateBitForBit() {
        for (int kind = 0; kind < 3; kind++) {
            for (int stop : new int[] {0, 1, 5}) {
                Optimizer whole = all(parameters()).get(kind);
                train(whole, 0, 12);

                Optimizer first = all(parameters()).get(kind);
                train(first, 0, stop);
                Map<String, Tensor> state = first.state();
                List<Tensor> saved =
                        first.parameters().stream().map(Tensor::requireGrad).toList();
                train(first, stop, 12); // what was saved must not change with it

                Optimizer second = all(saved).get(kind);
                second.load(state);
                train(second, stop, 12);
                for (int i = 0; i < 2; i++) {
                    assertArrayEquals(
                            whole.parameters().get(i).toFloatArray(),
                            second.parameters().get(i).toFloatArray());
                }
                assertEquals(whole.learningRate(), second.learningRate());
            }
        }
    }

    @Test
    void aParameterWithoutAGradientStaysAsItIs() {
        for (Optimizer optimizer : all(parameters())) {
            float[] before = optimizer.parameters().get(1).toFloatArray();
            train(optimizer, 0, 1);
            assertArrayEquals(before, optimizer.parameters().get(1).toFloatArray());
        }
    }

    @Test
    void aForeignStateIsRefusedAndChangesNothing() {
        Adam adam = Adam.of(parameters(), 0.01);
        train(adam, 0, 3);
        Map<String, Tensor> good = adam.state();
        float[] before = good.get("first.0").toFloatArray();
        refuse(adam, good, "first.0", null, "'first.0' is missing");
        refuse(adam, good, "extra", Tensor.of(1.0), "'extra' is unexpected");
        refuse(adam, good, "second.0", Tensor.zeros(DType.FLOAT32, 2), "expected float32 [3], got float32 [2]");
        refuse(adam, good, "second.0", Tensor.zeros(DType.FLOAT64, 3), "expected float32 [3], got float64 [3]");
        refuse(adam, good, "steps", Tensor.of(new long[] {-1, 0}), "-1");
        refuse(adam, good, "learningRate", Tensor.of(Double.NaN), "NaN");
        refuse(Sgd.of(parameters(), 0.1), good, "none", null, "'first.0' is unexpected");
        assertArrayEquals(before, adam.state().get("first.0").toFloatArray());
    }

    private static void refuse(
            Optimizer optimizer, Map<String, Tensor> good, String name, Tensor value, String message) {
        Map<String, Tensor> bad = new LinkedHashMap<>(good);
        if (value == null) {
            bad.remove(name);
        } else {
            bad.put(name, value);
        }
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> optimizer.load(bad));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    @Test
    void printingAnOptimizerTellsWhatItTrains() {
        assertEquals(
                "Adam[learningRate=0.01, parameters=1 with 3 numbers]",
                Adam.of(List.of(Tensor.zeros(DType.FLOAT32, 3).requireGrad()), 0.01)
                        .toString());
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        List<Tensor> p = parameters();
        assertThrows(IllegalArgumentException.class, () -> Sgd.of(List.of(), 0.1));
        assertThrows(IllegalArgumentException.class, () -> Sgd.of(List.of(p.get(0), p.get(0)), 0.1));
        assertThrows(IllegalArgumentException.class, () -> Sgd.of(List.of(Tensor.of(1.0)), 0.1));
        assertThrows(
                IllegalArgumentException.class, () -> Sgd.of(List.of(p.get(0).mul(2)), 0.1));
        assertThrows(IllegalArgumentException.class, () -> Sgd.of(p, -0.1));
        assertThrows(IllegalArgumentException.class, () -> Sgd.of(p, 0.1).learningRate(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> Sgd.of(p, 0.1).withMomentum(1));
        assertThrows(IllegalArgumentException.class, () -> Sgd.of(p, 0.1).withNesterov());
        assertThrows(
                IllegalArgumentException.class,
                () -> Sgd.of(p, 0.1).withMomentum(0.9).withNesterov().withDampening(0.1));
        assertThrows(IllegalArgumentException.class, () -> Sgd.of(p, 0.1).withDampening(Double.NaN));
        assertThrows(
                IllegalArgumentException.class,
                () -> Sgd.of(p, 0.1).withMomentum(0.9).withNesterov().withMomentum(0));
        assertThrows(IllegalArgumentException.class, () -> Adam.of(p, 0.1).withBetas(0.9, 1));
        assertThrows(IllegalArgumentException.class, () -> Adam.of(p, 0.1).withWeightDecay(-1));
    }
}

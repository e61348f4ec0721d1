package dev.autodiff.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.Generator;
import dev.autodiff.InPlace;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LayerTest {
    private final Generator generator = Generator.seeded(1);

    /** A model as users write it, seen by nobody else. */
    private record Mlp(Linear hidden, Linear output, double unused) implements Layer {
        @Override
        public Tensor forward(Tensor x) {
            return output.forward(hidden.forward(x).relu());
        }
    }

    /** Everything that a record may hold. */
    private record Mixed(
            List<Linear> towers, Map<String, Tensor> scales, Tensor constant, Tensor buffer, Linear frozen, Linear tied)
            implements Layer {
        @Override
        public Tensor forward(Tensor x) {
            return x;
        }
    }

    private Linear linear(int in, int out) {
        return Linear.of(in, out, Initializer.xavierUniform(), generator);
    }

    private Mlp mlp() {
        return new Mlp(linear(3, 4), linear(4, 2), 0.5);
    }

    @Test
    void parametersOfARecordAreNamedByTheirPath() {
        Mlp model = mlp();
        assertEquals(
                List.of("hidden.weight", "hidden.bias", "output.weight", "output.bias"),
                List.copyOf(model.namedParameters().keySet()));
        assertSame(model.hidden().weight(), model.namedParameters().get("hidden.weight"));
        assertEquals(4, model.parameters().size());
        assertEquals(
                Shape.of(5, 2), model.forward(Tensor.zeros(DType.FLOAT32, 5, 3)).shape());
    }

    @Test
    void layersOfASequenceAreNamedByTheirNumber() {
        Sequential model = Sequential.of(linear(3, 4), Activation.RELU, mlp4(), x -> x.mul(2));
        assertEquals(
                List.of("0.weight", "0.bias", "2.hidden.weight", "2.hidden.bias", "2.output.weight", "2.output.bias"),
                List.copyOf(model.namedParameters().keySet()));
        assertEquals(
                Shape.of(7, 2), model.forward(Tensor.ones(DType.FLOAT32, 7, 3)).shape());
    }

    private Mlp mlp4() {
        return new Mlp(linear(4, 4), linear(4, 2), 0);
    }

    @Test
    void listsMapsBuffersAndSharedLayersAreFound() {
        Linear shared = linear(2, 2);
        Linear trained = linear(2, 2);
        Linear frozen = new Linear(trained.weight().detach(), null);
        Mixed model = new Mixed(
                List.of(shared, Linear.withoutBias(2, 1, Initializer.zeros(), generator)),
                Map.of("scale", Tensor.of(1.0f).requireGrad()),
                Tensor.of(3.0f),
                InPlace.buffer(DType.FLOAT32, Shape.of(2)),
                frozen,
                shared);
        assertEquals(
                List.of(
                        "towers.0.weight",
                        "towers.0.bias",
                        "towers.1.weight",
                        "scales.scale",
                        "tied.weight",
                        "tied.bias"),
                List.copyOf(model.namedParameters().keySet()));
        assertEquals(4, model.parameters().size());
        assertEquals(
                List.of(
                        "towers.0.weight",
                        "towers.0.bias",
                        "towers.1.weight",
                        "scales.scale",
                        "buffer",
                        "frozen.weight",
                        "tied.weight",
                        "tied.bias"),
                List.copyOf(model.state().keySet()));
    }

    @Test
    void aClassListsItsChildren() {
        Linear inner = linear(2, 3);
        Layer model = new Layer() {
            @Override
            public Tensor forward(Tensor x) {
                return inner.forward(x);
            }

            @Override
            public Map<String, ?> children() {
                return Map.of("inner", inner);
            }
        };
        assertEquals(
                List.of("inner.weight", "inner.bias"),
                List.copyOf(model.namedParameters().keySet()));
    }

    @Test
    void aLayerThatContainsItselfIsRefused() {
        Layer model = new Layer() {
            @Override
            public Tensor forward(Tensor x) {
                return x;
            }

            @Override
            public Map<String, ?> children() {
                return Map.of("me", this);
            }
        };
        IllegalStateException e = assertThrows(IllegalStateException.class, model::parameters);
        assertTrue(e.getMessage().contains("'me'"), e.getMessage());
    }

    @Test
    void aLoadedModelComputesTheSame() {
        Mlp from = mlp();
        Mlp to = mlp();
        Tensor x = Tensor.uniform(generator, DType.FLOAT32, Shape.of(6, 3), -1, 1);
        to.load(from.state());
        assertArrayEquals(from.forward(x).toFloatArray(), to.forward(x).toFloatArray());
    }

    @Test
    void loadingNamesEveryProblemAndLoadsNothing() {
        Mlp model = mlp();
        float[] before = model.output().bias().toFloatArray();
        Map<String, Tensor> wrong = new LinkedHashMap<>(mlp().state());
        wrong.remove("hidden.weight");
        wrong.put("hidden.bias", Tensor.zeros(DType.FLOAT32, 5));
        wrong.put("output.weight", Tensor.zeros(DType.FLOAT64, 2, 4));
        wrong.put("output.bias", Tensor.ones(DType.FLOAT32, 2));
        wrong.put("extra", Tensor.of(1));
        String message = assertThrows(IllegalArgumentException.class, () -> model.load(wrong))
                .getMessage();
        assertEquals(
                "load: nothing was loaded; 'hidden.weight' float32 [4, 3] is missing;"
                        + " 'hidden.bias': expected float32 [4], got float32 [5];"
                        + " 'output.weight': expected float32 [2, 4], got float64 [2, 4]; 'extra' is unexpected",
                message);
        assertArrayEquals(before, model.output().bias().toFloatArray());
    }

    @Test
    void linearIsTheProductWithTheTransposedWeightAndTheBias() {
        Linear layer = new Linear(
                Tensor.of(new double[][] {{1, 2, 3}, {4, 5, 6}}).requireGrad(),
                Tensor.of(new double[] {10, 20}).requireGrad());
        Tensor y = layer.forward(Tensor.of(new double[] {1, 0, -1}));
        assertArrayEquals(new double[] {8, 18}, y.toDoubleArray());
        assertEquals(
                Shape.of(2, 5, 2),
                layer.forward(Tensor.zeros(DType.FLOAT64, 2, 5, 3)).shape());
        assertEquals(
                Shape.of(0, 2), layer.forward(Tensor.zeros(DType.FLOAT64, 0, 3)).shape());
    }

    @Test
    void linearNamesTheSizesThatDoNotFit() {
        Linear layer = linear(3, 2);
        ShapeException input =
                assertThrows(ShapeException.class, () -> layer.forward(Tensor.zeros(DType.FLOAT32, 5, 2)));
        assertTrue(input.getMessage().contains("[…, 3], got [5, 2]"), input.getMessage());
        assertThrows(ShapeException.class, () -> layer.forward(Tensor.of(1.0f)));
        assertThrows(ShapeException.class, () -> new Linear(Tensor.zeros(DType.FLOAT32, 2), null));
        assertThrows(
                ShapeException.class,
                () -> new Linear(Tensor.zeros(DType.FLOAT32, 2, 3), Tensor.zeros(DType.FLOAT32, 3)));
    }

    @Test
    void activationsAreTheFunctionsOfTheTensor() {
        Tensor x = Tensor.of(new double[] {-2, 0, 3});
        assertArrayEquals(
                new double[] {-2, 0, 3}, Activation.IDENTITY.forward(x).toDoubleArray());
        assertArrayEquals(new double[] {0, 0, 1}, Activation.STEP.forward(x).toDoubleArray());
        assertArrayEquals(new double[] {0, 0, 3}, Activation.RELU.forward(x).toDoubleArray());
        assertArrayEquals(
                x.sigmoid().toDoubleArray(), Activation.SIGMOID.forward(x).toDoubleArray());
        assertArrayEquals(x.tanh().toDoubleArray(), Activation.TANH.forward(x).toDoubleArray());
        assertArrayEquals(
                x.softplus().toDoubleArray(), Activation.SOFTPLUS.forward(x).toDoubleArray());
        assertEquals(1, Activation.SOFTMAX.forward(x).sum().item(), 1e-15);
        assertArrayEquals(
                new double[] {-0.2, 0, 3},
                new Activation.LeakyRelu(0.1).forward(x).toDoubleArray());
        assertArrayEquals(
                x.elu(2).toDoubleArray(), new Activation.Elu(2).forward(x).toDoubleArray());
        assertTrue(Activation.RELU.parameters().isEmpty());
        assertTrue(new Activation.Elu(2).parameters().isEmpty());
    }
}

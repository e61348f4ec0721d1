package dev.autodiff.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.Generator;
import dev.autodiff.GradientException;
import dev.autodiff.Graph;
import dev.autodiff.InPlace;
import dev.autodiff.Tensor;
import dev.autodiff.nn.io.Safetensors;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.DTypeException;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

    /** Parts of these kinds were once left out of training and file without a word. */
    @Test
    void arraysAndOptionalsAreWalked() {
        @SuppressWarnings("ArrayRecordComponent") // as users may write it
        record Odd(Linear[] towers, Optional<Linear> head, Optional<Linear> none, Map<String, Linear[]> more)
                implements Layer {
            @Override
            public Tensor forward(Tensor x) {
                return x;
            }
        }
        Linear plain = Linear.withoutBias(2, 2, Initializer.zeros(), generator);
        Odd model = new Odd(
                new Linear[] {plain, linear(2, 1)},
                Optional.of(linear(1, 1)),
                Optional.empty(),
                Map.of("k", new Linear[] {linear(1, 1)}));
        assertEquals(
                List.of(
                        "towers.0.weight",
                        "towers.1.weight",
                        "towers.1.bias",
                        "head.weight",
                        "head.bias",
                        "more.k.0.weight",
                        "more.k.0.bias"),
                List.copyOf(model.namedParameters().keySet()));
    }

    @Test
    void partsWithoutAnOrderAreRefused() {
        record Unordered(Set<Layer> parts, Set<String> words) implements Layer {
            @Override
            public Tensor forward(Tensor x) {
                return x;
            }
        }
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> new Unordered(Set.of(linear(1, 1)), Set.of()).state());
        assertTrue(e.getMessage().contains("'parts'"), e.getMessage());
        assertTrue(new Unordered(Set.of(), Set.of("a")).parameters().isEmpty());
    }

    /** The parameters of such a class were once never trained. */
    @Test
    void aClassThatListsNoChildrenIsRefused() {
        Linear inner = linear(2, 2);
        Layer model = new Layer() {
            @Override
            public Tensor forward(Tensor x) {
                return inner.forward(x);
            }
        };
        IllegalStateException e = assertThrows(
                IllegalStateException.class, () -> Sequential.of(model).parameters());
        assertTrue(e.getMessage().contains("override children()"), e.getMessage());
        Layer lambda = x -> inner.forward(x).relu();
        assertTrue(lambda.parameters().isEmpty());
    }

    /** The state once was the parameters themselves, so that going back to it did nothing. */
    @Test
    void theStateStaysAsItWasWhileTrainingGoesOn() {
        Mlp model = mlp();
        Map<String, Tensor> best = model.state();
        Safetensors file = Safetensors.of(Map.copyOf(model.namedParameters()));
        float[] before = model.hidden().weight().toFloatArray();
        model.parameters().forEach(p -> InPlace.assign(p, p.onesLike()));
        assertArrayEquals(before, best.get("hidden.weight").toFloatArray());
        assertArrayEquals(before, file.tensors().get("hidden.weight").toFloatArray());
        model.load(best);
        assertArrayEquals(before, model.hidden().weight().toFloatArray());
    }

    @Test
    void parametersAreNamedByTheirPathInMessages() {
        Mlp model = mlp();
        model.nameParameters();
        Tensor loss = model.forward(Tensor.ones(DType.FLOAT32, 1, 3)).sum();
        assertTrue(Graph.of(loss).toMermaid().contains("hidden.weight"));
        InPlace.assign(model.output().weight(), model.output().weight().onesLike());
        GradientException e = assertThrows(GradientException.class, loss::backward);
        assertTrue(e.getMessage().contains("the parameter 'output.weight' of shape [2, 4]"), e.getMessage());

        Linear shared = linear(1, 1);
        Sequential.of(shared, shared).nameParameters();
        assertEquals("0.weight", shared.weight().name());
    }

    @Test
    void printingALayerGivesSizesAndNoNumbers() {
        assertEquals(
                "Sequential[layers=[Linear[in=3, out=4, bias=true, float32], RELU]]",
                Sequential.of(linear(3, 4), Activation.RELU).toString());
    }

    @Test
    void linearNamesTheTypesThatDoNotFit() {
        Linear layer = linear(3, 2);
        DTypeException e = assertThrows(DTypeException.class, () -> layer.forward(Tensor.zeros(DType.FLOAT64, 1, 3)));
        assertEquals(
                "linear: the weight is float32, got an input of float64; convert it with x.to(DType.FLOAT32),"
                        + " or make the layer with Linear.of(…, DType.FLOAT64)",
                e.getMessage());
        assertThrows(DTypeException.class, () -> layer.forward(Tensor.zeros(DType.INT64, 1, 3)));
        assertThrows(
                DTypeException.class,
                () -> new Linear(Tensor.zeros(DType.FLOAT32, 2, 3), Tensor.zeros(DType.FLOAT64, 2)));
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
        wrong.put("extra", Tensor.of(1.0));
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

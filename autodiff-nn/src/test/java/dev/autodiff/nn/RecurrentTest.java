package dev.autodiff.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.check.GradientCheck;
import dev.autodiff.nn.Recurrent.LstmOutput;
import dev.autodiff.nn.Recurrent.LstmState;
import dev.autodiff.nn.Recurrent.Option;
import dev.autodiff.nn.Recurrent.Output;
import dev.autodiff.nn.Recurrent.Weights;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.DTypeException;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class RecurrentTest {
    private static final double ROUNDING = 1e-13;
    private static final int HIDDEN = 3;

    private final Generator random = Generator.seeded(5);

    private Tensor numbers(int... sizes) {
        return Tensor.normal(random, DType.FLOAT64, Shape.of(sizes), 0, 0.7);
    }

    private Weights weights(int gates, int in) {
        int rows = gates * HIDDEN;
        return new Weights(numbers(rows, in), numbers(rows, HIDDEN), numbers(rows), numbers(rows));
    }

    private static void assertClose(Tensor want, Tensor got) {
        assertEquals(want.shape(), got.shape());
        assertTrue(got.allClose(want, ROUNDING, ROUNDING), () -> "got " + got + ", want " + want);
    }

    /** A kind of network: its sequence and its cell. */
    private record Kind(String name, int gates, Run sequence, Cell cell) {
        interface Run {
            Output of(Tensor x, Tensor initial, List<Weights> weights, Option... options);
        }

        interface Cell {
            Tensor of(Tensor x, Tensor h, Weights weights);
        }
    }

    private static final List<Kind> KINDS = List.of(
            new Kind("gru", 3, Recurrent::gru, Recurrent::gruCell),
            new Kind("rnnTanh", 1, Recurrent::rnnTanh, Recurrent::rnnTanhCell),
            new Kind("rnnRelu", 1, Recurrent::rnnRelu, Recurrent::rnnReluCell));

    // ---- against loops over cells ----

    @Test
    void aSequenceIsItsCellsOneAfterTheOther() {
        Tensor x = numbers(4, 2, 5);
        for (Kind kind : KINDS) {
            Weights w = weights(kind.gates(), 5);
            Tensor first = numbers(1, 2, HIDDEN);
            Output out = kind.sequence().of(x, first, List.of(w));
            Tensor h = first.select(0, 0);
            for (int t = 0; t < 4; t++) {
                h = kind.cell().of(x.select(0, t), h, w);
                assertClose(h, out.output().select(0, t));
            }
            assertClose(h, out.state().select(0, 0));
        }
    }

    @Test
    void anLstmIsItsCellsOneAfterTheOther() {
        Tensor x = numbers(4, 2, 5);
        Weights w = weights(4, 5);
        LstmState first = new LstmState(numbers(1, 2, HIDDEN), numbers(1, 2, HIDDEN));
        LstmOutput out = Recurrent.lstm(x, first, List.of(w));
        LstmState state =
                new LstmState(first.hidden().select(0, 0), first.cell().select(0, 0));
        for (int t = 0; t < 4; t++) {
            state = Recurrent.lstmCell(x.select(0, t), state, w);
            assertClose(state.hidden(), out.output().select(0, t));
        }
        assertClose(state.hidden(), out.state().hidden().select(0, 0));
        assertClose(state.cell(), out.state().cell().select(0, 0));
    }

    @Test
    void aLayerReadsTheOutputOfTheLayerBelow() {
        Tensor x = numbers(4, 2, 5);
        Weights below = weights(4, 5);
        Weights above = weights(4, HIDDEN);
        LstmOutput both = Recurrent.lstm(x, null, List.of(below, above));
        LstmOutput first = Recurrent.lstm(x, null, List.of(below));
        LstmOutput second = Recurrent.lstm(first.output(), null, List.of(above));
        assertClose(second.output(), both.output());
        assertClose(
                Tensor.concat(0, first.state().cell(), second.state().cell()),
                both.state().cell());
    }

    @Test
    void theOtherDirectionReadsTheSequenceFromItsEnd() {
        Tensor x = numbers(4, 2, 5);
        for (Kind kind : KINDS) {
            Weights forwards = weights(kind.gates(), 5);
            Weights backwards = weights(kind.gates(), 5);
            Output both = kind.sequence().of(x, null, List.of(forwards, backwards), Option.BIDIRECTIONAL);
            Output there = kind.sequence().of(x, null, List.of(forwards));
            Output back = kind.sequence().of(x.flip(0), null, List.of(backwards));
            assertClose(Tensor.concat(-1, there.output(), back.output().flip(0)), both.output());
            assertClose(Tensor.concat(0, there.state(), back.state()), both.state());
        }
    }

    @Test
    void theLayerAboveReadsBothDirections() {
        List<Weights> all = List.of(weights(4, 5), weights(4, 5), weights(4, 2 * HIDDEN), weights(4, 2 * HIDDEN));
        LstmOutput out = Recurrent.lstm(numbers(4, 2, 5), null, all, Option.BIDIRECTIONAL);
        assertEquals(Shape.of(4, 2, 2 * HIDDEN), out.output().shape());
        assertEquals(Shape.of(4, 2, HIDDEN), out.state().hidden().shape());
    }

    // ---- layouts ----

    @Test
    void theBatchMayComeFirstOrBeMissing() {
        Tensor x = numbers(4, 2, 5);
        for (Kind kind : KINDS) {
            List<Weights> all = List.of(weights(kind.gates(), 5), weights(kind.gates(), 5));
            Output want = kind.sequence().of(x, null, all, Option.BIDIRECTIONAL);
            Output turned = kind.sequence().of(x.transpose(0, 1), null, all, Option.BIDIRECTIONAL, Option.BATCH_FIRST);
            assertClose(want.output().transpose(0, 1), turned.output());
            assertClose(want.state(), turned.state());
            for (Option[] options :
                    new Option[][] {{Option.BIDIRECTIONAL}, {Option.BIDIRECTIONAL, Option.BATCH_FIRST}}) {
                Output single = kind.sequence().of(x.select(1, 1), null, all, options);
                assertClose(want.output().select(1, 1), single.output());
                assertClose(want.state().select(1, 1), single.state());
            }
        }
    }

    @Test
    void aSingleRowNeedsNoBatch() {
        Weights w = weights(4, 5);
        Tensor x = numbers(2, 5);
        LstmState all = Recurrent.lstmCell(x, null, w);
        LstmState one = Recurrent.lstmCell(x.select(0, 1), null, w);
        assertClose(all.cell().select(0, 1), one.cell());
    }

    @Test
    void missingBiasesAreZeros() {
        Tensor x = numbers(4, 2, 5);
        for (Kind kind : KINDS) {
            Weights w = weights(kind.gates(), 5);
            Tensor zeros = Tensor.zeros(DType.FLOAT64, kind.gates() * HIDDEN);
            Output want = kind.sequence().of(x, null, List.of(new Weights(w.input(), w.hidden(), zeros, zeros)));
            Output got = kind.sequence().of(x, null, List.of(new Weights(w.input(), w.hidden(), null, null)));
            assertClose(want.output(), got.output());
        }
    }

    // ---- derivatives ----

    @Test
    void derivativesByInputStatesAndWeightsAgreeWithDifferences() {
        Tensor x = numbers(3, 2, 2);
        Weights w = weights(4, 2);
        GradientCheck.ofSeveral(xs -> {
                    Weights v = new Weights(xs.get(3), xs.get(4), xs.get(5), xs.get(6));
                    LstmOutput out = Recurrent.lstm(xs.get(0), new LstmState(xs.get(1), xs.get(2)), List.of(v));
                    return Tensor.concat(0, out.output(), out.state().cell());
                })
                .at(
                        x,
                        numbers(1, 2, HIDDEN),
                        numbers(1, 2, HIDDEN),
                        w.input(),
                        w.hidden(),
                        w.inputBias(),
                        w.hiddenBias())
                .directions(1)
                .run();
        for (Kind kind : KINDS) {
            Weights u = weights(kind.gates(), 2);
            GradientCheck.ofSeveral(xs -> {
                        Weights v = new Weights(xs.get(2), xs.get(3), xs.get(4), xs.get(5));
                        return kind.sequence()
                                .of(xs.get(0), xs.get(1), List.of(v))
                                .output();
                    })
                    .at(x, numbers(1, 2, HIDDEN), u.input(), u.hidden(), u.inputBias(), u.hiddenBias())
                    .directions(1)
                    .run();
        }
    }

    @Test
    void float32StaysFloat32() {
        Weights w = weights(4, 5);
        List<Tensor> narrow = new ArrayList<>();
        for (Tensor t : List.of(w.input(), w.hidden(), w.inputBias(), w.hiddenBias())) {
            narrow.add(t.to(DType.FLOAT32));
        }
        Weights v = new Weights(narrow.get(0), narrow.get(1), narrow.get(2), narrow.get(3));
        Tensor x = numbers(4, 2, 5);
        Tensor got = Recurrent.lstm(x.to(DType.FLOAT32), null, List.of(v)).output();
        assertEquals(DType.FLOAT32, got.dtype());
        assertTrue(got.to(DType.FLOAT64)
                .allClose(Recurrent.lstm(x, null, List.of(w)).output(), 1e-5, 1e-5));
    }

    // ---- mistakes ----

    @Test
    void mistakesAreNamed() {
        Weights w = weights(4, 5);
        Tensor x = numbers(4, 2, 5);
        assertMessage("lstm: expected a sequence", () -> Recurrent.lstm(numbers(5), null, List.of(w)));
        assertMessage("lstm: expected at least one step", () -> Recurrent.lstm(numbers(0, 2, 5), null, List.of(w)));
        assertMessage("lstm: weights of shape [12, 5]", () -> Recurrent.lstm(numbers(4, 2, 4), null, List.of(w)));
        assertMessage("gru: expected hidden weights [3·hidden", () -> Recurrent.gru(x, null, List.of(w)));
        assertMessage(
                "lstm: expected initial states of shape [1, 2, 3]",
                () -> Recurrent.lstm(x, new LstmState(numbers(2, 3), numbers(2, 3)), List.of(w)));
        assertMessage(
                "lstmCell: an input of shape [2, 5]",
                () -> Recurrent.lstmCell(numbers(2, 5), new LstmState(numbers(1, 3), numbers(1, 3)), w));
        assertMessage("recurrent: expected weights", () -> new Weights(numbers(12, 5), numbers(9, 3), null, null));
        assertMessage(
                "recurrent: weights of shape [12, 5] need a bias of shape [12]",
                () -> new Weights(numbers(12, 5), numbers(12, 3), numbers(3), null));
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> Recurrent.lstm(x, null, List.of(w), Option.BIDIRECTIONAL));
        assertTrue(e.getMessage().contains("each layer and direction, got 1"), e.getMessage());
    }

    /** Once the product of inputs and weights spoke. */
    @Test
    void typesThatDifferAreNamedByTheFunction() {
        Tensor x = numbers(4, 2, 5).to(DType.FLOAT32);
        DTypeException e = assertThrows(DTypeException.class, () -> Recurrent.lstm(x, null, List.of(weights(4, 5))));
        assertTrue(
                e.getMessage().startsWith("lstm: weights of float64 and an input of float32 differ"), e.getMessage());
    }

    private static void assertMessage(String start, Executable act) {
        ShapeException e = assertThrows(ShapeException.class, act);
        assertTrue(e.getMessage().startsWith(start), e.getMessage());
    }
}

package dev.autodiff.nn;

import dev.autodiff.LstmStates;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DTypeException;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Recurrent networks as functions of their weights: a single step (cell), and sequences of any number of layers in one direction or both.
 *
 * <p>A sequence is [time, batch, in], or [batch, time, in] with {@link Option#BATCH_FIRST}, or [time, in] of a single one. Weights come in
 * PyTorch's order: layer 0, layer 0 backwards if {@link Option#BIDIRECTIONAL}, layer 1, …; a layer reads the outputs of the layer below, those of
 * both directions side by side. States are [layers·directions, batch, hidden], without the batch for a single sequence.
 */
public final class Recurrent {
    private Recurrent() {}

    /** How a sequence is laid out and read. */
    public enum Option {
        /** The batch is the first axis of input and output, the time the second. States keep their layout. */
        BATCH_FIRST,
        /** Each layer also reads the sequence backwards, with weights of its own. */
        BIDIRECTIONAL
    }

    /**
     * The weights of one layer in one direction. An LSTM stacks four gates, in the order input, forget, cell, output; a GRU three, reset,
     * update, new; a plain network has one.
     *
     * @param input [gates·hidden, in]
     * @param hidden [gates·hidden, hidden]
     * @param inputBias [gates·hidden], or null for none
     * @param hiddenBias [gates·hidden], or null for none
     */
    public record Weights(
            Tensor input,
            Tensor hidden,
            @Nullable Tensor inputBias,
            @Nullable Tensor hiddenBias) {
        /** Checks that the shapes fit together. */
        public Weights {
            if (input.rank() != 2
                    || hidden.rank() != 2
                    || input.size(0) != hidden.size(0)
                    || hidden.size(1) == 0
                    || hidden.size(0) % hidden.size(1) != 0) {
                throw new ShapeException(
                        "recurrent: expected weights [gates·hidden, in] and [gates·hidden, hidden], got "
                                + input.shape() + " and " + hidden.shape());
            }
            checkBias(inputBias, input);
            checkBias(hiddenBias, input);
        }

        private static void checkBias(@Nullable Tensor bias, Tensor weight) {
            if (bias != null && !bias.shape().equals(Shape.of(weight.size(0)))) {
                throw new ShapeException("recurrent: weights of shape " + weight.shape() + " need a bias of shape ["
                        + weight.size(0) + "], got " + bias.shape());
            }
        }

        /** Returns the number of hidden units. */
        int size() {
            return hidden.size(1);
        }

        /** Refuses weights of another number of gates, and inputs of another width. */
        void check(String operation, int gates, Tensor x) {
            if (hidden.size(0) != gates * size()) {
                throw new ShapeException(
                        operation + ": expected hidden weights [" + gates + "·hidden, hidden], got " + hidden.shape());
            }
            if (x.dtype() != input.dtype()) {
                throw new DTypeException(operation + ": weights of " + input.dtype() + " and an input of " + x.dtype()
                        + " differ and are not promoted; convert one with to(DType)");
            }
            if (x.rank() == 0 || x.size(-1) != input.size(1)) {
                throw new ShapeException(operation + ": weights of shape " + input.shape()
                        + " expect an input of shape […, " + input.size(1) + "], got " + x.shape());
            }
        }
    }

    /**
     * The state of an LSTM.
     *
     * @param hidden h, what it puts out
     * @param cell c, what it remembers, of the same shape
     */
    public record LstmState(Tensor hidden, Tensor cell) {
        /** Checks that the shapes are equal. */
        public LstmState {
            Losses.match("lstm: hidden and cell", hidden, cell);
        }
    }

    /**
     * What an LSTM makes of a sequence.
     *
     * @param output h of the last layer at all times, laid out as the input, [time, batch, directions·hidden]
     * @param state h and c of all layers and directions after their last step
     */
    public record LstmOutput(Tensor output, LstmState state) {}

    /**
     * What a GRU or a plain network makes of a sequence.
     *
     * @param output h of the last layer at all times, laid out as the input, [time, batch, directions·hidden]
     * @param state h of all layers and directions after their last step
     */
    public record Output(Tensor output, Tensor state) {}

    // ---- single steps ----

    /**
     * One step of an LSTM: {@code c' = σ(f)·c + σ(i)·tanh(g)}, {@code h' = σ(o)·tanh(c')}, where i, f, g and o are the quarters of
     * {@code W_in·x + b_in + W_h·h + b_h}. Hochreiter and Schmidhuber, "Long Short-Term Memory", 1997, with the forget gate of Gers et
     * al., 2000.
     *
     * @param x [batch, in] or [in]
     * @param state of shape [batch, hidden] or [hidden]; null for zeros
     */
    public static LstmState lstmCell(Tensor x, @Nullable LstmState state, Weights weights) {
        weights.check("lstmCell", 4, x);
        LstmState before = state == null ? zeroState(x, weights) : state;
        checkState("lstmCell", x, before.hidden(), weights);
        Tensor gates = projected(x, weights, true).add(before.hidden().linear(weights.hidden(), null));
        return lstmStep(gates, before.cell(), weights.size());
    }

    /**
     * One step of a GRU: {@code r = σ(W_r·x + b_r + V_r·h + d_r)}, z likewise, {@code n = tanh(W_n·x + b_n + r·(V_n·h + d_n))},
     * {@code h' = (1 − z)·n + z·h}. Cho et al., "Learning Phrase Representations using RNN Encoder–Decoder", 2014, with the reset gate
     * after the product, as in PyTorch.
     *
     * @param x [batch, in] or [in]
     * @param h of shape [batch, hidden] or [hidden]; null for zeros
     */
    public static Tensor gruCell(Tensor x, @Nullable Tensor h, Weights weights) {
        return cell("gruCell", 3, Recurrent::gruStep, false, x, h, weights);
    }

    /** One step of a plain network: {@code h' = tanh(W_in·x + b_in + W_h·h + b_h)}; shapes as in {@link #gruCell}. */
    public static Tensor rnnTanhCell(Tensor x, @Nullable Tensor h, Weights weights) {
        return cell("rnnTanhCell", 1, Recurrent::tanhStep, true, x, h, weights);
    }

    /** One step of a plain network: {@code h' = max(W_in·x + b_in + W_h·h + b_h, 0)}; shapes as in {@link #gruCell}. */
    public static Tensor rnnReluCell(Tensor x, @Nullable Tensor h, Weights weights) {
        return cell("rnnReluCell", 1, Recurrent::reluStep, true, x, h, weights);
    }

    private static Tensor cell(
            String operation, int gates, Step step, boolean bothBiases, Tensor x, @Nullable Tensor h, Weights weights) {
        weights.check(operation, gates, x);
        Tensor before = h == null ? zeros(x, weights) : h;
        checkState(operation, x, before, weights);
        return step.of(projected(x, weights, bothBiases), before, weights);
    }

    // ---- sequences ----

    /**
     * A sequence through the layers of an LSTM, see {@link #lstmCell}.
     *
     * @param initial the states before the first step; null for zeros
     */
    public static LstmOutput lstm(Tensor x, @Nullable LstmState initial, List<Weights> weights, Option... options) {
        Sequence sequence = new Sequence("lstm", 4, true, x, weights, options);
        List<LstmState> last = new ArrayList<>();
        Tensor output = sequence.run((projected, reverse, place, w) -> {
            Tensor h = sequence.initial(initial == null ? null : initial.hidden(), place, w);
            Tensor c = sequence.initial(initial == null ? null : initial.cell(), place, w);
            boolean single = projected.rank() == 2;
            LstmStates states = single
                    ? projected.expandDims(1).lstm(h.expandDims(0), c.expandDims(0), w.hidden(), reverse)
                    : projected.lstm(h, c, w.hidden(), reverse);
            Tensor hs = single ? states.hidden().squeeze(1) : states.hidden();
            Tensor cs = single ? states.cell().squeeze(1) : states.cell();
            int end = reverse ? 0 : -1;
            last.add(new LstmState(hs.select(0, end), cs.select(0, end)));
            return hs;
        });
        Tensor hidden = sequence.states(last.stream().map(LstmState::hidden).toList());
        Tensor cell = sequence.states(last.stream().map(LstmState::cell).toList());
        return new LstmOutput(output, new LstmState(hidden, cell));
    }

    /**
     * A sequence through the layers of a GRU, see {@link #gruCell}.
     *
     * @param initial the states before the first step; null for zeros
     */
    public static Output gru(Tensor x, @Nullable Tensor initial, List<Weights> weights, Option... options) {
        return plain(new Sequence("gru", 3, false, x, weights, options), Recurrent::gruStep, initial);
    }

    /**
     * A sequence through the layers of a plain network, see {@link #rnnTanhCell}.
     *
     * @param initial the states before the first step; null for zeros
     */
    public static Output rnnTanh(Tensor x, @Nullable Tensor initial, List<Weights> weights, Option... options) {
        return plain(new Sequence("rnnTanh", 1, true, x, weights, options), Recurrent::tanhStep, initial);
    }

    /**
     * A sequence through the layers of a plain network, see {@link #rnnReluCell}.
     *
     * @param initial the states before the first step; null for zeros
     */
    public static Output rnnRelu(Tensor x, @Nullable Tensor initial, List<Weights> weights, Option... options) {
        return plain(new Sequence("rnnRelu", 1, true, x, weights, options), Recurrent::reluStep, initial);
    }

    private static Output plain(Sequence sequence, Step step, @Nullable Tensor initial) {
        List<Tensor> last = new ArrayList<>();
        Tensor output = sequence.run((projected, reverse, place, w) -> {
            Tensor h = sequence.initial(initial, place, w);
            List<Tensor> xs = projected.unbind(0);
            Tensor[] hs = new Tensor[xs.size()];
            for (int i = 0; i < hs.length; i++) {
                int t = reverse ? hs.length - 1 - i : i;
                h = step.of(xs.get(t), h, w);
                hs[t] = h;
            }
            last.add(h);
            return Tensor.stack(0, hs);
        });
        return new Output(output, sequence.states(last));
    }

    // ---- the steps, of inputs that are multiplied with their weights already ----

    /** One step from projected inputs and the state before. */
    private interface Step {
        Tensor of(Tensor projected, Tensor h, Weights weights);
    }

    private static LstmState lstmStep(Tensor gates, Tensor before, int n) {
        Tensor open = gates.narrow(-1, 0, 2 * n).sigmoid(); // input and forget gate side by side
        Tensor news = gates.narrow(-1, 2 * n, n).tanh();
        Tensor shown = gates.narrow(-1, 3 * n, n).sigmoid();
        Tensor cell =
                open.narrow(-1, n, n).mul(before).add(open.narrow(-1, 0, n).mul(news));
        return new LstmState(shown.mul(cell.tanh()), cell);
    }

    private static Tensor gruStep(Tensor projected, Tensor h, Weights weights) {
        int n = weights.size();
        Tensor remembered = h.linear(weights.hidden(), weights.hiddenBias());
        Tensor gates = projected
                .narrow(-1, 0, 2 * n)
                .add(remembered.narrow(-1, 0, 2 * n))
                .sigmoid();
        Tensor reset = gates.narrow(-1, 0, n);
        Tensor update = gates.narrow(-1, n, n);
        Tensor news = projected
                .narrow(-1, 2 * n, n)
                .add(reset.mul(remembered.narrow(-1, 2 * n, n)))
                .tanh();
        return news.add(update.mul(h.sub(news)));
    }

    private static Tensor tanhStep(Tensor projected, Tensor h, Weights weights) {
        return projected.add(h.linear(weights.hidden(), null)).tanh();
    }

    private static Tensor reluStep(Tensor projected, Tensor h, Weights weights) {
        return projected.add(h.linear(weights.hidden(), null)).relu();
    }

    /** Multiplies inputs of all times and rows with their weights at once; the hidden bias joins in where it is merely added. */
    private static Tensor projected(Tensor x, Weights weights, boolean bothBiases) {
        return x.linear(weights.input(), bias(weights, bothBiases));
    }

    private static @Nullable Tensor bias(Weights weights, boolean both) {
        Tensor bias = weights.inputBias();
        Tensor other = both ? weights.hiddenBias() : null;
        return bias == null ? other : other == null ? bias : bias.add(other);
    }

    private static Tensor zeros(Tensor x, Weights weights) {
        return Tensor.zeros(x.dtype(), x.shape().with(x.rank() - 1, weights.size()));
    }

    private static LstmState zeroState(Tensor x, Weights weights) {
        Tensor zeros = zeros(x, weights);
        return new LstmState(zeros, zeros);
    }

    private static void checkState(String operation, Tensor x, Tensor h, Weights weights) {
        Shape expected = x.shape().with(x.rank() - 1, weights.size());
        if (!h.shape().equals(expected)) {
            throw new ShapeException(operation + ": an input of shape " + x.shape() + " and " + weights.size()
                    + " hidden units need a state of shape " + expected + ", got " + h.shape());
        }
    }

    /** A sequence on its way through layers and directions: what all kinds of networks have in common. */
    private static final class Sequence {
        /** Runs all steps of one layer in one direction, of inputs that are multiplied with its weights already, and returns h of all times. */
        interface Pass {
            Tensor run(Tensor projected, boolean reverse, int place, Weights weights);
        }

        private final String operation;
        private final int gates;
        private final boolean bothBiases;
        private final List<Weights> weights;
        private final int directions;
        private final boolean batchFirst;
        private final Tensor x;

        Sequence(String operation, int gates, boolean bothBiases, Tensor x, List<Weights> weights, Option... options) {
            List<Option> given = List.of(options);
            this.operation = operation;
            this.gates = gates;
            this.bothBiases = bothBiases;
            this.weights = weights;
            this.directions = given.contains(Option.BIDIRECTIONAL) ? 2 : 1;
            this.batchFirst = given.contains(Option.BATCH_FIRST) && x.rank() == 3;
            if (x.rank() != 2 && x.rank() != 3) {
                throw new ShapeException(operation
                        + ": expected a sequence of three axes, or [time, in] of a single one, got " + x.shape());
            }
            if (weights.isEmpty() || weights.size() % directions != 0) {
                throw new IllegalArgumentException(operation + ": expected weights for each layer"
                        + (directions == 2 ? " and direction" : "") + ", got " + weights.size());
            }
            this.x = batchFirst ? x.transpose(0, 1) : x;
            if (this.x.size(0) == 0) {
                throw new ShapeException(
                        operation + ": expected at least one step, got a sequence of shape " + x.shape());
            }
        }

        /** Runs all layers. */
        Tensor run(Pass pass) {
            Tensor input = x;
            for (int place = 0; place < weights.size(); place += directions) {
                Tensor[] outputs = new Tensor[directions];
                for (int d = 0; d < directions; d++) {
                    Weights w = weights.get(place + d);
                    w.check(operation, gates, input);
                    outputs[d] = pass.run(projected(input, w, bothBiases), d == 1, place + d, w);
                }
                input = directions == 1 ? outputs[0] : Tensor.concat(-1, outputs);
            }
            return batchFirst ? input.transpose(0, 1) : input;
        }

        /** Returns the state of a layer and direction before its first step. */
        Tensor initial(@Nullable Tensor states, int place, Weights w) {
            Shape one = x.shape().slice(1, x.rank()).with(x.rank() - 2, w.size());
            if (states == null) {
                return Tensor.zeros(x.dtype(), one);
            }
            Shape expected = Shape.of(weights.size()).concat(one);
            if (!states.shape().equals(expected)) {
                throw new ShapeException(
                        operation + ": expected initial states of shape " + expected + ", got " + states.shape());
            }
            return states.select(0, place);
        }

        Tensor states(List<Tensor> last) {
            return Tensor.stack(0, last.toArray(new Tensor[0]));
        }
    }
}

package dev.autodiff;

import static dev.autodiff.kernel.Recurrences.C;
import static dev.autodiff.kernel.Recurrences.F;
import static dev.autodiff.kernel.Recurrences.G;
import static dev.autodiff.kernel.Recurrences.H;
import static dev.autodiff.kernel.Recurrences.I;
import static dev.autodiff.kernel.Recurrences.O;

import dev.autodiff.kernel.Recurrences;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * An LSTM over a whole sequence, in planes [6, time, batch, size] of states. An operation of its own since its steps, composed, are some twenty small
 * operations each, and the gradient by the weights is one product for all steps instead of one for each, whose results are added.
 */
sealed interface Lstm extends Primitive {
    /** How many inputs both operations have. */
    int INPUTS = 4;

    /** Tells whether the sequence is read from its last step to its first. */
    boolean reverse();

    /**
     * The states of an LSTM, h, c and its gates i, f, g, o: with the quarters of {@code x[k] + h[k − 1]·Wᵀ} the gates are {@code σ, σ, tanh, σ} of them,
     * {@code c[k] = f·c[k − 1] + i·g} and {@code h[k] = o·tanh c[k]}. Inputs: x [time, batch, 4·size], which is multiplied with its weights already; h and c
     * before the first step, [batch, size]; the weights W [4·size, size].
     */
    @PyTorchName("")
    record States(boolean reverse) implements Lstm {
        @Override
        public String label() {
            return "lstm";
        }

        @Override
        public String formula() {
            return "h, c, i, f, g, o with (i, f, g, o)[k] = (σ, σ, tanh, σ)(x0[k] + h[k − 1]·x3ᵀ), c[k] = f·c[k − 1] + i·g,"
                    + " h[k] = o·tanh c[k]";
        }

        @Override
        public Keep keeps() {
            return Keep.BOTH;
        }

        @Override
        public Tensor forward(Tensor[] in) {
            Shape x = in[0].shape();
            Shape before = in[1].shape();
            int size = before.rank() == 2 ? before.size(1) : 0;
            boolean fits = x.rank() == 3
                    && x.size(0) > 0
                    && before.equals(Shape.of(x.size(1), size))
                    && in[2].shape().equals(before)
                    && x.size(2) == 4 * size
                    && in[3].shape().equals(Shape.of(4 * size, size));
            if (!fits) {
                throw new ShapeException(
                        "lstm: expected inputs [time, batch, 4·size] of at least one time, states [batch, size] and weights [4·size, size], got "
                                + x + ", " + before + ", " + in[2].shape() + " and " + in[3].shape());
            }
            Tensor out = Tensor.unwritten(
                    Shape.of(Recurrences.PLANES, x.size(0), x.size(1), size), Engine.floating("lstm", in));
            compute(in, out);
            return out;
        }

        @Override
        public void compute(Tensor[] in, Tensor out) {
            var kernels = Floats.of(out.dtype());
            Shape shape = out.shape();
            kernels.recurrences()
                    .lstm(
                            kernels,
                            in[0].array(),
                            in[1].array(),
                            in[2].array(),
                            in[3].array(),
                            out.array(),
                            shape.size(1),
                            shape.size(2),
                            shape.size(3),
                            reverse);
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            Tensor states = saved.output();
            Tensor both = Engine.apply(new Gradient(reverse), g, states, saved.input(2), saved.input(3));
            int steps = states.size(1);
            int size = states.size(3);
            @Nullable Tensor[] result = new Tensor[INPUTS];
            if (saved.needs(0) || saved.needs(3)) {
                Tensor delta = both.narrow(0, 0, steps);
                result[0] = saved.needs(0) ? delta : null;
                result[3] = saved.needs(3) ? byWeights(delta, before(states, saved.input(1))) : null;
            }
            if (saved.needs(1) || saved.needs(2)) {
                Tensor first = both.select(0, steps);
                result[1] = saved.needs(1) ? first.narrow(-1, 0, size) : null;
                result[2] = saved.needs(2) ? first.narrow(-1, size, size) : null;
            }
            return result;
        }

        private static Tensor byWeights(Tensor delta, Tensor before) {
            return rows(delta).transpose().matmul(rows(before));
        }

        /** Returns h before each step. */
        private Tensor before(Tensor states, Tensor first) {
            Tensor h = states.select(0, H);
            Tensor others = h.narrow(0, reverse ? 1 : 0, h.size(0) - 1);
            Tensor start = first.expandDims(0);
            return reverse ? Tensor.concat(0, others, start) : Tensor.concat(0, start, others);
        }

        private static Tensor rows(Tensor x) {
            return x.reshape(Shape.of(x.size(0) * x.size(1), x.size(2)));
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            return ForwardSweep.transposedVjp(this, tangents, saved);
        }
    }

    /**
     * The gradient of {@link States} by the arguments of its four functions, δ [time, batch, 4·size], and in one more row [batch, 4·size] behind it those by h
     * and c before the first step, side by side. Inputs: the gradients g by the states, the states, c before the first step, and the weights. Its
     * own derivatives are those of the steps composed.
     */
    @PyTorchName("")
    record Gradient(boolean reverse) implements Lstm {
        @Override
        public String label() {
            return "lstmGradient";
        }

        @Override
        public String formula() {
            return "δ[k] = (g_i + c̄·g, g_f + c̄·c[k − 1], g_g + c̄·i, g_o + h̄·tanh c)·(i·(1 − i), f·(1 − f), 1 − g², o·(1 − o)) with"
                    + " h̄[k] = g_h + δ[k + 1]·x3, c̄[k] = g_c + (f·c̄)[k + 1] + h̄·o·(1 − tanh² c)";
        }

        @Override
        public Keep keeps() {
            return Keep.INPUTS;
        }

        @Override
        public Tensor forward(Tensor[] in) {
            Shape states = in[1].shape();
            Tensor out = Tensor.unwritten(
                    Shape.of(states.size(1) + 1, states.size(2), 4 * states.size(3)),
                    Engine.floating("lstmGradient", in));
            compute(in, out);
            return out;
        }

        @Override
        public void compute(Tensor[] in, Tensor out) {
            var kernels = Floats.of(out.dtype());
            Shape states = in[1].shape();
            kernels.recurrences()
                    .lstmGradient(
                            kernels,
                            in[0].array(),
                            in[1].array(),
                            in[2].array(),
                            in[3].array(),
                            out.array(),
                            states.size(1),
                            states.size(2),
                            states.size(3),
                            reverse);
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor h, Saved saved) {
            List<Integer> wanted =
                    IntStream.range(0, INPUTS).filter(saved::needs).boxed().toList();
            List<Tensor> pulled = near(saved, wanted).pull(h);
            @Nullable Tensor[] result = new Tensor[INPUTS];
            for (int k = 0; k < result.length; k++) {
                int at = wanted.indexOf(k);
                result[k] = at < 0 ? null : pulled.get(at);
            }
            return result;
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            return near(saved, IntStream.range(0, INPUTS).boxed().toList()).push(Arrays.asList(tangents));
        }

        /** Returns the composed steps near some of the inputs, the others being constants. */
        private Linearization near(Saved saved, List<Integer> places) {
            Tensor[] all = IntStream.range(0, INPUTS).mapToObj(saved::input).toArray(Tensor[]::new);
            return Linearization.of(
                    label(),
                    points -> {
                        Tensor[] in = all.clone();
                        for (int k = 0; k < points.size(); k++) {
                            in[places.get(k)] = points.get(k);
                        }
                        return composed(in[0], in[1], in[2], in[3]);
                    },
                    places.stream().map(i -> all[i]).toList());
        }

        private Tensor composed(Tensor g, Tensor states, Tensor cell, Tensor weights) {
            int steps = states.size(1);
            List<Tensor> gradients = g.unbind(1);
            List<Tensor> planes = states.unbind(1);
            Tensor[] delta = new Tensor[steps + 1];
            Tensor fromNext = cell.zerosLike();
            Tensor carried = cell.zerosLike();
            for (int step = steps - 1; step >= 0; step--) {
                int k = reverse ? steps - 1 - step : step;
                List<Tensor> by = gradients.get(k).unbind(0);
                List<Tensor> at = planes.get(k).unbind(0);
                Tensor before =
                        step == 0 ? cell : planes.get(reverse ? k + 1 : k - 1).select(0, C);
                Tensor shown = at.get(C).tanh();
                Tensor byH = by.get(H).add(fromNext);
                Tensor byC = by.get(C).add(carried).add(byH.mul(at.get(O)).mul(slopeOfTanh(shown)));
                delta[k] = Tensor.concat(
                        -1,
                        by.get(I).add(byC.mul(at.get(G))).mul(slopeOfSigmoid(at.get(I))),
                        by.get(F).add(byC.mul(before)).mul(slopeOfSigmoid(at.get(F))),
                        by.get(G).add(byC.mul(at.get(I))).mul(slopeOfTanh(at.get(G))),
                        by.get(O).add(byH.mul(shown)).mul(slopeOfSigmoid(at.get(O))));
                fromNext = delta[k].matmul(weights);
                carried = byC.mul(at.get(F));
            }
            Tensor nothing = cell.zerosLike();
            delta[steps] = Tensor.concat(-1, fromNext, carried, nothing, nothing);
            return Tensor.stack(0, delta);
        }

        private static Tensor slopeOfSigmoid(Tensor value) {
            return value.sub(value.square());
        }

        private static Tensor slopeOfTanh(Tensor value) {
            return value.square().neg().add(1);
        }
    }
}

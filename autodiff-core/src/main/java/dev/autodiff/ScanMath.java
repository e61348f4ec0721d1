package dev.autodiff;

import dev.autodiff.kernel.Recurrences;
import dev.autodiff.shape.Shape;

/** Running sums and products along an axis. A single number counts as a vector of one; a negative axis counts from the end. */
public sealed interface ScanMath permits Tensor {

    /** {@code out_k = Σ x_j} over the j ≤ k; compensated, so that long sums lose nothing. */
    default Tensor cumSum(int axis) {
        return cumSum(axis, false);
    }

    /** {@code out_k = Σ x_j} over the j ≤ k, or over the j ≥ k if {@code reverse}. */
    default Tensor cumSum(int axis, boolean reverse) {
        Tensor x = ((Tensor) this).atLeastVector();
        int a = x.shape().axis("cumSum", axis);
        return Engine.apply(new Scan.CumSum(a, reverse), x).reshape(((Tensor) this).shape());
    }

    /** {@code out_k = Π x_j} over the j ≤ k; the derivatives are exact at zeros too. */
    default Tensor cumProd(int axis) {
        Tensor x = ((Tensor) this).atLeastVector();
        int a = x.shape().axis("cumProd", axis);
        if (x.size(a) == 0) {
            return x.identity();
        }
        int[] rest = new int[2 * (x.rank() - a)]; // the recurrence begins with the first element and adds nothing to it
        rest[rest.length - 1] = x.size(a) - 1;
        Tensor first = x.narrow(a, 0, 1).padConstant(0, rest);
        return Engine.apply(new Scan.LinearRecurrence(a, false), x, first).reshape(((Tensor) this).shape());
    }

    /** {@code out_k = log Σ exp x_j} over the j ≤ k, without overflow. */
    default Tensor logCumSumExp(int axis) {
        Tensor x = ((Tensor) this).atLeastVector();
        int a = x.shape().axis("logCumSumExp", axis);
        return Engine.apply(new Scan.LogCumSumExp(a), x).reshape(((Tensor) this).shape());
    }

    /** {@code y[k] = a[k]·y[k − 1] + x[k]} along an axis, beginning with {@code y₀ = x₀}: a discounted sum, or a linear filter. */
    default Tensor linearRecurrence(Tensor a, int axis) {
        return linearRecurrence(a, axis, false);
    }

    /**
     * {@code y[k] = a[k]·y[k − 1] + x[k]} along an axis, or {@code a[k]·y[k + 1] + x[k]} from the last element to the first if {@code reverse}. The
     * element where it begins is x alone. Both broadcast.
     */
    default Tensor linearRecurrence(Tensor a, int axis, boolean reverse) {
        Operands.check("linearRecurrence", 1, a);
        Tensor x = (Tensor) this;
        Shape shape = Shape.broadcast("linearRecurrence", x.shape(), a.shape());
        int along = shape.axis("linearRecurrence", axis);
        return Engine.apply(new Scan.LinearRecurrence(along, reverse), a.broadcastTo(shape), x.broadcastTo(shape));
    }

    /**
     * An LSTM over a sequence of inputs that are multiplied with their weights already: with the quarters (i, f, g, o) of
     * {@code x[k] + h[k − 1]·weightsᵀ}, {@code c[k] = σ(f)·c[k − 1] + σ(i)·tanh(g)} and {@code h[k] = σ(o)·tanh c[k]}, k going from the last step to the
     * first if {@code reverse}. This is [time, batch, 4·size].
     *
     * @param hidden h before the first step, [batch, size]
     * @param cell c before the first step, [batch, size]
     * @param weights [4·size, size]
     */
    default LstmStates lstm(Tensor hidden, Tensor cell, Tensor weights, boolean reverse) {
        Tensor states = Engine.apply(new Lstm.States(reverse), (Tensor) this, hidden, cell, weights);
        return new LstmStates(states.select(0, Recurrences.H), states.select(0, Recurrences.C));
    }
}

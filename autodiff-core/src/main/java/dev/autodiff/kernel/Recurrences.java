package dev.autodiff.kernel;

/**
 * Recurrent networks over whole sequences. Sequences are [steps, batch, …]; with {@code reverse} they are read from the last step to the
 * first, and "before" means the step that was read before. The four gates of an LSTM stand in the order input i, forget f, cell g, output o.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public interface Recurrences<A> {
    /** The plane of h in the states of an LSTM; its other planes follow. */
    int H = 0;

    int C = 1;
    int I = 2;
    int F = 3;
    int G = 4;
    int O = 5;

    /** The number of planes. */
    int PLANES = 6;

    /**
     * Runs an LSTM: with the quarters of {@code projected + h_before·weightsᵀ}, i, f and o through the sigmoid and g through tanh, sets
     * {@code c = f·c_before + i·g} and {@code h = o·tanh c}.
     *
     * @param kernels the kernels for the products and functions
     * @param projected [steps, batch, 4·size]
     * @param hidden h before the first step, [batch, size]
     * @param cell c before the first step, [batch, size]
     * @param weights [4·size, size]
     * @param out the planes h, c, i, f, g, o, each [steps, batch, size]; Modified
     */
    void lstm(
            FloatKernels<A> kernels,
            A projected,
            A hidden,
            A cell,
            A weights,
            A out,
            int steps,
            int batch,
            int size,
            boolean reverse);

    /**
     * Runs the gradient of {@link #lstm} from the last step to the first. With δ for the gradients by the arguments of the four functions,
     * {@code h̄ = g_h + δ_next·weights}, {@code c̄ = g_c + f_next·c̄_next + h̄·o·(1 − tanh² c)}, {@code δi = (g_i + c̄·g)·i·(1 − i)},
     * {@code δf = (g_f + c̄·c_before)·f·(1 − f)}, {@code δg = (g_g + c̄·i)·(1 − g²)} and {@code δo = (g_o + h̄·tanh c)·o·(1 − o)}.
     *
     * @param g the gradients by the planes of the states
     * @param states what {@link #lstm} gave
     * @param out δ [steps, batch, 4·size], and after it [batch, 4·size] that begins with the gradients by h and c before the first step,
     *     side by side, and is 0 elsewhere; Modified
     */
    void lstmGradient(
            FloatKernels<A> kernels,
            A g,
            A states,
            A cell,
            A weights,
            A out,
            int steps,
            int batch,
            int size,
            boolean reverse);
}

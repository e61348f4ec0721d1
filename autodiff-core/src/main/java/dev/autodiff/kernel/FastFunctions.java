package dev.autodiff.kernel;

/** Functions of float32 arrays that are worth loops of their own, with the bits of {@link Transcendental}. */
public interface FastFunctions {
    /** Returns about how many nanoseconds an element takes. */
    double nanos();

    /** Sets {@code out[i] = e^x[i]} for i from {@code from} to {@code to} − 1. Modified: out, which may be x. */
    void exp(float[] x, float[] out, int from, int to);

    /** Sets {@code out[i] = 1 / (1 + e^(−x[i]))} for i from {@code from} to {@code to} − 1. Modified: out, which may be x. */
    void sigmoid(float[] x, float[] out, int from, int to);

    /** Sets {@code out[i] = tanh x[i]} for i from {@code from} to {@code to} − 1. Modified: out, which may be x. */
    void tanh(float[] x, float[] out, int from, int to);
}

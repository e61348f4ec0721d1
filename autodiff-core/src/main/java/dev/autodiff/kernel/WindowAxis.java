package dev.autodiff.kernel;

/**
 * How windows lie along one spatial axis: window o covers the positions {@code first(o), first(o) + step, …} before {@code end(o)}, all
 * of them inside the axis. Two with equal numbers are equal.
 */
public sealed interface WindowAxis {
    /** Returns the size of the axis that the windows lie on. */
    int input();

    /** Returns how many windows there are. */
    int output();

    /** Returns the first position that window o covers. */
    int first(int o);

    /** Returns a bound that the positions of window o stay below; not above {@code first(o)} if it covers none. */
    int end(int o);

    /** Returns the distance between the positions of a window. */
    int step();

    /**
     * Windows of one size at equal distances: window o covers the positions {@code o·stride − padding + j·dilation} for j from 0 to
     * kernel − 1, as far as they are inside.
     *
     * @param padding the zeros before the axis; what lies behind it follows from the number of windows
     */
    record Sliding(int input, int output, int kernel, int stride, int dilation, int padding) implements WindowAxis {
        @Override
        public int first(int o) {
            int start = o * stride - padding;
            return start >= 0 ? start : start + (dilation - 1 - start) / dilation * dilation;
        }

        @Override
        public int end(int o) {
            return (int) Math.min(input, (long) o * stride - padding + (long) dilation * (kernel - 1) + 1);
        }

        @Override
        public int step() {
            return dilation;
        }

        /** Tells whether window o is position o alone. */
        boolean isIdentity() {
            return kernel == 1 && stride == 1 && padding == 0 && input == output;
        }
    }

    /** Windows that share the axis evenly: window o covers ⌊o·input/output⌋ to before ⌈(o + 1)·input/output⌉. */
    record Adaptive(int input, int output) implements WindowAxis {
        @Override
        public int first(int o) {
            return (int) ((long) o * input / output);
        }

        @Override
        public int end(int o) {
            return (int) (((o + 1L) * input + output - 1) / output);
        }

        @Override
        public int step() {
            return 1;
        }
    }
}

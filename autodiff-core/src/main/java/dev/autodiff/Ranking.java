package dev.autodiff;

import dev.autodiff.shape.Axes;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;

/**
 * Answers about a whole lane of elements that have no derivative: where the largest is, in which order they stand, whether all are
 * true. The elements themselves are taken by these indices, and get their derivative from that.
 */
sealed interface Ranking extends Discrete {

    private static void checkElements(String operation, Shape shape, Axes axes) {
        if (shape.size() == 0 && shape.reduce(axes, false).size() > 0) {
            throw new ShapeException(operation + ": no elements to choose from in axes " + axes + " of shape " + shape);
        }
    }

    /**
     * The index of the largest (or smallest) element, the first of equal ones, the first NaN if there is one; over several axes it counts
     * through them in row-major order.
     */
    @PyTorchName("argmax, argmin")
    record ArgExtreme(boolean largest, Axes axes, boolean keepAxes) implements Ranking {
        @Override
        public String label() {
            return largest ? "argmax" : "argmin";
        }

        @Override
        public String formula() {
            return largest ? "the first index of max x" : "the first index of min x";
        }

        @Override
        public Tensor forward(Tensor[] in) {
            Tensor x = in[0];
            Engine.floating(label(), x);
            checkElements(label(), x.shape(), axes);
            long[] out = new long[x.shape().reduce(axes, keepAxes).size()];
            if (out.length > 0) {
                ReducedAxes plan = ReducedAxes.of(x, axes);
                Floats.of(x.dtype())
                        .reductions()
                        .argument(largest, plan.source().array(), out, plan.outer(), plan.n(), plan.inner());
            }
            return Tensor.wrap(x.shape().reduce(axes, keepAxes), out);
        }
    }

    /** The index of the lower median, the first of equal ones; of the first NaN if there is one. */
    @PyTorchName("")
    record ArgMedian(Axes axes, boolean keepAxes) implements Ranking {
        @Override
        public String label() {
            return "argMedian";
        }

        @Override
        public String formula() {
            return "the index of the median of x";
        }

        @Override
        public Tensor forward(Tensor[] in) {
            Tensor x = in[0];
            Engine.floating("median", x);
            checkElements("median", x.shape(), axes);
            long[] out = new long[x.shape().reduce(axes, keepAxes).size()];
            if (out.length > 0) {
                ReducedAxes plan = ReducedAxes.of(x, axes);
                Floats.of(x.dtype())
                        .ranks()
                        .argMedian(plan.source().array(), out, plan.outer(), plan.n(), plan.inner());
            }
            return Tensor.wrap(x.shape().reduce(axes, keepAxes), out);
        }
    }

    /** The indices that sort x along an axis; equal elements keep their order, NaN is the largest. */
    record ArgSort(int axis, boolean descending) implements Ranking {
        @Override
        public String label() {
            return "argsort";
        }

        @Override
        public String formula() {
            return "the indices that sort x";
        }

        @Override
        public Tensor forward(Tensor[] in) {
            Tensor x = in[0];
            Engine.floating("argsort", x);
            long[] out = new long[x.size()];
            if (out.length > 0) {
                ReducedAxes plan = ReducedAxes.of(x, Axes.of(axis));
                Floats.of(x.dtype()).ranks().sort(descending, x.array(), out, plan.outer(), plan.n(), plan.inner());
            }
            return Tensor.wrap(x.shape(), out);
        }
    }

    /** {@code out_k} = the last index j ≤ k of the largest (or smallest) x_j up to k, a NaN counting as such. */
    @PyTorchName("cummax, cummin (indices)")
    record RunningExtreme(boolean largest, int axis) implements Ranking {
        @Override
        public String label() {
            return largest ? "argCumMax" : "argCumMin";
        }

        @Override
        public String formula() {
            return largest ? "the last index of max x_j for j ≤ k" : "the last index of min x_j for j ≤ k";
        }

        @Override
        public Tensor forward(Tensor[] in) {
            Tensor x = in[0];
            Engine.floating(largest ? "cumMax" : "cumMin", x);
            long[] out = new long[x.size()];
            if (out.length > 0) {
                ReducedAxes plan = ReducedAxes.of(x, Axes.of(axis));
                Floats.of(x.dtype()).ranks().running(largest, x.array(), out, plan.outer(), plan.n(), plan.inner());
            }
            return Tensor.wrap(x.shape(), out);
        }
    }

    /** Whether all elements are true, which none are too, or any is. */
    @PyTorchName("all, any")
    record Quantifier(boolean all, Axes axes, boolean keepAxes) implements Ranking {
        @Override
        public String label() {
            return all ? "all" : "any";
        }

        @Override
        public String formula() {
            return all ? "true if all x are" : "true if any x is";
        }

        @Override
        public Tensor forward(Tensor[] in) {
            Tensor x = in[0];
            Engine.expect(label(), DType.BOOL, x);
            ReducedAxes plan = ReducedAxes.of(x, axes);
            boolean[] source = (boolean[]) plan.source().array();
            boolean[] out = new boolean[x.shape().reduce(axes, keepAxes).size()];
            for (int o = 0; o < plan.outer(); o++) {
                for (int i = 0; i < plan.inner(); i++) {
                    boolean answer = all;
                    for (int k = 0; k < plan.n() && answer == all; k++) {
                        answer = source[(o * plan.n() + k) * plan.inner() + i];
                    }
                    out[o * plan.inner() + i] = answer;
                }
            }
            return Tensor.wrap(x.shape().reduce(axes, keepAxes), out);
        }
    }
}

package dev.autodiff.examples.goldens;

import dev.autodiff.Tensor;
import dev.autodiff.shape.Axes;

/** The family reduce. */
final class ReductionCalls {
    private ReductionCalls() {}

    static void register(OperationTable table) {
        table.op("sum", c -> c.x().sum(c.flag("keepdim", false), c.integers("dim")));
        table.op("mean", c -> c.x().mean(c.flag("keepdim", false), c.integers("dim")));
        table.op("amax", c -> c.x().max(c.flag("keepdim", false), c.integers("dim")));
        table.op("amin", c -> c.x().min(c.flag("keepdim", false), c.integers("dim")));
        table.unary("max", Tensor::max);
        table.unary("min", Tensor::min);
        table.op("logsumexp", c -> {
            boolean keep = c.flag("keepdim", false);
            int[] dim = c.integers("dim");
            return keepAxes(c.x().logSumExp(dim), c.x(), keep, dim);
        });
        table.op("argmax", c -> argument(c, Tensor::argmax));
        table.op("argmin", c -> argument(c, Tensor::argmin));
    }

    private static Tensor keepAxes(Tensor out, Tensor x, boolean keep, int... dim) {
        return keep ? out.reshape(x.shape().reduce(Axes.normalize("keepdim", x.shape(), dim), true)) : out;
    }

    private interface Argument {
        Tensor of(Tensor x, int axis);
    }

    private static Tensor argument(Call c, Argument argument) {
        boolean keep = c.flag("keepdim", false);
        int[] dim = c.integers("dim");
        Tensor x = c.x();
        Tensor out = dim.length == 0 ? argument.of(x.flatten(), 0) : argument.of(x, dim[0]);
        return keepAxes(out, x, keep, dim);
    }
}

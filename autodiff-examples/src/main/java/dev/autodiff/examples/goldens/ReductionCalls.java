package dev.autodiff.examples.goldens;

import dev.autodiff.Tensor;
import dev.autodiff.ValuesAndIndices;
import dev.autodiff.VarianceAndMean;
import java.util.Arrays;
import java.util.List;

/** The family reduce. */
final class ReductionCalls {
    private ReductionCalls() {}

    static void register(OperationTable table) {
        table.op("sum", c -> c.x().sum(c.flag("keepdim", false), axes(c)));
        table.op("mean", c -> c.x().mean(c.flag("keepdim", false), axes(c)));
        table.op("amax", c -> c.x().max(c.flag("keepdim", false), axes(c)));
        table.op("amin", c -> c.x().min(c.flag("keepdim", false), axes(c)));
        table.unary("max", Tensor::max);
        table.unary("min", Tensor::min);
        table.op("logsumexp", c -> c.x().logSumExp(c.flag("keepdim", false), axes(c)));
        table.op("prod", c -> c.x().prod(c.flag("keepdim", false), axes(c)));
        table.op("var", c -> c.x().var(correction(c), c.flag("keepdim", false), axes(c)));
        table.op("std", c -> c.x().std(correction(c), c.flag("keepdim", false), axes(c)));
        table.several("var_mean", c -> {
            VarianceAndMean both = c.x().varMean(correction(c), c.flag("keepdim", false), axes(c));
            return List.of(both.variance(), both.mean());
        });
        table.op("norm", c -> c.x().norm(c.number("p", 2), c.flag("keepdim", false), axes(c)));
        table.op("dist", c -> c.x().distance(c.y(), c.number("p", 2)));
        table.unary("median", Tensor::median);
        table.several("sum_mean_empty", c -> List.of(c.x().sum(), c.x().prod()));

        table.op("argmax", c -> c.x().argmax(c.flag("keepdim", false), axes(c)));
        table.op("argmin", c -> c.x().argmin(c.flag("keepdim", false), axes(c)));
        table.several("max_dim", c -> both(c.x().maxWithIndex(c.flag("keepdim", false), c.integer("dim"))));
        table.several("min_dim", c -> both(c.x().minWithIndex(c.flag("keepdim", false), c.integer("dim"))));
        table.several("sort", c -> both(c.x().sort(c.integer("dim", -1), c.flag("descending", false))));
        table.op("argsort", c -> c.x().argsort(c.integer("dim", -1), c.flag("descending", false)));
        table.several("topk", c -> {
            c.flag("sorted", true); // in order is one of the orders that false allows
            return both(c.x().topK(c.integer("k"), c.integer("dim", -1), c.flag("largest", true)));
        });
        table.op("all", c -> c.x().all(c.flag("keepdim", false), axes(c)));
        table.op("any", c -> c.x().any(c.flag("keepdim", false), axes(c)));

        table.op("cumsum", c -> c.x().cumSum(c.integer("dim")));
        table.op("cumprod", c -> c.x().cumProd(c.integer("dim")));
        table.op("logcumsumexp", c -> c.x().logCumSumExp(c.integer("dim")));
        table.several("cummax", c -> both(c.x().cumMax(c.integer("dim"))));
        table.several("cummin", c -> both(c.x().cumMin(c.integer("dim"))));
    }

    /** PyTorch lets a single number be reduced over axis 0 or −1 as if it were a vector; this library knows that it has none. */
    private static int[] axes(Call c) {
        int[] dim = c.integers("dim");
        boolean single = c.x().rank() == 0 && Arrays.stream(dim).allMatch(d -> d == 0 || d == -1);
        return single ? new int[0] : dim;
    }

    /** PyTorch divides by n − 1 unless told otherwise, and in newer versions by n minus any number. */
    private static double correction(Call c) {
        return c.has("correction") ? c.number("correction") : c.flag("unbiased", true) ? 1 : 0;
    }

    private static List<Tensor> both(ValuesAndIndices result) {
        return List.of(result.values(), result.indices());
    }
}

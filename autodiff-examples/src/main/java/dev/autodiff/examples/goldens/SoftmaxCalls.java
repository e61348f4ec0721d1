package dev.autodiff.examples.goldens;

import dev.autodiff.Tensor;

/** The family softmax: softmax and its kin, and distances. */
final class SoftmaxCalls {
    private SoftmaxCalls() {}

    static void register(OperationTable table) {
        table.op("softmax", c -> alongAxis(c, Tensor::softmax));
        table.op("log_softmax", c -> alongAxis(c, Tensor::logSoftmax));
        table.op("softmin", c -> alongAxis(c, Tensor::softmin));
        table.op("normalize", c -> {
            double p = c.number("p", 2);
            double epsilon = c.number("eps", 1e-12);
            return ofSingle(c, "dim", 1, (x, axis) -> x.normalize(p, axis, epsilon));
        });
        table.op("cosine_similarity", c -> c.x().cosineSimilarity(c.y(), c.integer("dim", 1), c.number("eps", 1e-8)));
        table.op(
                "pairwise_distance",
                c -> c.x().pairwiseDistance(c.y(), c.number("p", 2), c.number("eps", 1e-6), c.flag("keepdim", false)));
        table.op("cdist", c -> c.x().cdist(c.y(), c.number("p", 2)));
    }

    private interface AlongAxis {
        Tensor apply(Tensor x, int axis);
    }

    private static Tensor alongAxis(Call c, AlongAxis operation) {
        return ofSingle(c, "dim", c.integer("dim"), operation);
    }

    /** PyTorch takes axis 0 or −1 of a single number as if it were a vector of one; this library knows that it has none. */
    private static Tensor ofSingle(Call c, String name, int otherwise, AlongAxis operation) {
        Tensor x = c.x();
        int axis = c.integer(name, otherwise);
        boolean single = x.rank() == 0 && (axis == 0 || axis == -1);
        return single ? operation.apply(x.reshape(1), 0).reshape() : operation.apply(x, axis);
    }
}

package dev.autodiff.examples.goldens;

/** The family softmax: softmax and its kin, and distances. */
final class SoftmaxCalls {
    private SoftmaxCalls() {}

    static void register(OperationTable table) {
        table.op("softmax", c -> c.x().softmax(c.integer("dim")));
        table.op("log_softmax", c -> c.x().logSoftmax(c.integer("dim")));
        table.op("softmin", c -> c.x().softmin(c.integer("dim")));
        table.op("normalize", c -> c.x().normalize(c.number("p", 2), c.integer("dim", 1), c.number("eps", 1e-12)));
        table.op("cosine_similarity", c -> c.x().cosineSimilarity(c.y(), c.integer("dim", 1), c.number("eps", 1e-8)));
        table.op(
                "pairwise_distance",
                c -> c.x().pairwiseDistance(c.y(), c.number("p", 2), c.number("eps", 1e-6), c.flag("keepdim", false)));
        table.op("cdist", c -> c.x().cdist(c.y(), c.number("p", 2)));
    }
}

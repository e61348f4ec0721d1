package dev.autodiff.examples.goldens;

import dev.autodiff.BatchNorm;
import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.shape.Shape;
import java.util.List;

/** The family normalization. */
final class NormalizationCalls {
    /** PyTorch's default for every normalisation but {@code rms_norm}. */
    private static final double EPSILON = 1e-5;

    private NormalizationCalls() {}

    static void register(OperationTable table) {
        table.several("batch_norm", NormalizationCalls::batchNorm);
        table.op("layer_norm", c -> c.x().layerNorm(shape(c), c.optional(1), c.optional(2), c.number("eps", EPSILON)));
        table.op(
                "group_norm",
                c -> c.x().groupNorm(c.integer("num_groups"), c.optional(1), c.optional(2), c.number("eps", EPSILON)));
        table.op("instance_norm", c -> c.x().instanceNorm(c.optional(1), c.optional(2), c.number("eps", EPSILON)));
        table.op("rms_norm", c -> c.x().rmsNorm(shape(c), c.optional(1), c.number("eps", EPSILON)));
        table.op(
                "local_response_norm",
                c -> c.x().localResponseNorm(
                                c.integer("size"), c.number("alpha", 1e-4), c.number("beta", 0.75), c.number("k", 1)));
        table.op("dropout", c -> c.x().dropout(c.number("p", 0.5), c.flag("training", true), Generator.seeded(0)));
    }

    private static Shape shape(Call c) {
        return Shape.of(c.integers("normalized_shape"));
    }

    private static List<Tensor> batchNorm(Call c) {
        Tensor mean = c.optional(1);
        Tensor variance = c.optional(2);
        boolean training = c.flag("training", false);
        double momentum = c.number("momentum", 0.1);
        double epsilon = c.number("eps", EPSILON);
        if (mean == null || variance == null) {
            if (!training) {
                throw c.impossible("training=false without running statistics");
            }
            return List.of(c.x().batchNorm(c.optional(3), c.optional(4), epsilon));
        }
        BatchNorm result = c.x().batchNorm(mean, variance, c.optional(3), c.optional(4), training, momentum, epsilon);
        return List.of(result.output(), result.runningMean(), result.runningVariance());
    }
}

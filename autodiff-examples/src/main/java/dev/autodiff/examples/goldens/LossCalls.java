package dev.autodiff.examples.goldens;

import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import org.jspecify.annotations.Nullable;

/** The family loss. */
final class LossCalls {
    private LossCalls() {}

    static void register(OperationTable table) {
        table.op("mse_loss", c -> reduce(c, c.x().sub(c.y()).square()));
        table.op("l1_loss", c -> reduce(c, c.x().sub(c.y()).abs()));
        table.op("binary_cross_entropy", c -> reduce(c, weighted(c.x().logLoss(c.y()), c.optional(2))));
        table.op(
                "binary_cross_entropy_with_logits",
                c -> reduce(c, weighted(c.x().logLossWithLogits(c.y()), c.optional(2))));
        table.op("cross_entropy", LossCalls::crossEntropy);
    }

    private static Tensor weighted(Tensor loss, @Nullable Tensor weight) {
        return weight == null ? loss : loss.mul(weight);
    }

    private static Tensor reduce(Call c, Tensor losses) {
        String reduction = c.text("reduction", "mean");
        return switch (reduction) {
            case "none" -> losses;
            case "sum" -> losses.sum();
            case "mean" -> losses.mean();
            default -> throw c.unknown("reduction=" + reduction);
        };
    }

    private static Tensor crossEntropy(Call c) {
        if (c.number("label_smoothing", 0) != 0) {
            throw c.unknown("label_smoothing");
        }
        int ignored = c.integer("ignore_index", -100);
        String targetIs = c.text("target_is", "");
        Tensor x = c.x();
        Tensor y = c.y();
        if (y.dtype() == DType.INT64) {
            for (long label : y.toLongArray()) {
                if (label == ignored) {
                    throw c.unknown("ignore_index");
                }
            }
        }
        boolean probabilities = y.dtype().isFloating();
        if (probabilities) {
            switch (targetIs) {
                case "softmax(target,1)" -> y = y.softmax(1);
                case "" -> {}
                default -> throw c.unknown("target_is=" + targetIs);
            }
        }
        Tensor losses;
        if (x.rank() <= 2) {
            losses = x.softmaxCrossEntropy(y);
        } else {
            // The classes are axis 1 there and the last axis here.
            losses = classesLast(x).softmaxCrossEntropy(probabilities ? classesLast(y) : y);
        }
        return reduce(c, losses);
    }

    private static Tensor classesLast(Tensor x) {
        int[] order = new int[x.rank()];
        for (int i = 1; i < order.length - 1; i++) {
            order[i] = i + 1;
        }
        order[order.length - 1] = 1;
        return x.permute(order);
    }
}

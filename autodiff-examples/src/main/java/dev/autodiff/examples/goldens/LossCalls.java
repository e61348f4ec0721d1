package dev.autodiff.examples.goldens;

import dev.autodiff.Tensor;
import dev.autodiff.nn.CrossEntropy;
import dev.autodiff.nn.GaussianNll;
import dev.autodiff.nn.KlDivergence;
import dev.autodiff.nn.LogLoss;
import dev.autodiff.nn.LogLossWithLogits;
import dev.autodiff.nn.Losses;
import dev.autodiff.nn.MultiMargin;
import dev.autodiff.nn.MultilabelSoftMargin;
import dev.autodiff.nn.Nll;
import dev.autodiff.nn.PoissonNll;
import dev.autodiff.nn.Reduction;
import dev.autodiff.nn.TripletMargin;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The family loss. */
final class LossCalls {
    private static final Pattern FUNCTION = Pattern.compile("(softmax|log_softmax)\\((input|target), ?(-?\\d+)\\)");

    private LossCalls() {}

    static void register(OperationTable table) {
        table.op("mse_loss", broadcast((c, x, y) -> Losses.mse(x, y, reduction(c))));
        table.op("l1_loss", broadcast((c, x, y) -> Losses.l1(x, y, reduction(c))));
        table.op("smooth_l1_loss", broadcast((c, x, y) -> Losses.smoothL1(x, y, c.number("beta", 1), reduction(c))));
        table.op("huber_loss", broadcast((c, x, y) -> Losses.huber(x, y, c.number("delta", 1), reduction(c))));
        table.op("binary_cross_entropy", c -> new LogLoss(c.optional(2), reduction(c)).of(c.x(), c.y()));
        table.op(
                "binary_cross_entropy_with_logits",
                c -> new LogLossWithLogits(c.optional(2), c.optional(3), reduction(c)).of(c.x(), c.y()));
        table.op(
                "kl_div",
                broadcast((c, x, y) -> new KlDivergence(c.flag("log_target", false), reduction(c))
                        .of(function(c, "input_is", x), function(c, "target_is", y))));
        table.op("soft_margin_loss", c -> Losses.softMargin(c.x(), c.y(), reduction(c)));
        table.op("hinge_embedding_loss", c -> Losses.hingeEmbedding(c.x(), c.y(), c.number("margin", 1), reduction(c)));
        table.op(
                "poisson_nll_loss",
                broadcast((c, x, y) -> new PoissonNll(
                                c.flag("log_input", true), c.flag("full", false), c.number("eps", 1e-8), reduction(c))
                        .of(x, y)));
        table.op("cross_entropy", LossCalls::crossEntropy);
        table.op(
                "nll_loss",
                c -> new Nll(c.optional(2), c.integer("ignore_index", -100), reduction(c)).of(c.x(), c.y()));
        table.op(
                "multi_margin_loss",
                c -> new MultiMargin(c.integer("p", 1), c.number("margin", 1), c.optional(2), reduction(c))
                        .of(c.x(), c.y()));
        table.op(
                "gaussian_nll_loss",
                broadcast((c, x, y) ->
                        new GaussianNll(c.flag("full", false), c.number("eps", 1e-6), reduction(c)).of(x, y, c.x(2))));
        table.op(
                "margin_ranking_loss",
                c -> Losses.marginRanking(c.x(), c.y(), c.x(2), c.number("margin", 0), reduction(c)));
        table.op(
                "cosine_embedding_loss",
                c -> Losses.cosineEmbedding(c.x(), c.y(), c.x(2), c.number("margin", 0), reduction(c)));
        table.op(
                "triplet_margin_loss",
                c -> new TripletMargin(
                                c.number("margin", 1),
                                c.number("p", 2),
                                c.number("eps", 1e-6),
                                c.flag("swap", false),
                                reduction(c))
                        .of(c.x(), c.y(), c.x(2)));
        table.op(
                "multilabel_soft_margin_loss",
                c -> new MultilabelSoftMargin(c.optional(2), reduction(c)).of(c.x(), c.y()));
    }

    private interface PairLoss {
        Tensor of(Call c, Tensor x, Tensor y);
    }

    /** These losses broadcast their two tensors in PyTorch, some with a warning; this library wants two of one shape. */
    private static Function<Call, Tensor> broadcast(PairLoss loss) {
        return c -> {
            Shape x = c.x().shape();
            Shape y = c.y().shape();
            // What does not broadcast is for the loss to refuse.
            return x.broadcastsTo(y) || y.broadcastsTo(x)
                    ? loss.of(c, c.x().broadcastTo(larger(x, y)), c.y().broadcastTo(larger(x, y)))
                    : loss.of(c, c.x(), c.y());
        };
    }

    private static Shape larger(Shape x, Shape y) {
        return x.broadcastsTo(y) ? y : x;
    }

    private static Reduction reduction(Call c) {
        String reduction = c.text("reduction", "mean");
        return switch (reduction) {
            case "none" -> Reduction.NONE;
            case "sum" -> Reduction.SUM;
            case "mean" -> Reduction.MEAN;
            case "batchmean" -> Reduction.BATCH_MEAN;
            default -> throw c.impossible("reduction=" + reduction);
        };
    }

    private static Tensor crossEntropy(Call c) {
        Tensor target = function(c, "target_is", c.y());
        int ignored = c.integer("ignore_index", -100);
        // Of probabilities none can be ignored; PyTorch's default is a negative number, and it refuses others.
        @Nullable Integer ignoreIndex = target.dtype() == DType.INT64 || ignored >= 0 ? ignored : null;
        return new CrossEntropy(c.optional(2), ignoreIndex, c.number("label_smoothing", 0), reduction(c))
                .of(c.x(), target);
    }

    /** Applies the function that an argument such as {@code "target_is": "softmax(target,1)"} names. */
    private static Tensor function(Call c, String name, Tensor x) {
        String text = c.text(name, "");
        if (text.isEmpty()) {
            return x;
        }
        Matcher function = FUNCTION.matcher(text);
        if (!function.matches()) {
            throw c.unknown(name + "=" + text);
        }
        int axis = Integer.parseInt(function.group(3));
        return function.group(1).equals("softmax") ? x.softmax(axis) : x.logSoftmax(axis);
    }
}

package dev.autodiff.nn;

import dev.autodiff.Tensor;
import dev.autodiff.shape.ShapeException;
import org.jspecify.annotations.Nullable;

/**
 * How wrong predictions are, as a number to be minimised. Without a {@link Reduction} a loss is the mean, of shape []. Losses with more
 * options are records of their own, {@code new CrossEntropy().withLabelSmoothing(0.1).of(logits, classes)}; those of single elements are
 * operations of {@link Tensor}. Predictions and targets have one shape and are never broadcast, see {@link ShapeException}; gradients
 * flow to floating-point targets too.
 */
public final class Losses {
    /** Added to squared lengths in the cosine, as PyTorch does. */
    private static final double TINY = 1e-12;

    private static final CrossEntropy PLAIN_CROSS_ENTROPY = new CrossEntropy();

    private Losses() {}

    // ---- of numbers ----

    /** The mean squared error {@code (1/n)·Σ (x − y)²} over all n elements of two tensors of one shape. */
    public static Tensor meanSquaredError(Tensor x, Tensor y) {
        match("meanSquaredError", x, y);
        return x.sub(y).square().mean();
    }

    /** The squared errors {@code (x − y)²}. */
    public static Tensor mse(Tensor x, Tensor y, Reduction reduction) {
        match("mse", x, y);
        return reduction.of(x.sub(y).square());
    }

    /** Half the squared Euclidean distance {@code ½·Σ (x − y)²} of two tensors of one shape; the gradient by x is {@code x − y}. */
    public static Tensor squaredError(Tensor x, Tensor y) {
        match("squaredError", x, y);
        return x.squaredError(y);
    }

    /** The sum of squared errors {@code Σ (x − y)²} over all elements of two tensors of one shape. */
    public static Tensor sumOfSquaredErrors(Tensor x, Tensor y) {
        match("sumOfSquaredErrors", x, y);
        return x.sub(y).square().sum();
    }

    /** The mean absolute error {@code (1/n)·Σ |x − y|}; where x = y the gradient is 0. */
    public static Tensor l1(Tensor x, Tensor y) {
        return l1(x, y, Reduction.MEAN);
    }

    /** The absolute errors {@code |x − y|}; where x = y the gradient is 0. */
    public static Tensor l1(Tensor x, Tensor y, Reduction reduction) {
        match("l1", x, y);
        return reduction.of(x.sub(y).abs());
    }

    /** {@link #smoothL1(Tensor, Tensor, double, Reduction)} with β = 1, as a mean. */
    public static Tensor smoothL1(Tensor x, Tensor y) {
        return smoothL1(x, y, 1, Reduction.MEAN);
    }

    /**
     * With d = x − y: {@code d²/(2β)} for {@code |d| < β}, else {@code |d| − β/2}. The Huber loss divided by β, so that its slope is at most
     * 1; for β = 0 it is {@link #l1}.
     *
     * @param beta β, at least 0
     */
    public static Tensor smoothL1(Tensor x, Tensor y, double beta, Reduction reduction) {
        atLeastZero("smoothL1", "beta", beta);
        match("smoothL1", x, y);
        Tensor d = x.sub(y);
        return reduction.of(beta == 0 ? d.abs() : huber(d, beta).div(beta));
    }

    /** {@link #huber(Tensor, Tensor, double, Reduction)} with δ = 1, as a mean. */
    public static Tensor huber(Tensor x, Tensor y) {
        return huber(x, y, 1, Reduction.MEAN);
    }

    /**
     * With d = x − y: {@code d²/2} for {@code |d| < δ}, else {@code δ·(|d| − δ/2)}: quadratic near the target and linear far from it, where
     * outliers pull no harder. Huber, "Robust Estimation of a Location Parameter", 1964.
     *
     * @param delta δ, above 0
     */
    public static Tensor huber(Tensor x, Tensor y, double delta, Reduction reduction) {
        above("huber", "delta", delta);
        match("huber", x, y);
        return reduction.of(huber(x.sub(y), delta));
    }

    /**
     * Written as {@code m·(d − m/2)} with m = d cut at ±δ, so that neither an infinite d nor d = 0 spoils a derivative; the second one is
     * 1 below δ and 0 from δ on.
     */
    private static Tensor huber(Tensor d, double delta) {
        Tensor cut = Tensor.where(d.abs().lt(delta), d, d.sign().mul(delta));
        return cut.mul(d.sub(cut.mul(0.5)));
    }

    // ---- of probabilities ----

    /**
     * The mean cross-entropy of logits x against a target y, {@code −(1/n)·Σ_i Σ_j y_ij·log softmax(x_i)_j}. The gradient by the
     * logits is {@code (softmax(x) − y) / n}. With options: {@link CrossEntropy}.
     *
     * @param logits [n, classes], [classes] of a single row, or [n, classes, d1, …] with n·d1·… rows
     * @param target class numbers (int64, of the logits' shape without the axis of the classes) or probabilities (of the logits' shape and
     *     type)
     * @throws IndexOutOfBoundsException if a class number is not from 0 to classes − 1
     */
    public static Tensor crossEntropy(Tensor logits, Tensor target) {
        return PLAIN_CROSS_ENTROPY.of(logits, target);
    }

    /**
     * The mean negative log-likelihood {@code −(1/n)·Σ_i l[i, t_i]} of log-probabilities l against class numbers t. With options: {@link Nll}.
     *
     * @param logProbabilities [n, classes], [classes] or [n, classes, d1, …]
     * @param classes int64, of that shape without the axis of the classes
     */
    public static Tensor nll(Tensor logProbabilities, Tensor classes) {
        return new Nll().of(logProbabilities, classes);
    }

    /**
     * The mean log loss (binary cross-entropy) of probabilities p, {@code −(1/n)·Σ (y·log p + (1 − y)·log(1 − p))}, the logarithms cut at
     * −100. With options: {@link LogLoss}.
     *
     * @param probabilities from 0 to 1
     * @param y targets from 0 to 1, of the same shape and type
     * @throws IllegalArgumentException if a probability is not from 0 to 1
     */
    public static Tensor logLoss(Tensor probabilities, Tensor y) {
        return new LogLoss().of(probabilities, y);
    }

    /**
     * The mean log loss of logits x, whose probabilities are {@code σ(x)}, without overflow; the gradient by the logits is
     * {@code (σ(x) − y) / n}. With options: {@link LogLossWithLogits}.
     *
     * @param y targets from 0 to 1, of the logits' shape and type
     */
    public static Tensor logLossWithLogits(Tensor logits, Tensor y) {
        match("logLossWithLogits", logits, y);
        return logits.logLossWithLogits(y).mean();
    }

    /**
     * The Kullback-Leibler divergence of probabilities y from those whose logarithms are l, summed over each row and averaged over the n
     * rows: {@code (1/n)·Σ y·(log y − l)}. With options: {@link KlDivergence}.
     *
     * @param logProbabilities l, of shape [n, …]
     */
    public static Tensor klDivergence(Tensor logProbabilities, Tensor y) {
        return new KlDivergence().of(logProbabilities, y);
    }

    /** The mean negative log-likelihood of counts y under Poisson distributions of rate eˣ, {@code (1/n)·Σ eˣ − y·x}. With options: {@link PoissonNll}. */
    public static Tensor poissonNll(Tensor logRates, Tensor y) {
        return new PoissonNll().of(logRates, y);
    }

    /**
     * The mean negative log-likelihood of numbers y under normal distributions, {@code (1/2n)·Σ log v + (x − y)²/v}. With options:
     * {@link GaussianNll}.
     *
     * @param variance v, of the shape of x, or without or with size 1 in the last axis
     */
    public static Tensor gaussianNll(Tensor x, Tensor y, Tensor variance) {
        return new GaussianNll().of(x, y, variance);
    }

    // ---- of margins; a target is 1 or −1 ----

    /** {@link #softMargin(Tensor, Tensor, Reduction)} as a mean. */
    public static Tensor softMargin(Tensor x, Tensor y) {
        return softMargin(x, y, Reduction.MEAN);
    }

    /** {@code log(1 + exp(−y·x))}, for targets y of 1 and −1; without overflow. */
    public static Tensor softMargin(Tensor x, Tensor y, Reduction reduction) {
        match("softMargin", x, y);
        return reduction.of(x.mul(y).logSigmoid().neg());
    }

    /** {@link #hingeEmbedding(Tensor, Tensor, double, Reduction)} with margin 1, as a mean. */
    public static Tensor hingeEmbedding(Tensor x, Tensor y) {
        return hingeEmbedding(x, y, 1, Reduction.MEAN);
    }

    /**
     * For distances x: {@code x} where y = 1, {@code max(0, margin − x)} where y = −1. At x = margin the slope is −1. A target that is
     * neither counts as both.
     */
    public static Tensor hingeEmbedding(Tensor x, Tensor y, double margin, Reduction reduction) {
        match("hingeEmbedding", x, y);
        Tensor zero = x.zerosLike();
        Tensor near = Tensor.where(y.ne(-1), x, zero);
        Tensor far = Tensor.where(y.ne(1), hinge(x.neg().add(margin)), zero);
        return reduction.of(near.add(far));
    }

    /** {@link #marginRanking(Tensor, Tensor, Tensor, double, Reduction)} with margin 0, as a mean. */
    public static Tensor marginRanking(Tensor x1, Tensor x2, Tensor y) {
        return marginRanking(x1, x2, y, 0, Reduction.MEAN);
    }

    /** {@code max(0, margin − y·(x1 − x2))}: x1 is to rank above x2 where y = 1, below where y = −1. The slope at the kink is that of the loss. */
    public static Tensor marginRanking(Tensor x1, Tensor x2, Tensor y, double margin, Reduction reduction) {
        match("marginRanking", x1, x2);
        match("marginRanking", x1, y);
        return reduction.of(hinge(y.neg().mul(x1.sub(x2)).add(margin)));
    }

    /** {@link #cosineEmbedding(Tensor, Tensor, Tensor, double, Reduction)} with margin 0, as a mean. */
    public static Tensor cosineEmbedding(Tensor x1, Tensor x2, Tensor y) {
        return cosineEmbedding(x1, x2, y, 0, Reduction.MEAN);
    }

    /**
     * With c the cosine of the angle between two rows: {@code 1 − c} where y = 1, {@code max(0, c − margin)} where y = −1. To the squared
     * lengths 10⁻¹² is added, so that a row of zeros has c = 0.
     *
     * @param x1 [n, d] or [d]
     * @param x2 of the same shape
     * @param y [n] or []
     * @param margin usually 0 to ½
     */
    public static Tensor cosineEmbedding(Tensor x1, Tensor x2, Tensor y, double margin, Reduction reduction) {
        match("cosineEmbedding", x1, x2);
        if (x1.rank() == 0 || !y.shape().equals(x1.shape().slice(0, x1.rank() - 1))) {
            throw new ShapeException("cosineEmbedding: expected rows [n, d] and targets [n], or [d] and [], got "
                    + x1.shape() + " and " + y.shape());
        }
        Tensor squares = x1.square().sum(-1).add(TINY).mul(x2.square().sum(-1).add(TINY));
        Tensor cosine = x1.mul(x2).sum(-1).div(squares.sqrt());
        Tensor zero = cosine.zerosLike();
        Tensor alike = Tensor.where(y.eq(1), cosine.neg().add(1), zero);
        Tensor unlike = Tensor.where(y.eq(-1), hinge(cosine.sub(margin)), zero);
        return reduction.of(alike.add(unlike));
    }

    /**
     * The mean multi-class margin loss of scores s against class numbers t: {@code (1/n)·Σ_i Σ_{j≠t_i} max(0, 1 − s[i, t_i] + s[i, j]) / classes}.
     * With options: {@link MultiMargin}.
     *
     * @param scores [n, classes] or [classes]
     * @param classes int64, [n] or []
     */
    public static Tensor multiMargin(Tensor scores, Tensor classes) {
        return new MultiMargin().of(scores, classes);
    }

    /**
     * The mean triplet loss {@code (1/n)·Σ max(0, 1 + ‖a − p‖ − ‖a − n‖)}: an anchor is to be closer to the positive row than to the negative one,
     * by at least 1. With options: {@link TripletMargin}.
     *
     * @param anchor [n, d] or [d], as the others
     */
    public static Tensor tripletMargin(Tensor anchor, Tensor positive, Tensor negative) {
        return new TripletMargin().of(anchor, positive, negative);
    }

    /**
     * The mean over rows and classes of the log loss of each logit, for rows that belong to several classes. With options:
     * {@link MultilabelSoftMargin}.
     *
     * @param logits […, classes]
     * @param y targets from 0 to 1, of the same shape and type
     */
    public static Tensor multilabelSoftMargin(Tensor logits, Tensor y) {
        return new MultilabelSoftMargin().of(logits, y);
    }

    // ---- shared with the losses that have options ----

    /** Returns max(x, 0), whose slope at 0 is 1 as PyTorch has it in losses with a margin. */
    static Tensor hinge(Tensor x) {
        return x.clampMin(0);
    }

    /** Refuses to broadcast: [n] against [n, 1] would compare every prediction with every target. */
    static void match(String loss, Tensor x, Tensor y) {
        if (!x.shape().equals(y.shape())) {
            throw new ShapeException(loss + ": expected two tensors of one shape, got " + x.shape() + " and "
                    + y.shape() + "; bring one to the other's shape with reshape or broadcastTo");
        }
    }

    /** Multiplies losses by weights, which may be repeated to their shape but not enlarge it. */
    static Tensor weighted(String loss, Tensor losses, @Nullable Tensor weight) {
        if (weight == null) {
            return losses;
        }
        if (!weight.shape().broadcastsTo(losses.shape())) {
            throw new ShapeException(loss + ": expected a weight that broadcasts to the shape " + losses.shape()
                    + " of the losses, got " + weight.shape());
        }
        return losses.mul(weight);
    }

    static void above(String loss, String name, double value) {
        if (!(value > 0)) {
            throw new IllegalArgumentException(loss + ": " + name + " must be above 0, got " + value);
        }
    }

    static void atLeastZero(String loss, String name, double value) {
        if (!(value >= 0)) {
            throw new IllegalArgumentException(loss + ": " + name + " must be at least 0, got " + value);
        }
    }
}

package dev.autodiff.nn;

import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Attention and the encoder of the transformer, as functions of their weights. Vaswani et al., "Attention Is All You Need", 2017. */
public final class Attention {
    private Attention() {}

    /**
     * Which keys a query may look at, and how sharply. A query that may look at no key at all gets NaN.
     *
     * @param causal whether a query may look only at the keys of its own place and of those before it
     * @param mask of a shape that broadcasts to that of the scores, [queries, keys] for example: booleans, true where a query may look, or
     *     numbers that are added to the scores; null for none
     * @param scale what scores are multiplied by; null for 1/√d
     */
    public record Options(
            boolean causal, @Nullable Tensor mask, @Nullable Double scale) {

        /** Every query may look at every key. */
        public Options() {
            this(false, null, null);
        }

        /** Returns these options with queries that do not look ahead. */
        public Options withCausal() {
            return new Options(true, mask, scale);
        }

        /** Returns these options with a mask. */
        public Options withMask(Tensor allowedOrAdded) {
            return new Options(causal, allowedOrAdded, scale);
        }

        /** Returns these options with another factor of the scores. */
        public Options withScale(double factor) {
            return new Options(causal, mask, factor);
        }
    }

    private static final Options PLAIN = new Options();

    /** {@code softmax(q·kᵀ/√d)·v}, see {@link #scaledDotProduct(Tensor, Tensor, Tensor, Options)}. */
    public static Tensor scaledDotProduct(Tensor query, Tensor key, Tensor value) {
        return scaledDotProduct(query, key, value, PLAIN);
    }

    /**
     * {@code softmax(scale·q·kᵀ + mask)·v}: the mean of the values, weighted by how well their keys fit each query. Leading axes broadcast.
     *
     * @param query […, queries, d]
     * @param key […, keys, d]
     * @param value […, keys, out]
     * @return […, queries, out]
     */
    public static Tensor scaledDotProduct(Tensor query, Tensor key, Tensor value, Options options) {
        return attend(query, key, value, options, UnaryOperator.identity());
    }

    private static Tensor attend(
            Tensor query, Tensor key, Tensor value, Options options, UnaryOperator<Tensor> dropout) {
        String name = "scaledDotProduct";
        if (query.rank() < 2 || key.rank() < 2 || value.rank() < 2 || query.size(-1) != key.size(-1)) {
            throw new ShapeException(name + ": expected queries […, queries, d] and keys […, keys, d], got "
                    + query.shape() + " and " + key.shape());
        }
        if (key.size(-2) != value.size(-2)) {
            throw new ShapeException(name + ": expected as many values […, keys, out] as keys, got " + value.shape()
                    + " and " + key.shape());
        }
        Double given = options.scale();
        double scale = given != null ? given : 1 / Math.sqrt(query.size(-1));
        // The smaller factor is scaled, not the scores.
        Tensor scores = query.mul(scale).matmul(key.transpose());
        if (options.causal()) {
            scores = allowed(scores, causal(query.size(-2), key.size(-2)));
        }
        Tensor mask = options.mask();
        if (mask != null) {
            if (!mask.shape().broadcastsTo(scores.shape())) {
                throw new ShapeException(name + ": expected a mask that broadcasts to the shape " + scores.shape()
                        + " of the scores, got " + mask.shape());
            }
            scores = mask.dtype() == DType.BOOL ? allowed(scores, mask) : scores.add(mask);
        }
        return dropout.apply(scores.softmax(-1)).matmul(value);
    }

    private static Tensor causal(int queries, int keys) {
        return Tensor.range(0, queries).expandDims(1).ge(Tensor.range(0, keys));
    }

    private static Tensor allowed(Tensor scores, Tensor mask) {
        return Tensor.where(mask, scores, Tensor.full(scores.dtype(), Shape.SCALAR, Double.NEGATIVE_INFINITY));
    }

    // ---- several heads ----

    /**
     * The weights of attention with several heads.
     *
     * @param input projects queries, keys and values: weight [3·width, width], the rows for the three one after the other
     * @param output mixes what the heads found: weight [width, width]
     */
    public record MultiHeadWeights(Linear input, Linear output) {
        /** Checks that the shapes fit together. */
        public MultiHeadWeights {
            int width = input.weight().size(1);
            if (!input.weight().shape().equals(Shape.of(3 * width, width))
                    || !output.weight().shape().equals(Shape.of(width, width))) {
                throw new ShapeException("multiHead: expected weights [3·width, width] and [width, width], got "
                        + input.weight().shape() + " and " + output.weight().shape());
            }
        }

        int width() {
            return input.weight().size(1);
        }

        /** Projects by the rows of the weight for queries (0), keys (1) or values (2). */
        private Tensor project(Tensor x, int part) {
            Tensor bias = input.bias();
            return new Linear(
                            input.weight().narrow(0, part * width(), width()),
                            bias == null ? null : bias.narrow(0, part * width(), width()))
                    .forward(x);
        }
    }

    /**
     * Attention with several heads, each of which looks through a projection of its own: they share the last axis in contiguous parts, and
     * their results stand side by side and are mixed.
     *
     * @param query [batch, queries, width], or [queries, width] of a single one
     * @param key [batch, keys, width], or [keys, width]
     * @param value of the shape of key
     * @param heads a divisor of the width
     * @param options the mask must broadcast to [batch, heads, queries, keys]
     * @return of the shape of query
     */
    public static Tensor multiHead(
            Tensor query, Tensor key, Tensor value, MultiHeadWeights weights, int heads, Options options) {
        return multiHead(query, key, value, weights, heads, options, UnaryOperator.identity());
    }

    private static Tensor multiHead(
            Tensor query,
            Tensor key,
            Tensor value,
            MultiHeadWeights weights,
            int heads,
            Options options,
            UnaryOperator<Tensor> dropout) {
        int width = weights.width();
        if (heads < 1 || width % heads != 0) {
            throw new IllegalArgumentException(
                    "multiHead: the number of heads must divide the width " + width + ", got " + heads);
        }
        for (Tensor x : new Tensor[] {query, key, value}) {
            if (x.rank() < 2 || x.rank() > 3 || x.rank() != query.rank() || x.size(-1) != width) {
                throw new ShapeException("multiHead: expected queries, keys and values [batch, places, " + width
                        + "] or [places, " + width + "], got " + query.shape() + ", " + key.shape() + " and "
                        + value.shape());
            }
        }
        Tensor q;
        Tensor k;
        Tensor v;
        if (query == key && key == value) { // one product of a thrice as wide matrix is faster
            Tensor all = weights.input().forward(query);
            q = all.narrow(-1, 0, width);
            k = all.narrow(-1, width, width);
            v = all.narrow(-1, 2 * width, width);
        } else {
            q = weights.project(query, 0);
            k = weights.project(key, 1);
            v = weights.project(value, 2);
        }
        Tensor found = attend(split(q, heads), split(k, heads), split(v, heads), options, dropout);
        return weights.output().forward(joined(found).reshape(query.shape()));
    }

    /** From […, places, width] to […, heads, places, width/heads]. */
    private static Tensor split(Tensor x, int heads) {
        int axis = x.rank() - 1;
        Shape shape = x.shape().with(axis, heads).insert(axis + 1, x.size(-1) / heads);
        return x.reshape(shape).transpose(axis - 1, axis);
    }

    /** From […, heads, places, width/heads] to […, places, heads, width/heads]. */
    private static Tensor joined(Tensor x) {
        return x.transpose(x.rank() - 3, x.rank() - 2);
    }

    // ---- the encoder of the transformer ----

    /**
     * The weights of a normalisation over the last axis.
     *
     * @param weight [width]
     * @param bias [width], or null for none
     */
    public record Norm(Tensor weight, @Nullable Tensor bias) {
        private Tensor of(Tensor x, double eps) {
            return x.layerNorm(weight.shape(), weight, bias, eps);
        }
    }

    /**
     * The weights of a layer of the transformer's encoder.
     *
     * @param attention attention of the places to each other
     * @param wide [inner, width], of each place
     * @param narrow [width, inner], of each place
     * @param first normalises around the attention
     * @param second normalises around the other two
     */
    public record EncoderWeights(MultiHeadWeights attention, Linear wide, Linear narrow, Norm first, Norm second) {}

    /**
     * The settings of a layer of the transformer's encoder.
     *
     * @param heads a divisor of the width
     * @param activation between the two products of each place
     * @param normFirst whether to normalise before attention and products, not after adding what came in
     * @param eps keeps the divisors of the normalisations above 0
     * @param dropout the probability with which numbers are dropped, from 0 to below 1
     * @param generator decides which ones; may be null without dropout
     * @param attention masks
     */
    public record EncoderOptions(
            int heads,
            UnaryOperator<Tensor> activation,
            boolean normFirst,
            double eps,
            double dropout,
            @Nullable Generator generator,
            Options attention) {
        /** Checks the ranges. */
        public EncoderOptions {
            if (!(dropout >= 0 && dropout < 1) || (dropout > 0 && generator == null)) {
                throw new IllegalArgumentException(
                        "transformerEncoderLayer: dropout must be from 0 to below 1 and needs a generator, got "
                                + dropout);
            }
        }

        /** ReLU, normalisation last, eps = 10⁻⁵, no dropout, no masks. */
        public EncoderOptions(int heads) {
            this(heads, Tensor::relu, false, 1e-5, 0, null, PLAIN);
        }

        /** Returns these options with another activation. */
        public EncoderOptions withActivation(UnaryOperator<Tensor> function) {
            return new EncoderOptions(heads, function, normFirst, eps, dropout, generator, attention);
        }

        /** Returns these options with normalisation first. */
        public EncoderOptions withNormFirst() {
            return new EncoderOptions(heads, activation, true, eps, dropout, generator, attention);
        }

        /** Returns these options with another eps. */
        public EncoderOptions withEps(double other) {
            return new EncoderOptions(heads, activation, normFirst, other, dropout, generator, attention);
        }

        /** Returns these options with dropout. */
        public EncoderOptions withDropout(double probability, Generator random) {
            return new EncoderOptions(heads, activation, normFirst, eps, probability, random, attention);
        }

        /** Returns these options with masks. */
        public EncoderOptions withAttention(Options options) {
            return new EncoderOptions(heads, activation, normFirst, eps, dropout, generator, options);
        }

        private Tensor dropped(Tensor x) {
            return generator == null ? x : x.dropout(dropout, true, generator);
        }
    }

    /**
     * A layer of the transformer's encoder: attention of the places to each other, then two products of each place with a function between, each
     * added to what came in and normalised.
     *
     * @param x [batch, places, width] or [places, width]
     * @return of the same shape
     */
    public static Tensor transformerEncoderLayer(Tensor x, EncoderWeights weights, EncoderOptions options) {
        Norm first = weights.first();
        Norm second = weights.second();
        double eps = options.eps();
        if (options.normFirst()) {
            Tensor seen = x.add(looked(first.of(x, eps), weights, options));
            return seen.add(thought(second.of(seen, eps), weights, options));
        }
        Tensor seen = first.of(x.add(looked(x, weights, options)), eps);
        return second.of(seen.add(thought(seen, weights, options)), eps);
    }

    private static Tensor looked(Tensor x, EncoderWeights weights, EncoderOptions options) {
        return options.dropped(
                multiHead(x, x, x, weights.attention(), options.heads(), options.attention(), options::dropped));
    }

    private static Tensor thought(Tensor x, EncoderWeights weights, EncoderOptions options) {
        Tensor inner = options.dropped(options.activation().apply(weights.wide().forward(x)));
        return options.dropped(weights.narrow().forward(inner));
    }
}

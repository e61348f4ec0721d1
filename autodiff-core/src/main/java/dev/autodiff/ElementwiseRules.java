package dev.autodiff;

/**
 * What the rules of {@link Elementwise} are made of: its operations that no method of {@link Tensor} reaches, among them those whose constants
 * stand later, and expressions that are too long for a table.
 */
final class ElementwiseRules {
    private ElementwiseRules() {}

    static Tensor powByBase(Tensor x, Tensor y, Tensor z) {
        return Engine.apply(Elementwise.POW_BY_BASE, x, y, z);
    }

    static Tensor powByExponent(Tensor x, Tensor y, Tensor z) {
        return Engine.apply(Elementwise.POW_BY_EXPONENT, x, y, z);
    }

    static Tensor sigmoidGradient(Tensor x, Tensor y) {
        return Engine.apply(Elementwise.SIGMOID_GRADIENT, x, y);
    }

    static Tensor tanhGradient(Tensor x, Tensor y) {
        return Engine.apply(Elementwise.TANH_GRADIENT, x, y);
    }

    static Tensor reluGradient(Tensor x, Tensor y) {
        return Engine.apply(Elementwise.RELU_GRADIENT, x, y);
    }

    static Tensor oneMinusSquare(Tensor x) {
        return Engine.apply(Elementwise.ONE_MINUS_SQUARE, x);
    }

    static Tensor polygamma(Tensor x, Tensor order) {
        return Engine.apply(Elementwise.POLYGAMMA, x, order);
    }

    static Tensor sphericalBessel(Tensor x, Tensor order) {
        return Engine.apply(Elementwise.SPHERICAL_BESSEL, x, order);
    }

    /** Returns {@code (n·j_(n−1)(x) − (n + 1)·j_(n+1)(x)) / (2n + 1)}, DLMF 10.51.1, for a whole order n. */
    static Tensor sphericalBesselSlope(Tensor x, Tensor n) {
        Tensor before = sphericalBessel(x, n.maximum(1).sub(1)).mul(n); // 0 for n = 0
        Tensor after = n.add(1);
        return before.sub(sphericalBessel(x, after).mul(after)).div(after.add(n));
    }

    /** Returns ⌊x / y⌋: −1 where the quotient of numbers of unlike sign is so small that it became 0, as −1 / ∞ does. */
    static Tensor floorQuotient(Tensor x, Tensor y) {
        Tensor quotient = x.div(y).floor();
        Tensor vanished = quotient.eq(0).logicalAnd(x.mul(y).lt(0));
        return Tensor.where(vanished, quotient.sub(1), quotient);
    }

    static Tensor siluGradient(Tensor x, Tensor y) {
        return Engine.apply(Elementwise.SILU_GRADIENT, x, y);
    }

    static Tensor mishGradient(Tensor x, Tensor y) {
        return Engine.apply(Elementwise.MISH_GRADIENT, x, y);
    }

    static Tensor geluGradient(Tensor x, Tensor y) {
        return Engine.apply(Elementwise.GELU_GRADIENT, x, y);
    }

    static Tensor geluTanhGradient(Tensor x, Tensor y) {
        return Engine.apply(Elementwise.GELU_TANH_GRADIENT, x, y);
    }

    /** Returns g where a condition holds, else 0, also where g is infinite. */
    static Tensor onlyWhere(Tensor condition, Tensor g) {
        return Tensor.where(condition, g, g.scalarLike(0));
    }

    /** Returns σ(−x) from σ(−|x|), so that the derivative keeps its digits on both sides. */
    static Tensor sigmoidOfNegative(Tensor x) {
        Tensor below = x.lt(0);
        Tensor s = Tensor.where(below, x, x.neg()).sigmoid();
        return Tensor.where(below, s.neg().add(1), s);
    }

    /** Returns s·(1 − s)·(2 + y·(1 − 2s)) with s = σ(y): the second derivative of silu. */
    static Tensor siluCurvature(Tensor y) {
        Tensor s = y.sigmoid();
        return sigmoidGradient(y.mul(s.mul(-2).add(1)).add(2), s);
    }

    /** Returns w·(2 + y·(1 − s − 2·s·t)) with s = σ(y), t = tanh(log(1 + e^y)) and w = dt/dy: the second derivative of mish. */
    static Tensor mishCurvature(Tensor y) {
        Tensor s = y.sigmoid();
        Tensor t = y.softplus().tanh();
        Tensor bracket = s.add(s.mul(t).mul(2)).neg().add(1);
        return tanhGradient(s, t).mul(y.mul(bracket).add(2));
    }

    /** Returns φ(y)·(2 − y²) with φ the density of the normal distribution: the second derivative of gelu. */
    static Tensor geluCurvature(Tensor y) {
        Tensor square = y.square();
        return square.mul(-0.5).exp().mul(square.neg().add(2)).mul(1 / Math.sqrt(2 * Math.PI));
    }

    /** Returns {@code σ′(p)·(2·p′ + y·((1 − 2·σ(p))·p′² + p″))} with {@code p = c·(y + a·y³)}: the second derivative of geluTanh. */
    static Tensor geluTanhCurvature(Tensor y) {
        double c = 2 * Math.sqrt(2 / Math.PI);
        double a = 0.044715;
        Tensor near = y.clamp(-25, 25); // beyond, all is 0, and the powers of y would overflow
        Tensor square = near.square();
        Tensor p = near.mul(square.mul(a).add(1)).mul(c);
        Tensor s = p.sigmoid();
        Tensor first = square.mul(3 * a).add(1).mul(c);
        Tensor second = near.mul(6 * a * c);
        Tensor bend = s.mul(-2).add(1).mul(first.square()).add(second);
        return sigmoidGradient(
                first.mul(2).add(near.mul(bend)), p.abs().neg().sigmoid()); // σ′ is even, and 1 − σ cancels above
    }

    /** Returns x below 0, else 0, whose derivative at 0 is 0: the second derivative of ELU at its kink, as in PyTorch. */
    static Tensor negativePart(Tensor x) {
        return Tensor.where(x.lt(0), x, x.zerosLike());
    }

    /** Returns x, constant from the threshold on: the second derivative of softplus at its threshold is 0, as in PyTorch. */
    static Tensor below(Tensor x, Tensor threshold) {
        return Tensor.where(x.lt(threshold), x, x.detach());
    }

    /** Returns 1 where x is larger, ½ where they are equal and 0 where x is smaller; 1 where one is NaN, as in PyTorch. */
    static Tensor share(Tensor x, Tensor y) {
        Tensor above = Tensor.where(x.eq(y), x.scalarLike(0.5), x.scalarLike(1));
        return onlyWhere(x.lt(y).logicalNot(), above);
    }
}

package dev.autodiff;

import dev.autodiff.shape.Axes;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;

/**
 * Norms and distances, {@code ‖x‖_p = (Σ |x|^p)^(1/p)}: the largest |x| for p = ∞, the smallest for −∞, the number of elements that are not 0
 * for p = 0. Where a norm is 0 its derivative is 0, as in PyTorch; at 0 so is that of each |x|. Equal extremes share the derivative of
 * p = ±∞. Computed without overflow. No axes mean all of them.
 */
public sealed interface DistanceMath permits Tensor {

    /** {@code √Σ x²} over all elements. */
    default Tensor norm() {
        return norm(2);
    }

    /** {@code ‖x‖_p} over some axes. */
    default Tensor norm(double p, int... axes) {
        return norm(p, false, axes);
    }

    /** {@code ‖x‖_p} over some axes. */
    default Tensor norm(double p, boolean keepAxes, int... axes) {
        Tensor x = (Tensor) this;
        return Engine.apply(new Reduction.Norm(p, Axes.normalize("norm", x.shape(), axes), keepAxes), x);
    }

    /** {@code ‖x − y‖_p} over all elements; both broadcast. */
    default Tensor distance(Tensor y, double p) {
        Operands.check("distance", 1, y);
        Shape.broadcast("distance", ((Tensor) this).shape(), y.shape());
        return ((Tensor) this).sub(y).norm(p);
    }

    /** {@code x / max(‖x‖_p, eps)} with the norm along an axis. */
    default Tensor normalize(double p, int axis, double eps) {
        Tensor x = (Tensor) this;
        return x.div(x.norm(p, true, x.shape().axis("normalize", axis)).clampMin(eps));
    }

    /** {@code x / max(‖x‖₂, 10⁻¹²)} with the norm along an axis. */
    default Tensor normalize(int axis) {
        return normalize(2, axis, NormDefaults.LEAST);
    }

    /** {@code ⟨x, y⟩ / (max(‖x‖₂, eps)·max(‖y‖₂, eps))} along an axis: the cosine of the angle between them. Both broadcast. */
    default Tensor cosineSimilarity(Tensor y, int axis, double eps) {
        Operands.check("cosineSimilarity", 1, y);
        Tensor x = (Tensor) this;
        Shape shape = Shape.broadcast("cosineSimilarity", x.shape(), y.shape());
        int a = shape.axis("cosineSimilarity", axis);
        return x.broadcastTo(shape)
                .normalize(2, a, eps)
                .mul(y.broadcastTo(shape).normalize(2, a, eps))
                .sum(a);
    }

    /** The cosine of the angle between x and y along an axis, with eps = 10⁻⁸. */
    default Tensor cosineSimilarity(Tensor y, int axis) {
        return cosineSimilarity(y, axis, NormDefaults.LEAST_OF_COSINE);
    }

    /** {@code ‖x − y + eps‖_p} along the last axis; both broadcast. */
    default Tensor pairwiseDistance(Tensor y, double p, double eps, boolean keepAxes) {
        Operands.check("pairwiseDistance", 1, y);
        Shape.broadcast("pairwiseDistance", ((Tensor) this).shape(), y.shape());
        return ((Tensor) this).sub(y).add(eps).norm(p, keepAxes, -1);
    }

    /** {@code ‖x − y + 10⁻⁶‖₂} along the last axis. */
    default Tensor pairwiseDistance(Tensor y) {
        return pairwiseDistance(y, 2, NormDefaults.ADDED, false);
    }

    /**
     * The distances {@code out[…, i, j] = ‖x[…, i, :] − y[…, j, :]‖_p} between all rows of x […, n, d] and y […, m, d]; the leading axes
     * broadcast.
     *
     * @throws ShapeException if the rows differ in length
     */
    default Tensor cdist(Tensor y, double p) {
        Operands.check("cdist", 1, y);
        Tensor x = (Tensor) this;
        if (x.rank() < 2 || y.rank() < 2 || x.size(-1) != y.size(-1)) {
            throw new ShapeException(
                    "cdist: expected rows […, n, d] and […, m, d], got " + x.shape() + " and " + y.shape());
        }
        if (!(p >= 0)) {
            throw new IllegalArgumentException("cdist: expected p ≥ 0, got " + p);
        }
        return x.expandDims(-2).sub(y.expandDims(-3)).norm(p, -1);
    }
}

package dev.autodiff;

import dev.autodiff.shape.Axes;
import dev.autodiff.shape.AxisException;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Products of vectors, matrices and tensors. Sizes that should agree and don't are a {@link ShapeException}. */
public sealed interface ProductMath permits Tensor {
    /**
     * The matrix product {@code out[…, i, j] = Σ_p x[…, i, p]·y[…, p, j]}.
     *
     * <p>x […, m, k] and y […, k, n] give […, m, n], their leading axes broadcast. A vector [k] on the left counts as a row, on the right
     * as a column, and its axis is missing in the result, so that two vectors give their scalar product [].
     *
     * @throws ShapeException if the inner sizes differ
     */
    default Tensor matmul(Tensor y) {
        Tensor x = (Tensor) this;
        Operands.check("matmul", 1, y);
        if (x.rank() == 2 && y.rank() == 2) {
            return Engine.apply(MatMul.INSTANCE, x, y);
        }
        if (x.rank() == 0 || y.rank() == 0) {
            throw new ShapeException(
                    "matmul: expected at least one axis, got " + x.shape() + " × " + y.shape() + "; did you mean mul?");
        }
        boolean vector = x.rank() == 1 || y.rank() == 1; // named as it came, not with the axis that it is given below
        if (vector && x.size(-1) != (y.rank() == 1 ? y.size() : y.size(-2))) {
            throw new ShapeException("matmul: inner sizes differ, " + x.shape() + " × " + y.shape());
        }
        Tensor left = x.rank() == 1 ? x.expandDims(0) : x;
        Tensor right = y.rank() == 1 ? y.expandDims(1) : y;
        Tensor out;
        if (left.rank() > 2 && right.rank() == 2 && !left.isTransposedView() && left.size(-1) == right.size(-2)) {
            // One tall product is faster than many small ones, and so are its derivatives.
            Shape rows = left.shape().slice(0, left.rank() - 1);
            out = Engine.apply(MatMul.INSTANCE, left.reshape(Shape.of(rows.size(), left.size(-1))), right)
                    .reshape(rows.concat(Shape.of(right.size(-1))));
        } else {
            out = Engine.apply(MatMul.INSTANCE, left, right);
        }
        if (x.rank() == 1) {
            out = out.squeeze(-2);
        }
        return y.rank() == 1 ? out.squeeze(-1) : out;
    }

    /** {@code out[i, j] = Σ_p x[i, p]·y[p, j]} for matrices x [m, k] and y [k, n] alone. */
    default Tensor mm(Tensor y) {
        return ofRanks("mm", 2, y, 2);
    }

    /** {@code out[i] = Σ_p x[i, p]·y[p]} for a matrix x [m, k] and a vector y [k] alone. */
    default Tensor mv(Tensor y) {
        return ofRanks("mv", 2, y, 1);
    }

    /** {@code Σ_p x[p]·y[p]} [] for vectors [k] alone. */
    default Tensor dot(Tensor y) {
        return ofRanks("dot", 1, y, 1);
    }

    /** {@code out[b, i, j] = Σ_p x[b, i, p]·y[b, p, j]} for batches x [batch, m, k] and y [batch, k, n] of the same size. */
    default Tensor bmm(Tensor y) {
        Operands.check("bmm", 1, y);
        Tensor x = (Tensor) this;
        if (x.rank() == 3 && y.rank() == 3 && x.size(0) != y.size(0)) {
            throw new ShapeException(
                    "bmm: batches differ, " + x.shape() + " × " + y.shape() + "; matmul repeats axes of size 1");
        }
        return ofRanks("bmm", 3, y, 3);
    }

    private Tensor ofRanks(String operation, int xRank, Tensor y, int yRank) {
        Operands.check(operation, 1, y);
        Tensor x = (Tensor) this;
        if (x.rank() != xRank || y.rank() != yRank) {
            throw new ShapeException(operation + ": expected " + xRank + " and " + yRank + " axes, got " + x.shape()
                    + " × " + y.shape() + "; matmul takes others");
        }
        if (x.size(-1) != y.size(yRank == 1 ? 0 : -2)) {
            throw new ShapeException(operation + ": inner sizes differ, " + x.shape() + " × " + y.shape());
        }
        return matmul(y);
    }

    /** {@code out[i, j] = x[i]·y[j]} for vectors x [m] and y [n]. */
    default Tensor outer(Tensor y) {
        Operands.check("outer", 1, y);
        Tensor x = (Tensor) this;
        if (x.rank() != 1 || y.rank() != 1) {
            throw new ShapeException("outer: expected two vectors, got " + x.shape() + " and " + y.shape()
                    + "; tensordot(y, 0) takes others");
        }
        return x.expandDims(1).mul(y);
    }

    /** {@code x + a·b} for matrices a [m, k] and b [k, n], where x broadcasts to [m, n]. */
    default Tensor addmm(Tensor a, Tensor b) {
        return addmm(a, b, 1, 1);
    }

    /**
     * {@code beta·x + alpha·(a·b)} for matrices a [m, k] and b [k, n], where x broadcasts to [m, n]. With beta = 0 the elements of x do not
     * matter, even if they are NaN.
     */
    default Tensor addmm(Tensor a, Tensor b, double beta, double alpha) {
        Operands.check("addmm", 1, a, b);
        checkInner("addmm", 2, a, b);
        return plusProduct("addmm", a.mm(b), beta, alpha);
    }

    /** {@code beta·x + alpha·(a·b)} for batches a [batch, m, k] and b [batch, k, n], where x broadcasts to [batch, m, n]. */
    default Tensor baddbmm(Tensor a, Tensor b, double beta, double alpha) {
        Operands.check("baddbmm", 1, a, b);
        checkInner("baddbmm", 3, a, b);
        return plusProduct("baddbmm", a.bmm(b), beta, alpha);
    }

    private static void checkInner(String operation, int rank, Tensor a, Tensor b) {
        if (a.rank() != rank || b.rank() != rank || a.size(-1) != b.size(-2)) {
            throw new ShapeException(operation + ": expected factors with " + rank + " axes and equal inner sizes, got "
                    + a.shape() + " × " + b.shape());
        }
    }

    private Tensor plusProduct(String operation, Tensor product, double beta, double alpha) {
        Tensor x = (Tensor) this;
        if (!x.shape().broadcastsTo(product.shape())) {
            throw new ShapeException(
                    operation + ": shape " + x.shape() + " can't be added to the product of shape " + product.shape());
        }
        Tensor scaled = alpha == 1 ? product : product.mul(alpha);
        if (beta == 0) {
            return Tensor.where(Tensor.full(DType.BOOL, Shape.SCALAR, 0), x, scaled);
        }
        return (beta == 1 ? x : x.mul(beta)).add(scaled);
    }

    /**
     * {@code x·Wᵀ + b}, a layer's map: for x […, in], weight [out, in] and bias [out] the result is […, out]. A weight [in] with a bias []
     * gives […].
     *
     * @param bias null for none
     */
    default Tensor linear(Tensor weight, @Nullable Tensor bias) {
        Operands.check("linear", 1, weight);
        Tensor x = (Tensor) this;
        if (x.rank() == 0 || weight.rank() == 0 || weight.rank() > 2 || x.size(-1) != weight.size(-1)) {
            throw new ShapeException(
                    "linear: expected input […, in] and weight [out, in], got " + x.shape() + " and " + weight.shape());
        }
        boolean vector = bias != null && bias.rank() == 1 && bias.size() == weight.size(0);
        if (x.rank() >= 2
                && weight.rank() == 2
                && (bias == null || vector)
                && (x.rank() == 2 || !x.isTransposedView())) {
            return bias == null ? Engine.apply(Affine.PLAIN, x, weight) : Engine.apply(Affine.BIASED, x, weight, bias);
        }
        Tensor product = x.matmul(weight.rank() == 1 ? weight : weight.transpose());
        if (bias == null) {
            return product;
        }
        if (!bias.shape().broadcastsTo(product.shape())) {
            throw new ShapeException("linear: expected bias " + weight.shape().slice(0, weight.rank() - 1)
                    + " for weight " + weight.shape() + ", got " + bias.shape());
        }
        return product.add(bias);
    }

    /**
     * {@code out[…, o] = Σ_ij x[…, i]·W[o, i, j]·y[…, j] + b[o]}, for x […, n], y […, m], weight [out, n, m] and bias [out]; the leading
     * axes of x and y are the same.
     *
     * @param bias null for none
     */
    default Tensor bilinear(Tensor y, Tensor weight, @Nullable Tensor bias) {
        Operands.check("bilinear", 1, y, weight);
        Tensor x = (Tensor) this;
        boolean fits = weight.rank() == 3
                && x.rank() > 0
                && x.rank() == y.rank()
                && x.shape().slice(0, x.rank() - 1).equals(y.shape().slice(0, y.rank() - 1))
                && x.size(-1) == weight.size(1)
                && y.size(-1) == weight.size(2);
        if (!fits) {
            throw new ShapeException("bilinear: expected inputs […, n] and […, m] and weight [out, n, m], got "
                    + x.shape() + ", " + y.shape() + " and " + weight.shape());
        }
        int out = weight.size(0);
        int m = weight.size(2);
        Shape rows = x.shape().slice(0, x.rank() - 1);
        Tensor byX = x.reshape(Shape.of(rows.size(), x.size(-1)))
                .matmul(weight.permute(1, 0, 2).reshape(Shape.of(weight.size(1), out * m)))
                .reshape(Shape.of(rows.size(), out, m));
        Tensor product = byX.matmul(y.reshape(Shape.of(rows.size(), m, 1))).reshape(rows.concat(Shape.of(out)));
        if (bias == null) {
            return product;
        }
        if (!bias.shape().broadcastsTo(product.shape())) {
            throw new ShapeException("bilinear: expected bias [" + out + "], got " + bias.shape());
        }
        return product.add(bias);
    }

    /**
     * The Kronecker product, {@code out[i·p + k, j·q + l] = x[i, j]·y[k, l]} for y [p, q], and likewise for any number of axes; the tensor
     * with fewer of them gets leading ones of size 1.
     */
    default Tensor kron(Tensor y) {
        Operands.check("kron", 1, y);
        Tensor x = (Tensor) this;
        int rank = Math.max(x.rank(), y.rank());
        int[] left = new int[2 * rank];
        int[] right = new int[2 * rank];
        int[] product = new int[rank];
        for (int i = 0; i < rank; i++) {
            int own = i - rank + x.rank();
            int other = i - rank + y.rank();
            left[2 * i] = own < 0 ? 1 : x.size(own);
            left[2 * i + 1] = 1;
            right[2 * i] = 1;
            right[2 * i + 1] = other < 0 ? 1 : y.size(other);
            product[i] = left[2 * i] * right[2 * i + 1];
        }
        return x.reshape(Shape.of(left)).mul(y.reshape(Shape.of(right))).reshape(Shape.of(product));
    }

    /** {@link #tensordot(Tensor, int[], int[])} over the last {@code count} axes of x and the first of y; 0 is the outer product. */
    default Tensor tensordot(Tensor y, int count) {
        Operands.check("tensordot", 1, y);
        Tensor x = (Tensor) this;
        if (count < 0 || count > x.rank() || count > y.rank()) {
            throw new AxisException("tensordot: expected 0 to " + Math.min(x.rank(), y.rank()) + " axes for shapes "
                    + x.shape() + " and " + y.shape() + ", got " + count);
        }
        int[] xAxes = new int[count];
        for (int i = 0; i < count; i++) {
            xAxes[i] = x.rank() - count + i;
        }
        return tensordot(y, xAxes, Axes.all(count).toArray());
    }

    /**
     * The sum of products over axes of x and axes of y taken in pairs. The result has the other axes of x and then those of y. In a pair
     * one size may be 1, it is repeated then.
     */
    default Tensor tensordot(Tensor y, int[] xAxes, int[] yAxes) {
        Operands.check("tensordot", 1, y);
        Tensor x = (Tensor) this;
        if (xAxes.length != yAxes.length) {
            throw new AxisException("tensordot: expected as many axes of one tensor as of the other, got "
                    + xAxes.length + " and " + yAxes.length);
        }
        int[] left = Axes.all(x.rank()).toArray();
        int[] right = new int[y.rank()];
        Arrays.setAll(right, i -> x.rank() + i);
        boolean[] summed = new boolean[x.rank() + y.rank()];
        for (int k = 0; k < xAxes.length; k++) {
            int i = x.shape().axis("tensordot", xAxes[k]);
            int j = y.shape().axis("tensordot", yAxes[k]);
            if (summed[i] || summed[x.rank() + j]) {
                throw new AxisException("tensordot: an axis is given twice in " + Arrays.toString(xAxes) + " or "
                        + Arrays.toString(yAxes));
            }
            if (x.size(i) != y.size(j) && x.size(i) != 1 && y.size(j) != 1) {
                throw new ShapeException("tensordot: sizes differ at axis " + xAxes[k] + " of " + x.shape()
                        + " and axis " + yAxes[k] + " of " + y.shape());
            }
            summed[i] = true;
            summed[x.rank() + j] = true;
            right[j] = i;
        }
        int[] kept = IntStream.range(0, summed.length).filter(i -> !summed[i]).toArray();
        return Einsum.contract(List.of(new Einsum.Term(x, left), new Einsum.Term(y, right)), kept);
    }
}

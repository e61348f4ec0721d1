package dev.autodiff;

import dev.autodiff.shape.Axes;
import dev.autodiff.shape.AxisException;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.Arrays;

/**
 * Diagonals and triangles of matrices, which are the last two axes unless others are named, and the vector product. The diagonal
 * {@code offset} runs through the elements {@code [i, i + offset]}: above the main one if positive, below if negative.
 */
public sealed interface DiagonalMath permits Tensor {

    /** x where {@code column ≤ row + diagonal}, 0 above: the lower triangle of each matrix [..., n, m]. Of floating-point type. */
    default Tensor tril(int diagonal) {
        return triangle("tril", diagonal, true);
    }

    /** The lower triangle with the main diagonal. */
    default Tensor tril() {
        return tril(0);
    }

    /** x where {@code column ≥ row + diagonal}, 0 below: the upper triangle of each matrix [..., n, m]. Of floating-point type. */
    default Tensor triu(int diagonal) {
        return triangle("triu", diagonal, false);
    }

    /** The upper triangle with the main diagonal. */
    default Tensor triu() {
        return triu(0);
    }

    private Tensor triangle(String operation, int diagonal, boolean lower) {
        Tensor x = (Tensor) this;
        Shape shape = x.shape();
        if (shape.rank() < 2) {
            throw new ShapeException(operation + ": expected matrices [..., n, m], got shape " + shape);
        }
        int n = shape.size(-2);
        int m = shape.size(-1);
        boolean[] inside = new boolean[n * m];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < m; j++) {
                long distance = (long) j - i;
                inside[i * m + j] = lower ? distance <= diagonal : distance >= diagonal;
            }
        }
        return Tensor.where(Tensor.wrap(Shape.of(n, m), inside), x, x.scalarLike(0));
    }

    /**
     * {@code out[…, k] = x[…, k, …, k + offset, …]}: a diagonal of the matrices that two axes span, as a new last axis.
     *
     * @throws AxisException if both axes are the same
     */
    default Tensor diagonal(int offset, int axis1, int axis2) {
        Tensor x = (Tensor) this;
        int row = x.shape().axis("diagonal", axis1);
        int column = x.shape().axis("diagonal", axis2);
        checkDifferent("diagonal", row, column);
        Tensor matrices = x.moveAxis(new int[] {row, column}, new int[] {-2, -1});
        Shape shape = matrices.shape();
        int n = shape.size(-2);
        int m = shape.size(-1);
        int count = (int) Math.max(0, Math.min(n + Math.min(0L, offset), m - Math.max(0L, offset)));
        Shape flat = shape.slice(0, shape.rank() - 2).concat(Shape.of(n * m));
        return Engine.apply(diagonalOf(flat, m, offset, count), matrices.reshape(flat));
    }

    /** The diagonal of the last two axes. */
    default Tensor diagonal(int offset) {
        return diagonal(offset, -2, -1);
    }

    /** Picks a diagonal of matrices with m columns, whose rows lie one after the other along the last axis. */
    private static ShapeMove.Slice diagonalOf(Shape flat, int m, int offset, int count) {
        int last = flat.rank() - 1;
        int[] start = new int[flat.rank()];
        int[] counts = flat.toArray();
        int[] step = new int[flat.rank()];
        Arrays.fill(step, 1);
        start[last] = count == 0 ? 0 : offset >= 0 ? offset : -offset * m;
        counts[last] = count;
        step[last] = m + 1;
        return new ShapeMove.Slice(Axes.of(start), Axes.of(counts), Axes.of(step));
    }

    /**
     * The transpose of {@link #diagonal}: matrices [n, n] with x along a diagonal and 0 elsewhere, {@code n = size of the last axis + |offset|}.
     *
     * @param axis1 where the rows of the matrices stand in the result
     * @param axis2 where the columns stand
     */
    default Tensor diagEmbed(int offset, int axis1, int axis2) {
        Tensor x = (Tensor) this;
        if (x.rank() == 0) {
            throw new ShapeException("diagEmbed: expected at least one axis, got shape []");
        }
        int count = x.size(-1);
        int n = Math.addExact(count, Math.abs(offset));
        Shape before = x.shape().slice(0, x.rank() - 1);
        Shape flat = before.concat(Shape.of(Shape.of(n, n).size()));
        Shape matrices = before.concat(Shape.of(n, n));
        int row = matrices.axis("diagEmbed", axis1);
        int column = matrices.axis("diagEmbed", axis2);
        checkDifferent("diagEmbed", row, column);
        return Engine.apply(new ShapeMove.Embed(flat, diagonalOf(flat, n, offset, count)), x)
                .reshape(matrices)
                .moveAxis(new int[] {-2, -1}, new int[] {row, column});
    }

    private static void checkDifferent(String operation, int row, int column) {
        if (row == column) {
            throw new AxisException(operation + ": expected two axes, got axis " + row + " twice");
        }
    }

    /** Of a matrix its diagonal, of a vector the matrix with that diagonal. */
    default Tensor diag(int offset) {
        Tensor x = (Tensor) this;
        return switch (x.rank()) {
            case 1 -> diagEmbed(offset, -2, -1);
            case 2 -> diagonal(offset, 0, 1);
            default -> throw new ShapeException("diag: expected a vector or a matrix, got shape " + x.shape());
        };
    }

    /** {@code Σ_i x[…, i, i]}: the sum of the main diagonal of each matrix. */
    default Tensor trace() {
        if (((Tensor) this).rank() < 2) {
            throw new ShapeException("trace: expected matrices [..., n, m], got shape " + ((Tensor) this).shape());
        }
        return diagonal(0).sum(-1);
    }

    /**
     * The vector product x × y of vectors of three numbers along an axis; the other axes broadcast.
     *
     * @throws ShapeException if the axis has not size 3
     */
    default Tensor cross(Tensor y, int axis) {
        Operands.check("cross", 1, y);
        Tensor x = (Tensor) this;
        Shape shape = Shape.broadcast("cross", x.shape(), y.shape());
        int a = shape.axis("cross", axis) - shape.rank();
        if (-a > x.rank() || -a > y.rank() || x.size(a) != 3 || y.size(a) != 3) {
            throw new ShapeException("cross: expected vectors of size 3 along axis " + axis + ", got shapes "
                    + x.shape() + " and " + y.shape());
        }
        return x.roll(-1, a).mul(y.roll(1, a)).sub(x.roll(1, a).mul(y.roll(-1, a)));
    }

    /** The vector product along the first axis of size 3. */
    default Tensor cross(Tensor y) {
        Operands.check("cross", 1, y);
        Shape shape = Shape.broadcast("cross", ((Tensor) this).shape(), y.shape());
        for (int axis = 0; axis < shape.rank(); axis++) {
            if (shape.size(axis) == 3) {
                return cross(y, axis);
            }
        }
        throw new ShapeException("cross: no axis of size 3 in shape " + shape);
    }
}

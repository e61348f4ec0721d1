package dev.autodiff;

import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;

/**
 * Linear algebra on the matrices in the last two axes; leading axes are a batch. Values are computed in double precision. A matrix that has
 * no inverse or decomposition is a {@link LinearAlgebraException}, a wrong shape a {@link ShapeException}.
 */
public sealed interface LinearAlgebraMath permits Tensor {

    // ---- equations ----

    /**
     * {@code x⁻¹}.
     *
     * @throws LinearAlgebraException if a matrix is singular
     */
    default Tensor inverse() {
        return Engine.apply(new LinearSolve.Inverse(), (Tensor) this);
    }

    /**
     * {@code x⁻¹·y}, the solution z of {@code x·z = y}, for x […, n, n] and y […, n, k], whose leading axes broadcast. y counts as one
     * vector, or a batch of them, if it is [n] or has x's shape without the last axis; so does the result then.
     *
     * @throws LinearAlgebraException if a matrix is singular
     */
    default Tensor solve(Tensor y) {
        Operands.check("solve", 1, y);
        Tensor x = (Tensor) this;
        boolean vectors = y.rank() == 1
                || (y.rank() == x.rank() - 1 && y.shape().equals(x.shape().slice(0, x.rank() - 1)));
        return vectors
                ? Engine.apply(new LinearSolve.Solve(), x, y.expandDims(-1)).squeeze(-1)
                : Engine.apply(new LinearSolve.Solve(), x, y);
    }

    /**
     * {@code x⁻¹·y} for triangular x […, n, n] and y […, n, k], whose leading axes broadcast. The other triangle of x is not read. A zero
     * on the diagonal is divided by.
     *
     * @param upper whether the upper triangle is read, else the lower one
     */
    default Tensor solveTriangular(Tensor y, boolean upper) {
        return Engine.apply(new LinearSolve.TriangularSolve(upper), (Tensor) this, y);
    }

    /** The pseudo-inverse {@code x⁺} […, n, m], where singular values up to max(m, n)·ε times the largest count as 0. */
    default Tensor pinv() {
        Tensor x = (Tensor) this;
        LinearAlgebra.requireMatrices("pinv", x);
        return pinv(smallest(x));
    }

    /**
     * The pseudo-inverse {@code x⁺} […, n, m], where singular values up to {@code relative} times the largest count as 0. The derivative
     * is that among matrices of the same rank.
     */
    default Tensor pinv(double relative) {
        return Engine.apply(new LinearSolve.PseudoInverse(relative), (Tensor) this);
    }

    private static double smallest(Tensor x) {
        double ulp = x.dtype() == DType.FLOAT64 ? Math.ulp(1.0) : Math.ulp(1f);
        return Math.max(x.size(-2), x.size(-1)) * ulp;
    }

    // ---- determinants ----

    /** {@code det x} […], 1 of an empty matrix. First and second derivatives are right for singular matrices too. */
    default Tensor det() {
        return Engine.apply(new Determinants.Determinant(), (Tensor) this);
    }

    /** The sign and the logarithm of the absolute value of {@code det x}. The derivative of the sign is 0. */
    default SignLogDet slogdet() {
        Tensor x = (Tensor) this;
        LinearAlgebra.requireSquare("slogdet", x);
        return new SignLogDet(
                Engine.apply(new Determinants.DetSign(), x), Engine.apply(new Determinants.LogAbsDet(), x));
    }

    /** {@code log det x}, NaN where the determinant is negative, −∞ where it is 0. */
    default Tensor logdet() {
        LinearAlgebra.requireSquare("logdet", (Tensor) this);
        SignLogDet parts = slogdet();
        return parts.logAbsDet().add(parts.sign().log()); // log 1 = 0, log −1 = NaN
    }

    // ---- decompositions ----

    /** {@link #cholesky(boolean)}, the lower factor. */
    default Tensor cholesky() {
        return cholesky(false);
    }

    /**
     * The triangular L with a positive diagonal and {@code L·Lᵀ = x}, or with {@code upper} its transpose U, {@code Uᵀ·U = x}. x should be
     * symmetric: ½(x + xᵀ) is what is decomposed, and the gradient is symmetric.
     *
     * @throws LinearAlgebraException if a matrix is not positive definite
     */
    default Tensor cholesky(boolean upper) {
        Tensor lower = Engine.apply(new Decomposition.Cholesky(), (Tensor) this);
        return upper ? lower.transpose() : lower;
    }

    /**
     * Eigenvalues and eigenvectors of a symmetric x: ½(x + xᵀ) is what is decomposed, and the gradient is symmetric. Where eigenvalues
     * coincide, the derivative of the vectors is infinite unless it is 0/0, which counts as 0.
     */
    default Eigh eigh() {
        Tensor packed = Engine.apply(new Decomposition.PackedEigh(), (Tensor) this);
        return new Eigh(Decomposition.PackedEigh.values(packed).squeeze(-2), Decomposition.PackedEigh.vectors(packed));
    }

    /** The eigenvalues of a symmetric x in ascending order, […, n]: those of ½(x + xᵀ). The gradient is symmetric. */
    default Tensor eigvalsh() {
        LinearAlgebra.requireSquare("eigvalsh", (Tensor) this);
        return eigh().values();
    }

    /**
     * The singular value decomposition {@code u·diag(s)·vt = x}. Where singular values coincide or vanish, the derivative of the vectors
     * is infinite unless it is 0/0, which counts as 0.
     */
    default Svd svd() {
        Tensor x = (Tensor) this;
        Tensor packed = Engine.apply(new Decomposition.PackedSvd(), x);
        int m = x.size(-2);
        return new Svd(
                Decomposition.PackedSvd.left(packed, m),
                Decomposition.PackedSvd.values(packed, m).squeeze(-2),
                Decomposition.PackedSvd.right(packed, m).transpose());
    }

    /** The singular values in descending order, […, min(m, n)]. */
    default Tensor svdvals() {
        LinearAlgebra.requireMatrices("svdvals", (Tensor) this);
        return svd().s();
    }

    /**
     * {@code q·r = x} with k = min(m, n) orthonormal columns in q. The signs are those of LAPACK, so that most of r's diagonal is
     * negative where x's is positive.
     */
    default Qr qr() {
        Tensor x = (Tensor) this;
        LinearAlgebra.requireMatrices("qr", x);
        int m = x.size(-2);
        int n = x.size(-1);
        if (m < n) {
            Qr square = x.narrow(-1, 0, m).qr();
            Tensor rest = square.q().transpose().matmul(x.narrow(-1, m, n - m));
            return new Qr(square.q(), Tensor.concat(-1, square.r(), rest));
        }
        Tensor packed = Engine.apply(new Decomposition.PackedQr(false), x);
        return new Qr(packed.narrow(-2, 0, m), packed.narrow(-2, m, n));
    }

    /** {@code q·r = x} with q […, m, m] and r […, m, n]. Without a derivative if m &gt; n, else the same as {@link #qr}. */
    default Qr qrComplete() {
        Tensor x = (Tensor) this;
        LinearAlgebra.requireMatrices("qrComplete", x);
        int m = x.size(-2);
        int n = x.size(-1);
        if (m <= n) {
            return qr();
        }
        Tensor packed = Engine.apply(new Decomposition.PackedQr(true), x);
        return new Qr(packed.narrow(-2, 0, m), packed.narrow(-2, m, m).narrow(-1, 0, n));
    }

    // ---- functions of a matrix ----

    /** {@code eˣ = Σ_k xᵏ/k!}. */
    default Tensor matrixExp() {
        return Engine.apply(new MatrixExp(), (Tensor) this);
    }

    /**
     * {@code xⁿ} by repeated squaring; the unit matrix for n = 0, powers of the inverse for negative n.
     *
     * @throws LinearAlgebraException if n is negative and a matrix is singular
     */
    default Tensor matrixPower(int n) {
        Tensor x = (Tensor) this;
        int size = LinearAlgebra.requireSquare("matrixPower", x);
        if (n == 0) {
            // Takes no element of x, but stays connected to it: the gradient is 0.
            Tensor unit = Tensor.eye(x.dtype(), size);
            return Tensor.where(Tensor.full(DType.BOOL, Shape.SCALAR, 0), x, unit);
        }
        Tensor square = n < 0 ? x.inverse() : x;
        Tensor result = null;
        for (long rest = Math.abs((long) n); ; rest >>= 1) {
            if ((rest & 1) == 1) {
                result = result == null ? square : result.matmul(square);
            }
            if (rest <= 1) {
                return result == null ? square : result;
            }
            square = square.matmul(square);
        }
    }

    // ---- norms ----

    /** {@link #matrixNorm(MatrixNorm, boolean, int, int)} of the last two axes. */
    default Tensor matrixNorm(MatrixNorm norm) {
        return matrixNorm(norm, false, -2, -1);
    }

    /**
     * A norm of the matrices in two axes; equal largest or smallest terms share the gradient evenly.
     *
     * @param keepAxes leaves the two axes with size 1
     * @param rowAxis the axis that counts the rows
     * @param columnAxis the axis that counts the columns
     */
    default Tensor matrixNorm(MatrixNorm norm, boolean keepAxes, int rowAxis, int columnAxis) {
        Tensor x = (Tensor) this;
        LinearAlgebra.requireMatrices("matrixNorm", x);
        int rows = x.shape().axis("matrixNorm", rowAxis);
        int columns = x.shape().axis("matrixNorm", columnAxis);
        if (rows == columns) {
            throw new dev.autodiff.shape.AxisException("matrixNorm: expected two different axes, got " + rowAxis
                    + " and " + columnAxis + " of shape " + x.shape());
        }
        Tensor out = normOfLast(norm, matricesLast(x, rows, columns));
        if (!keepAxes) {
            return out;
        }
        return out.expandDims(Math.min(rows, columns)).expandDims(Math.max(rows, columns));
    }

    private static Tensor matricesLast(Tensor x, int rows, int columns) {
        int[] order = new int[x.rank()];
        int next = 0;
        for (int i = 0; i < order.length; i++) {
            if (i != rows && i != columns) {
                order[next++] = i;
            }
        }
        order[next] = rows;
        order[next + 1] = columns;
        return x.permute(order);
    }

    private static Tensor normOfLast(MatrixNorm norm, Tensor x) {
        return switch (norm) {
            case FROBENIUS -> {
                Tensor sum = x.square().sum(-2, -1);
                Tensor hole = sum.eq(0);
                Tensor one = x.scalarLike(1);
                yield Tensor.where(
                        hole, x.scalarLike(0), Tensor.where(hole, one, sum).sqrt());
            }
            case NUCLEAR -> x.svdvals().sum(-1);
            case ONE -> x.abs().sum(-2).max(-1);
            case MINUS_ONE -> x.abs().sum(-2).min(-1);
            case TWO -> x.svdvals().max(-1);
            case MINUS_TWO -> x.svdvals().min(-1);
            case INFINITY -> x.abs().sum(-1).max(-1);
            case MINUS_INFINITY -> x.abs().sum(-1).min(-1);
        };
    }

    /** The condition number, the largest by the smallest singular value, […]; ∞ if x is singular. */
    default Tensor cond() {
        Tensor s = svdvals();
        return s.max(-1).div(s.min(-1));
    }

    /** The number of singular values above max(m, n)·ε times the largest, as int64 […]. */
    default Tensor matrixRank() {
        Tensor s = svdvals().detach();
        if (s.size(-1) == 0) {
            return s.sum(-1).to(DType.INT64);
        }
        Tensor bound = s.max(true, -1).mul(smallest((Tensor) this));
        return s.gt(bound).to(s.dtype()).sum(-1).to(DType.INT64);
    }
}

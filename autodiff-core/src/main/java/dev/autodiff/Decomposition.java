package dev.autodiff;

import dev.autodiff.kernel.Dense;
import dev.autodiff.shape.Shape;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Decompositions of matrices. One with several parts yields them below each other in one matrix. */
sealed interface Decomposition extends LinearAlgebra {
    /** The symmetric matrix with the lower triangle of x. */
    private static Tensor mirrored(Tensor x) {
        return x.tril().add(x.tril(-1).transpose());
    }

    /**
     * {@code out = L}, lower triangular with a positive diagonal, {@code L·Lᵀ = ½(x + xᵀ)}. As a function of the symmetric part it has
     * derivatives in every direction; the gradient is symmetric (Murray, Differentiation of the Cholesky decomposition, 2016).
     */
    @PyTorchName("linalg.cholesky")
    record Cholesky() implements Decomposition {
        @Override
        public String label() {
            return "cholesky";
        }

        @Override
        public String formula() {
            return "L with L·Lᵀ = ½(x + xᵀ)";
        }

        @Override
        public Keep keeps() {
            return Keep.OUTPUT;
        }

        @Override
        public Tensor forward(Tensor[] in) {
            int n = LinearAlgebra.requireSquare("cholesky", in[0]);
            return LinearAlgebra.each(
                    in[0],
                    Shape.of(n, n),
                    (x, out) -> Dense.cholesky(x, out, n),
                    which -> "cholesky: " + which + " is not positive definite; add a small multiple of the unit matrix"
                            + " if it should be");
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            Tensor out = saved.output();
            Tensor turned = out.transpose();
            // The upper triangle of g, where L has no elements, does not reach the lower one of the product.
            Tensor inner = mirrored(turned.matmul(g)).mul(0.5);
            Tensor half = turned.solveTriangular(inner, true); // L⁻ᵀ·inner
            return new Tensor[] {turned.solveTriangular(half.transpose(), true)};
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            Tensor out = saved.output();
            Tensor t = LinearAlgebra.symmetricPart(Objects.requireNonNull(tangents[0]));
            Tensor half = out.solveTriangular(t, false).transpose();
            Tensor inner = out.solveTriangular(half, false); // L⁻¹·t·L⁻ᵀ
            return out.matmul(inner.tril().add(inner.tril(-1)).mul(0.5));
        }
    }

    /**
     * The eigenvalues of ½(x + xᵀ), ascending, as the first row of [n + 1, n], and below each its eigenvector of length 1 whose largest
     * component is positive. In the derivatives of the vectors stand the reciprocals of the differences of eigenvalues; where two coincide,
     * 0/0 counts as 0 and anything else is infinite (Giles, Collected matrix derivative results, 2008, section 3.1).
     */
    @PyTorchName("linalg.eigh")
    record PackedEigh() implements Decomposition {
        @Override
        public String label() {
            return "eigh";
        }

        @Override
        public String formula() {
            return "w and V with V·diag(w)·Vᵀ = ½(x + xᵀ)";
        }

        @Override
        public Keep keeps() {
            return Keep.OUTPUT;
        }

        @Override
        public Tensor forward(Tensor[] in) {
            int n = LinearAlgebra.requireSquare("eigh", in[0]);
            return LinearAlgebra.each(
                    in[0],
                    Shape.of(n + 1, n),
                    (x, out) -> Dense.eigen(x, out, n),
                    which -> "eigh: " + which + " has an element that is NaN or infinite");
        }

        static Tensor values(Tensor packed) {
            return packed.narrow(-2, 0, 1);
        }

        static Tensor vectors(Tensor packed) {
            return packed.narrow(-2, 1, packed.size(-1));
        }

        /** The matrix w_j − w_i. */
        private static Tensor differences(Tensor packed) {
            return values(packed).sub(values(packed).transpose());
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            Tensor out = saved.output();
            Tensor v = vectors(out);
            Tensor turning = v.transpose().matmul(vectors(g));
            Tensor inner =
                    LinearAlgebra.quotient(turning.sub(turning.transpose()).mul(0.5), differences(out));
            inner = inner.add(values(g).squeeze(-2).diagEmbed(0, -2, -1));
            return new Tensor[] {v.matmul(inner).matmul(v.transpose())};
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            Tensor out = saved.output();
            Tensor v = vectors(out);
            Tensor t = LinearAlgebra.symmetricPart(Objects.requireNonNull(tangents[0]));
            Tensor inner = v.transpose().matmul(t).matmul(v);
            Tensor turning = LinearAlgebra.quotient(LinearAlgebra.besideDiagonal(inner), differences(out));
            return Tensor.concat(-2, inner.diagonal(0).expandDims(-2), v.matmul(turning));
        }
    }

    /**
     * The singular value decomposition of x [m, n] with k = min(m, n), as [m + 1 + n, k]: U, below it the singular values in descending
     * order, below them V. The largest component of each column of U is positive. In the derivatives of the vectors 0/0 counts as 0 where
     * singular values coincide or vanish, and anything else is infinite (Townsend, Differentiating the singular value decomposition, 2016).
     */
    @PyTorchName("linalg.svd")
    record PackedSvd() implements Decomposition {
        @Override
        public String label() {
            return "svd";
        }

        @Override
        public String formula() {
            return "U, s and V with U·diag(s)·Vᵀ = x";
        }

        @Override
        public Keep keeps() {
            return Keep.OUTPUT;
        }

        @Override
        public Tensor forward(Tensor[] in) {
            LinearAlgebra.requireMatrices("svd", in[0]);
            int m = in[0].size(-2);
            int n = in[0].size(-1);
            return LinearAlgebra.each(
                    in[0],
                    Shape.of(m + 1 + n, Math.min(m, n)),
                    (x, out) -> Dense.singular(x, out, m, n),
                    which -> "svd: " + which + " has an element that is NaN or infinite");
        }

        static Tensor left(Tensor packed, int m) {
            return packed.narrow(-2, 0, m);
        }

        static Tensor values(Tensor packed, int m) {
            return packed.narrow(-2, m, 1);
        }

        static Tensor right(Tensor packed, int m) {
            return packed.narrow(-2, m + 1, packed.size(-2) - m - 1);
        }

        /** The matrix s_j² − s_i². */
        private static Tensor differences(Tensor s) {
            Tensor column = s.transpose();
            return s.sub(column).mul(s.add(column));
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            Shape shape = saved.inputShape(0);
            int m = shape.size(-2);
            int n = shape.size(-1);
            Tensor out = saved.output();
            Tensor u = left(out, m);
            Tensor s = values(out, m);
            Tensor v = right(out, m);
            Tensor byLeft = left(g, m);
            Tensor byRight = right(g, m);
            Tensor turnU = u.transpose().matmul(byLeft);
            Tensor turnV = v.transpose().matmul(byRight);
            Tensor e = differences(s);
            Tensor inner = LinearAlgebra.quotient(turnU.sub(turnU.transpose()), e)
                    .mul(s)
                    .add(LinearAlgebra.quotient(turnV.sub(turnV.transpose()), e).mul(s.transpose()));
            inner = inner.add(values(g, m).squeeze(-2).diagEmbed(0, -2, -1));
            Tensor sum = u.matmul(inner).matmul(v.transpose());
            if (m > n) {
                Tensor outside = byLeft.sub(u.matmul(turnU));
                sum = sum.add(LinearAlgebra.quotient(outside, s).matmul(v.transpose()));
            } else if (m < n) {
                Tensor outside = byRight.sub(v.matmul(turnV));
                sum = sum.add(u.matmul(LinearAlgebra.quotient(outside, s).transpose()));
            }
            return new Tensor[] {sum};
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            Tensor t = Objects.requireNonNull(tangents[0]);
            int m = t.size(-2);
            int n = t.size(-1);
            Tensor out = saved.output();
            Tensor u = left(out, m);
            Tensor s = values(out, m);
            Tensor v = right(out, m);
            Tensor right = t.matmul(v);
            Tensor left = t.transpose().matmul(u);
            Tensor inner = u.transpose().matmul(right);
            Tensor turned = inner.transpose();
            Tensor e = differences(s);
            Tensor column = s.transpose();
            Tensor beside = LinearAlgebra.besideDiagonal(inner.mul(s).add(turned.mul(column)));
            Tensor byLeft = u.matmul(LinearAlgebra.quotient(beside, e));
            beside = LinearAlgebra.besideDiagonal(inner.mul(column).add(turned.mul(s)));
            Tensor byRight = v.matmul(LinearAlgebra.quotient(beside, e));
            if (m > n) {
                byLeft = byLeft.add(LinearAlgebra.quotient(right.sub(u.matmul(inner)), s));
            } else if (m < n) {
                byRight = byRight.add(LinearAlgebra.quotient(left.sub(v.matmul(turned)), s));
            }
            return Tensor.concat(-2, byLeft, inner.diagonal(0).expandDims(-2), byRight);
        }
    }

    /**
     * {@code x = Q·R} for x [m, n] with m ≥ n, as [m + n, n]: Q with orthonormal columns, below it R, upper triangular; the signs are those
     * of LAPACK's reflections. If {@code complete}, Q is [m, m] and R, with zeros, too; columns of Q beyond n then are any that complete it,
     * so that there is no derivative. Where R has a 0 on its diagonal the derivative is not finite (Walter and Lehmann, Algorithmic
     * differentiation of linear algebra functions with application in optimum experimental design, 2010).
     */
    @PyTorchName("linalg.qr")
    record PackedQr(boolean complete) implements Decomposition {
        @Override
        public String label() {
            return complete ? "qrComplete" : "qr";
        }

        @Override
        public String formula() {
            return "Q and R with Q·R = x";
        }

        @Override
        public Keep keeps() {
            return Keep.OUTPUT;
        }

        @Override
        public Tensor forward(Tensor[] in) {
            LinearAlgebra.requireMatrices("qr", in[0]);
            int m = in[0].size(-2);
            int n = in[0].size(-1);
            int columns = complete ? m : n;
            LinearAlgebra.Kernel kernel = (x, out) -> {
                Dense.qr(x, out, m, n, columns);
                return true;
            };
            return LinearAlgebra.each(in[0], Shape.of(columns + m, columns), kernel, which -> "qr: " + which);
        }

        private static GradientException noDerivative() {
            return new GradientException(
                    "qrComplete: the complete factor of a matrix with more rows than columns has no derivative; use qr");
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            if (complete) {
                throw noDerivative();
            }
            Tensor out = saved.output();
            int n = out.size(-1);
            int m = out.size(-2) - n;
            Tensor q = out.narrow(-2, 0, m);
            Tensor r = out.narrow(-2, m, n);
            Tensor byQ = g.narrow(-2, 0, m);
            Tensor byR = g.narrow(-2, m, n);
            // The lower triangle of byR, where R has no elements, does not reach that of the product.
            Tensor inner = r.matmul(byR.transpose()).sub(byQ.transpose().matmul(q));
            Tensor left = byQ.add(q.matmul(mirrored(inner)));
            return new Tensor[] {r.solveTriangular(left.transpose(), true).transpose()}; // left·R⁻ᵀ
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            if (complete) {
                throw noDerivative();
            }
            Tensor t = Objects.requireNonNull(tangents[0]);
            int n = t.size(-1);
            int m = t.size(-2);
            Tensor out = saved.output();
            Tensor q = out.narrow(-2, 0, m);
            Tensor r = out.narrow(-2, m, n);
            Tensor x = r.transpose().solveTriangular(t.transpose(), false).transpose(); // t·R⁻¹
            Tensor c = q.transpose().matmul(x);
            Tensor below = c.tril(-1);
            Tensor above = c.sub(below).add(below.transpose()); // what is not a turning of Q
            return Tensor.concat(-2, x.sub(q.matmul(above)), above.matmul(r));
        }
    }
}

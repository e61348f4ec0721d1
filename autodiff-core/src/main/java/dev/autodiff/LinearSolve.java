package dev.autodiff;

import dev.autodiff.kernel.Dense;
import dev.autodiff.kernel.Lu;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Inverses and linear equations. */
sealed interface LinearSolve extends LinearAlgebra {

    /** {@code out = x⁻¹}. An operation of its own, as the solution for the unit matrix would copy that for each matrix of a batch. */
    @PyTorchName("linalg.inv")
    record Inverse() implements LinearSolve {
        @Override
        public String label() {
            return "inverse";
        }

        @Override
        public String formula() {
            return "x⁻¹";
        }

        @Override
        public Keep keeps() {
            return Keep.OUTPUT;
        }

        @Override
        public Tensor forward(Tensor[] in) {
            int n = LinearAlgebra.requireSquare("inverse", in[0]);
            return LinearAlgebra.each(
                    in[0],
                    Shape.of(n, n),
                    (x, out) -> Dense.invert(x, out, n),
                    which -> "inverse: " + which + " is singular; pinv gives the pseudo-inverse");
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            Tensor turned = saved.output().transpose();
            return new Tensor[] {turned.matmul(g).matmul(turned).neg()};
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            Tensor out = saved.output();
            return out.matmul(Objects.requireNonNull(tangents[0])).matmul(out).neg();
        }
    }

    /** Equations for each column of y […, n, k]: {@code x·out = y}, for x […, n, n], whose leading axes broadcast against y's. */
    sealed interface Equations extends LinearSolve {
        /** Prepares the solution for one matrix; returns false if it is singular. */
        boolean prepare(double[] x, int n, Lu lu);

        /** Replaces y by the solution. */
        void solve(double[] x, Lu lu, double[] y, int n, int columns);

        /** The part of a matrix that is read. */
        Tensor partRead(Tensor x);

        /** The same equations for the transposed matrix. */
        Equations transposed();

        @Override
        default Keep keeps() {
            return Keep.BOTH;
        }

        @Override
        default Tensor forward(Tensor[] in) {
            Tensor x = in[0];
            Tensor y = in[1];
            int n = LinearAlgebra.requireSquare(label(), x);
            DType dtype = Engine.floating(label(), x, y);
            if (y.rank() < 2 || y.size(-2) != n) {
                throw new ShapeException(label() + ": the right side of equations with " + x.shape() + " needs " + n
                        + " rows, got shape " + y.shape());
            }
            int columns = y.size(-1);
            Shape xBatch = x.shape().slice(0, x.rank() - 2);
            Shape yBatch = y.shape().slice(0, y.rank() - 2);
            Shape batch = Shape.broadcast(label() + ": leading axes", xBatch, yBatch);
            Tensor out = Tensor.allocate(batch.concat(Shape.of(n, columns)), dtype);
            double[] matrix = new double[n * n];
            double[] right = new double[n * columns];
            Lu lu = new Lu();
            int[] prepared = {-1};
            Broadcasting.forEachRun(
                    batch,
                    (xo, xStep, yo, yStep, zo, zStep, first, count) -> {
                        for (int i = 0; i < count; i++) {
                            int which = xo + i * xStep;
                            if (which != prepared[0]) {
                                LinearAlgebra.read(x.data(), which * n * n, matrix);
                                if (!prepare(matrix, n, lu)) {
                                    throw new LinearAlgebraException(label() + ": "
                                            + LinearAlgebra.nameOf(xBatch, which)
                                            + " is singular; pinv gives the solution of least squares");
                                }
                                prepared[0] = which;
                            }
                            LinearAlgebra.read(y.data(), (yo + i * yStep) * right.length, right);
                            solve(matrix, lu, right, n, columns);
                            LinearAlgebra.write(right, out.data(), (first + i) * right.length);
                        }
                    },
                    xBatch,
                    yBatch);
            return out;
        }

        @Override
        default @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            Tensor byRight = Engine.apply(transposed(), saved.input(0).transpose(), g);
            return new Tensor[] {
                saved.needs(0)
                        ? partRead(byRight.matmul(saved.output().transpose()).neg())
                                .sumTo(saved.inputShape(0))
                        : null,
                saved.needs(1) ? byRight.sumTo(saved.inputShape(1)) : null
            };
        }

        @Override
        default Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            Tensor byMatrix = tangents[0];
            Tensor right = tangents[1];
            if (byMatrix != null) {
                Tensor moved = partRead(byMatrix).matmul(saved.output());
                right = right == null ? moved.neg() : right.sub(moved);
            }
            return Engine.apply(this, saved.input(0), Objects.requireNonNull(right, "solve: a tangent must be given"));
        }
    }

    /** {@code out = x⁻¹·y} by triangular factors with exchanged rows, which is faster and more exact than the inverse. */
    @PyTorchName("linalg.solve")
    record Solve() implements Equations {
        @Override
        public String label() {
            return "solve";
        }

        @Override
        public String formula() {
            return "x⁻¹·y";
        }

        @Override
        public boolean prepare(double[] x, int n, Lu lu) {
            return lu.factor(x, n);
        }

        @Override
        public void solve(double[] x, Lu lu, double[] y, int n, int columns) {
            lu.solve(y, columns);
        }

        @Override
        public Tensor partRead(Tensor x) {
            return x;
        }

        @Override
        public Equations transposed() {
            return this;
        }
    }

    /** {@code out = x⁻¹·y} by substitution, where one triangle of x is read and the other counts as 0. A 0 on the diagonal divides. */
    @PyTorchName("linalg.solve_triangular")
    record TriangularSolve(boolean upper) implements Equations {
        @Override
        public String label() {
            return "solveTriangular";
        }

        @Override
        public String formula() {
            return upper ? "triu(x)⁻¹·y" : "tril(x)⁻¹·y";
        }

        @Override
        public boolean prepare(double[] x, int n, Lu lu) {
            return true;
        }

        @Override
        public void solve(double[] x, Lu lu, double[] y, int n, int columns) {
            Dense.solveTriangular(upper, x, y, n, columns);
        }

        @Override
        public Tensor partRead(Tensor x) {
            return upper ? x.triu() : x.tril();
        }

        @Override
        public Equations transposed() {
            return new TriangularSolve(!upper);
        }
    }

    /**
     * {@code out = x⁺}, where singular values up to {@code relative} times the largest count as 0. The rules hold where the rank does not
     * change (Golub and Pereyra, The differentiation of pseudo-inverses and nonlinear least squares problems, 1973, equation 4.12), and
     * are products of x and out, so that they need no derivative of the singular vectors, which would be infinite where values coincide.
     */
    @PyTorchName("linalg.pinv")
    record PseudoInverse(double relative) implements LinearSolve {
        @Override
        public String label() {
            return "pinv";
        }

        @Override
        public String formula() {
            return "x⁺ = V·diag(1/s)·Uᵀ";
        }

        @Override
        public Keep keeps() {
            return Keep.BOTH;
        }

        @Override
        public Tensor forward(Tensor[] in) {
            LinearAlgebra.requireMatrices("pinv", in[0]);
            int m = in[0].size(-2);
            int n = in[0].size(-1);
            return LinearAlgebra.each(
                    in[0],
                    Shape.of(n, m),
                    (x, out) -> Dense.pseudoInverse(x, out, m, n, relative),
                    which -> "pinv: " + which + " has an element that is NaN or infinite");
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            Tensor x = saved.input(0);
            Tensor out = saved.output();
            Tensor turned = out.transpose();
            Tensor h = g.transpose();
            Tensor sum = turned.matmul(g).matmul(turned).neg();
            Tensor byRows = h.matmul(out).matmul(turned); // gᵀ·P·Pᵀ, then (1 − x·P)·
            sum = sum.add(byRows.sub(x.matmul(out.matmul(byRows))));
            Tensor byColumns = turned.matmul(out).matmul(h); // Pᵀ·P·gᵀ, then ·(1 − P·x)
            return new Tensor[] {sum.add(byColumns.sub(byColumns.matmul(out).matmul(x)))};
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            Tensor t = Objects.requireNonNull(tangents[0]);
            Tensor x = saved.input(0);
            Tensor out = saved.output();
            Tensor h = t.transpose();
            Tensor byRows = out.matmul(out.transpose()).matmul(h); // P·Pᵀ·tᵀ, then ·(1 − x·P)
            Tensor byColumns = h.matmul(out.transpose()).matmul(out); // tᵀ·Pᵀ·P, then (1 − P·x)·
            return out.matmul(t)
                    .matmul(out)
                    .neg()
                    .add(byRows.sub(byRows.matmul(x).matmul(out)))
                    .add(byColumns.sub(out.matmul(x.matmul(byColumns))));
        }
    }
}

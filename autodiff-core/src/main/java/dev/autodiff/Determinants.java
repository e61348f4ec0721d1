package dev.autodiff;

import dev.autodiff.kernel.Dense;
import dev.autodiff.kernel.Lu;
import dev.autodiff.shape.Shape;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The determinant and what its derivatives are made of. */
sealed interface Determinants extends LinearAlgebra {

    /** Reads one number from the factors of a square matrix. */
    private static Tensor fromFactors(String label, Tensor x, ToDoubleFunction<Lu> number) {
        int n = LinearAlgebra.requireSquare(label, x);
        Lu lu = new Lu();
        LinearAlgebra.Kernel kernel = (matrix, out) -> {
            lu.factor(matrix, n);
            out[0] = number.applyAsDouble(lu);
            return true; // a singular matrix has a determinant
        };
        return LinearAlgebra.each(x, Shape.SCALAR, kernel, which -> label + ": " + which);
    }

    /** A number for each matrix, in a form that broadcasts against the matrices. */
    private static Tensor asMatrix(Tensor number) {
        return number.reshape(number.shape().concat(Shape.of(1, 1)));
    }

    /** {@code out = det x}, 1 of an empty matrix. Its derivative is the matrix of the cofactors, also where x is singular. */
    @PyTorchName("linalg.det")
    record Determinant() implements Determinants {
        @Override
        public String label() {
            return "det";
        }

        @Override
        public String formula() {
            return "det x";
        }

        @Override
        public Keep keeps() {
            return Keep.INPUTS;
        }

        @Override
        public Tensor forward(Tensor[] in) {
            return fromFactors("det", in[0], Lu::determinant);
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            return new Tensor[] {asMatrix(g).mul(Engine.apply(new Cofactors(), saved.input(0)))};
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            Tensor t = Objects.requireNonNull(tangents[0]);
            return Engine.apply(new Cofactors(), saved.input(0)).mul(t).sum(-2, -1);
        }
    }

    /**
     * {@code out[i,j] = ∂ det x / ∂x[i,j]}. An operation of its own, as det(x)·x⁻ᵀ is 0·∞ for a singular matrix. It is the gradient of a
     * number, so that its derivative is symmetric.
     */
    @PyTorchName("")
    record Cofactors() implements Determinants {
        @Override
        public String label() {
            return "cofactors";
        }

        @Override
        public String formula() {
            return "det(x)·x⁻ᵀ";
        }

        @Override
        public Keep keeps() {
            return Keep.INPUTS;
        }

        @Override
        public Tensor forward(Tensor[] in) {
            int n = LinearAlgebra.requireSquare("cofactors", in[0]);
            return LinearAlgebra.each(
                    in[0],
                    Shape.of(n, n),
                    (x, out) -> Dense.cofactors(x, out, n),
                    which -> "cofactors: " + which + " has an element that is NaN or infinite");
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            return new Tensor[] {Engine.apply(new CofactorsAlong(), saved.input(0), g)};
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            return Engine.apply(new CofactorsAlong(), saved.input(0), Objects.requireNonNull(tangents[0]));
        }
    }

    /**
     * The derivative of the cofactors of x along y: {@code out = det(x)·(tr(x⁻¹·y)·x⁻ᵀ − (x⁻¹·y·x⁻¹)ᵀ)}, for singular matrices too. Its
     * own derivative by x, the third of the determinant, goes through the inverse and is an error where x of size 3 or more is singular.
     */
    @PyTorchName("")
    record CofactorsAlong() implements Determinants {
        @Override
        public String label() {
            return "cofactorsAlong";
        }

        @Override
        public String formula() {
            return "det(x)·(tr(x⁻¹·y)·x⁻ᵀ − (x⁻¹·y·x⁻¹)ᵀ)";
        }

        @Override
        public Keep keeps() {
            return Keep.INPUTS;
        }

        @Override
        public Tensor forward(Tensor[] in) {
            int n = LinearAlgebra.requireSquare("cofactorsAlong", in[0]);
            double[] x = new double[n * n];
            double[] y = new double[n * n];
            double[] value = new double[n * n];
            Tensor out = Tensor.allocate(in[0].shape(), Engine.floating("cofactorsAlong", in));
            for (int i = 0; i < out.size(); i += n * n) {
                LinearAlgebra.read(in[0].data(), i, x);
                LinearAlgebra.read(in[1].data(), i, y);
                if (!Dense.cofactorsAlong(x, y, value, n)) {
                    throw new LinearAlgebraException("cofactorsAlong: a matrix has an element that is NaN or infinite");
                }
                LinearAlgebra.write(value, out.data(), i);
            }
            return out;
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            Tensor x = saved.input(0);
            return new Tensor[] {
                saved.needs(0) ? third(x, saved.input(1), g) : null, saved.needs(1) ? Engine.apply(this, x, g) : null
            };
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            Tensor x = saved.input(0);
            return Tangents.sum(tangents, (i, t) -> i == 0 ? third(x, saved.input(1), t) : Engine.apply(this, x, t));
        }

        /** The third derivative of the determinant, applied to two directions; symmetric in them. */
        private static Tensor third(Tensor x, Tensor h, Tensor k) {
            if (x.size(-1) < 3) {
                return h.mul(0); // the determinant is a polynomial of degree 2 at most
            }
            Tensor z = Engine.apply(new LinearSolve.Inverse(), x);
            Tensor zt = z.transpose();
            Tensor zh = z.matmul(h);
            Tensor zk = z.matmul(k);
            Tensor traceH = LinearAlgebra.inner(zt, h);
            Tensor traceK = LinearAlgebra.inner(zt, k);
            Tensor scale = traceH.mul(traceK).sub(LinearAlgebra.inner(zh, zk.transpose()));
            Tensor mixed = zh.matmul(zk).add(zk.matmul(zh));
            Tensor sum = mixed.sub(zk.mul(traceH)).sub(zh.mul(traceK)).matmul(z).add(z.mul(scale));
            return asMatrix(Engine.apply(new Determinant(), x)).mul(sum.transpose());
        }
    }

    /** {@code out = log |det x|}, added up from logarithms, so that it neither overflows nor underflows; −∞ if x is singular. */
    @PyTorchName("linalg.slogdet (logabsdet)")
    record LogAbsDet() implements Determinants {
        @Override
        public String label() {
            return "logAbsDet";
        }

        @Override
        public String formula() {
            return "log |det x|";
        }

        @Override
        public Keep keeps() {
            return Keep.INPUTS;
        }

        @Override
        public Tensor forward(Tensor[] in) {
            return fromFactors("logAbsDet", in[0], Lu::logAbsDeterminant);
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            return new Tensor[] {asMatrix(g).mul(inverse(saved).transpose())};
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            return inverse(saved)
                    .transpose()
                    .mul(Objects.requireNonNull(tangents[0]))
                    .sum(-2, -1);
        }

        private static Tensor inverse(Saved saved) {
            return Engine.apply(new LinearSolve.Inverse(), saved.input(0));
        }
    }

    /** {@code out} = −1, 0 or 1, the sign of det x. The derivative is 0 everywhere, also at the jump. */
    @PyTorchName("linalg.slogdet (sign)")
    record DetSign() implements Determinants {
        @Override
        public String label() {
            return "detSign";
        }

        @Override
        public String formula() {
            return "sign det x";
        }

        @Override
        public Keep keeps() {
            return Keep.NOTHING;
        }

        @Override
        public Tensor forward(Tensor[] in) {
            return fromFactors("detSign", in[0], Lu::sign);
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            return new Tensor[] {Tensor.zeros(g.dtype(), saved.inputShape(0))};
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            return Tensor.zeros(Objects.requireNonNull(tangents[0]).dtype(), saved.outputShape());
        }
    }
}

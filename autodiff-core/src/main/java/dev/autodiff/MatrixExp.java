package dev.autodiff;

import dev.autodiff.kernel.Dense;
import dev.autodiff.shape.Shape;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code out = Σ_k xᵏ/k!}. Its derivative along t is the upper right block of the exponential of [[x, t], [0, x]] (Higham, Functions of
 * Matrices, 2008, equation 3.16), and the gradient is the derivative of the transposed matrix, so that every order is this operation again.
 */
@PyTorchName("linalg.matrix_exp")
record MatrixExp() implements LinearAlgebra {
    @Override
    public String label() {
        return "matrixExp";
    }

    @Override
    public String formula() {
        return "Σ_k xᵏ/k!";
    }

    @Override
    public Keep keeps() {
        return Keep.INPUTS;
    }

    @Override
    public Tensor forward(Tensor[] in) {
        int n = LinearAlgebra.requireSquare("matrixExp", in[0]);
        LinearAlgebra.Kernel kernel = (x, out) -> {
            Dense.exponential(x, out, n);
            return true;
        };
        return LinearAlgebra.each(in[0], Shape.of(n, n), kernel, which -> "matrixExp: " + which);
    }

    @Override
    public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
        return new Tensor[] {along(saved.input(0).transpose(), g)};
    }

    @Override
    public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
        return along(saved.input(0), Objects.requireNonNull(tangents[0]));
    }

    private static Tensor along(Tensor x, Tensor t) {
        int n = x.size(-1);
        if (t.size() == 0) {
            return t;
        }
        // The derivative is linear in t: brought to size 1, it does not decide how often the exponential squares.
        Tensor size = t.detach().abs().max(true, -2, -1);
        Tensor scale = Tensor.where(size.eq(0), size.scalarLike(1), size);
        Tensor above = Tensor.concat(-1, x, t.div(scale));
        Tensor below = Tensor.concat(-1, x.zerosLike(), x);
        Tensor exponential = Engine.apply(new MatrixExp(), Tensor.concat(-2, above, below));
        return exponential.narrow(-2, 0, n).narrow(-1, n, n).mul(scale);
    }
}

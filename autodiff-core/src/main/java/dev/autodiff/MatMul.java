package dev.autodiff;

import dev.autodiff.kernel.Product;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import org.jspecify.annotations.Nullable;

/** {@code out[…, i, j] = Σ_p x[…, i, p]·y[…, p, j]}, for x […, m, k] and y […, k, n], whose leading axes broadcast. */
record MatMul() implements Primitive {
    static final MatMul INSTANCE = new MatMul();

    @Override
    public String label() {
        return "matmul";
    }

    @Override
    public String formula() {
        return "out[i,j] = Σ_p x[i,p]·y[p,j]";
    }

    @Override
    public Keep keeps() {
        return Keep.INPUTS;
    }

    @Override
    public boolean readsTransposed() {
        return true;
    }

    @Override
    public Tensor forward(Tensor[] in) {
        Tensor x = in[0];
        Tensor y = in[1];
        DType dtype = Engine.floating("matmul", x, y);
        Shape a = x.shape();
        Shape b = y.shape();
        if (a.rank() < 2 || b.rank() < 2 || a.size(-1) != b.size(-2)) {
            throw mismatch(a, b);
        }
        Shape matrix = Shape.of(a.size(-2), b.size(-1));
        Shape shape = a.rank() == 2 && b.rank() == 2
                ? matrix
                : Shape.broadcast("matmul: leading axes", leading(a), leading(b))
                        .concat(matrix);
        Tensor out = Tensor.unwritten(shape, dtype);
        compute(in, out);
        return out;
    }

    private static Shape leading(Shape shape) {
        return shape.slice(0, shape.rank() - 2);
    }

    @Override
    public void compute(Tensor[] in, Tensor out) {
        Tensor x = in[0];
        Tensor y = in[1];
        Shape a = x.shape();
        Shape b = y.shape();
        int m = a.size(-2);
        int k = a.size(-1);
        int n = b.size(-1);
        Product<Object> product = Floats.of(out.dtype()).product();
        boolean tx = x.isTransposedView();
        boolean ty = y.isTransposedView();
        Object xs = x.rawArray();
        Object ys = y.rawArray();
        Object o = out.array();
        if (out.rank() == 2) {
            product.multiply(m, n, k, xs, 0, tx, ys, 0, ty, o, 0);
            return;
        }
        Broadcasting.forEachRun(
                leading(out.shape()),
                (xo, xStep, yo, yStep, zo, zStep, first, count) -> {
                    for (int i = 0; i < count; i++) {
                        int xOffset = (xo + i * xStep) * m * k;
                        int yOffset = (yo + i * yStep) * k * n;
                        product.multiply(m, n, k, xs, xOffset, tx, ys, yOffset, ty, o, (first + i) * m * n);
                    }
                },
                leading(a),
                leading(b));
    }

    private static ShapeException mismatch(Shape a, Shape b) {
        if (a.rank() < 2 || b.rank() < 2) {
            return new ShapeException("matmul: expected matrices, got " + a + " × " + b);
        }
        String remedy = a.size(-1) == b.size(-1)
                ? "; did you mean b.transpose()?"
                : a.size(-2) == b.size(-2) ? "; did you mean a.transpose()?" : "";
        return new ShapeException("matmul: inner sizes differ, " + a + " × " + b + remedy);
    }

    @Override
    public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
        Tensor x = saved.input(0);
        Tensor y = saved.input(1);
        return new Tensor[] {
            saved.needs(0) ? product(g, y.transpose(), x).sumTo(saved.inputShape(0)) : null,
            saved.needs(1) ? product(x.transpose(), g, y).sumTo(saved.inputShape(1)) : null
        };
    }

    /**
     * Returns a·b in the layout of the input whose gradient it is: for a transposed view as (bᵀ·aᵀ)ᵀ, so that turning the gradient back
     * costs no copy.
     */
    static Tensor product(Tensor a, Tensor b, Tensor like) {
        return like.isTransposedView()
                ? Engine.apply(INSTANCE, b.transpose(), a.transpose()).transpose()
                : Engine.apply(INSTANCE, a, b);
    }

    @Override
    public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
        return Tangents.sum(
                tangents,
                (i, t) ->
                        i == 0 ? Engine.apply(INSTANCE, t, saved.input(1)) : Engine.apply(INSTANCE, saved.input(0), t));
    }
}

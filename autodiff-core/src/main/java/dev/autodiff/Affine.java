package dev.autodiff;

import dev.autodiff.kernel.FloatKernels;
import dev.autodiff.shape.Axes;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import org.jspecify.annotations.Nullable;

/**
 * A layer's map: {@code out[…, j] = Σ_i x[…, i]·y[j, i] + z[j]}, of x […, in], the weight y [out, in] and, if {@code biased}, the bias z
 * [out]. An operation of its own because small networks felt the cost of three, and the sum needs no array besides the product's.
 */
record Affine(boolean biased) implements Primitive {
    static final Affine PLAIN = new Affine(false);
    static final Affine BIASED = new Affine(true);
    private static final Reduction.Sum OVER_ROWS = new Reduction.Sum(Axes.of(0), false);

    @Override
    public String label() {
        return "linear";
    }

    @Override
    public String formula() {
        return "out[…,j] = Σ_i x[…,i]·y[j,i] + z[j]";
    }

    @Override
    public Keep keeps() {
        return Keep.INPUTS;
    }

    /** A matrix x is read as it lies, with more axes the facade hands on what is in order. */
    @Override
    public boolean readsTransposed() {
        return true;
    }

    @Override
    public Tensor forward(Tensor[] in) {
        DType dtype = Engine.floating("linear", in);
        Shape x = in[0].shape();
        Shape y = in[1].shape();
        boolean fits = x.rank() >= 2 && y.rank() == 2 && x.size(-1) == y.size(1);
        if (!fits || (biased && !(in[2].rank() == 1 && in[2].size() == y.size(0)))) {
            throw new ShapeException("linear: expected input […, in], weight [out, in] and bias [out], got " + x + ", "
                    + y + (biased ? " and " + in[2].shape() : " and none"));
        }
        Tensor out = Tensor.unwritten(x.with(x.rank() - 1, y.size(0)), dtype);
        compute(in, out);
        return out;
    }

    @Override
    public void compute(Tensor[] in, Tensor out) {
        Tensor x = in[0];
        Tensor y = in[1];
        int width = y.size(0);
        int depth = y.size(1);
        int rows = x.rank() == 2 ? x.size(0) : x.shape().size(0, x.rank() - 1);
        FloatKernels<Object> kernels = Floats.of(out.dtype());
        boolean turned = x.rank() == 2 && x.isTransposedView();
        Object xs = turned ? x.rawArray() : x.array();
        Object o = out.array();
        kernels.product().multiply(rows, width, depth, xs, 0, turned, y.rawArray(), 0, !y.isTransposedView(), o, 0);
        if (biased) {
            kernels.rows().add(o, in[2].array(), rows, width);
        }
    }

    @Override
    public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
        Tensor x = matrix(saved.input(0));
        Tensor y = saved.input(1);
        Tensor rows = matrix(g);
        @Nullable Tensor[] result = new Tensor[biased ? 3 : 2];
        if (saved.needs(0)) {
            result[0] = MatMul.product(rows, y, x).reshape(saved.inputShape(0));
        }
        if (saved.needs(1)) {
            result[1] = MatMul.product(rows.transpose(), x, y);
        }
        if (biased && saved.needs(2)) {
            result[2] = Engine.apply(OVER_ROWS, rows);
        }
        return result;
    }

    /** Returns a tensor […, n] as a matrix of rows. */
    private static Tensor matrix(Tensor x) {
        return x.rank() == 2 ? x : x.reshape(Shape.of(x.shape().size(0, x.rank() - 1), x.size(-1)));
    }

    @Override
    public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
        return Tangents.sum(tangents, (i, t) -> switch (i) {
                    case 0 -> Engine.apply(PLAIN, t, saved.input(1));
                    case 1 -> Engine.apply(PLAIN, saved.input(0), t);
                    default -> t;
                })
                .broadcastTo(saved.outputShape());
    }
}

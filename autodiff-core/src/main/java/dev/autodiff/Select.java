package dev.autodiff;

import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import org.jspecify.annotations.Nullable;

/** {@code out = condition ? x : y}, element by element with broadcasting; inputs: condition (bool), x, y. */
record Select() implements Primitive {
    @Override
    public String label() {
        return "where";
    }

    @Override
    public String formula() {
        return "x where the condition holds, else y";
    }

    @Override
    public Keep keeps() {
        return Keep.SELECTORS;
    }

    @Override
    public Tensor forward(Tensor[] in) {
        Tensor condition = in[0];
        Tensor x = in[1];
        Tensor y = in[2];
        Engine.expect("where: condition", DType.BOOL, condition);
        DType dtype = Engine.floating("where", x, y);
        Shape shape = Shape.broadcast("where", Shape.broadcast("where", condition.shape(), x.shape()), y.shape());
        Tensor out = Tensor.unwritten(shape, dtype);
        compute(in, out);
        return out;
    }

    @Override
    public void compute(Tensor[] in, Tensor out) {
        Tensor condition = in[0];
        Tensor x = in[1];
        Tensor y = in[2];
        boolean[] mask = condition.data().bool();
        Object a = x.array();
        Object b = y.array();
        Object o = out.array();
        var loops = Floats.of(out.dtype()).elementwise();
        Broadcasting.forEachRun(
                out.shape(),
                (mo, ms, xo, xs, yo, ys, oo, n) -> loops.select(mask, mo, ms, a, xo, xs, b, yo, ys, o, oo, n),
                condition.shape(),
                x.shape(),
                y.shape());
    }

    @Override
    public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
        Tensor condition = saved.input(0);
        Tensor zero = g.scalarLike(0);
        return new Tensor[] {
            null,
            saved.needs(1) ? Tensor.where(condition, g, zero).sumTo(saved.inputShape(1)) : null,
            saved.needs(2) ? Tensor.where(condition, zero, g).sumTo(saved.inputShape(2)) : null
        };
    }

    @Override
    public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
        Tensor condition = saved.input(0);
        Tensor x = tangents[1];
        Tensor y = tangents[2];
        Tensor zero = Tangents.any(tangents).scalarLike(0);
        return Tensor.where(condition, x == null ? zero : x, y == null ? zero : y)
                .broadcastTo(saved.outputShape());
    }
}

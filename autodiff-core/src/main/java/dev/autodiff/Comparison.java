package dev.autodiff;

import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import org.jspecify.annotations.Nullable;

/** Comparisons of two numbers, element by element with broadcasting, that yield a boolean and so have no derivative. */
@SuppressWarnings("ImmutableEnumChecker") // the lambdas capture nothing
enum Comparison implements Primitive {
    EQ("eq", "x = y", (x, y) -> x == y),
    NE("ne", "x ≠ y", (x, y) -> x != y),
    LT("lt", "x < y", (x, y) -> x < y),
    LE("le", "x ≤ y", (x, y) -> x <= y),
    GT("gt", "x > y", (x, y) -> x > y),
    GE("ge", "x ≥ y", (x, y) -> x >= y);

    interface Relation {
        boolean holds(double x, double y);
    }

    private final String label;
    private final String formula;
    private final Relation value;

    Comparison(String label, String formula, Relation value) {
        this.label = label;
        this.formula = formula;
        this.value = value;
    }

    boolean value(double x, double y) {
        return value.holds(x, y);
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public String formula() {
        return formula;
    }

    @Override
    public boolean isDifferentiable() {
        return false;
    }

    @Override
    public Keep keeps() {
        return Keep.NOTHING;
    }

    @Override
    public Tensor forward(Tensor[] in) {
        Tensor x = in[0];
        Tensor y = in[1];
        Shape shape = Shape.broadcast(label, x.shape(), y.shape());
        if (x.dtype() == DType.INT64 && y.dtype() == DType.INT64) {
            return compareIntegers(shape, x, y);
        }
        if (x.dtype() == DType.BOOL && y.dtype() == DType.BOOL) {
            return compareIntegers(shape, x.to(DType.INT64), y.to(DType.INT64));
        }
        DType dtype = Engine.floating(label, x, y);
        boolean[] out = new boolean[shape.size()];
        Object a = x.array();
        Object b = y.array();
        var loops = Floats.of(dtype).elementwise();
        Broadcasting.forEachRun(
                shape,
                (xo, xs, yo, ys, zo, zs, oo, n) -> loops.compare(ordinal(), a, xo, xs, b, yo, ys, out, oo, n),
                x.shape(),
                y.shape());
        return Tensor.wrap(shape, out);
    }

    private Tensor compareIntegers(Shape shape, Tensor x, Tensor y) {
        long[] a = x.data().int64();
        long[] b = y.data().int64();
        boolean[] out = new boolean[shape.size()];
        Broadcasting.forEachRun(
                shape,
                (xo, xs, yo, ys, zo, zs, oo, n) -> {
                    for (int i = 0; i < n; i++) {
                        // exact for all longs, which a comparison through double would not be
                        out[oo + i] = value.holds(Long.compare(a[xo + i * xs], b[yo + i * ys]), 0);
                    }
                },
                x.shape(),
                y.shape());
        return Tensor.wrap(shape, out);
    }

    @Override
    public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
        throw new GradientException(label + ": a comparison has no derivative");
    }

    @Override
    public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
        throw new GradientException(label + ": a comparison has no derivative");
    }
}

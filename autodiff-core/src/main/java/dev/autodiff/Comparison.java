package dev.autodiff;

import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;

/** Comparisons of two numbers, element by element with broadcasting, that yield a boolean and so have no derivative. */
@SuppressWarnings("ImmutableEnumChecker") // the lambdas capture nothing
enum Comparison implements Discrete {
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
    public Tensor forward(Tensor[] in) {
        DType dtype = in[0].dtype();
        if (dtype.isFloating() || in[1].dtype() != dtype) {
            Engine.floating(label, in);
        }
        Tensor out = Tensor.unwritten(Shape.broadcast(label, in[0].shape(), in[1].shape()), DType.BOOL);
        compute(in, out);
        return out;
    }

    @Override
    public void compute(Tensor[] in, Tensor out) {
        Tensor x = in[0];
        Tensor y = in[1];
        switch (x.dtype()) {
            case INT64 -> compareIntegers(x, y, out);
            case BOOL -> compareIntegers(x.to(DType.INT64), y.to(DType.INT64), out);
            case FLOAT32, FLOAT64 -> {
                Object a = x.array();
                Object b = y.array();
                boolean[] to = out.data().bool();
                var loops = Floats.of(x.dtype()).elementwise();
                Broadcasting.forEachRun(
                        out.shape(),
                        (xo, xs, yo, ys, zo, zs, oo, n) -> loops.compare(ordinal(), a, xo, xs, b, yo, ys, to, oo, n),
                        x.shape(),
                        y.shape());
            }
        }
    }

    private void compareIntegers(Tensor x, Tensor y, Tensor out) {
        long[] a = x.data().int64();
        long[] b = y.data().int64();
        boolean[] to = out.data().bool();
        Broadcasting.forEachRun(
                out.shape(),
                (xo, xs, yo, ys, zo, zs, oo, n) -> {
                    for (int i = 0; i < n; i++) {
                        // exact for all longs, which a comparison through double would not be
                        to[oo + i] = value.holds(Long.compare(a[xo + i * xs], b[yo + i * ys]), 0);
                    }
                },
                x.shape(),
                y.shape());
    }
}

package dev.autodiff;

import dev.autodiff.kernel.WindowAxis;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Windows that slide over the last axes of a tensor, the spatial ones; all axes before them are planes of their own. Average and
 * maximum pooling, unfolding and folding are compositions of these linear pairs.
 */
sealed interface Windows extends Primitive {
    @Override
    default Keep keeps() {
        return Keep.NOTHING;
    }

    /** Returns the shape of the value. */
    Shape shape(Tensor[] in);

    @Override
    default Tensor forward(Tensor[] in) {
        Tensor out = Tensor.unwritten(shape(in), Engine.floating(label(), in[0]));
        compute(in, out);
        return out;
    }

    @Override
    default Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
        return Engine.apply(this, Objects.requireNonNull(tangents[0]));
    }

    private static Shape inputs(List<? extends WindowAxis> axes) {
        return Shape.of(axes.stream().mapToInt(WindowAxis::input).toArray());
    }

    private static Shape outputs(List<? extends WindowAxis> axes) {
        return Shape.of(axes.stream().mapToInt(WindowAxis::output).toArray());
    }

    private static Shape planes(Tensor x, int spatial) {
        return x.shape().slice(0, x.rank() - spatial);
    }

    /** {@code out[…, o] = Σ x[…, i]} over the positions i of window o. */
    @PyTorchName("avg_pool1d, avg_pool2d, … (times the size)")
    record SumWindows(List<WindowAxis> axes) implements Windows {
        @Override
        public String label() {
            return "sumWindows";
        }

        @Override
        public String formula() {
            return "Σ x over each window";
        }

        @Override
        public Shape shape(Tensor[] in) {
            return planes(in[0], axes.size()).concat(outputs(axes));
        }

        @Override
        public void compute(Tensor[] in, Tensor out) {
            int planes = planes(in[0], axes.size()).size();
            Floats.of(out.dtype()).windows().sum(axes, planes, in[0].array(), out.array());
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            return new Tensor[] {Engine.apply(new SpreadWindows(axes), g)};
        }
    }

    /** {@code out[…, i] = Σ x[…, o]} over the windows o that cover position i: the transpose of {@link SumWindows}. */
    @PyTorchName("")
    record SpreadWindows(List<WindowAxis> axes) implements Windows {
        @Override
        public String label() {
            return "spreadWindows";
        }

        @Override
        public String formula() {
            return "Σ x over the windows that cover each position";
        }

        @Override
        public Shape shape(Tensor[] in) {
            return planes(in[0], axes.size()).concat(inputs(axes));
        }

        @Override
        public void compute(Tensor[] in, Tensor out) {
            int planes = planes(in[0], axes.size()).size();
            Floats.of(out.dtype()).windows().spread(axes, planes, in[0].array(), out.array());
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            return new Tensor[] {Engine.apply(new SumWindows(axes), g)};
        }
    }

    /**
     * The position in its plane, as int64, of the first largest element of each window, the last NaN if there is one; as in PyTorch.
     * Every window must cover a position. It has no derivative.
     */
    @PyTorchName("max_pool1d, … (indices)")
    record LargestPlaces(List<WindowAxis> axes) implements Windows {
        @Override
        public String label() {
            return "largestPlaces";
        }

        @Override
        public String formula() {
            return "argmax x over each window";
        }

        @Override
        public boolean isDifferentiable() {
            return false;
        }

        @Override
        public Shape shape(Tensor[] in) {
            return planes(in[0], axes.size()).concat(outputs(axes));
        }

        @Override
        public Tensor forward(Tensor[] in) {
            Engine.floating(label(), in);
            Tensor out = Tensor.unwritten(shape(in), DType.INT64);
            compute(in, out);
            return out;
        }

        @Override
        public void compute(Tensor[] in, Tensor out) {
            Tensor x = in[0];
            int planes = planes(x, axes.size()).size();
            Floats.of(x.dtype())
                    .windows()
                    .largest(axes, planes, x.array(), out.data().int64());
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            throw new GradientException(label() + ": places have no derivative");
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            throw new GradientException(label() + ": places have no derivative");
        }
    }

    /**
     * {@code out[p…, o…] = x[p…, places[p…, o…]]} with places that count through the flattened spatial axes of their own plane; inputs: x,
     * places (int64, trusted). Unlike {@link Indexing.Take}, each plane has places of its own, and as few share one, their gradients are
     * added where they come without sorting them first.
     *
     * @param spatial the sizes of x's last axes
     */
    @PyTorchName("max_pool1d, … (values)")
    record PickPlaces(Shape spatial) implements Windows {
        @Override
        public String label() {
            return "pickPlaces";
        }

        @Override
        public String formula() {
            return "x[p, places[p, o]]";
        }

        @Override
        public Keep keeps() {
            return Keep.SELECTORS;
        }

        @Override
        public Shape shape(Tensor[] in) {
            Engine.expect(label() + ": places", DType.INT64, in[1]);
            return in[1].shape();
        }

        @Override
        public void compute(Tensor[] in, Tensor out) {
            Tensor x = in[0];
            int planes = planes(x, spatial.rank()).size();
            if (out.size() > 0) {
                long[] places = in[1].data().int64();
                Floats.of(out.dtype())
                        .windows()
                        .pick(planes, spatial.size(), out.size() / planes, x.array(), places, out.array());
            }
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            return new Tensor[] {Engine.apply(new DropPlaces(spatial), g, saved.input(1)), null};
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            return Engine.apply(this, Objects.requireNonNull(tangents[0]), saved.input(1));
        }
    }

    /**
     * {@code out[p…, i…] = Σ x[p…, o…]} over the o with {@code places[p…, o…] = i}: the transpose of {@link PickPlaces}.
     *
     * @param spatial the sizes of the result's last axes, as many as x has
     */
    @PyTorchName("max_unpool1d, …")
    record DropPlaces(Shape spatial) implements Windows {
        @Override
        public String label() {
            return "dropPlaces";
        }

        @Override
        public String formula() {
            return "Σ x[p, o] over the o with places[p, o] = i";
        }

        @Override
        public Keep keeps() {
            return Keep.SELECTORS;
        }

        @Override
        public Shape shape(Tensor[] in) {
            Engine.expect(label() + ": places", DType.INT64, in[1]);
            return planes(in[0], spatial.rank()).concat(spatial);
        }

        @Override
        public void compute(Tensor[] in, Tensor out) {
            Tensor x = in[0];
            int planes = planes(x, spatial.rank()).size();
            if (x.size() == 0) {
                out.storage().clear();
            } else {
                long[] places = in[1].data().int64();
                Floats.of(out.dtype())
                        .windows()
                        .drop(planes, spatial.size(), x.size() / planes, x.array(), places, out.array());
            }
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            return new Tensor[] {Engine.apply(new PickPlaces(spatial), g, saved.input(1)), null};
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            return Engine.apply(this, Objects.requireNonNull(tangents[0]), saved.input(1));
        }
    }

    /** {@code out[n, c·kernel + j, o] = } element j of window o of x[n, c, …], 0 in the padding; o counts through the windows. */
    @PyTorchName("unfold")
    record Unfold(List<WindowAxis.Sliding> axes) implements Windows {
        @Override
        public String label() {
            return "unfoldWindows";
        }

        @Override
        public String formula() {
            return "the elements of each window in a column";
        }

        @Override
        public Shape shape(Tensor[] in) {
            Shape x = in[0].shape();
            return Shape.of(x.size(0), x.size(1) * kernel(axes), outputs(axes).size());
        }

        @Override
        public void compute(Tensor[] in, Tensor out) {
            Shape x = in[0].shape();
            Floats.of(out.dtype()).windows().unfold(axes, x.size(0) * x.size(1), in[0].array(), out.array());
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            return new Tensor[] {Engine.apply(new Fold(axes), g)};
        }
    }

    /** {@code out[n, c, i] = Σ x[n, c·kernel + j, o]} over the j and o at position i: the transpose of {@link Unfold}. */
    @PyTorchName("fold")
    record Fold(List<WindowAxis.Sliding> axes) implements Windows {
        @Override
        public String label() {
            return "foldWindows";
        }

        @Override
        public String formula() {
            return "the columns added back to the positions of their windows";
        }

        @Override
        public Shape shape(Tensor[] in) {
            Shape x = in[0].shape();
            return Shape.of(x.size(0), x.size(1) / kernel(axes)).concat(inputs(axes));
        }

        @Override
        public void compute(Tensor[] in, Tensor out) {
            Shape planes = out.shape().slice(0, 2);
            Floats.of(out.dtype()).windows().fold(axes, planes.size(), in[0].array(), out.array());
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            return new Tensor[] {Engine.apply(new Unfold(axes), g)};
        }
    }

    private static int kernel(List<WindowAxis.Sliding> axes) {
        int size = 1;
        for (WindowAxis.Sliding axis : axes) {
            size *= axis.kernel();
        }
        return size;
    }
}

package dev.autodiff;

import dev.autodiff.compile.Repeating;
import dev.autodiff.kernel.Movement;
import dev.autodiff.kernel.Movements;
import dev.autodiff.shape.Axes;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Operations that move elements without arithmetic, for every element type. All are linear: each is its own JVP. */
sealed interface ShapeMove extends Primitive {
    @Override
    default Keep keeps() {
        return Keep.NOTHING;
    }

    @Override
    default Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
        return Engine.apply(this, Objects.requireNonNull(tangents[0]));
    }

    /** Returns the result where it shares the elements of x. */
    default Tensor view(Tensor x) {
        throw new IllegalStateException(label() + ": the result is no view");
    }

    private static void copy(
            Tensor x, Shape box, int fromOffset, int[] fromStrides, Tensor out, int toOffset, int[] toStrides) {
        if (box.size() > 0) {
            Movement<Object> movement = Movements.of(x.dtype());
            movement.copy(box.toArray(), x.array(), fromOffset, fromStrides, out.array(), toOffset, toStrides);
        }
    }

    /** {@code out} has the elements of x in row-major order in another shape, and shares its array. */
    record Reshape(Shape to) implements ShapeMove {
        @Override
        public String label() {
            return "reshape";
        }

        @Override
        public String formula() {
            return "x in another shape";
        }

        @Override
        public Tensor forward(Tensor[] in) {
            return view(in[0]);
        }

        @Override
        public Tensor view(Tensor x) {
            if (x.size() != to.size()) {
                throw new ShapeException("reshape: shape " + to + " has " + to.size()
                        + " elements, but the tensor of shape " + x.shape() + " has " + x.size());
            }
            return new Tensor(to, x.data());
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            return new Tensor[] {g.reshape(saved.inputShape(0))};
        }
    }

    /** {@code out[i_p(0), i_p(1), …] = x[i₀, i₁, …]}: axis k of the result is axis p(k) of x. */
    record Permute(Axes permutation) implements ShapeMove {
        /** The transpose of a matrix. */
        static final Permute MATRIX = new Permute(Axes.of(1, 0));

        @Override
        public String label() {
            return swapsLastTwo() ? "transpose" : "permute";
        }

        @Override
        public String formula() {
            return "x with its axes in another order";
        }

        private boolean swapsLastTwo() {
            int rank = permutation.count();
            if (rank < 2) {
                return false;
            }
            for (int i = 0; i < rank - 2; i++) {
                if (permutation.get(i) != i) {
                    return false;
                }
            }
            return permutation.get(rank - 1) == rank - 2;
        }

        @Override
        public Tensor forward(Tensor[] in) {
            Tensor x = in[0];
            if (swapsLastTwo()) {
                return view(x);
            }
            Tensor out = Tensor.unwritten(x.shape().permute(permutation), x.dtype());
            compute(in, out);
            return out;
        }

        /** Only a product reads it as it lies, anything else copies it once. */
        @Override
        public Tensor view(Tensor x) {
            return x.transposedView(x.shape().permute(permutation));
        }

        @Override
        public void compute(Tensor[] in, Tensor out) {
            int[] own = in[0].shape().strides();
            int[] strides = new int[own.length];
            for (int i = 0; i < own.length; i++) {
                strides[i] = own[permutation.get(i)];
            }
            copy(in[0], out.shape(), 0, strides, out, 0, out.shape().strides());
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            return new Tensor[] {Engine.apply(swapsLastTwo() ? this : new Permute(permutation.inverse()), g)};
        }
    }

    /** {@code out} repeats x along axes of size 1 and new leading axes. */
    record Expand(Shape to) implements ShapeMove, Repeating {
        @Override
        public String label() {
            return "broadcastTo";
        }

        @Override
        public String formula() {
            return "x repeated along axes of size 1 and new leading ones";
        }

        @Override
        public Tensor forward(Tensor[] in) {
            Tensor x = in[0];
            if (!x.shape().broadcastsTo(to)) {
                throw new ShapeException("broadcastTo: shape " + x.shape() + " can't be repeated to " + to
                        + "; sizes must be equal or 1, aligned at the last axis");
            }
            if (x.size() == 1
                    && to.size() >= ElementwiseChain.LEAST
                    && x.dtype().isFloating()) {
                Tensor deferred = Mode.current().defer(Elementwise.IDENTITY, to, x.dtype(), x);
                if (deferred != null) {
                    return deferred;
                }
            }
            Tensor out = Tensor.unwritten(to, x.dtype());
            compute(in, out);
            return out;
        }

        @Override
        public void compute(Tensor[] in, Tensor out) {
            Tensor x = in[0];
            if (x.size() == 1) {
                Movements.of(x.dtype()).fill(x.array(), 0, out.array(), 0, out.size());
            } else {
                copy(x, to, 0, x.shape().stridesIn(to), out, 0, to.strides());
            }
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            return new Tensor[] {g.sumTo(saved.inputShape(0))};
        }
    }

    /** {@code out[i₀, …] = x[start₀ + i₀·step₀, …]} with {@code count} elements along each axis. */
    @PyTorchName("x[start:stop:step]")
    record Slice(Axes start, Axes count, Axes step) implements ShapeMove {
        @Override
        public String label() {
            return "slice";
        }

        @Override
        public String formula() {
            return "x[start : stop : step, …]";
        }

        @Override
        public Tensor forward(Tensor[] in) {
            Tensor out = Tensor.unwritten(Shape.of(count.toArray()), in[0].dtype());
            compute(in, out);
            return out;
        }

        @Override
        public void compute(Tensor[] in, Tensor out) {
            Shape whole = in[0].shape();
            copy(
                    in[0],
                    out.shape(),
                    offset(whole),
                    strides(whole),
                    out,
                    0,
                    out.shape().strides());
        }

        private int offset(Shape whole) {
            int[] strides = whole.strides();
            int offset = 0;
            for (int i = 0; i < strides.length; i++) {
                offset += start.get(i) * strides[i];
            }
            return offset;
        }

        private int[] strides(Shape whole) {
            int[] strides = whole.strides();
            for (int i = 0; i < strides.length; i++) {
                strides[i] *= step.get(i);
            }
            return strides;
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            return new Tensor[] {Engine.apply(new Embed(saved.inputShape(0), this), g)};
        }
    }

    /** {@code out} is zero but for x at the places that {@code slice} would take: the transpose of a slice. */
    @PyTorchName("")
    record Embed(Shape to, Slice slice) implements ShapeMove {
        @Override
        public String label() {
            return "embed";
        }

        @Override
        public String formula() {
            return "zeros, with x at the slice's places";
        }

        @Override
        public Tensor forward(Tensor[] in) {
            Tensor out = Tensor.unwritten(to, in[0].dtype());
            compute(in, out);
            return out;
        }

        @Override
        public void compute(Tensor[] in, Tensor out) {
            out.storage().clear();
            place(in[0], out);
        }

        private void place(Tensor x, Tensor out) {
            copy(x, x.shape(), 0, x.shape().strides(), out, slice.offset(to), slice.strides(to));
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            return new Tensor[] {Engine.apply(slice, g)};
        }
    }

    /** {@code out} has the inputs one after the other along an axis; {@code sizes} are theirs along it. */
    @PyTorchName("cat")
    record Concat(int axis, Axes sizes) implements ShapeMove {
        @Override
        public String label() {
            return "concat";
        }

        @Override
        public String formula() {
            return "x₀, x₁, … one after the other along an axis";
        }

        @Override
        public Tensor forward(Tensor[] in) {
            int total = 0;
            for (int i = 0; i < in.length; i++) {
                total += sizes.get(i);
            }
            Tensor out = Tensor.unwritten(in[0].shape().with(axis, total), in[0].dtype());
            compute(in, out);
            return out;
        }

        @Override
        public void compute(Tensor[] in, Tensor out) {
            int[] strides = out.shape().strides();
            int offset = 0;
            for (Tensor x : in) {
                copy(x, x.shape(), 0, x.shape().strides(), out, offset, strides);
                offset += x.shape().size(axis) * strides[axis];
            }
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            @Nullable Tensor[] result = new Tensor[sizes.count()];
            int start = 0;
            for (int i = 0; i < result.length; i++) {
                int stop = start + sizes.get(i);
                if (saved.needs(i)) {
                    result[i] = g.narrow(axis, start, stop - start);
                }
                start = stop;
            }
            return result;
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            Tensor given = Tangents.any(tangents);
            Tensor[] all = new Tensor[tangents.length];
            for (int i = 0; i < all.length; i++) {
                Tensor t = tangents[i];
                all[i] = t != null
                        ? t
                        : Tensor.zeros(given.dtype(), saved.outputShape().with(axis, sizes.get(i)));
            }
            return Engine.apply(this, all);
        }
    }
}

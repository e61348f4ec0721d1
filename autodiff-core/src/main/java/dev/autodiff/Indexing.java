package dev.autodiff;

import dev.autodiff.kernel.Movements;
import dev.autodiff.shape.Axes;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Picking elements by index, adding them up by index, and the computation of indices. Gather, scatter, embedding, padding and
 * their like are compositions of these.
 */
sealed interface Indexing extends Primitive {
    /**
     * {@code out[o…, k…, i…] = x[o…, index[k…], i…]}: along an axis, the elements that an index of any shape names, from 0 to
     * size − 1. Linear in x; inputs: x of any type, index (int64).
     *
     * @param label the name of what the user called, for drawings and messages
     * @param axis counted from 0
     */
    @PyTorchName("index_select")
    record Take(String label, int axis) implements Indexing {
        @Override
        public String formula() {
            return "x[o, index[k], i]";
        }

        @Override
        public Keep keeps() {
            return Keep.SELECTORS;
        }

        @Override
        public Tensor forward(Tensor[] in) {
            Tensor x = in[0];
            Tensor index = in[1];
            Engine.expect(label + ": index", DType.INT64, index);
            Shape shape = x.shape();
            Shape before = shape.slice(0, axis);
            Shape after = shape.slice(axis + 1, shape.rank());
            Tensor out = Tensor.unwritten(before.concat(index.shape()).concat(after), x.dtype());
            compute(in, out);
            return out;
        }

        @Override
        public void compute(Tensor[] in, Tensor out) {
            Tensor x = in[0];
            Shape shape = x.shape();
            int n = shape.size(axis);
            long[] places = in[1].data().int64();
            checkRange(label, places, n, axis, shape);
            if (out.size() > 0) {
                int after = shape.slice(axis + 1, shape.rank()).size();
                Movements.of(x.dtype())
                        .take(
                                x.array(),
                                places,
                                out.array(),
                                shape.slice(0, axis).size(),
                                n,
                                after);
            }
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            Put transposed = new Put("put", axis, saved.inputShape(0).size(axis));
            return new Tensor[] {Engine.apply(transposed, g, saved.input(1)), null};
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            return Engine.apply(this, Objects.requireNonNull(tangents[0]), saved.input(1));
        }
    }

    /**
     * {@code out[o…, j, i…] = Σ over k with index[k…] = j of x[o…, k…, i…]}: the transpose of {@link Take}. Linear in x; inputs: x
     * (floating-point), index (int64).
     *
     * @param label the name of what the user called, for drawings and messages
     * @param axis the first of x's axes that run over the index, and the one of the result that takes their place
     * @param size of the result along it
     */
    @PyTorchName("index_add")
    record Put(String label, int axis, int size) implements Indexing {
        @Override
        public String formula() {
            return "Σ x[o, k, i] over the k with index[k] = j";
        }

        @Override
        public Keep keeps() {
            return Keep.SELECTORS;
        }

        @Override
        public Tensor forward(Tensor[] in) {
            Tensor x = in[0];
            Tensor index = in[1];
            Engine.floating(label, x);
            Engine.expect(label + ": index", DType.INT64, index);
            Shape shape = x.shape();
            int end = axis + index.rank();
            if (end > shape.rank() || !shape.slice(axis, end).equals(index.shape())) {
                throw new ShapeException(label + ": expected the axes of shape " + shape + " from " + axis
                        + " on to be those of the index of shape " + index.shape());
            }
            Shape before = shape.slice(0, axis);
            Shape after = shape.slice(end, shape.rank());
            Shape to = before.concat(Shape.of(size)).concat(after);
            Tensor out = Tensor.unwritten(to, x.dtype());
            compute(in, out);
            return out;
        }

        @Override
        public void compute(Tensor[] in, Tensor out) {
            out.storage().clear();
            put(in[0], in[1], out);
        }

        private void put(Tensor x, Tensor index, Tensor out) {
            long[] places = index.data().int64();
            checkRange(label, places, size, axis, out.shape());
            if (x.size() > 0) {
                int before = out.shape().slice(0, axis).size();
                int after = out.shape().slice(axis + 1, out.rank()).size();
                Floats.of(x.dtype()).indices().put(x.array(), places, out.array(), before, size, after);
            }
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
            return new Tensor[] {Engine.apply(new Take("take", axis), g, saved.input(1)), null};
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
            return Engine.apply(this, Objects.requireNonNull(tangents[0]), saved.input(1));
        }
    }

    private static void checkRange(String operation, long[] places, int n, int axis, Shape shape) {
        for (long place : places) {
            if (place < 0 || place >= n) {
                throw new IndexOutOfBoundsException(operation + ": index " + place + " is out of range for axis " + axis
                        + " of shape " + shape + "; expected 0 to " + (n - 1));
            }
        }
    }

    /** Whole numbers that say where something is. They have no derivative. */
    sealed interface Places extends Indexing, Discrete {}

    /**
     * Where the elements {@code x[i₀, …, index[i], …]} lie in a flattened x: for an index with as many axes as x, which stands for
     * the index along one axis and runs along the others from 0.
     *
     * @param operation the name of what the user called, for messages
     * @param shape of x, with at least one axis
     * @param axis counted from 0
     */
    @PyTorchName("")
    record AlongAxis(String operation, Shape shape, int axis) implements Places {
        @Override
        public String label() {
            return "placesAlongAxis";
        }

        @Override
        public String formula() {
            return "the place of x[i₀, …, index[i], …] in a flattened x";
        }

        @Override
        public Tensor forward(Tensor[] in) {
            Tensor index = in[0];
            Engine.expect(operation + ": index", DType.INT64, index);
            Shape own = index.shape();
            int rank = shape.rank();
            if (own.rank() != rank && index.size() > 0) {
                throw new ShapeException(
                        operation + ": expected an index with as many axes as shape " + shape + ", got shape " + own);
            }
            boolean fits = true;
            for (int d = 0; d < rank && index.size() > 0; d++) {
                fits &= d == axis || own.size(d) <= shape.size(d);
            }
            if (!fits) {
                throw new ShapeException(operation + ": expected an index that is not longer than shape " + shape
                        + " but for axis " + axis + ", got shape " + own);
            }
            long[] places = index.data().int64();
            checkRange(operation, places, shape.size(axis), axis, shape);
            int[] strides = shape.strides();
            long[] out = new long[places.length];
            int[] at = new int[rank];
            int base = 0; // the place of [at] but for the indexed axis
            for (int i = 0; i < out.length; i++) {
                out[i] = base + places[i] * strides[axis];
                for (int d = rank - 1; d >= 0; d--) {
                    int stride = d == axis ? 0 : strides[d];
                    base += stride;
                    if (++at[d] < own.size(d)) {
                        break;
                    }
                    base -= at[d] * stride;
                    at[d] = 0;
                }
            }
            return Tensor.wrap(own, out);
        }
    }

    /**
     * {@code ((i₀·n₁ + i₁)·n₂ + i₂)…}: the row-major place that one index for each leading axis names; inputs: the indices, of one shape.
     * A negative one counts from the end.
     *
     * @param operation the name of what the user called, for messages
     * @param sizes of the axes
     */
    @PyTorchName("")
    record RowMajor(String operation, Axes sizes) implements Places {
        @Override
        public String label() {
            return "rowMajor";
        }

        @Override
        public String formula() {
            return "(i₀·n₁ + i₁)·n₂ + i₂ …";
        }

        @Override
        public Tensor forward(Tensor[] in) {
            long[] out = new long[in[0].size()];
            for (int d = 0; d < in.length; d++) {
                Engine.expect(operation + ": index", DType.INT64, in[d]);
                long n = sizes.get(d);
                long[] index = in[d].data().int64();
                for (int k = 0; k < out.length; k++) {
                    long i = index[k];
                    if (i < -n || i >= n) {
                        throw new IndexOutOfBoundsException(operation + ": index " + i
                                + " is out of range for an axis of size " + n + "; expected " + -n + " to " + (n - 1));
                    }
                    out[k] = out[k] * n + (i < 0 ? i + n : i);
                }
            }
            return Tensor.wrap(in[0].shape(), out);
        }
    }

    /**
     * For n values written to the places that an index [n] names, one after the other, where each of {@code size} places has its
     * value from: {@code out[p] = the last k with index[k] = p}, or n + p if none is.
     */
    @PyTorchName("")
    record Writers(int size) implements Places {
        @Override
        public String label() {
            return "writers";
        }

        @Override
        public String formula() {
            return "the last k with index[k] = p, else n + p";
        }

        @Override
        public Tensor forward(Tensor[] in) {
            long[] out = new long[size];
            long[] index = in[0].data().int64();
            for (int p = 0; p < size; p++) {
                out[p] = index.length + (long) p;
            }
            for (int k = 0; k < index.length; k++) {
                out[(int) index[k]] = k;
            }
            return Tensor.wrap(Shape.of(size), out);
        }
    }

    /** The places of {@code true} in a flattened mask, ascending: as many as there are. */
    @PyTorchName("")
    record TruePlaces(String operation) implements Places {
        @Override
        public String label() {
            return "truePlaces";
        }

        @Override
        public String formula() {
            return "the places of true, ascending";
        }

        @Override
        public Tensor forward(Tensor[] in) {
            Engine.expect(operation + ": mask", DType.BOOL, in[0]);
            boolean[] mask = in[0].data().bool();
            long[] out = new long[mask.length];
            int count = 0;
            for (int i = 0; i < mask.length; i++) {
                if (mask[i]) {
                    out[count++] = i;
                }
            }
            return Tensor.wrap(Shape.of(count), Arrays.copyOf(out, count));
        }
    }

    /** 0 repeated {@code count[0]} times, then 1 repeated {@code count[1]} times, and so on. */
    @PyTorchName("")
    record Repetitions(String operation) implements Places {
        @Override
        public String label() {
            return "repetitions";
        }

        @Override
        public String formula() {
            return "each k as often as count[k] says";
        }

        @Override
        public Tensor forward(Tensor[] in) {
            Engine.expect(operation + ": repeats", DType.INT64, in[0]);
            long[] counts = in[0].data().int64();
            long total = 0;
            for (long count : counts) {
                if (count < 0) {
                    throw new IllegalArgumentException(operation + ": repeats must not be negative, got " + count);
                }
                total = Math.addExact(total, count);
            }
            if (total > Integer.MAX_VALUE) {
                throw new ShapeException(operation + ": " + total + " elements are more than one Java array holds");
            }
            long[] out = new long[(int) total];
            int next = 0;
            for (int k = 0; k < counts.length; k++) {
                int end = next + (int) counts[k];
                Arrays.fill(out, next, end, k);
                next = end;
            }
            return Tensor.wrap(Shape.of(out.length), out);
        }
    }
}

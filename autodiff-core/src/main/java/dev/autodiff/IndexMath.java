package dev.autodiff;

import dev.autodiff.shape.Axes;
import dev.autodiff.shape.AxisException;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.Arrays;

/**
 * Picking and adding up elements by index. Indices are int64 tensors. An element that is picked several times gets the sum of
 * the gradients. An index outside its axis is an {@link IndexOutOfBoundsException}; a negative axis counts from the end, a negative
 * index only where the method says so.
 */
public sealed interface IndexMath permits Tensor {

    /**
     * {@code out[o…, k…, i…] = x[o…, index[k…], i…]}: the elements that an index of any shape names along an axis, which the axes
     * of the index replace. A negative index counts from the end.
     */
    default Tensor take(int axis, Tensor index) {
        Operands.check("take", 1, index);
        Tensor x = (Tensor) this;
        int a = x.shape().axis("take", axis);
        Tensor places =
                Engine.apply(new Indexing.RowMajor("take", Axes.of(x.shape().size(a))), index);
        return Engine.apply(new Indexing.Take("take", a), x, places);
    }

    /**
     * The transpose of {@link #take}: {@code out[o…, j, i…] = Σ over k with index[k…] = j of x[o…, k…, i…]}, zero where no index
     * points. The axes of x from {@code axis} on must be those of the index; the result has one axis of {@code size} in their place.
     * Added pairwise, float32 in double precision.
     */
    default Tensor put(int axis, Tensor index, int size) {
        Operands.check("put", 1, index);
        Tensor x = (Tensor) this;
        int rank = x.rank() - index.rank() + 1;
        if (axis < -rank || axis >= rank) {
            throw new AxisException("put: axis " + axis + " is out of range for a result of " + rank
                    + " axes, from shape " + x.shape() + " and an index of shape " + index.shape());
        }
        return Engine.apply(new Indexing.Put("put", axis < 0 ? axis + rank : axis, size), x, index);
    }

    /**
     * {@code out[…, k, …] = x[…, index[k], …]}: the elements that a list of indices names along an axis.
     *
     * @param index from 0 to size − 1, of shape [n] or []
     */
    default Tensor indexSelect(int axis, Tensor index) {
        Operands.check("indexSelect", 1, index);
        Tensor x = ((Tensor) this).atLeastVector();
        if (index.rank() > 1) {
            throw new ShapeException("indexSelect: expected an index of shape [n], got " + index.shape()
                    + "; take(axis, index) replaces the axis by several");
        }
        int a = x.shape().axis("indexSelect", axis);
        Tensor out = Engine.apply(new Indexing.Take("indexSelect", a), x, index.atLeastVector());
        return ((Tensor) this).rank() == 0 && index.rank() == 0 ? out.reshape(Shape.SCALAR) : out;
    }

    /** {@code x} with {@code source[…, k, …]} added at {@code […, index[k], …]}; repeated indices add up. */
    default Tensor indexAdd(int axis, Tensor index, Tensor source) {
        Operands.check("indexAdd", 1, index, source);
        Tensor x = ((Tensor) this).atLeastVector();
        int a = x.shape().axis("indexAdd", axis);
        Tensor list = index.atLeastVector();
        Tensor added = source.atLeastVector();
        if (list.rank() != 1 || !added.shape().equals(x.shape().with(a, list.size()))) {
            throw new ShapeException("indexAdd: expected an index [n] and a source of shape "
                    + x.shape().with(a, list.size()) + ", got " + index.shape() + " and " + source.shape());
        }
        return x.add(Engine.apply(new Indexing.Put("indexAdd", a, x.size(a)), added, list))
                .reshape(((Tensor) this).shape());
    }

    /**
     * {@code out[k…] = x[index₀[k…], index₁[k…], …]}: one index for each of the first axes, which broadcast against each other; the
     * other axes of x follow. A negative index counts from the end. A single boolean index, whose shape is that of x's first axes,
     * picks where it is true.
     */
    default Tensor index(Tensor... indices) {
        Operands.check("index", 1, indices);
        Tensor x = (Tensor) this;
        if (indices.length == 0) {
            throw new IllegalArgumentException("index: expected at least one index");
        }
        boolean mask = indices.length == 1 && indices[0].dtype() == DType.BOOL;
        int count = mask ? indices[0].rank() : indices.length;
        if (count > x.rank()) {
            throw new ShapeException("index: " + count + " axes are more than those of shape " + x.shape());
        }
        Shape indexed = x.shape().slice(0, count);
        Shape rest = x.shape().slice(count, x.rank());
        Tensor places;
        if (mask) {
            if (!indices[0].shape().equals(indexed)) {
                throw new ShapeException("index: expected a mask of the shape " + indexed + " of the first axes, got "
                        + indices[0].shape());
            }
            places = Engine.apply(new Indexing.TruePlaces("index"), indices[0]);
        } else {
            Shape common = indices[0].shape();
            for (Tensor index : indices) {
                common = Shape.broadcast("index", common, index.shape());
            }
            Tensor[] all = new Tensor[count];
            for (int d = 0; d < count; d++) {
                all[d] = indices[d].broadcastTo(common);
            }
            places = Engine.apply(new Indexing.RowMajor("index", Axes.of(indexed.toArray())), all);
        }
        Tensor rows = x.reshape(Shape.of(indexed.size()).concat(rest));
        return Engine.apply(new Indexing.Take("index", 0), rows, places);
    }

    /**
     * {@code out[i₀, …, k, …] = x[i₀, …, index[i₀, …, k, …], …]}: an index of its own for each place, along one axis. The index has
     * the axes of x, and may be shorter along the others; the result has its shape.
     *
     * @param index from 0 to size − 1
     */
    default Tensor gather(int axis, Tensor index) {
        Operands.check("gather", 1, index);
        return along("gather", axis, index);
    }

    /** {@link #gather} with an index that broadcasts against x along the other axes. */
    default Tensor takeAlongAxis(int axis, Tensor index) {
        Operands.check("takeAlongAxis", 1, index);
        Tensor x = (Tensor) this;
        if (x.rank() != index.rank()) {
            throw new ShapeException(
                    "takeAlongAxis: expected an index with the axes of shape " + x.shape() + ", got " + index.shape());
        }
        if (x.rank() == 0) {
            return along("takeAlongAxis", axis, index);
        }
        int a = x.shape().axis("takeAlongAxis", axis);
        Shape others = Shape.broadcast(
                "takeAlongAxis", x.shape().with(a, 1), index.shape().with(a, 1));
        return ((IndexMath) x.broadcastTo(others.with(a, x.size(a))))
                .along("takeAlongAxis", a, index.broadcastTo(others.with(a, index.size(a))));
    }

    private Tensor along(String operation, int axis, Tensor index) {
        Tensor x = ((Tensor) this).atLeastVector();
        Tensor places = placesAlong(operation, x.shape(), axis, index);
        return Engine.apply(new Indexing.Take(operation, 0), x.flatten(), places)
                .reshape(index.shape());
    }

    private static Tensor placesAlong(String operation, Shape shape, int axis, Tensor index) {
        return Engine.apply(
                new Indexing.AlongAxis(operation, shape, shape.axis(operation, axis)),
                shape.rank() == 1 ? index.atLeastVector() : index);
    }

    /**
     * {@code x} with {@code source[i₀, …, k, …]} in place of the element at {@code [i₀, …, index[i₀, …, k, …], …]}; where two meet,
     * the last in row-major order stays, and it alone gets the gradient.
     *
     * @param index with the axes of x, from 0 to size − 1
     * @param source of at least the index's shape; what lies beyond is not read
     */
    default Tensor scatter(int axis, Tensor index, Tensor source) {
        Operands.check("scatter", 1, index, source);
        Tensor x = ((Tensor) this).atLeastVector();
        Tensor places = placesAlong("scatter", x.shape(), axis, index).flatten();
        Tensor written = beginning("scatter", source, index).flatten();
        Tensor writers = Engine.apply(new Indexing.Writers(x.size()), places);
        return Engine.apply(new Indexing.Take("scatter", 0), Tensor.concat(0, written, x.flatten()), writers)
                .reshape(((Tensor) this).shape());
    }

    /** {@link #scatter} of one number. */
    default Tensor scatter(int axis, Tensor index, double value) {
        Operands.check("scatter", 1, index);
        Tensor x = (Tensor) this;
        return scatter(axis, index, Tensor.full(x.dtype(), index.shape(), value));
    }

    /**
     * {@code x} with {@code source[i₀, …, k, …]} added to the element at {@code [i₀, …, index[i₀, …, k, …], …]}; repeated indices
     * add up.
     *
     * @param index with the axes of x, from 0 to size − 1
     * @param source of at least the index's shape; what lies beyond is not read
     */
    default Tensor scatterAdd(int axis, Tensor index, Tensor source) {
        Operands.check("scatterAdd", 1, index, source);
        Tensor x = ((Tensor) this).atLeastVector();
        Tensor places = placesAlong("scatterAdd", x.shape(), axis, index).flatten();
        Tensor added = beginning("scatterAdd", source, index).flatten();
        return ((Tensor) this)
                .add(Engine.apply(new Indexing.Put("scatterAdd", 0, x.size()), added, places)
                        .reshape(((Tensor) this).shape()));
    }

    /** The part of a source that an index covers. */
    private static Tensor beginning(String operation, Tensor source, Tensor index) {
        if (source.rank() != index.rank()) {
            throw new ShapeException(operation + ": expected a source with the axes of the index of shape "
                    + index.shape() + ", got " + source.shape());
        }
        Tensor part = source;
        for (int d = 0; d < index.rank(); d++) {
            if (index.size(d) > source.size(d)) {
                throw new ShapeException(operation + ": expected a source of at least the index's shape "
                        + index.shape() + ", got " + source.shape());
            }
            part = index.size(d) == part.size(d) ? part : part.narrow(d, 0, index.size(d));
        }
        return part;
    }

    /** {@code out[k…] = table[index[k…]]}: the rows [k…, d] of this table [n, d] that an index of any shape names. */
    default Tensor embedding(Tensor index) {
        Tensor table = (Tensor) this;
        if (table.rank() == 0) {
            throw new ShapeException("embedding: expected a table [n, d], got shape []");
        }
        return Engine.apply(new Indexing.Take("embedding", 0), table, index);
    }

    /**
     * {@link #embedding(Tensor)} where the row {@code padding} gets no gradient.
     *
     * @param padding a row of the table; a negative one counts from the end
     */
    default Tensor embedding(Tensor index, int padding) {
        Tensor rows = embedding(index);
        int n = ((Tensor) this).size(0);
        if (padding < -n || padding >= n) {
            throw new IndexOutOfBoundsException(
                    "embedding: padding " + padding + " is no row of a table of shape " + ((Tensor) this).shape());
        }
        if (!rows.requiresGrad()) {
            return rows;
        }
        int[] ones = new int[rows.rank() - index.rank()];
        Arrays.fill(ones, 1);
        Tensor padded = index.eq(padding < 0 ? padding + n : padding);
        return Tensor.where(padded.reshape(index.shape().concat(Shape.of(ones))), rows.detach(), rows);
    }

    /** The elements where a mask is true, in row-major order, as a vector; x and the mask broadcast. */
    default Tensor maskedSelect(Tensor mask) {
        Operands.check("maskedSelect", 1, mask);
        Tensor x = (Tensor) this;
        Shape shape = Shape.broadcast("maskedSelect", x.shape(), mask.shape());
        Tensor places = Engine.apply(new Indexing.TruePlaces("maskedSelect"), mask.broadcastTo(shape));
        return Engine.apply(
                new Indexing.Take("maskedSelect", 0), x.broadcastTo(shape).flatten(), places);
    }

    /** Each element along an axis {@code repeats} times in a row. */
    default Tensor repeatInterleave(int repeats, int axis) {
        Tensor x = (Tensor) this;
        int a = x.shape().axis("repeatInterleave", axis);
        if (repeats < 0) {
            throw new IllegalArgumentException("repeatInterleave: repeats must not be negative, got " + repeats);
        }
        Shape wide = x.shape().insert(a + 1, repeats);
        return x.expandDims(a + 1).broadcastTo(wide).reshape(x.shape().with(a, Math.multiplyExact(x.size(a), repeats)));
    }

    /** Each element {@code repeats} times in a row, as a vector. */
    default Tensor repeatInterleave(int repeats) {
        return ((Tensor) this).flatten().repeatInterleave(repeats, 0);
    }

    /**
     * Each element along an axis as often in a row as {@code repeats} says for it.
     *
     * @param repeats not negative, of shape [size of the axis], or of one element for all
     */
    default Tensor repeatInterleave(Tensor repeats, int axis) {
        Operands.check("repeatInterleave", 1, repeats);
        Tensor x = (Tensor) this;
        int a = x.shape().axis("repeatInterleave", axis);
        if (repeats.rank() > 1 || (repeats.size() != 1 && repeats.size() != x.size(a))) {
            throw new ShapeException("repeatInterleave: expected repeats of shape [" + x.size(a) + "] for axis " + axis
                    + " of shape " + x.shape() + ", got " + repeats.shape());
        }
        Tensor each = repeats.atLeastVector().broadcastTo(Shape.of(x.size(a)));
        Tensor index = Engine.apply(new Indexing.Repetitions("repeatInterleave"), each);
        return Engine.apply(new Indexing.Take("repeatInterleave", a), x, index);
    }
}

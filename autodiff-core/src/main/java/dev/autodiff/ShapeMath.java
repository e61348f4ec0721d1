package dev.autodiff;

import dev.autodiff.shape.Axes;
import dev.autodiff.shape.AxisException;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How a tensor is brought into another shape. A negative axis counts from the end. Every element type can be moved. */
public sealed interface ShapeMath permits Tensor {

    /**
     * The elements in row-major order in another shape; one size may be −1 and follows from the others. Shares the elements.
     *
     * @throws ShapeException if the number of elements differs
     */
    default Tensor reshape(int... sizes) {
        int unknown = -1;
        long known = 1;
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] == -1) {
                if (unknown >= 0) {
                    throw new ShapeException(
                            "reshape: expected at most one −1, which stands for what is left of the elements, got "
                                    + Arrays.toString(sizes));
                }
                unknown = i;
            } else {
                known *= sizes[i];
            }
        }
        if (unknown < 0) {
            return reshape(Shape.of(sizes));
        }
        int size = ((Tensor) this).size();
        if (known == 0 && size == 0) {
            throw new ShapeException("reshape: every size in place of −1 makes " + Arrays.toString(sizes)
                    + " hold no elements, as shape " + ((Tensor) this).shape() + " does; give the size");
        }
        if (known <= 0 || size % known != 0) {
            throw new ShapeException("reshape: no size in place of −1 makes " + Arrays.toString(sizes) + " hold the "
                    + size + " elements of shape " + ((Tensor) this).shape());
        }
        int[] complete = sizes.clone();
        complete[unknown] = (int) (size / known);
        return reshape(Shape.of(complete));
    }

    /** The elements in row-major order in another shape. */
    default Tensor reshape(Shape shape) {
        Tensor x = (Tensor) this;
        return x.shape().equals(shape) ? x : Engine.view(new ShapeMove.Reshape(shape), x);
    }

    /** All elements in one axis. */
    default Tensor flatten() {
        return reshape(Shape.of(((Tensor) this).size()));
    }

    /** The axes from {@code first} to {@code last}, both included, as one; a single number becomes a vector. */
    default Tensor flatten(int first, int last) {
        Tensor x = (Tensor) this;
        if (x.rank() == 0) {
            return flatten();
        }
        Shape shape = x.shape();
        int from = shape.axis("flatten", first);
        int to = shape.axis("flatten", last) + 1;
        if (to <= from) {
            throw new AxisException(
                    "flatten: the first axis " + first + " comes after the last, " + last + ", of shape " + shape);
        }
        Shape merged = Shape.of(shape.slice(from, to).size());
        return reshape(shape.slice(0, from).concat(merged).concat(shape.slice(to, shape.rank())));
    }

    /**
     * The matrix transpose: the last two axes swapped. A product reads it without a copy.
     *
     * @throws AxisException if there are fewer than two axes
     */
    default Tensor transpose() {
        int rank = ((Tensor) this).rank();
        if (rank < 2) {
            throw new AxisException("transpose: expected at least two axes, got shape " + ((Tensor) this).shape());
        }
        return rank == 2 ? Engine.view(ShapeMove.Permute.MATRIX, (Tensor) this) : transpose(rank - 2, rank - 1);
    }

    /** Two axes swapped. */
    default Tensor transpose(int first, int second) {
        Shape shape = ((Tensor) this).shape();
        int[] permutation = Axes.all(shape.rank()).toArray();
        int a = shape.axis("transpose", first);
        int b = shape.axis("transpose", second);
        permutation[a] = b;
        permutation[b] = a;
        return permute(permutation);
    }

    /**
     * Axis k of the result is axis {@code axes[k]} of this tensor.
     *
     * @throws AxisException if not every axis is named exactly once
     */
    default Tensor permute(int... axes) {
        Tensor x = (Tensor) this;
        Shape shape = x.shape();
        boolean[] seen = new boolean[shape.rank()];
        int[] permutation = new int[axes.length];
        boolean same = true;
        for (int i = 0; i < axes.length; i++) {
            int axis = shape.axis("permute", axes[i]);
            if (seen[axis]) {
                throw new AxisException("permute: axis " + axes[i] + " is given twice in " + Arrays.toString(axes));
            }
            seen[axis] = true;
            permutation[i] = axis;
            same &= axis == i;
        }
        if (axes.length != shape.rank()) {
            throw new AxisException(
                    "permute: " + Arrays.toString(axes) + " must name each axis of shape " + shape + " once");
        }
        return same ? x : Engine.apply(new ShapeMove.Permute(Axes.of(permutation)), x);
    }

    /** The axis {@code source} moved to where {@code destination} is in the result; the others keep their order. */
    default Tensor moveAxis(int source, int destination) {
        return moveAxis(new int[] {source}, new int[] {destination});
    }

    /**
     * The axes {@code sources} moved to where {@code destinations} are in the result; the others keep their order.
     *
     * @throws AxisException if an axis is named twice, or there are not as many of both
     */
    default Tensor moveAxis(int[] sources, int[] destinations) {
        Shape shape = ((Tensor) this).shape();
        int rank = shape.rank();
        boolean[] moved = new boolean[rank];
        int[] permutation = new int[rank];
        Arrays.fill(permutation, -1);
        boolean once = sources.length == destinations.length;
        for (int i = 0; once && i < sources.length; i++) {
            int from = shape.axis("moveAxis", sources[i]);
            int to = shape.axis("moveAxis", destinations[i]);
            once = !moved[from] && permutation[to] < 0;
            moved[from] = true;
            permutation[to] = from;
        }
        if (!once) {
            throw new AxisException("moveAxis: expected as many sources as destinations, each axis once, got "
                    + Arrays.toString(sources) + " and " + Arrays.toString(destinations));
        }
        int next = 0;
        for (int i = 0; i < rank; i++) {
            if (permutation[i] < 0) {
                while (moved[next]) {
                    next++;
                }
                permutation[i] = next++;
            }
        }
        return permute(permutation);
    }

    /**
     * Repeated along axes of size 1 and new leading axes, where −1 keeps the size of an axis.
     *
     * @throws ShapeException if the sizes do not fit
     */
    default Tensor expand(int... sizes) {
        Shape shape = ((Tensor) this).shape();
        int[] complete = sizes.clone();
        for (int i = 0; i < sizes.length; i++) {
            int own = i - sizes.length + shape.rank();
            if (sizes[i] == -1 && own >= 0) {
                complete[i] = shape.size(own);
            } else if (sizes[i] < 0) {
                throw new ShapeException("expand: size " + sizes[i] + " of " + Arrays.toString(sizes)
                        + " is negative; −1 stands for the size of an axis that shape " + shape + " has");
            }
        }
        return broadcastTo(Shape.of(complete));
    }

    /**
     * Repeated along axes of size 1 and new leading axes.
     *
     * @throws ShapeException if the shape does not broadcast
     */
    default Tensor broadcastTo(Shape shape) {
        Tensor x = (Tensor) this;
        return x.shape().equals(shape) ? x : Engine.apply(new ShapeMove.Expand(shape), x);
    }

    /** A new axis of size 1 before {@code axis}, which may be the rank; −1 makes it the last. */
    default Tensor expandDims(int axis) {
        Shape shape = ((Tensor) this).shape();
        int rank = shape.rank();
        if (axis < -rank - 1 || axis > rank) {
            throw new AxisException("expandDims: axis " + axis + " is out of range for shape " + shape + "; expected "
                    + (-rank - 1) + " to " + rank);
        }
        return reshape(shape.insert(axis < 0 ? axis + rank + 1 : axis, 1));
    }

    /**
     * Without an axis of size 1.
     *
     * @throws ShapeException if its size is not 1
     */
    default Tensor squeeze(int axis) {
        Shape shape = ((Tensor) this).shape();
        int a = shape.axis("squeeze", axis);
        if (shape.size(a) != 1) {
            throw new ShapeException(
                    "squeeze: axis " + axis + " of shape " + shape + " has size " + shape.size(a) + ", expected 1");
        }
        return reshape(shape.reduce(Axes.of(a), false));
    }

    /** Without all axes of size 1. */
    default Tensor squeeze() {
        Shape shape = ((Tensor) this).shape();
        return reshape(
                Shape.of(Arrays.stream(shape.toArray()).filter(n -> n != 1).toArray()));
    }

    /**
     * The elements {@code start, start + step, …} before {@code stop} along an axis, by Python's rules: negative positions count from
     * the end, positions beyond the ends are cut, and a negative step goes backwards, down to and without stop.
     *
     * @throws IllegalArgumentException if step is 0
     */
    default Tensor slice(int axis, int start, int stop, int step) {
        Tensor x = (Tensor) this;
        Shape shape = x.shape();
        int a = shape.axis("slice", axis);
        if (step == 0) {
            throw new IllegalArgumentException("slice: step must not be 0");
        }
        int n = shape.size(a);
        int low = step > 0 ? 0 : -1;
        int high = step > 0 ? n : n - 1;
        int from = Math.max(low, Math.min(high, start < 0 ? start + n : start));
        int to = Math.max(low, Math.min(high, stop < 0 ? stop + n : stop));
        long span = step > 0 ? (long) to - from : (long) from - to;
        long width = Math.abs((long) step);
        return sliced(a, from, span <= 0 ? 0 : (int) ((span + width - 1) / width), step);
    }

    /** The elements from {@code start} to before {@code stop} along an axis, by Python's rules. */
    default Tensor slice(int axis, int start, int stop) {
        return slice(axis, start, stop, 1);
    }

    /**
     * {@code length} elements from {@code start} along an axis; a negative start counts from the end.
     *
     * @throws IndexOutOfBoundsException if there are not as many
     */
    default Tensor narrow(int axis, int start, int length) {
        Shape shape = ((Tensor) this).shape();
        int a = shape.axis("narrow", axis);
        int from = start < 0 ? start + shape.size(a) : start;
        if (from < 0 || length < 0 || from > shape.size(a) - length) {
            throw new IndexOutOfBoundsException("narrow: elements " + start + " to " + ((long) start + length)
                    + " are out of range for axis " + axis + " of shape " + shape);
        }
        return sliced(a, from, length, 1);
    }

    /**
     * The elements at one index of an axis, without that axis.
     *
     * @throws IndexOutOfBoundsException if the index is not from −size to size − 1
     */
    default Tensor select(int axis, int index) {
        Shape shape = ((Tensor) this).shape();
        int a = shape.axis("select", axis);
        int n = shape.size(a);
        if (index < -n || index >= n) {
            throw new IndexOutOfBoundsException("select: index " + index + " is out of range for axis " + axis
                    + " of shape " + shape + "; expected " + Shape.range(n));
        }
        return sliced(a, index < 0 ? index + n : index, 1, 1).reshape(shape.reduce(Axes.of(a), false));
    }

    /**
     * Cut along an axis into parts of these sizes.
     *
     * @throws ShapeException if they do not add up to the size of the axis
     */
    default List<Tensor> split(int axis, int... sizes) {
        Shape shape = ((Tensor) this).shape();
        int a = shape.axis("split", axis);
        List<Tensor> parts = new ArrayList<>();
        long start = 0;
        for (int size : sizes) {
            if (size < 0 || start + size > shape.size(a)) {
                break;
            }
            parts.add(narrow(a, (int) start, size));
            start += size;
        }
        if (start != shape.size(a) || parts.size() != sizes.length) {
            throw new ShapeException("split: expected sizes that add up to " + shape.size(a) + " along axis " + axis
                    + " of shape " + shape + ", got " + Arrays.toString(sizes));
        }
        return parts;
    }

    /** Cut along an axis into parts of {@code size} elements, the last of which may be smaller; one empty part if there are none. */
    default List<Tensor> splitEvery(int axis, int size) {
        Shape shape = ((Tensor) this).shape();
        int n = shape.size(shape.axis("splitEvery", axis));
        if (size < 0 || (size == 0 && n > 0)) {
            throw new IllegalArgumentException("splitEvery: expected a positive size, got " + size);
        }
        int[] sizes = new int[n == 0 ? 1 : (n - 1) / size + 1];
        Arrays.fill(sizes, size);
        sizes[sizes.length - 1] = n - size * (sizes.length - 1);
        return split(axis, sizes);
    }

    /** Cut along an axis into at most {@code count} parts, all but the last of the same size. */
    default List<Tensor> chunk(int axis, int count) {
        Shape shape = ((Tensor) this).shape();
        int n = shape.size(shape.axis("chunk", axis));
        if (count < 1) {
            throw new IllegalArgumentException("chunk: expected at least one part, got " + count);
        }
        if (n == 0) {
            return split(axis, new int[count]);
        }
        return splitEvery(axis, (n - 1) / count + 1);
    }

    /** The elements at each index of an axis, without that axis. */
    default List<Tensor> unbind(int axis) {
        Shape shape = ((Tensor) this).shape();
        int a = shape.axis("unbind", axis);
        List<Tensor> parts = new ArrayList<>();
        unbind(a, shape.reduce(Axes.of(a), false), parts);
        return parts;
    }

    /**
     * Cuts in quarters of quarters where gradients are recorded: the gradient of a part is as large as what it was cut from, so that those of parts
     * cut from the whole at once would take time that grows with the square of their number.
     */
    private void unbind(int axis, Shape shape, List<Tensor> parts) {
        Tensor x = (Tensor) this;
        int n = x.size(axis);
        boolean cuts = x.node() != null && n > 4;
        int length = cuts ? (n + 3) / 4 : 1;
        for (int start = 0; start < n; start += length) {
            Tensor part = n == 1 ? x : sliced(axis, start, Math.min(length, n - start), 1);
            if (cuts) {
                ((ShapeMath) part).unbind(axis, shape, parts);
            } else {
                parts.add(part.reshape(shape));
            }
        }
    }

    /** The order of the elements reversed along some axes. */
    default Tensor flip(int... axes) {
        Tensor result = (Tensor) this;
        if (axes.length > 0) {
            Axes flipped = Axes.normalize("flip", result.shape(), axes);
            for (int i = 0; i < flipped.count(); i++) {
                int axis = flipped.get(i);
                int n = result.shape().size(axis);
                result = n == 0 ? result : ((ShapeMath) result).sliced(axis, n - 1, n, -1);
            }
        }
        return result;
    }

    /** {@code count} elements along one axis counted from 0, all of the others. */
    private Tensor sliced(int axis, int start, int count, int step) {
        Tensor x = (Tensor) this;
        Shape shape = x.shape();
        int[] starts = new int[shape.rank()];
        int[] counts = shape.toArray();
        int[] steps = new int[shape.rank()];
        Arrays.fill(steps, 1);
        starts[axis] = count == 0 ? 0 : start;
        counts[axis] = count;
        steps[axis] = step;
        return Engine.apply(new ShapeMove.Slice(Axes.of(starts), Axes.of(counts), Axes.of(steps)), x);
    }
}

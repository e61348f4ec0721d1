package dev.autodiff;

import dev.autodiff.shape.Axes;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.function.Function;

/**
 * Largest and smallest elements with their places, orders, and answers about many elements. NaN counts as larger than everything
 * in an order, and as the extreme where one is asked for. A single number counts as a vector of one. No elements to choose from
 * are a {@link dev.autodiff.shape.ShapeException}.
 */
public sealed interface RankMath permits Tensor {

    /** The index of the largest element, the first of equal ones, as int64; over several axes, or all, it counts through them in row-major order. */
    default Tensor argmax(int... axes) {
        return argmax(false, axes);
    }

    /** The index of the largest element over some axes, the first of equal ones, as int64. */
    default Tensor argmax(boolean keepAxes, int... axes) {
        Tensor x = (Tensor) this;
        return Engine.apply(new Ranking.ArgExtreme(true, Axes.normalize("argmax", x.shape(), axes), keepAxes), x);
    }

    /** The index of the smallest element, the first of equal ones, as int64; over several axes, or all, it counts through them in row-major order. */
    default Tensor argmin(int... axes) {
        return argmin(false, axes);
    }

    /** The index of the smallest element over some axes, the first of equal ones, as int64. */
    default Tensor argmin(boolean keepAxes, int... axes) {
        Tensor x = (Tensor) this;
        return Engine.apply(new Ranking.ArgExtreme(false, Axes.normalize("argmin", x.shape(), axes), keepAxes), x);
    }

    /** The largest element along an axis and its index, the first of equal ones, which alone gets the gradient. */
    default ValuesAndIndices maxWithIndex(boolean keepAxes, int axis) {
        return reducedTo("maxWithIndex", keepAxes, axis, x -> new Ranking.ArgExtreme(true, x, true));
    }

    /** The smallest element along an axis and its index, the first of equal ones, which alone gets the gradient. */
    default ValuesAndIndices minWithIndex(boolean keepAxes, int axis) {
        return reducedTo("minWithIndex", keepAxes, axis, x -> new Ranking.ArgExtreme(false, x, true));
    }

    /** The median along an axis, the lower one of two, and its index, which alone gets the gradient; NaN if there is one. */
    default ValuesAndIndices medianWithIndex(boolean keepAxes, int axis) {
        return reducedTo("medianWithIndex", keepAxes, axis, x -> new Ranking.ArgMedian(x, true));
    }

    private ValuesAndIndices reducedTo(String operation, boolean keepAxes, int axis, Function<Axes, Ranking> finder) {
        Tensor x = ((Tensor) this).atLeastVector();
        int a = x.shape().axis(operation, axis);
        if (x.size(a) == 0 && x.shape().reduce(Axes.of(a), false).size() > 0) {
            throw new ShapeException(
                    operation + ": no elements to choose from along axis " + axis + " of shape " + x.shape());
        }
        Tensor indices = Engine.apply(finder.apply(Axes.of(a)), x);
        Tensor values = x.gather(a, indices);
        Shape shape = ((Tensor) this).rank() == 0 ? Shape.SCALAR : x.shape().reduce(Axes.of(a), keepAxes);
        return new ValuesAndIndices(values.reshape(shape), indices.reshape(shape));
    }

    /** {@code max x_j} over the j ≤ k and its index, the last of equal ones, which alone gets the gradient. */
    default ValuesAndIndices cumMax(int axis) {
        return running(true, axis);
    }

    /** {@code min x_j} over the j ≤ k and its index, the last of equal ones, which alone gets the gradient. */
    default ValuesAndIndices cumMin(int axis) {
        return running(false, axis);
    }

    private ValuesAndIndices running(boolean largest, int axis) {
        Tensor x = ((Tensor) this).atLeastVector();
        int a = x.shape().axis(largest ? "cumMax" : "cumMin", axis);
        return taken(x, a, Engine.apply(new Ranking.RunningExtreme(largest, a), x));
    }

    /** The indices that sort the elements along an axis, as int64; equal ones keep their order. */
    default Tensor argsort(int axis, boolean descending) {
        Tensor x = ((Tensor) this).atLeastVector();
        int a = x.shape().axis("argsort", axis);
        return Engine.apply(new Ranking.ArgSort(a, descending), x).reshape(((Tensor) this).shape());
    }

    /** The indices that sort the elements along an axis from the smallest to the largest. */
    default Tensor argsort(int axis) {
        return argsort(axis, false);
    }

    /** The elements in order along an axis, and where they were; equal ones keep their order. */
    default ValuesAndIndices sort(int axis, boolean descending) {
        Tensor x = ((Tensor) this).atLeastVector();
        return taken(x, x.shape().axis("sort", axis), x.argsort(axis, descending));
    }

    /** The elements along an axis from the smallest to the largest, and where they were. */
    default ValuesAndIndices sort(int axis) {
        return sort(axis, false);
    }

    /**
     * The k largest elements along an axis, in descending order, and where they were; or the smallest in ascending order.
     *
     * @throws IndexOutOfBoundsException if there are fewer than k
     */
    default ValuesAndIndices topK(int k, int axis, boolean largest) {
        Tensor x = ((Tensor) this).atLeastVector();
        int a = x.shape().axis("topK", axis);
        if (k < 0 || k > x.size(a)) {
            throw new IndexOutOfBoundsException("topK: expected k from 0 to " + x.size(a) + " for axis " + axis
                    + " of shape " + x.shape() + ", got " + k);
        }
        Tensor indices = x.argsort(a, largest).narrow(a, 0, k);
        boolean single = ((Tensor) this).rank() == 0 && k == 1;
        return single ? taken(x, a, indices) : new ValuesAndIndices(x.gather(a, indices), indices);
    }

    /** Returns the elements at these indices, both in the shape of this tensor. */
    private ValuesAndIndices taken(Tensor x, int axis, Tensor indices) {
        Shape shape = ((Tensor) this).shape();
        return new ValuesAndIndices(x.gather(axis, indices).reshape(shape), indices.reshape(shape));
    }

    /** Whether all elements are true; true of none. Of boolean type. */
    default Tensor all(int... axes) {
        return all(false, axes);
    }

    /** Whether all elements are true; true of none. */
    default Tensor all(boolean keepAxes, int... axes) {
        Tensor x = (Tensor) this;
        return Engine.apply(new Ranking.Quantifier(true, Axes.normalize("all", x.shape(), axes), keepAxes), x);
    }

    /** Whether any element is true; false of none. Of boolean type. */
    default Tensor any(int... axes) {
        return any(false, axes);
    }

    /** Whether any element is true; false of none. */
    default Tensor any(boolean keepAxes, int... axes) {
        Tensor x = (Tensor) this;
        return Engine.apply(new Ranking.Quantifier(false, Axes.normalize("any", x.shape(), axes), keepAxes), x);
    }
}

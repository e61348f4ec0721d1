package dev.autodiff;

import dev.autodiff.shape.Axes;
import dev.autodiff.shape.AxisException;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.Arrays;

/** How a tensor is shifted, turned, padded, repeated and cut into windows. A negative axis counts from the end. */
public sealed interface ArrangeMath permits Tensor {

    /** {@code out[i] = x[(i − shift) mod n]} along an axis: what leaves at the end comes in at the beginning. */
    default Tensor roll(int shift, int axis) {
        Tensor x = (Tensor) this;
        int a = x.shape().axis("roll", axis);
        int n = x.size(a);
        int by = n == 0 ? 0 : Math.floorMod(shift, n);
        return by == 0 ? x : Tensor.concat(a, x.narrow(a, n - by, by), x.narrow(a, 0, n - by));
    }

    /**
     * Rolled along several axes.
     *
     * @throws IllegalArgumentException if there are not as many shifts as axes
     */
    default Tensor roll(int[] shifts, int[] axes) {
        if (shifts.length != axes.length) {
            throw new IllegalArgumentException("roll: expected as many shifts as axes, got " + Arrays.toString(shifts)
                    + " and " + Arrays.toString(axes));
        }
        Tensor result = (Tensor) this;
        for (int i = 0; i < axes.length; i++) {
            result = result.roll(shifts[i], axes[i]);
        }
        return result;
    }

    /** The elements in row-major order rolled as if they were one axis, in their shape. */
    default Tensor roll(int shift) {
        Tensor x = (Tensor) this;
        return x.flatten().roll(shift, 0).reshape(x.shape());
    }

    /**
     * Turned {@code quarters} times by 90° in the plane of two axes, from the first towards the second; backwards if negative.
     *
     * @throws AxisException if both axes are the same
     */
    default Tensor rot90(int quarters, int axis1, int axis2) {
        Tensor x = (Tensor) this;
        int a = x.shape().axis("rot90", axis1);
        int b = x.shape().axis("rot90", axis2);
        if (a == b) {
            throw new AxisException("rot90: expected two axes, got axis " + a + " twice");
        }
        return switch (Math.floorMod(quarters, 4)) {
            case 1 -> x.flip(b).transpose(a, b);
            case 2 -> x.flip(a, b);
            case 3 -> x.flip(a).transpose(a, b);
            default -> x;
        };
    }

    /**
     * Wider by a number of elements before and after along the last axes, which have this value.
     *
     * @param pairs before and after along the last axis, then along the one before it, and so on; negative ones cut elements off
     * @throws ShapeException if more are cut off than there are
     */
    default Tensor padConstant(double value, int... pairs) {
        Tensor x = (Tensor) this;
        int rank = x.rank();
        checkPairs(pairs);
        int[] start = new int[rank];
        int[] step = new int[rank];
        int[] wide = x.shape().toArray();
        Arrays.fill(step, 1);
        Tensor inner = x;
        for (int k = 0; 2 * k < pairs.length; k++) {
            int axis = rank - 1 - k;
            int before = pairs[2 * k];
            int after = pairs[2 * k + 1];
            int cutBefore = Math.max(0, -before);
            int kept = wide[axis] - cutBefore - Math.max(0, -after);
            wide[axis] = Math.addExact(wide[axis], Math.addExact(before, after));
            if (kept < 0 || wide[axis] < 0) {
                throw new ShapeException("pad: " + before + " and " + after + " cut more from axis " + axis
                        + " of shape " + x.shape() + " than there is");
            }
            inner = kept == inner.size(axis) ? inner : inner.narrow(axis, cutBefore, kept);
            start[axis] = Math.max(0, before);
        }
        Shape to = Shape.of(wide);
        if (value != 0 || !x.dtype().isFloating()) {
            return paddedWith(inner, value, start, to);
        }
        ShapeMove.Slice slice =
                new ShapeMove.Slice(Axes.of(start), Axes.of(inner.shape().toArray()), Axes.of(step));
        return to.equals(inner.shape()) ? inner : Engine.apply(new ShapeMove.Embed(to, slice), inner);
    }

    private static Tensor paddedWith(Tensor inner, double value, int[] start, Shape to) {
        Tensor result = inner;
        for (int axis = 0; axis < start.length; axis++) {
            Shape shape = result.shape();
            int after = to.size(axis) - start[axis] - shape.size(axis);
            if (start[axis] > 0 || after > 0) {
                result = Tensor.concat(
                        axis,
                        Tensor.full(result.dtype(), shape.with(axis, start[axis]), value),
                        result,
                        Tensor.full(result.dtype(), shape.with(axis, after), value));
            }
        }
        return result;
    }

    /**
     * Wider by a number of elements before and after along the last axes, which repeat those that are there.
     *
     * @param pairs before and after along the last axis, then along the one before it, and so on; negative ones cut elements off
     * @throws ShapeException if there are too few elements to repeat: fewer than asked for, plus one to reflect
     */
    default Tensor pad(PadMode mode, int... pairs) {
        Tensor result = (Tensor) this;
        checkPairs(pairs);
        for (int k = 0; 2 * k < pairs.length; k++) {
            int axis = result.rank() - 1 - k;
            int before = pairs[2 * k];
            int after = pairs[2 * k + 1];
            if (before != 0 || after != 0) {
                Tensor places = sources(mode, result.shape(), axis, before, after);
                result = Engine.apply(new Indexing.Take("pad", axis), result, places);
            }
        }
        return result;
    }

    private void checkPairs(int[] pairs) {
        if (pairs.length % 2 != 0 || pairs.length / 2 > ((Tensor) this).rank()) {
            throw new ShapeException("pad: expected a pair of numbers for each of the last axes of shape "
                    + ((Tensor) this).shape() + ", got " + Arrays.toString(pairs));
        }
    }

    private static Tensor sources(PadMode mode, Shape shape, int axis, int before, int after) {
        int n = shape.size(axis);
        int most = Math.max(before, after);
        int enough = switch (mode) {
            case REFLECT -> n - 1;
            case REPLICATE -> n == 0 ? 0 : Integer.MAX_VALUE;
            case CIRCULAR -> n;
        };
        int wide = Math.addExact(n, Math.addExact(before, after));
        if (most > enough || wide < 0) {
            throw new ShapeException("pad: axis " + axis + " of shape " + shape + " has too few elements for " + mode
                    + " padding by " + before + " and " + after);
        }
        long[] sources = new long[wide];
        for (int i = 0; i < wide; i++) {
            int at = i - before;
            sources[i] = switch (mode) {
                case REFLECT -> at < 0 ? -at : at < n ? at : 2 * (n - 1) - at;
                case REPLICATE -> Math.max(0, Math.min(n - 1, at));
                case CIRCULAR -> Math.floorMod(at, n);
            };
        }
        return Tensor.wrap(Shape.of(wide), sources);
    }

    /**
     * The whole tensor repeated side by side, {@code repeats[d]} times along axis d: aligned at the last axis, where missing numbers count
     * as 1 and further ones make new leading axes.
     */
    default Tensor tile(int... repeats) {
        Tensor x = (Tensor) this;
        int rank = Math.max(x.rank(), repeats.length);
        int[] times = new int[rank];
        int[] apart = new int[2 * rank]; // each axis behind one of size 1 to be repeated along
        int[] wide = new int[2 * rank];
        int[] sizes = new int[rank];
        for (int d = 0; d < rank; d++) {
            int r = d - rank + repeats.length;
            int own = d - rank + x.rank();
            times[d] = r < 0 ? 1 : repeats[r];
            if (times[d] < 0) {
                throw new IllegalArgumentException(
                        "tile: repeats must not be negative, got " + Arrays.toString(repeats));
            }
            apart[2 * d] = 1;
            apart[2 * d + 1] = own < 0 ? 1 : x.size(own);
            wide[2 * d] = times[d];
            wide[2 * d + 1] = apart[2 * d + 1];
            sizes[d] = Math.multiplyExact(times[d], apart[2 * d + 1]);
        }
        return x.reshape(Shape.of(apart)).broadcastTo(Shape.of(wide)).reshape(Shape.of(sizes));
    }

    /**
     * {@link #tile} with a number for each axis.
     *
     * @throws ShapeException if there are fewer numbers than axes
     */
    default Tensor repeat(int... repeats) {
        Tensor x = (Tensor) this;
        if (repeats.length < x.rank()) {
            throw new ShapeException("repeat: expected at least " + x.rank() + " numbers for shape " + x.shape()
                    + ", got " + Arrays.toString(repeats));
        }
        return tile(repeats);
    }

    /**
     * {@code out[…, w, …, j] = x[…, w·step + j, …]}: windows of {@code size} elements along an axis, {@code step} apart, whose elements are a
     * new last axis.
     *
     * @throws IllegalArgumentException if step is not positive, or size negative or more than there is
     */
    default Tensor unfold(int axis, int size, int step) {
        Tensor x = (Tensor) this;
        if (x.rank() == 0) {
            return x.reshape(Shape.of(1)).unfold(0, size, step).select(0, 0);
        }
        int a = x.shape().axis("unfold", axis);
        if (size < 0 || size > x.size(a) || step < 1) {
            throw new IllegalArgumentException("unfold: expected a size from 0 to " + x.size(a)
                    + " and a step of at least 1 for axis " + axis + " of shape " + x.shape() + ", got " + size
                    + " and " + step);
        }
        int windows = (x.size(a) - size) / step + 1;
        long[] places = new long[Shape.of(windows, size).size()];
        for (int i = 0; i < places.length; i++) {
            places[i] = (long) (i / size) * step + i % size;
        }
        return Engine.apply(new Indexing.Take("unfold", a), x, Tensor.wrap(Shape.of(windows, size), places))
                .moveAxis(a + 1, -1);
    }
}

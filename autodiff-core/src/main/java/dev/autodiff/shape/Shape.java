package dev.autodiff.shape;

import java.util.Arrays;

/**
 * The sizes of a tensor along its axes, {@code [2, 3]} for a matrix of two rows and three columns and {@code []} for a
 * single number. Immutable. An axis may have size 0; the product of all sizes is at most 2³¹ − 1, what a Java array holds.
 */
public final class Shape {
    /** The shape {@code []} of a single number. */
    public static final Shape SCALAR = new Shape(new int[0], 1);

    private final int[] sizes;
    private final int size;

    private Shape(int[] sizes, int size) {
        this.sizes = sizes;
        this.size = size;
    }

    /**
     * Returns the shape with these sizes.
     *
     * @throws ShapeException if a size is negative or there are more than 2³¹ − 1 elements
     */
    public static Shape of(int... sizes) {
        return sizes.length == 0 ? SCALAR : owning(sizes.clone());
    }

    /** Makes a shape of an array that nobody else holds. */
    private static Shape owning(int[] sizes) {
        long product = 1;
        boolean empty = false;
        for (int s : sizes) {
            if (s < 0) {
                throw new ShapeException("shape: sizes must not be negative, got " + Arrays.toString(sizes));
            }
            empty |= s == 0;
        }
        if (!empty) {
            for (int s : sizes) {
                product *= s;
                if (product > Integer.MAX_VALUE) {
                    throw new ShapeException(
                            "shape: " + Arrays.toString(sizes)
                                    + " has more than 2147483647 elements, the most that one Java array holds; split the tensor");
                }
            }
        }
        return new Shape(sizes, empty ? 0 : (int) product);
    }

    /** Returns the number of axes. */
    public int rank() {
        return sizes.length;
    }

    /** Returns the number of elements: the product of all sizes, 1 for {@code []}. */
    public int size() {
        return size;
    }

    /** Returns the size along an axis from 0 to rank − 1; a negative axis counts from the end. */
    public int size(int axis) {
        return sizes[axis < 0 ? axis + sizes.length : axis];
    }

    /** Returns a copy of the sizes. */
    public int[] toArray() {
        return sizes.clone();
    }

    /**
     * Returns an axis counted from 0, where a negative one counts from the end.
     *
     * @param operation named in the message
     * @throws AxisException if the axis is outside −rank … rank − 1
     */
    public int axis(String operation, int axis) {
        int rank = sizes.length;
        if (axis < -rank || axis >= rank) {
            throw new AxisException(operation + ": axis " + axis + " is out of range for shape " + this
                    + (rank == 0 ? ", which has no axes" : "; expected " + -rank + " to " + (rank - 1)));
        }
        return axis < 0 ? axis + rank : axis;
    }

    /** Returns the row-major strides: how many elements lie between neighbours along each axis. */
    public int[] strides() {
        int[] strides = new int[sizes.length];
        int stride = 1;
        for (int i = sizes.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= sizes[i];
        }
        return strides;
    }

    /** Says which indices an axis of a size has, for messages: {@code -3 to 2}. */
    public static String range(int size) {
        return size == 0 ? "none, since the size is 0," : -size + " to " + (size - 1);
    }

    /** Returns the index, one number for each axis, of the element at a position from 0 in row-major order. */
    public int[] index(int position) {
        int[] index = new int[sizes.length];
        int rest = position;
        for (int i = sizes.length - 1; i >= 0; i--) {
            index[i] = rest % sizes[i];
            rest /= sizes[i];
        }
        return index;
    }

    /**
     * Returns the strides with which a row-major tensor of this shape is read as if it had the shape {@code target}, 0 along
     * axes that are repeated.
     */
    public int[] stridesIn(Shape target) {
        int[] own = strides();
        int shift = target.rank() - rank();
        int[] result = new int[target.rank()];
        for (int i = 0; i < own.length; i++) {
            result[i + shift] = sizes[i] == 1 ? 0 : own[i];
        }
        return result;
    }

    /** Returns this shape with another size along an axis counted from 0. */
    public Shape with(int axis, int newSize) {
        int[] result = sizes.clone();
        result[axis] = newSize;
        return owning(result);
    }

    /** Returns this shape with a new axis of a size before {@code axis}, which counts from 0 and may equal the rank. */
    public Shape insert(int axis, int newSize) {
        int[] result = new int[sizes.length + 1];
        System.arraycopy(sizes, 0, result, 0, axis);
        result[axis] = newSize;
        System.arraycopy(sizes, axis, result, axis + 1, sizes.length - axis);
        return owning(result);
    }

    /** Returns the sizes of this shape's axes {@code from} (inclusive) to {@code to} (exclusive). */
    public Shape slice(int from, int to) {
        return from == to ? SCALAR : owning(Arrays.copyOfRange(sizes, from, to));
    }

    /** Returns the number of elements along this shape's axes {@code from} (inclusive) to {@code to} (exclusive). */
    public int size(int from, int to) {
        int product = 1;
        for (int i = from; i < to; i++) {
            product *= sizes[i];
        }
        return product;
    }

    /** Tells whether another shape's last axes are exactly those of this shape. */
    public boolean endsWith(Shape other) {
        int shift = sizes.length - other.sizes.length;
        return shift >= 0 && Arrays.equals(sizes, shift, sizes.length, other.sizes, 0, other.sizes.length);
    }

    /** Returns this shape followed by another. */
    public Shape concat(Shape other) {
        int[] result = Arrays.copyOf(sizes, sizes.length + other.sizes.length);
        System.arraycopy(other.sizes, 0, result, sizes.length, other.sizes.length);
        return owning(result);
    }

    /** Returns the shape that remains when the axes are summed away: of size 1 if {@code keepAxes}, else gone. */
    public Shape reduce(Axes axes, boolean keepAxes) {
        int[] result = new int[keepAxes ? sizes.length : sizes.length - axes.count()];
        int next = 0;
        for (int i = 0; i < sizes.length; i++) {
            if (!axes.contains(i)) {
                result[next++] = sizes[i];
            } else if (keepAxes) {
                result[next++] = 1;
            }
        }
        return owning(result);
    }

    /** Returns the shape whose axis i is this shape's axis {@code permutation[i]}. */
    public Shape permute(Axes permutation) {
        int[] result = new int[sizes.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = sizes[permutation.get(i)];
        }
        return owning(result);
    }

    /**
     * Returns the shape that two operands have in common by NumPy's rules: aligned at the last axis, sizes are equal or one of
     * them is 1 or missing.
     *
     * @param operation named in the message
     * @throws ShapeException if the shapes do not broadcast
     */
    public static Shape broadcast(String operation, Shape a, Shape b) {
        if (a.equals(b)) {
            return a; // the same object back keeps the common case free of allocation
        }
        if (a.sizes.length == 0) {
            return b;
        }
        if (b.sizes.length == 0) {
            return a;
        }
        int rank = Math.max(a.rank(), b.rank());
        int[] result = new int[rank];
        for (int i = 1; i <= rank; i++) {
            int p = i <= a.rank() ? a.sizes[a.rank() - i] : 1;
            int q = i <= b.rank() ? b.sizes[b.rank() - i] : 1;
            if (p != q && p != 1 && q != 1) {
                throw new ShapeException(operation + ": shapes " + a + " and " + b + " do not broadcast, sizes " + p
                        + " and " + q + " differ at axis " + -i + "; expected equal sizes or 1");
            }
            result[rank - i] = p == 1 ? q : p;
        }
        Shape shape = owning(result);
        return shape.equals(a) ? a : shape.equals(b) ? b : shape;
    }

    /** Tells whether a tensor of this shape can be repeated to fill {@code target} by NumPy's rules. */
    public boolean broadcastsTo(Shape target) {
        int shift = target.rank() - rank();
        if (shift < 0) {
            return false;
        }
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] != 1 && sizes[i] != target.sizes[i + shift]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(Object other) {
        return this == other || (other instanceof Shape shape && sameSizes(sizes, shape.sizes));
    }

    /** As {@link Arrays#equals}, which is made for long arrays. */
    private static boolean sameSizes(int[] a, int[] b) {
        if (a.length != b.length) {
            return false;
        }
        for (int i = 0; i < a.length; i++) {
            if (a[i] != b[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sizes);
    }

    /** Returns the sizes in brackets, {@code [2, 3]} for example. */
    @Override
    public String toString() {
        return Arrays.toString(sizes);
    }
}

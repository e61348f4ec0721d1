package dev.autodiff;

import dev.autodiff.array.Recycler;
import dev.autodiff.array.Storage;
import dev.autodiff.kernel.Movements;
import dev.autodiff.shape.Axes;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.DTypeException;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An immutable array of numbers with a {@link Shape} and a {@link DType}, which remembers how it was computed if a derivative may be
 * asked for. Operations on tensors make new tensors:
 *
 * <pre>{@code
 * Tensor w = Tensor.of(new double[][] {{1, 2}, {3, 4}}).requireGrad();
 * Tensor loss = w.matmul(w).sum();
 * loss.backward();
 * w.grad();                                            // [[7, 11], [9, 13]]
 * }</pre>
 *
 * <p>A leaf made by {@link #requireGrad} is a parameter: the only kind of tensor whose elements an optimizer overwrites, through
 * {@link InPlace}. What shares a parameter's elements, by {@link #detach}, {@code reshape}, {@code transpose} and what is made of
 * those, follows it; {@link #snapshot} does not. Tensors may be read by several threads at once. Elementwise results of many
 * thousand elements are computed when somebody first reads them, with the values that the inputs had when the operation was called.
 */
public final class Tensor
        implements ElementAccess,
                ElementwiseMath,
                ActivationMath,
                LogicMath,
                ReductionMath,
                ShapeMath,
                ArrangeMath,
                DiagonalMath,
                IndexMath,
                RankMath,
                ScanMath,
                DistanceMath,
                ProductMath,
                LinearAlgebraMath,
                ConvolutionMath,
                WindowMath,
                NormalizationMath {
    private final Shape shape;
    private final Storage storage;
    /** Whether the storage holds the last two axes swapped. */
    private final boolean transposed;

    /** Volatile, so that a thread that sees the copy sees its elements. */
    private volatile @Nullable Storage rowMajor;

    /** Whether {@link InPlace} may overwrite the elements through this tensor; not so for a view that reads them in another shape. */
    private boolean changeable;

    private @Nullable Node node;
    private @Nullable String name;

    Tensor(Shape shape, Storage storage) {
        this(shape, storage, false);
    }

    private Tensor(Shape shape, Storage storage, boolean transposed) {
        this.shape = shape;
        this.storage = storage;
        this.transposed = transposed;
    }

    // ---- creation ----

    /** A single float64 number, of shape []. */
    public static Tensor of(double value) {
        return new Tensor(Shape.SCALAR, Storage.of(new double[] {value}));
    }

    /** A single float32 number, of shape []. */
    public static Tensor of(float value) {
        return new Tensor(Shape.SCALAR, Storage.of(new float[] {value}));
    }

    /** A single int64 number, of shape []; {@code of(1.0)} is a float64 and {@code of(1f)} a float32. */
    public static Tensor of(int value) {
        return of((long) value);
    }

    /** A single int64 number, of shape []. */
    public static Tensor of(long value) {
        return wrap(Shape.SCALAR, new long[] {value});
    }

    /** A single boolean, of shape []. */
    public static Tensor of(boolean value) {
        return wrap(Shape.SCALAR, new boolean[] {value});
    }

    /** A float64 vector [n] with a copy of the numbers. */
    public static Tensor of(double[] values) {
        return new Tensor(Shape.of(values.length), Storage.of(values.clone()));
    }

    /** A float32 vector [n] with a copy of the numbers. */
    public static Tensor of(float[] values) {
        return new Tensor(Shape.of(values.length), Storage.of(values.clone()));
    }

    /** An int64 vector [n] with the numbers. */
    public static Tensor of(int[] values) {
        return wrap(
                Shape.of(values.length), Arrays.stream(values).asLongStream().toArray());
    }

    /** An int64 vector [n] with a copy of the numbers. */
    public static Tensor of(long[] values) {
        return wrap(Shape.of(values.length), values.clone());
    }

    /** A boolean vector [n] with a copy of the values. */
    public static Tensor of(boolean[] values) {
        return wrap(Shape.of(values.length), values.clone());
    }

    /**
     * A float64 matrix [rows, columns].
     *
     * @throws ShapeException if the rows differ in length
     */
    public static Tensor of(double[][] rows) {
        int columns = rows.length == 0 ? 0 : rows[0].length;
        double[] data = new double[Shape.of(rows.length, columns).size()];
        for (int i = 0; i < rows.length; i++) {
            checkRow(i, rows[i].length, columns);
            System.arraycopy(rows[i], 0, data, i * columns, columns);
        }
        return new Tensor(Shape.of(rows.length, columns), Storage.of(data));
    }

    /**
     * A float32 matrix [rows, columns].
     *
     * @throws ShapeException if the rows differ in length
     */
    public static Tensor of(float[][] rows) {
        int columns = rows.length == 0 ? 0 : rows[0].length;
        float[] data = new float[Shape.of(rows.length, columns).size()];
        for (int i = 0; i < rows.length; i++) {
            checkRow(i, rows[i].length, columns);
            System.arraycopy(rows[i], 0, data, i * columns, columns);
        }
        return new Tensor(Shape.of(rows.length, columns), Storage.of(data));
    }

    private static void checkRow(int row, int length, int columns) {
        if (length != columns) {
            throw new ShapeException("of: row " + row + " has " + length + " numbers, row 0 has " + columns);
        }
    }

    /**
     * Numbers in row-major order in a shape.
     *
     * @throws ShapeException if there are more or fewer than the shape holds
     */
    public static Tensor of(double[] values, Shape shape) {
        return of(values).reshape(holding(shape, values.length));
    }

    /** Numbers in row-major order in a shape. */
    public static Tensor of(float[] values, Shape shape) {
        return of(values).reshape(holding(shape, values.length));
    }

    /** Numbers in row-major order in a shape. */
    public static Tensor of(long[] values, Shape shape) {
        return of(values).reshape(holding(shape, values.length));
    }

    /** Values in row-major order in a shape. */
    public static Tensor of(boolean[] values, Shape shape) {
        return of(values).reshape(holding(shape, values.length));
    }

    private static Shape holding(Shape shape, int count) {
        if (shape.size() != count) {
            throw new ShapeException("of: shape " + shape + " holds " + shape.size() + " elements, got " + count);
        }
        return shape;
    }

    /** Zeros; {@code false} for bool. */
    public static Tensor zeros(DType dtype, Shape shape) {
        return allocate(shape, dtype);
    }

    /** Zeros; {@code false} for bool. */
    public static Tensor zeros(DType dtype, int... sizes) {
        return allocate(Shape.of(sizes), dtype);
    }

    /** Ones; {@code true} for bool. */
    public static Tensor ones(DType dtype, Shape shape) {
        return full(dtype, shape, 1);
    }

    /** Ones; {@code true} for bool. */
    public static Tensor ones(DType dtype, int... sizes) {
        return full(dtype, Shape.of(sizes), 1);
    }

    /** The same number everywhere. */
    public static Tensor full(DType dtype, Shape shape, double value) {
        return new Tensor(Shape.SCALAR, scalar(dtype, value)).detachedExpand(shape);
    }

    /** {@code start, start + 1, …, stop − 1} as int64; none if stop is not above start. */
    public static Tensor range(long start, long stop) {
        long count = Math.max(0, Math.subtractExact(stop, start));
        if (count > Integer.MAX_VALUE) {
            throw new ShapeException("range: " + count + " numbers are more than one Java array holds");
        }
        long[] values = new long[(int) count];
        for (int i = 0; i < values.length; i++) {
            values[i] = start + i;
        }
        return wrap(Shape.of(values.length), values);
    }

    /** {@code count} float64 numbers at equal distances, the first at {@code start} and the last at {@code stop}. */
    public static Tensor linspace(double start, double stop, int count) {
        double[] values = new double[Shape.of(count).size()];
        for (int i = 0; i < count; i++) {
            values[i] = count == 1 ? start : i == count - 1 ? stop : start + i * ((stop - start) / (count - 1));
        }
        return new Tensor(Shape.of(count), Storage.of(values));
    }

    /** The identity matrix [n, n]. */
    public static Tensor eye(DType dtype, int n) {
        double[] values = new double[Shape.of(n, n).size()];
        for (int i = 0; i < n; i++) {
            values[i * n + i] = 1;
        }
        return of(values, Shape.of(n, n)).to(dtype);
    }

    /**
     * Independent numbers, uniform from {@code low} (inclusive) to {@code high} (exclusive).
     *
     * @throws IllegalArgumentException if low is above high, or one is not finite
     */
    public static Tensor uniform(Generator generator, DType dtype, Shape shape, double low, double high) {
        if (!(low <= high && high - low < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "uniform: expected finite bounds, the low one first, got " + low + " and " + high);
        }
        float narrowHigh = (float) high;
        return random("uniform", generator, dtype, shape, List.of(low, high), () -> {
            double value = low + generator.nextDouble() * (high - low);
            boolean roundedUp = dtype == DType.FLOAT32 && value < high && (float) value >= narrowHigh;
            return roundedUp ? Math.nextDown(narrowHigh) : value;
        });
    }

    /**
     * Independent numbers from a normal distribution.
     *
     * @throws IllegalArgumentException if the standard deviation is negative or NaN
     */
    public static Tensor normal(Generator generator, DType dtype, Shape shape, double mean, double standardDeviation) {
        if (!(standardDeviation >= 0)) {
            throw new IllegalArgumentException(
                    "normal: expected a standard deviation of 0 or more, got " + standardDeviation);
        }
        return random(
                "normal",
                generator,
                dtype,
                shape,
                List.of(mean, standardDeviation),
                () -> mean + generator.nextGaussian() * standardDeviation);
    }

    private static Tensor random(
            String distribution,
            Generator generator,
            DType dtype,
            Shape shape,
            List<Double> parameters,
            DoubleSupplier next) {
        if (!dtype.isFloating()) {
            throw new DTypeException(distribution + ": expected float32 or float64, got " + dtype);
        }
        record Distribution(String name, Generator generator, DType dtype, Shape shape, List<Double> parameters) {}
        return Engine.fill(new Distribution(distribution, generator, dtype, shape, parameters), shape, dtype, to -> {
            if (dtype == DType.FLOAT64) {
                double[] values = to.float64();
                for (int i = 0; i < values.length; i++) {
                    values[i] = next.getAsDouble();
                }
            } else {
                float[] values = to.float32();
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) next.getAsDouble();
                }
            }
        });
    }

    /** Zeros of this tensor's shape and type. */
    public Tensor zerosLike() {
        return zeros(dtype(), shape);
    }

    /** Ones of this tensor's shape and type. */
    public Tensor onesLike() {
        return ones(dtype(), shape);
    }

    /** A single number of this tensor's type. */
    Tensor scalarLike(double value) {
        return new Tensor(Shape.SCALAR, scalar(dtype(), value));
    }

    private static Storage scalar(DType dtype, double value) {
        return switch (dtype) {
            case FLOAT64 -> Storage.of(new double[] {value});
            case FLOAT32 -> Storage.of(new float[] {(float) value});
            case INT64 -> Storage.of(new long[] {wholeNumber(value)});
            case BOOL -> Storage.of(new boolean[] {value != 0});
        };
    }

    private static long wholeNumber(double value) {
        if (value != Math.rint(value)) {
            throw new DTypeException(
                    "int64: " + value + " is no whole number; convert the tensor with to(DType) first");
        }
        return (long) value;
    }

    /** Returns a single number as a vector of one element, anything else as it is. */
    Tensor atLeastVector() {
        return rank() == 0 ? reshape(Shape.of(1)) : this;
    }

    private Tensor detachedExpand(Shape to) {
        Tensor out = allocate(to, dtype());
        Movements.of(dtype()).fill(array(), 0, out.array(), 0, out.size());
        return out;
    }

    static Tensor allocate(Shape shape, DType dtype) {
        return new Tensor(shape, Storage.zeros(dtype, shape.size()));
    }

    /** Returns a tensor with any elements whatever, for an operation that writes them all. */
    static Tensor unwritten(Shape shape, DType dtype) {
        int size = shape.size();
        return Recycler.keeps(dtype, size)
                ? new Tensor(shape, Mode.current().unwritten(dtype, size))
                : new Tensor(shape, Storage.zeros(dtype, size));
    }

    static Tensor wrap(Shape shape, long[] values) {
        return new Tensor(shape, Storage.of(values));
    }

    static Tensor wrap(Shape shape, boolean[] values) {
        return new Tensor(shape, Storage.of(values));
    }

    static Tensor view(Shape shape, Storage storage, boolean transposed) {
        return new Tensor(shape, storage, transposed);
    }

    // ---- what it is ----

    /** Returns the sizes along the axes. */
    public Shape shape() {
        return shape;
    }

    /** Returns the element type. */
    public DType dtype() {
        return storage.dtype();
    }

    /** Returns the number of axes. */
    public int rank() {
        return shape.rank();
    }

    /** Returns the number of elements. */
    public int size() {
        return shape.size();
    }

    /** Returns the size along an axis; a negative axis counts from the end. */
    public int size(int axis) {
        return shape.size(shape.axis("size", axis));
    }

    /** Returns the name given by {@link #named}, or null. */
    public @Nullable String name() {
        return name;
    }

    /** Gives this tensor a name for drawings and messages, and returns it. */
    public Tensor named(String newName) {
        name = newName;
        if (node != null) {
            node.setName(newName);
        }
        return this;
    }

    // ---- elements ----

    /** Returns the elements in row-major order; a transposed view is copied on the first call. */
    Storage data() {
        if (!transposed) {
            return storage;
        }
        Storage copy = rowMajor;
        if (copy == null) {
            copy = Storage.zeros(dtype(), size());
            copyRowMajor(copy);
            if (!storage.isMutable()) {
                rowMajor = copy; // the storage of a parameter may change before the next call
            }
        }
        return copy;
    }

    /** Copies the elements of a transposed view in their own order. */
    void copyRowMajor(Storage to) {
        int[] strides = shape.strides();
        int[] own = strides.clone();
        int last = rank() - 1;
        own[last] = shape.size(last - 1);
        own[last - 1] = 1;
        Movements.of(dtype()).copy(shape.toArray(), storage.array(), 0, own, to.array(), 0, strides);
    }

    /** Returns the Java array of the elements in row-major order. */
    Object array() {
        return data().array();
    }

    /** Returns the Java array as it lies, with the last two axes swapped if {@link #isTransposedView}. */
    Object rawArray() {
        return storage.array();
    }

    boolean isTransposedView() {
        return transposed;
    }

    Storage storage() {
        return storage;
    }

    /** Returns a tensor over the same storage with the last two axes swapped. */
    Tensor transposedView(Shape swapped) {
        return new Tensor(swapped, storage, !transposed);
    }

    // ---- derivatives ----

    /**
     * Returns a new leaf with a copy of the elements, for which gradients are computed: a parameter. This tensor stays as it
     * is: compute with the one that is returned.
     *
     * @throws DTypeException if the type is not floating-point
     */
    public Tensor requireGrad() {
        if (!dtype().isFloating()) {
            throw new DTypeException(
                    "requireGrad: expected float32 or float64, got " + dtype() + "; convert with to(DType)");
        }
        Tensor leaf = new Tensor(shape, data().copy());
        leaf.allowChanges();
        leaf.becomeLeaf(name);
        OpListener listener = Mode.listening();
        if (listener != null) {
            listener.copied(this, leaf);
        }
        return leaf;
    }

    /**
     * Returns a new leaf for a function that is differentiated at these elements, which {@link InPlace} refuses. They are shared, unless they
     * may be overwritten before the last product with the derivative.
     */
    Tensor point() {
        Tensor leaf;
        if (storage.mayChange() || Mode.listening() != null) {
            leaf = requireGrad();
            leaf.changeable = false;
        } else {
            leaf = new Tensor(shape, data());
            leaf.becomeLeaf(name);
        }
        return leaf;
    }

    private void becomeLeaf(@Nullable String leafName) {
        node = new Node(Mode.current().nextNumber(Node.NO_PARENTS), shape, dtype());
        node.stores(this);
        name = leafName;
        node.setName(leafName);
    }

    /** Tells whether a gradient can flow to this tensor: it is a leaf that requires one, or was computed from such. */
    public boolean requiresGrad() {
        return node != null;
    }

    /** Tells whether this tensor was not computed by a recorded operation. */
    public boolean isLeaf() {
        return node == null || node.isLeaf();
    }

    /**
     * Returns the sum of the gradients that {@link #backward} computed since {@link #clearGrad}, or null if there were none. Of the
     * tensor's own shape and type; it never changes.
     */
    public @Nullable Tensor grad() {
        return node == null ? null : node.gradient();
    }

    /** Forgets the gradient. */
    public void clearGrad() {
        if (node != null) {
            node.clearGradient();
            OpListener listener = Mode.listening();
            if (listener != null) {
                listener.cleared(node);
            }
        }
    }

    /** Makes {@link #grad} keep the gradient of this intermediate result too, and returns this tensor. */
    public Tensor retainGrad() {
        requireNode("retainGrad").retainGradient();
        return this;
    }

    /**
     * Returns a tensor with the same elements that gradients do not flow through. Of a parameter it is the same memory: it follows the
     * parameter, and {@link InPlace} may overwrite it, which is how a frozen layer is loaded; {@link #snapshot} copies.
     */
    public Tensor detach() {
        Tensor detached = new Tensor(shape, storage, transposed);
        detached.changeable = changeable;
        return detached;
    }

    /**
     * Returns the elements as they are now, in a tensor that never changes and that gradients do not flow through. What a parameter or a
     * buffer may still change is copied, and what is lent; nothing else.
     */
    public Tensor snapshot() {
        if (!storage.mayChange()) {
            return detach();
        }
        return dtype().isFloating() ? Autodiff.noGrad(() -> identity()) : new Tensor(shape, data().copy());
    }

    /** Makes this a tensor that {@link InPlace} may overwrite. */
    void allowChanges() {
        storage.allowChanges();
        changeable = true;
    }

    /** Tells whether {@link InPlace} may overwrite the elements through this tensor. */
    boolean isChangeable() {
        return changeable;
    }

    /**
     * Calls a function with this tensor's gradient whenever a backward pass has computed it; what it returns takes the gradient's
     * place unless it is null. Returns this tensor.
     */
    public Tensor onGrad(UnaryOperator<Tensor> hook) {
        requireNode("onGrad").addHook(hook);
        return this;
    }

    /**
     * Computes the gradients of this single number with respect to all leaves that it depends on, and adds them to theirs. What the
     * graph kept is released.
     *
     * @throws GradientException if there is not exactly one element, it depends on no leaf that requires a gradient, or the graph was
     *     released before
     */
    public void backward(BackwardOption... options) {
        if (size() != 1) {
            throw new GradientException(
                    "backward: a tensor of shape " + shape
                            + " needs a seed, the gradient of the loss by each element; call backward(seed), or reduce it with sum() or mean()");
        }
        backward(ones(dtype(), shape), options);
    }

    /**
     * Computes the gradients of {@code Σ seed·this} with respect to all leaves that this tensor depends on, and adds them to theirs.
     *
     * @param seed of this tensor's shape and type
     */
    public void backward(Tensor seed, BackwardOption... options) {
        Operands.check("backward", 1, seed);
        Node root = requireNode("backward");
        Sweep.checkGradient("backward: seed", seed, root);
        List<BackwardOption> given = List.of(options);
        Sweep.backward(
                root, seed, given.contains(BackwardOption.RETAIN_GRAPH), given.contains(BackwardOption.CREATE_GRAPH));
    }

    private Node requireNode(String operation) {
        if (node == null) {
            throw new GradientException(operation + ": this tensor of shape " + shape
                    + " depends on no tensor that requires a gradient; make the parameters with requireGrad(),"
                    + " which returns a new tensor to compute with, and compute outside noGrad");
        }
        return node;
    }

    @Nullable
    Node node() {
        return node;
    }

    void attach(Node newNode) {
        node = newNode;
        if (name != null) {
            newNode.setName(name);
        }
    }

    // ---- products, joins ----

    /**
     * Sums of products of elements in Einstein's notation, {@code "ij,jk->ik"} for a matrix product. One letter names an axis; letters that
     * are not right of the arrow are summed over; a letter that is repeated in one operand takes the diagonal; {@code ...} stands for all
     * further axes, which broadcast, as do axes of size 1. Without an arrow the result has the axes of {@code ...} and then the letters that
     * occur once, capitals first, in alphabetical order.
     *
     * @throws IllegalArgumentException if the equation makes no sense
     * @throws ShapeException if it does not fit the operands
     */
    public static Tensor einsum(String equation, Tensor... operands) {
        Operands.check("einsum", 0, operands);
        return Einsum.of(equation, operands);
    }

    /**
     * The matrix product of several matrices in the order that takes the fewest multiplications. The first may be a vector, which counts as
     * a row, and the last one, which counts as a column; their axes are missing in the result.
     *
     * @throws ShapeException if neighbours do not fit
     */
    public static Tensor multiDot(Tensor... factors) {
        Operands.check("multiDot", 0, factors);
        return MatrixChain.product(factors);
    }

    /**
     * The tensors one after the other along an axis that exists in all of them; the other sizes must agree.
     *
     * @throws ShapeException if they do not
     */
    public static Tensor concat(int axis, Tensor... tensors) {
        Operands.check("concat", 0, tensors);
        if (tensors.length == 0) {
            throw new IllegalArgumentException("concat: expected at least one tensor");
        }
        Shape first = tensors[0].shape;
        int a = first.axis("concat", axis);
        int[] sizes = new int[tensors.length];
        for (int i = 0; i < sizes.length; i++) {
            Tensor t = tensors[i];
            if (t.rank() != first.rank() || !t.shape.with(a, first.size(a)).equals(first)) {
                throw new ShapeException(
                        "concat: shapes " + first + " and " + t.shape + " differ besides axis " + axis);
            }
            if (t.dtype() != tensors[0].dtype()) {
                throw new DTypeException("concat: types " + tensors[0].dtype() + " and " + t.dtype()
                        + " differ and are not promoted; convert one with to(DType)");
            }
            sizes[i] = t.size(a);
        }
        return Engine.apply(new ShapeMove.Concat(a, Axes.of(sizes)), tensors.clone());
    }

    /** Tensors of one shape side by side along a new axis. */
    public static Tensor stack(int axis, Tensor... tensors) {
        Operands.check("stack", 0, tensors);
        Tensor[] expanded = new Tensor[tensors.length];
        if (tensors.length > 0) {
            tensors[0].shape.insert(0, 1).axis("stack", axis);
        }
        for (int i = 0; i < tensors.length; i++) {
            if (!tensors[i].shape.equals(tensors[0].shape)) {
                throw new ShapeException("stack: shapes " + tensors[0].shape + " and " + tensors[i].shape + " differ");
            }
            expanded[i] = tensors[i].expandDims(axis);
        }
        int rank = tensors.length == 0 ? 0 : tensors[0].rank();
        return concat(axis < 0 ? axis + rank + 1 : axis, expanded);
    }

    /**
     * Vectors [n₀], [n₁], … as the coordinates of a grid [n₀, n₁, …]: {@code out_k[i₀, i₁, …] = x_k[i_k]}. A single number counts as
     * a vector of one.
     */
    public static List<Tensor> meshgrid(Tensor... vectors) {
        Operands.check("meshgrid", 0, vectors);
        int[] sizes = new int[vectors.length];
        for (int k = 0; k < sizes.length; k++) {
            if (vectors[k].rank() > 1) {
                throw new ShapeException("meshgrid: expected vectors, got shape " + vectors[k].shape);
            }
            sizes[k] = vectors[k].size();
        }
        Shape grid = Shape.of(sizes);
        List<Tensor> result = new ArrayList<>();
        for (int k = 0; k < sizes.length; k++) {
            int[] along = new int[sizes.length];
            Arrays.fill(along, 1);
            along[k] = sizes[k];
            result.add(vectors[k].reshape(along).broadcastTo(grid));
        }
        return result;
    }

    /** {@link #meshgrid} with the first two axes of the grid swapped, as images have them: x along the columns, y along the rows. */
    public static List<Tensor> meshgridXy(Tensor... vectors) {
        Operands.check("meshgridXy", 0, vectors);
        List<Tensor> grid = meshgrid(vectors);
        return vectors.length < 2
                ? grid
                : grid.stream().map(t -> t.transpose(0, 1)).toList();
    }

    /** {@code condition ? x : y}, element by element with broadcasting. Gradients flow only to the element that was taken. */
    public static Tensor where(Tensor condition, Tensor x, Tensor y) {
        return Engine.apply(new Select(), condition, x, y);
    }

    /** Returns the type, the shape and the elements, as NumPy prints them; of a large tensor the beginning and the end of each axis. */
    @Override
    public String toString() {
        return TensorFormat.format(this);
    }
}

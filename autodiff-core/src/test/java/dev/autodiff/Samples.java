package dev.autodiff;

import dev.autodiff.shape.Axes;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Random inputs for every operation of the catalogue, which is walked here: the constants of the enums and the records of the sealed
 * families. An operation without a sample is an error, so that a new one can't go untested.
 */
final class Samples {
    /**
     * An operation with inputs that fit it.
     *
     * @param op the operation
     * @param inputs all inputs, float64 where they are numbers
     */
    record Sample(Op op, List<Tensor> inputs) {
        /** Returns the places of the inputs that have a derivative. */
        List<Integer> differentiable() {
            List<Integer> places = new ArrayList<>();
            for (int i = 0; i < inputs.size(); i++) {
                if (inputs.get(i).dtype().isFloating()) {
                    places.add(i);
                }
            }
            return places;
        }

        /** Returns the differentiable inputs. */
        Tensor[] points() {
            return differentiable().stream().map(inputs::get).toArray(Tensor[]::new);
        }

        /** Applies the operation with other values for the differentiable inputs. */
        Tensor apply(List<Tensor> points) {
            Tensor[] all = inputs.toArray(new Tensor[0]);
            List<Integer> places = differentiable();
            for (int i = 0; i < places.size(); i++) {
                all[places.get(i)] = points.get(i);
            }
            return Engine.apply(op, all);
        }

        /** Tells whether the result has a derivative. */
        boolean isDifferentiable() {
            return ((Primitive) op).isDifferentiable();
        }

        @Override
        public String toString() {
            return op.label() + " (" + op + ") at "
                    + inputs.stream().map(t -> t.shape().toString()).toList();
        }
    }

    private static final List<Object> CATALOGUE = catalogue();

    private final Generator random;

    /** For what was thought of later, so that the samples of other operations stay as they are. */
    private final Generator more;

    private final Generator later;

    Samples(long seed) {
        random = Generator.seeded(seed);
        more = random.named("more");
        later = random.named("later");
    }

    /** Returns the catalogue: each constant of the enums, each class of the records. */
    static List<Object> catalogue() {
        Set<Object> operations = new LinkedHashSet<>();
        addFamily(Primitive.class, operations);
        return List.copyOf(operations);
    }

    private static void addFamily(Class<?> family, Set<Object> operations) {
        if (family.isEnum()) {
            operations.addAll(Arrays.asList(family.getEnumConstants()));
        } else if (family.isRecord()) {
            operations.add(family);
        } else {
            List<Class<?>> members = Arrays.asList(family.getPermittedSubclasses());
            if (family
                    != Primitive
                            .class) { // which lists them; where they are inferred, the order depends on the compiler
                members.sort(Comparator.comparing(Class::getSimpleName));
            }
            members.forEach(member -> addFamily(member, operations));
        }
    }

    /** Returns random samples of every operation, mostly one. */
    List<Sample> all() {
        List<Sample> samples = new ArrayList<>();
        CATALOGUE.forEach(operation -> samples.addAll(of(operation)));
        return samples;
    }

    /** Returns random samples of an entry of the catalogue, mostly one. */
    List<Sample> of(Object operation) {
        return operation instanceof Class<?> type ? List.of(ofRecord(type)) : ofConstant((Op) operation);
    }

    private List<Sample> ofConstant(Op op) {
        if (op instanceof Elementwise f) {
            return List.of(new Sample(f, elementwise(f)));
        }
        if (op instanceof Comparison) {
            Shape shape = shape(3);
            return List.of(new Sample(op, List.of(numbers(shape, 0), numbers(repeatable(shape), 1))));
        }
        if (op instanceof Logic) {
            Shape shape = shape(3);
            return List.of(new Sample(op, List.of(mask(shape), mask(repeatable(shape)))));
        }
        if (op instanceof RowOp rowOp) {
            return rows(rowOp);
        }
        throw new AssertionError("no sample for " + op + "; add one");
    }

    private List<Tensor> elementwise(Elementwise f) {
        Shape shape = shape(3);
        List<Tensor> inputs = new ArrayList<>();
        for (int i = 0; i < f.arity(); i++) {
            inputs.add(numbers(
                    i == 0 && f.arity() > 1 && random.nextInt(4) == 0
                            ? repeatable(shape)
                            : i == 0 ? shape : repeatable(shape),
                    i));
        }
        return switch (f) {
            // defined for positive numbers, or between 0 and 1, alone
            case LOG, LOG2, LOG10, SQRT, LOG1P, RSQRT -> List.of(inputs.get(0).abs());
            case POW -> List.of(inputs.get(0).abs(), inputs.get(1));
            case POW_BY_BASE, POW_BY_EXPONENT ->
                List.of(inputs.get(0), inputs.get(1).abs(), inputs.get(2));
            case LOGIT -> List.of(inputs.get(0).abs().mul(0.4));
            // the second input is an order
            case LOG_GAMMA -> List.of(inputs.get(0).abs().add(0.3));
            case POLYGAMMA ->
                List.of(inputs.get(0).abs().add(0.5), inputs.get(1).abs());
            case SPHERICAL_BESSEL -> List.of(inputs.get(0).mul(2), inputs.get(1).abs());
            case ACOSH -> List.of(inputs.get(0).abs().add(1));
            case ASIN, ACOS, ATANH, ERFINV -> List.of(inputs.get(0).mul(0.4));
            case XLOGY -> List.of(inputs.get(0), inputs.get(1).abs());
            // away from the jumps
            case FLOOR, CEIL, ROUND, TRUNC -> List.of(inputs.get(0).mul(10).add(0.23));
            case FMOD, REMAINDER ->
                List.of(inputs.get(0).sign().mul(0.06), inputs.get(1).abs());
            case CLAMP ->
                List.of(inputs.get(0), inputs.get(1).abs().neg(), inputs.get(2).abs());
            case LOG_LOSS -> List.of(inputs.get(0).abs().mul(0.4), inputs.get(1));
            // far from the threshold, on either side of it
            case SOFTPLUS ->
                List.of(
                        inputs.get(0),
                        inputs.get(1).abs(),
                        inputs.get(2).sign().mul(20).add(inputs.get(2)));
            default -> inputs;
        };
    }

    private List<Sample> rows(RowOp op) {
        Shape shape = shape(2).insert(0, 1 + random.nextInt(3));
        shape = shape.with(shape.rank() - 1, 1 + random.nextInt(5));
        Tensor x = numbers(shape, 0);
        Shape losses = shape.slice(0, shape.rank() - 1);
        Tensor g = numbers(losses, 1);
        Tensor target = numbers(shape, 2);
        long[] labels = new long[losses.size()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = random.nextInt(shape.size(-1));
        }
        Tensor classes = Tensor.of(labels, losses);
        return switch (op) {
            case SOFTMAX, LOG_SOFTMAX -> List.of(new Sample(op, List.of(x)));
            case SOFTMAX_GRADIENT, LOG_SOFTMAX_GRADIENT -> List.of(new Sample(op, List.of(x, target)));
            case CROSS_ENTROPY -> List.of(new Sample(op, List.of(x, target)), new Sample(op, List.of(x, classes)));
            case CROSS_ENTROPY_GRADIENT ->
                List.of(new Sample(op, List.of(g, x, target)), new Sample(op, List.of(g, x, classes)));
        };
    }

    private Sample ofRecord(Class<?> type) {
        Shape shape = shape(4);
        Tensor x = numbers(shape, 0);
        int rank = shape.rank();
        if (type == Conversion.class) {
            return new Sample(new Conversion(DType.FLOAT64, DType.FLOAT64), List.of(x));
        }
        if (type == Select.class) {
            return new Sample(
                    new Select(),
                    List.of(fewer(mask(shape), 0), numbers(repeatable(shape), 1), numbers(repeatable(shape), 2)));
        }
        if (type == MatMul.class) {
            int m = 1 + random.nextInt(4);
            int k = random.nextInt(5);
            int n = 1 + random.nextInt(4);
            Shape batch = rank > 2 ? shape.slice(0, 2) : Shape.SCALAR;
            Tensor left = fewer(numbers(batch.concat(Shape.of(m, k)), 0), 2);
            Tensor right = numbers(repeatable(batch).concat(Shape.of(k, n)), 1);
            Tensor turned = fewer(numbers(batch.concat(Shape.of(k, m)), 0), 2).transpose();
            return new Sample(MatMul.INSTANCE, List.of(random.nextInt(2) == 0 ? left : turned, right));
        }
        if (type == Affine.class) {
            int in = random.nextInt(4);
            int out = 1 + random.nextInt(4);
            Shape rows = rank > 2 ? shape.slice(0, 2) : Shape.of(1 + random.nextInt(3));
            boolean turned = rank <= 2 && random.nextInt(2) == 0;
            Tensor inputs =
                    turned ? numbers(Shape.of(in, rows.size()), 0).transpose() : numbers(rows.concat(Shape.of(in)), 0);
            Tensor w = random.nextInt(2) == 0
                    ? numbers(Shape.of(out, in), 1)
                    : numbers(Shape.of(in, out), 1).transpose();
            return random.nextInt(2) == 0
                    ? new Sample(Affine.PLAIN, List.of(inputs, w))
                    : new Sample(Affine.BIASED, List.of(inputs, w, numbers(Shape.of(out), 2)));
        }
        if (LinearAlgebra.class.isAssignableFrom(type)) {
            return linearAlgebra(type);
        }
        if (type == Reduction.Sum.class) {
            return new Sample(new Reduction.Sum(axes(rank), random.nextInt(2) == 0), List.of(x));
        }
        if (type == Reduction.Extreme.class) {
            Tensor filled = numbers(full(shape), 0);
            return new Sample(
                    new Reduction.Extreme(random.nextInt(2) == 0, axes(rank), random.nextInt(2) == 0),
                    List.of(distinct(filled)));
        }
        if (type == Reduction.LogSumExp.class) {
            return new Sample(
                    new Reduction.LogSumExp(axes(rank), random.nextInt(2) == 0), List.of(numbers(full(shape), 0)));
        }
        if (type == Reduction.Median.class) {
            return new Sample(
                    new Reduction.Median(axes(rank), random.nextInt(2) == 0),
                    List.of(distinct(numbers(full(shape), 0))));
        }
        if (type == Reduction.SquaredDeviations.class) {
            return new Sample(new Reduction.SquaredDeviations(axes(rank), random.nextInt(2) == 0), List.of(x));
        }
        if (type == Reduction.Norm.class) {
            double[] powers = {2, 0.5, 1, 1.5, 0, 3, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
            double p = powers[random.nextInt(powers.length)];
            Tensor some =
                    Double.isInfinite(p) ? distinct(numbers(full(shape), 0)).add(0.01) : x;
            return new Sample(new Reduction.Norm(p, axes(rank), random.nextInt(2) == 0), List.of(some));
        }
        if (type == ShapeMove.Reshape.class) {
            return new Sample(new ShapeMove.Reshape(Shape.of(shape.size(), 1)), List.of(x));
        }
        if (type == ShapeMove.Permute.class) {
            return new Sample(new ShapeMove.Permute(Axes.of(random.permutation(rank))), List.of(x));
        }
        if (type == ShapeMove.Expand.class) {
            return new Sample(new ShapeMove.Expand(shape), List.of(numbers(repeatable(shape), 0)));
        }
        if (type == ShapeMove.Slice.class) {
            return new Sample(slice(shape), List.of(x));
        }
        if (type == ShapeMove.Embed.class) {
            ShapeMove.Slice slice = slice(shape);
            return new Sample(
                    new ShapeMove.Embed(shape, slice),
                    List.of(numbers(Shape.of(slice.count().toArray()), 0)));
        }
        if (type == ShapeMove.Concat.class) {
            Shape some = shape.insert(0, random.nextInt(3));
            int axis = random.nextInt(some.rank());
            Tensor a = numbers(some, 0);
            Tensor b = numbers(some.with(axis, random.nextInt(4)), 1);
            return new Sample(
                    new ShapeMove.Concat(axis, Axes.of(a.size(axis), b.size(axis), a.size(axis))), List.of(a, b, a));
        }
        if (Indexing.class.isAssignableFrom(type)) {
            return indexing(type);
        }
        if (Scan.class.isAssignableFrom(type)) {
            return scan(type);
        }
        if (Lstm.class.isAssignableFrom(type)) {
            return lstm(type);
        }
        if (Ranking.class.isAssignableFrom(type)) {
            return ranking(type);
        }
        if (Windows.class.isAssignableFrom(type)
                || Convolution.class.isAssignableFrom(type)
                || Standardization.class.isAssignableFrom(type)) {
            return new WindowSamples(random, this).of(type, shape);
        }
        throw new AssertionError("no sample for " + type + "; add one");
    }

    private Sample indexing(Class<?> type) {
        Shape shape = shape(3).insert(0, random.nextInt(4));
        int axis = random.nextInt(shape.rank());
        shape = shape.with(axis, 1 + random.nextInt(4));
        int n = shape.size(axis);
        Shape indices = shape(2);
        if (type == Indexing.Take.class) {
            return new Sample(new Indexing.Take("take", axis), List.of(numbers(shape, 0), indices(indices, n)));
        }
        if (type == Indexing.Put.class) {
            Shape whole = shape.slice(0, axis).concat(indices).concat(shape.slice(axis + 1, shape.rank()));
            return new Sample(new Indexing.Put("put", axis, n), List.of(numbers(whole, 0), indices(indices, n)));
        }
        if (type == Indexing.AlongAxis.class) {
            Shape along = shape.with(axis, random.nextInt(4));
            return new Sample(new Indexing.AlongAxis("gather", shape, axis), List.of(indices(along, n)));
        }
        if (type == Indexing.RowMajor.class) {
            return new Sample(
                    new Indexing.RowMajor("index", Axes.of(n, 7)), List.of(indices(indices, n), indices(indices, 7)));
        }
        if (type == Indexing.Writers.class) {
            return new Sample(new Indexing.Writers(n), List.of(indices(Shape.of(3), n)));
        }
        if (type == Indexing.TruePlaces.class) {
            return new Sample(
                    new Indexing.TruePlaces("maskedSelect"),
                    List.of(numbers(shape, 0).gt(0)));
        }
        if (type == Indexing.Repetitions.class) {
            return new Sample(new Indexing.Repetitions("repeatInterleave"), List.of(indices(Shape.of(n), 3)));
        }
        throw new AssertionError("no sample for " + type + "; add one");
    }

    private Sample scan(Class<?> type) {
        Shape shape = shape(3).insert(0, random.nextInt(4));
        int axis = random.nextInt(shape.rank());
        boolean reverse = random.nextInt(2) == 0;
        Tensor x = numbers(shape, 0);
        if (type == Scan.CumSum.class) {
            return new Sample(new Scan.CumSum(axis, reverse), List.of(x));
        }
        if (type == Scan.LinearRecurrence.class) {
            return new Sample(new Scan.LinearRecurrence(axis, reverse), List.of(x, numbers(shape, 1)));
        }
        if (type == Scan.LogCumSumExp.class) {
            return new Sample(new Scan.LogCumSumExp(axis), List.of(x));
        }
        throw new AssertionError("no sample for " + type + "; add one");
    }

    private Sample lstm(Class<?> type) {
        int steps = 1 + later.nextInt(3);
        int size = 1 + later.nextInt(2);
        boolean reverse = later.nextInt(2) == 0;
        Shape state = Shape.of(1 + later.nextInt(2), size);
        Shape planes = Shape.of(6, steps).concat(state);
        Tensor cell = numbers(later, state, 2);
        Tensor weights = numbers(later, Shape.of(4 * size, size), 3);
        if (type == Lstm.States.class) {
            Tensor x = numbers(later, Shape.of(steps, state.size(0), 4 * size), 0);
            return new Sample(new Lstm.States(reverse), List.of(x, numbers(later, state, 1), cell, weights));
        }
        if (type == Lstm.Gradient.class) {
            Tensor g = numbers(later, planes, 0);
            return new Sample(new Lstm.Gradient(reverse), List.of(g, numbers(later, planes, 1), cell, weights));
        }
        throw new AssertionError("no sample for " + type + "; add one");
    }

    private Sample ranking(Class<?> type) {
        Shape shape = full(shape(3));
        Tensor x = numbers(shape, 0);
        Axes axes = axes(shape.rank());
        boolean one = random.nextInt(2) == 0;
        boolean other = random.nextInt(2) == 0;
        if (type == Ranking.ArgExtreme.class) {
            return new Sample(new Ranking.ArgExtreme(one, axes, other), List.of(x));
        }
        if (type == Ranking.ArgMedian.class) {
            return new Sample(new Ranking.ArgMedian(axes, one), List.of(x));
        }
        if (type == Ranking.ArgSort.class) {
            return new Sample(new Ranking.ArgSort(0, one), List.of(numbers(shape.insert(0, 3), 0)));
        }
        if (type == Ranking.RunningExtreme.class) {
            return new Sample(new Ranking.RunningExtreme(one, 0), List.of(numbers(shape.insert(0, 3), 0)));
        }
        if (type == Ranking.Quantifier.class) {
            return new Sample(new Ranking.Quantifier(one, axes, other), List.of(x.gt(0)));
        }
        throw new AssertionError("no sample for " + type + "; add one");
    }

    /** Returns whole numbers from 0 to n − 1. */
    private Tensor indices(Shape shape, int n) {
        long[] values = new long[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(n);
        }
        return Tensor.of(values, shape);
    }

    /** Matrices far from where an operation is not smooth: singular, not positive definite, or with values that coincide. */
    private Sample linearAlgebra(Class<?> type) {
        int n = random.nextInt(5);
        int m = random.nextInt(5);
        Shape batch = random.nextInt(3) == 0 ? shape(2) : Shape.SCALAR;
        Tensor regular = matrices(batch, n, n, 0.2, i -> 3);
        Tensor distinct = matrices(batch, n, n, 0.1, i -> 2 * i - 3);
        Tensor rectangular = matrices(batch, m, n, 0.1, i -> 2 * i + 2);
        Tensor tall = matrices(batch, Math.max(m, n), Math.min(m, n), 0.1, i -> 2 * i + 2);
        Tensor right = numbers(repeatable(batch).concat(Shape.of(n, m)), 1);
        if (type == LinearSolve.Inverse.class) {
            return new Sample(new LinearSolve.Inverse(), List.of(regular));
        }
        if (LinearSolve.Equations.class.isAssignableFrom(type)) {
            return new Sample(
                    type == LinearSolve.Solve.class
                            ? new LinearSolve.Solve()
                            : new LinearSolve.TriangularSolve(random.nextInt(2) == 0),
                    List.of(fewer(regular, 2), right));
        }
        if (type == LinearSolve.PseudoInverse.class) {
            return new Sample(new LinearSolve.PseudoInverse(1e-6), List.of(rectangular));
        }
        if (type == Determinants.Determinant.class) {
            return new Sample(new Determinants.Determinant(), List.of(random.nextInt(2) == 0 ? regular : singular(n)));
        }
        if (type == Determinants.Cofactors.class) {
            return new Sample(new Determinants.Cofactors(), List.of(n < 3 ? singular(n) : regular));
        }
        if (type == Determinants.CofactorsAlong.class) {
            return new Sample(new Determinants.CofactorsAlong(), List.of(regular, matrices(batch, n, n, 1, i -> 0)));
        }
        if (type == Determinants.LogAbsDet.class) {
            return new Sample(new Determinants.LogAbsDet(), List.of(distinct));
        }
        if (type == Determinants.DetSign.class) {
            return new Sample(new Determinants.DetSign(), List.of(distinct));
        }
        if (type == Decomposition.Cholesky.class) {
            return new Sample(new Decomposition.Cholesky(), List.of(regular));
        }
        if (type == Decomposition.PackedEigh.class) {
            return new Sample(new Decomposition.PackedEigh(), List.of(distinct));
        }
        if (type == Decomposition.PackedSvd.class) {
            return new Sample(new Decomposition.PackedSvd(), List.of(rectangular));
        }
        if (type == Decomposition.PackedQr.class) {
            return new Sample(new Decomposition.PackedQr(false), List.of(tall));
        }
        if (type == MatrixExp.class) {
            return new Sample(new MatrixExp(), List.of(matrices(batch, n, n, 0.5, i -> 0)));
        }
        throw new AssertionError("no sample for " + type + "; add one");
    }

    private Tensor matrices(Shape batch, int m, int n, double scale, IntToDoubleFunction diagonal) {
        double[] values = new double[m * n];
        for (int i = 0; i < Math.min(m, n); i++) {
            values[i * n + i] = diagonal.applyAsDouble(i);
        }
        return numbers(batch.concat(Shape.of(m, n)), 0).mul(scale).add(Tensor.of(values, Shape.of(m, n)));
    }

    /** Returns a matrix of rank n − 1 at most. */
    private Tensor singular(int n) {
        int rank = n == 0 ? 0 : random.nextInt(n);
        return numbers(Shape.of(n, rank), 0).matmul(numbers(Shape.of(rank, n), 1));
    }

    private ShapeMove.Slice slice(Shape shape) {
        int[] start = new int[shape.rank()];
        int[] count = new int[shape.rank()];
        int[] step = new int[shape.rank()];
        for (int i = 0; i < start.length; i++) {
            int n = shape.size(i);
            step[i] = random.nextInt(2) == 0 ? 1 + random.nextInt(2) : -1 - random.nextInt(2);
            start[i] = n == 0 ? 0 : random.nextInt(n);
            int room = n == 0 ? 0 : 1 + (step[i] > 0 ? (n - 1 - start[i]) / step[i] : start[i] / -step[i]);
            count[i] = random.nextInt(room + 1);
        }
        return new ShapeMove.Slice(Axes.of(start), Axes.of(count), Axes.of(step));
    }

    private Axes axes(int rank) {
        return Axes.of(
                IntStream.range(0, rank).filter(i -> random.nextInt(2) == 0).toArray());
    }

    /** Returns a random shape; one in eight sizes is 0 or 1. */
    Shape shape(int mostAxes) {
        int[] sizes = new int[random.nextInt(mostAxes + 1)];
        for (int i = 0; i < sizes.length; i++) {
            int kind = random.nextInt(16);
            sizes[i] = kind == 0 ? 0 : kind == 1 ? 1 : 1 + random.nextInt(4);
        }
        return Shape.of(sizes);
    }

    private static Shape full(Shape shape) {
        return Shape.of(Arrays.stream(shape.toArray()).map(s -> Math.max(s, 1)).toArray());
    }

    /** Returns a shape that broadcasts to another. */
    Shape repeatable(Shape shape) {
        int from = random.nextInt(3) == 0 ? random.nextInt(shape.rank() + 1) : 0;
        int[] sizes = shape.slice(from, shape.rank()).toArray();
        for (int i = 0; i < sizes.length; i++) {
            if (random.nextInt(4) == 0) {
                sizes[i] = 1;
            }
        }
        return Shape.of(sizes);
    }

    /** Now and then takes the first of the leading axes away, or all but its first element; the {@code last} axes stay. */
    private Tensor fewer(Tensor x, int last) {
        if (x.rank() <= last || x.size(0) == 0) {
            return x;
        }
        return switch (more.nextInt(3)) {
            case 0 -> x.select(0, 0);
            case 1 -> x.narrow(0, 0, 1);
            default -> x;
        };
    }

    /**
     * Returns numbers of size 0.1 to 2 on a grid that is shifted for each input: 0 and equal numbers, where some functions have a kink,
     * are at least 0.02 away, far more than the steps of the differences.
     */
    Tensor numbers(Shape shape, int input) {
        return numbers(random, shape, input);
    }

    private static Tensor numbers(Generator random, Shape shape, int input) {
        double[] values = new double[shape.size()];
        for (int i = 0; i < values.length; i++) {
            double size = 0.1 + 0.1 * random.nextInt(19) + 0.03 * input;
            values[i] = random.nextInt(2) == 0 ? size : -size;
        }
        return Tensor.of(values, shape);
    }

    private Tensor mask(Shape shape) {
        boolean[] mask = new boolean[shape.size()];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = random.nextInt(2) == 0;
        }
        return Tensor.of(mask, shape);
    }

    /** Makes all elements differ by at least 0.05. */
    Tensor distinct(Tensor x) {
        int[] order = random.permutation(x.size());
        double[] values = new double[order.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = 0.05 * (order[i] - values.length / 2.0);
        }
        return Tensor.of(values, x.shape());
    }
}

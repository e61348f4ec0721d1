package dev.autodiff;

import dev.autodiff.array.Storage;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.function.UnaryOperator;

/**
 * Operations on the matrices in the last two axes; leading axes are a batch, worked off one matrix after the other. Values are computed
 * in double precision, float32 is rounded once at the end. A decomposition packs its parts into one matrix, which the façade slices.
 */
sealed interface LinearAlgebra extends Primitive permits LinearSolve, Determinants, Decomposition, MatrixExp {
    /** What is done with one matrix of a batch: reads {@code x}, writes {@code out}, and returns false if the matrix can't be handled. */
    interface Kernel {
        boolean run(double[] x, double[] out);
    }

    /**
     * Applies a kernel to every matrix.
     *
     * @param result the shape of what one matrix yields
     * @param fault says what is wrong with a matrix that the kernel refuses, given its name, {@code the matrix} for example
     */
    static Tensor each(Tensor x, Shape result, Kernel kernel, UnaryOperator<String> fault) {
        int rank = x.rank();
        Shape batch = x.shape().slice(0, rank - 2);
        Tensor out = Tensor.allocate(batch.concat(result), x.dtype());
        double[] matrix = new double[x.size(-2) * x.size(-1)];
        double[] value = new double[result.size()];
        for (int i = 0; i < batch.size(); i++) {
            read(x.data(), i * matrix.length, matrix);
            if (!kernel.run(matrix, value)) {
                throw new LinearAlgebraException(fault.apply(nameOf(batch, i)));
            }
            write(value, out.data(), i * value.length);
        }
        return out;
    }

    /** Names a matrix for a message. */
    static String nameOf(Shape batch, int i) {
        return batch.rank() == 0 ? "the matrix" : "matrix " + i + " of the batch " + batch;
    }

    /** Reads elements as doubles. */
    static void read(Storage from, int offset, double[] to) {
        if (from.dtype() == DType.FLOAT64) {
            System.arraycopy(from.float64(), offset, to, 0, to.length);
            return;
        }
        float[] elements = from.float32();
        for (int i = 0; i < to.length; i++) {
            to[i] = elements[offset + i];
        }
    }

    /** Writes elements, rounded to the type of the storage. */
    static void write(double[] from, Storage to, int offset) {
        if (to.dtype() == DType.FLOAT64) {
            System.arraycopy(from, 0, to.float64(), offset, from.length);
            return;
        }
        float[] elements = to.float32();
        for (int i = 0; i < from.length; i++) {
            elements[offset + i] = (float) from[i];
        }
    }

    /** Checks that x is floating-point and has two axes at least. */
    static void requireMatrices(String operation, Tensor x) {
        Engine.floating(operation, x);
        if (x.rank() < 2) {
            throw new ShapeException(operation + ": expected matrices […, m, n], got shape " + x.shape());
        }
    }

    /** Checks that x has square matrices and returns their size. */
    static int requireSquare(String operation, Tensor x) {
        Engine.floating(operation, x);
        if (x.rank() < 2 || x.size(-1) != x.size(-2)) {
            throw new ShapeException(operation + ": expected square matrices […, n, n], got shape " + x.shape());
        }
        return x.size(-1);
    }

    // ---- what the rules share ----

    /** {@code ½(x + xᵀ)}. */
    static Tensor symmetricPart(Tensor x) {
        return x.add(x.transpose()).mul(0.5);
    }

    /** x beside the diagonal, 0 on it. */
    static Tensor besideDiagonal(Tensor x) {
        return x.tril(-1).add(x.triu(1));
    }

    /** {@code x / y}, where 0/0 is 0 and has the derivative 0. */
    static Tensor quotient(Tensor x, Tensor y) {
        Tensor hole = x.eq(0).logicalAnd(y.eq(0));
        Tensor safe = Tensor.where(hole, y.scalarLike(1), y);
        return Tensor.where(hole, x.scalarLike(0), x.div(safe));
    }

    /** The sum over the last two axes, {@code tr(xᵀ·y)}, with these axes kept. */
    static Tensor inner(Tensor x, Tensor y) {
        return x.mul(y).sum(true, -2, -1);
    }
}

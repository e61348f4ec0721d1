package dev.autodiff;

import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.data.FMatrixRMaj;

/** The bridge to the matrices of EJML, for linear algebra beyond this library. Elements are copied. */
public final class Matrices {
    private Matrices() {}

    /** Returns a float64 tensor [rows, columns] with the elements of a matrix. */
    public static Tensor toTensor(DMatrixRMaj matrix) {
        double[] values = Arrays.copyOf(matrix.data, matrix.getNumElements());
        return Tensor.of(values, Shape.of(matrix.numRows, matrix.numCols));
    }

    /** Returns a float32 tensor [rows, columns] with the elements of a matrix. */
    public static Tensor toTensor(FMatrixRMaj matrix) {
        float[] values = Arrays.copyOf(matrix.data, matrix.getNumElements());
        return Tensor.of(values, Shape.of(matrix.numRows, matrix.numCols));
    }

    /**
     * Returns a matrix with the elements of a tensor [rows, columns].
     *
     * @throws ShapeException if the tensor does not have two axes
     */
    public static DMatrixRMaj toDoubleMatrix(Tensor tensor) {
        requireMatrix("toDoubleMatrix", tensor);
        return DMatrixRMaj.wrap(tensor.size(0), tensor.size(1), tensor.toDoubleArray());
    }

    /**
     * Returns a matrix with the elements of a tensor [rows, columns], rounded to float.
     *
     * @throws ShapeException if the tensor does not have two axes
     */
    public static FMatrixRMaj toFloatMatrix(Tensor tensor) {
        requireMatrix("toFloatMatrix", tensor);
        FMatrixRMaj matrix = new FMatrixRMaj(tensor.size(0), tensor.size(1));
        matrix.setData(tensor.toFloatArray());
        return matrix;
    }

    private static void requireMatrix(String operation, Tensor tensor) {
        if (tensor.rank() != 2) {
            throw new ShapeException(operation + ": expected a tensor of two axes, got shape " + tensor.shape());
        }
    }
}

package dev.autodiff.nn;

import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.DTypeException;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import org.jspecify.annotations.Nullable;

/**
 * A fully connected layer: {@code y[…, j] = Σ_i x[…, i]·weight[j, i] + bias[j]}, of x […, in] and y […, out].
 *
 * @param weight [out, in]
 * @param bias [out], or null for none
 */
public record Linear(Tensor weight, @Nullable Tensor bias) implements Layer {

    /** Checks the shapes and types. */
    public Linear {
        if (weight.rank() != 2) {
            throw new ShapeException("linear: expected a weight of shape [out, in], got " + weight.shape());
        }
        if (bias != null && !bias.shape().equals(Shape.of(weight.size(0)))) {
            throw new ShapeException("linear: a weight of shape " + weight.shape() + " needs a bias of shape ["
                    + weight.size(0) + "], got " + bias.shape());
        }
        if (bias != null && bias.dtype() != weight.dtype()) {
            throw new DTypeException(
                    "linear: a weight of " + weight.dtype() + " needs a bias of the same type, got " + bias.dtype());
        }
    }

    /** Returns a float32 layer with the initializer's weight and bias. */
    public static Linear of(int in, int out, Initializer initializer, Generator generator) {
        return of(in, out, initializer, generator, DType.FLOAT32);
    }

    /** Returns a layer of a type with the initializer's weight and bias. */
    public static Linear of(int in, int out, Initializer initializer, Generator generator, DType dtype) {
        Shape shape = Shape.of(out, in);
        Tensor weight = initializer.create(generator, dtype, shape);
        return new Linear(
                parameter("weight", weight), parameter("bias", initializer.createBias(generator, dtype, shape)));
    }

    /** Returns a float32 layer with the initializer's weight and no bias. */
    public static Linear withoutBias(int in, int out, Initializer initializer, Generator generator) {
        return withoutBias(in, out, initializer, generator, DType.FLOAT32);
    }

    /** Returns a layer of a type with the initializer's weight and no bias. */
    public static Linear withoutBias(int in, int out, Initializer initializer, Generator generator, DType dtype) {
        return new Linear(parameter("weight", initializer.create(generator, dtype, Shape.of(out, in))), null);
    }

    private static Tensor parameter(String name, Tensor value) {
        return value.requireGrad().named(name);
    }

    /**
     * Returns {@code x·weightᵀ + bias}.
     *
     * @param x […, in]
     * @return […, out]
     * @throws ShapeException if the last axis of x has another size than in
     * @throws DTypeException if x is not of the weight's type
     */
    @Override
    public Tensor forward(Tensor x) {
        if (x.rank() == 0 || x.size(-1) != weight.size(1)) {
            throw new ShapeException("linear: a weight of shape " + weight.shape() + " expects an input of shape […, "
                    + weight.size(1) + "], got " + x.shape());
        }
        if (x.dtype() != weight.dtype()) {
            throw new DTypeException("linear: the weight is " + weight.dtype() + ", got an input of " + x.dtype()
                    + "; convert it with x.to(DType." + weight.dtype().name() + ")"
                    + (x.dtype().isFloating()
                            ? ", or make the layer with Linear.of(…, DType."
                                    + x.dtype().name() + ")"
                            : ""));
        }
        return x.linear(weight, bias);
    }

    /** Returns the sizes and the type, without the numbers. */
    @Override
    public String toString() {
        return "Linear[in=" + weight.size(1) + ", out=" + weight.size(0) + ", bias=" + (bias != null) + ", "
                + weight.dtype() + "]";
    }
}

package dev.autodiff.benchmarks;

import dev.autodiff.Generator;
import dev.autodiff.InPlace;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.ArrayList;
import java.util.List;

/** Fully connected layers {@code x·Wᵀ + b} with weights [out, in], and a plain SGD step: what every training does in each step. */
final class Network {
    private final List<Tensor> weights = new ArrayList<>();
    private final List<Tensor> biases = new ArrayList<>();

    Network(DType dtype, Generator generator, int... sizes) {
        for (int i = 1; i < sizes.length; i++) {
            double bound = Math.sqrt(6.0 / sizes[i - 1]);
            weights.add(Tensor.uniform(generator, dtype, Shape.of(sizes[i], sizes[i - 1]), -bound, bound)
                    .requireGrad());
            biases.add(Tensor.zeros(dtype, sizes[i]).requireGrad());
        }
    }

    int layers() {
        return weights.size();
    }

    Tensor layer(int i, Tensor x) {
        return x.matmul(weights.get(i).transpose()).add(biases.get(i));
    }

    void clearGrads() {
        weights.forEach(Tensor::clearGrad);
        biases.forEach(Tensor::clearGrad);
    }

    void sgd(double lr) {
        for (int i = 0; i < weights.size(); i++) {
            update(weights.get(i), lr);
            update(biases.get(i), lr);
        }
    }

    private static void update(Tensor p, double lr) {
        Tensor g = p.grad();
        if (g != null) {
            InPlace.sgd(p, g, lr, 0);
        }
    }
}

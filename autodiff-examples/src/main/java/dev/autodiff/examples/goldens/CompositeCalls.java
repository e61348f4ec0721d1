package dev.autodiff.examples.goldens;

import dev.autodiff.Autodiff;
import dev.autodiff.ConvOptions;
import dev.autodiff.Tensor;
import dev.autodiff.nn.Losses;
import dev.autodiff.shape.Shape;
import java.util.List;

/** The family composite: small models and formulas made of other operations. */
final class CompositeCalls {
    private CompositeCalls() {}

    static void register(OperationTable table) {
        table.unary("diamond", x -> {
            Tensor a = x.sin();
            return a.mul(x.cos()).add(a);
        });
        table.unary("fan_out", x -> x.mul(x).add(x.mul(3)).add(x.exp().mul(x)).sum());
        table.unary("reuse_chain", x -> {
            Tensor a = x.mul(0.3);
            for (int i = 0; i < 6; i++) {
                a = a.add(a.mul(a));
            }
            return a;
        });
        table.unary("deep_tanh", x -> {
            Tensor a = x;
            for (int i = 0; i < 20; i++) {
                a = a.tanh().add(x.mul(0.1));
            }
            return a;
        });
        table.op(
                "mlp",
                c -> Losses.meanSquaredError(
                        c.x(0).linear(c.x(1), c.x(2)).tanh().linear(c.x(3), c.x(4)), c.x(5)));
        table.op(
                "mlp_relu_ce",
                c -> Losses.crossEntropy(c.x(0).linear(c.x(1), c.x(2)).relu().linear(c.x(3), c.x(4)), c.x(5)));
        table.op("cnn", c -> {
            Tensor y =
                    c.x(0).conv2d(c.x(1), c.x(2), ConvOptions.defaults()).relu().maxPool2d(2);
            return Losses.crossEntropy(y.flatten(1, -1).linear(c.x(3), c.x(4)), c.x(5));
        });
        table.op("residual_layernorm", c -> {
            Tensor x = c.x(0);
            return x.add(x.matmul(c.x(1)).gelu()).layerNorm(Shape.of(x.size(-1)), c.x(2), c.x(3), 1e-5);
        });
        table.op(
                "logistic_regression_l2",
                c -> Losses.logLossWithLogits(c.x(0).matmul(c.x(1)), c.x(2))
                        .add(c.x(1).mul(c.x(1)).sum().mul(0.1)));
        table.unary("rosenbrock", CompositeCalls::rosenbrock);
        table.unary(
                "softmax_entropy",
                x -> x.softmax(-1).mul(x.logSoftmax(-1)).sum(-1).sum().neg());
        table.op("broadcast_chain", c -> {
            Tensor a = c.x(0);
            Tensor b = c.x(1);
            return a.add(b).mul(c.x(2)).sub(a.div(b.mul(b).add(1))).sum(0);
        });
        table.unary(
                "slice_overlap",
                x -> x.slice(0, 0, -1)
                        .mul(x.slice(0, 1, Integer.MAX_VALUE))
                        .add(x.slice(0, 0, Integer.MAX_VALUE, 2).sum()));
        table.op("grad_penalty", c -> {
            Tensor w = c.x(1);
            Tensor y = c.x(0).detach().matmul(w).tanh().sum();
            return Autodiff.gradients(y, List.of(w)).get(0).square().sum();
        });
        table.op("grad_norm_input", c -> {
            Tensor u = c.x(1).detach().requireGrad();
            Tensor g =
                    Autodiff.gradients(c.x(0).matmul(u).sin().sum(), List.of(u)).get(0);
            return g.mul(g).sum();
        });
    }

    /** {@code Σ 100·(x[i+1] − x[i]²)² + (1 − x[i])²}. */
    static Tensor rosenbrock(Tensor x) {
        Tensor head = x.slice(0, 0, -1);
        Tensor tail = x.slice(0, 1, Integer.MAX_VALUE);
        return tail.sub(head.square())
                .square()
                .mul(100)
                .add(head.neg().add(1).square())
                .sum();
    }
}

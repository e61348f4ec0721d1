package dev.autodiff.examples.goldens;

import dev.autodiff.Autodiff;
import dev.autodiff.Tensor;
import dev.autodiff.shape.Axes;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * PyTorch's names of operations, each with the way to ask this library for it. An operation that is missing here, or an argument that its
 * entry does not read, counts as unknown.
 */
final class OperationTable {
    private static final Map<String, Function<Call, List<Tensor>>> OPERATIONS = new HashMap<>();

    private OperationTable() {}

    /** Returns whether there is an entry. */
    static boolean knows(String op) {
        return OPERATIONS.containsKey(op);
    }

    /** Runs an operation on the inputs of a call. */
    static List<Tensor> apply(String op, Call call) {
        Function<Call, List<Tensor>> operation = OPERATIONS.get(op);
        if (operation == null) {
            throw new UnknownException(op);
        }
        List<Tensor> outputs;
        try {
            outputs = operation.apply(call);
        } catch (UnknownException e) {
            throw e;
        } catch (RuntimeException e) {
            call.checkAllRead();
            throw e;
        }
        call.checkAllRead();
        return outputs;
    }

    private static void op(String name, Function<Call, Tensor> operation) {
        OPERATIONS.put(name, call -> List.of(operation.apply(call)));
    }

    private static void unary(String name, UnaryOperator<Tensor> operation) {
        op(name, c -> operation.apply(c.x()));
    }

    static {
        elementwise();
        reductions();
        shapes();
        products();
        losses();
        composites();
    }

    private static void elementwise() {
        unary("neg", Tensor::neg);
        unary("abs", Tensor::abs);
        unary("exp", Tensor::exp);
        unary("expm1", Tensor::expm1);
        unary("log", Tensor::log);
        unary("log1p", Tensor::log1p);
        unary("sqrt", Tensor::sqrt);
        unary("square", Tensor::square);
        unary("reciprocal", Tensor::reciprocal);
        unary("sin", Tensor::sin);
        unary("cos", Tensor::cos);
        unary("tanh", Tensor::tanh);
        unary("sigmoid", Tensor::sigmoid);
        unary("relu", Tensor::relu);
        unary("sign", Tensor::sign);
        unary("clone", Tensor::identity);
        op("softplus", c -> c.x().softplus(c.number("beta", 1), c.number("threshold", 20)));
        op("leaky_relu", c -> c.x().leakyRelu(c.number("negative_slope", 0.01)));
        op("elu", c -> c.x().elu(c.number("alpha", 1)));
        op("prelu", c -> c.x().leakyRelu(c.y()));
        op("softmax", c -> c.x().softmax(c.integer("dim")));
        op("log_softmax", c -> c.x().logSoftmax(c.integer("dim")));
        op("softmin", c -> c.x().neg().softmax(c.integer("dim")));

        op("add_scalar", c -> c.x().add(c.number("other")));
        op("sub_scalar", c -> c.x().sub(c.number("other")));
        op("rsub_scalar", c -> c.x().neg().add(c.number("other")));
        op("mul_scalar", c -> c.x().mul(c.number("other")));
        op("div_scalar", c -> c.x().div(c.number("other")));
        op("rdiv_scalar", c -> number(c.x(), c.number("other")).div(c.x()));
        op("pow_scalar", c -> c.x().pow(c.number("exponent")));
        op("rpow_scalar", c -> number(c.x(), c.number("base")).pow(c.x()));

        op("add", c -> c.x().add(scaled(c.y(), c.number("alpha", 1))));
        op("sub", c -> c.x().sub(scaled(c.y(), c.number("alpha", 1))));
        op("mul", c -> c.x().mul(c.y()));
        op("div", c -> c.x().div(c.y()));
        op("pow", c -> c.x().pow(c.y()));
        op("maximum", c -> c.x().maximum(c.y()));
        op("minimum", c -> c.x().minimum(c.y()));
        op("addcmul", c -> c.x().add(c.y().mul(c.x(2)).mul(c.number("value", 1))));
        op("addcdiv", c -> c.x().add(c.y().div(c.x(2)).mul(c.number("value", 1))));
        op("eq", c -> c.x().eq(c.y()));
        op("ne", c -> c.x().ne(c.y()));
        op("lt", c -> c.x().lt(c.y()));
        op("le", c -> c.x().le(c.y()));
        op("gt", c -> c.x().gt(c.y()));
        op("ge", c -> c.x().ge(c.y()));
        op("where", c -> Tensor.where(c.x(0), c.x(1), c.x(2)));
        op("masked_fill", c -> Tensor.where(c.y(), number(c.x(), c.number("value")), c.x()));

        unary("alias_add", x -> x.add(x));
        unary("alias_sub", x -> x.sub(x));
        unary("alias_mul", x -> x.mul(x));
        unary("alias_div", x -> x.div(x));
        unary("alias_pow", x -> x.pow(x));
        unary("detach_add", x -> x.add(x.detach().mul(x)));
        unary("where_nan_trap", x -> Tensor.where(x.gt(0), x.sqrt(), number(x, 0)));
        unary("double_where", x -> {
            Tensor safe = Tensor.where(x.gt(0), x, number(x, 1));
            return Tensor.where(x.gt(0), safe.sqrt(), number(x, 0));
        });
    }

    /** A single number of the type of a tensor. */
    private static Tensor number(Tensor like, double value) {
        return Tensor.full(like.dtype(), Shape.SCALAR, value);
    }

    private static Tensor scaled(Tensor y, double alpha) {
        return alpha == 1 ? y : y.mul(alpha);
    }

    private static void reductions() {
        op("sum", c -> c.x().sum(c.flag("keepdim", false), c.integers("dim")));
        op("mean", c -> c.x().mean(c.flag("keepdim", false), c.integers("dim")));
        op("amax", c -> c.x().max(c.flag("keepdim", false), c.integers("dim")));
        op("amin", c -> c.x().min(c.flag("keepdim", false), c.integers("dim")));
        unary("max", Tensor::max);
        unary("min", Tensor::min);
        op("logsumexp", c -> {
            boolean keep = c.flag("keepdim", false);
            int[] dim = c.integers("dim");
            return keepAxes(c.x().logSumExp(dim), c.x(), keep, dim);
        });
        op("argmax", c -> argument(c, Tensor::argmax));
        op("argmin", c -> argument(c, Tensor::argmin));
    }

    private static Tensor keepAxes(Tensor out, Tensor x, boolean keep, int... dim) {
        return keep ? out.reshape(x.shape().reduce(Axes.normalize("keepdim", x.shape(), dim), true)) : out;
    }

    private interface Argument {
        Tensor of(Tensor x, int axis);
    }

    private static Tensor argument(Call c, Argument argument) {
        boolean keep = c.flag("keepdim", false);
        int[] dim = c.integers("dim");
        Tensor x = c.x();
        Tensor out = dim.length == 0 ? argument.of(x.flatten(), 0) : argument.of(x, dim[0]);
        return keepAxes(out, x, keep, dim);
    }

    private static void shapes() {
        op("reshape", c -> c.x().reshape(c.integers("shape")));
        op("transpose", c -> c.x().transpose(c.integer("dim0"), c.integer("dim1")));
        op("permute", c -> c.x().permute(c.integers("dims")));
        op("reshape_of_transpose", c -> c.x().transpose(0, 1).reshape(-1));
        op("expand", OperationTable::expand);
        op("broadcast_to", OperationTable::expand);
        op("unsqueeze", c -> c.x().expandDims(c.integer("dim")));
        op("squeeze", OperationTable::squeeze);
        op("flatten", c -> {
            Shape shape = c.x().shape();
            int start = shape.axis("flatten", c.integer("start_dim", 0));
            int end = shape.axis("flatten", c.integer("end_dim", -1));
            int size = shape.slice(start, end + 1).size();
            return c.x().reshape(
                            shape.slice(0, start).concat(Shape.of(size)).concat(shape.slice(end + 1, shape.rank())));
        });
        op("slice", OperationTable::slice);
        op("select", c -> c.x().select(c.integer("dim"), c.integer("index")));
        op("narrow", c -> c.x().narrow(c.integer("dim"), c.integer("start"), c.integer("length")));
        op("flip", c -> c.x().flip(c.integers("dims")));
        op("cat", c -> Tensor.concat(c.integer("dim", 0), c.all()));
        op("cat_self", c -> Tensor.concat(0, c.x(), c.x().mul(2), c.x()));
        op("stack", c -> Tensor.stack(c.integer("dim", 0), c.all()));
        OPERATIONS.put("unbind", c -> {
            int dim = c.integer("dim", 0);
            Tensor x = c.x();
            List<Tensor> parts = new ArrayList<>();
            for (int i = 0; i < x.size(dim); i++) {
                parts.add(x.select(dim, i));
            }
            return parts;
        });
        op("movedim", c -> {
            int from = c.x().shape().axis("movedim", c.integer("source"));
            int to = c.x().shape().axis("movedim", c.integer("destination"));
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < c.x().rank(); i++) {
                order.add(i);
            }
            order.remove(from);
            order.add(to, from);
            return c.x().permute(order.stream().mapToInt(Integer::intValue).toArray());
        });
    }

    /** −1 leaves an axis as it is. */
    private static Tensor expand(Call c) {
        int[] size = c.integers("size");
        Tensor x = c.x();
        for (int i = 0; i < size.length; i++) {
            int own = x.rank() - size.length + i;
            if (size[i] == -1 && own >= 0) {
                size[i] = x.size(own);
            }
        }
        return x.broadcastTo(Shape.of(size));
    }

    /** PyTorch leaves an axis of another size than 1 as it is, where this library refuses to squeeze it. */
    private static Tensor squeeze(Call c) {
        Tensor x = c.x();
        if (c.has("dim")) {
            int dim = c.integer("dim");
            return x.size(dim) == 1 ? x.squeeze(dim) : x.identity();
        }
        return x.reshape(
                Shape.of(Arrays.stream(x.shape().toArray()).filter(n -> n != 1).toArray()));
    }

    private static Tensor slice(Call c) {
        Tensor x = c.x();
        int axis = 0;
        for (List<@Nullable Integer> s : c.integerLists("slices")) {
            Integer given = s.size() > 2 ? s.get(2) : null;
            int step = given == null ? 1 : given;
            Integer start = s.get(0);
            Integer stop = s.get(1);
            int first = step > 0 ? 0 : Integer.MAX_VALUE;
            int last = step > 0 ? Integer.MAX_VALUE : Integer.MIN_VALUE;
            x = x.slice(axis, start == null ? first : start, stop == null ? last : stop, step);
            axis++;
        }
        return x;
    }

    private static void products() {
        for (String name : List.of("matmul", "mm", "mv", "dot", "bmm")) {
            op(name, c -> c.x().matmul(c.y()));
        }
        op("outer", c -> c.x().expandDims(1).mul(c.y()));
        op("linear", c -> linear(c.x(), c.y(), c.optional(2)));
        op("addmm", c -> scaled(c.x(), c.number("beta", 1)).add(scaled(c.y().matmul(c.x(2)), c.number("alpha", 1))));
        op("baddbmm", c -> scaled(c.x(), c.number("beta", 1)).add(scaled(c.y().matmul(c.x(2)), c.number("alpha", 1))));
        unary("matmul_self", x -> x.matmul(x));
        unary("gram", x -> x.matmul(x.transpose()));
    }

    private static Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
        Tensor product = x.matmul(weight.transpose());
        return bias == null ? product : product.add(bias);
    }

    private static void losses() {
        op("mse_loss", c -> reduce(c, c.x().sub(c.y()).square()));
        op("l1_loss", c -> reduce(c, c.x().sub(c.y()).abs()));
        op("binary_cross_entropy", c -> reduce(c, weighted(c.x().logLoss(c.y()), c.optional(2))));
        op("binary_cross_entropy_with_logits", c -> reduce(c, weighted(c.x().logLossWithLogits(c.y()), c.optional(2))));
        op("cross_entropy", OperationTable::crossEntropy);
    }

    private static Tensor weighted(Tensor loss, @Nullable Tensor weight) {
        return weight == null ? loss : loss.mul(weight);
    }

    private static Tensor reduce(Call c, Tensor losses) {
        String reduction = c.text("reduction", "mean");
        return switch (reduction) {
            case "none" -> losses;
            case "sum" -> losses.sum();
            case "mean" -> losses.mean();
            default -> throw c.unknown("reduction=" + reduction);
        };
    }

    private static Tensor crossEntropy(Call c) {
        if (c.number("label_smoothing", 0) != 0) {
            throw c.unknown("label_smoothing");
        }
        int ignored = c.integer("ignore_index", -100);
        String targetIs = c.text("target_is", "");
        Tensor x = c.x();
        Tensor y = c.y();
        if (y.dtype() == DType.INT64) {
            for (long label : y.toLongArray()) {
                if (label == ignored) {
                    throw c.unknown("ignore_index");
                }
            }
        }
        boolean probabilities = y.dtype().isFloating();
        if (probabilities) {
            switch (targetIs) {
                case "softmax(target,1)" -> y = y.softmax(1);
                case "" -> {}
                default -> throw c.unknown("target_is=" + targetIs);
            }
        }
        Tensor losses;
        if (x.rank() <= 2) {
            losses = x.softmaxCrossEntropy(y);
        } else {
            // The classes are axis 1 there and the last axis here.
            losses = classesLast(x).softmaxCrossEntropy(probabilities ? classesLast(y) : y);
        }
        return reduce(c, losses);
    }

    private static Tensor classesLast(Tensor x) {
        int[] order = new int[x.rank()];
        for (int i = 1; i < order.length - 1; i++) {
            order[i] = i + 1;
        }
        order[order.length - 1] = 1;
        return x.permute(order);
    }

    private static void composites() {
        unary("diamond", x -> {
            Tensor a = x.sin();
            return a.mul(x.cos()).add(a);
        });
        unary("fan_out", x -> x.mul(x).add(x.mul(3)).add(x.exp().mul(x)).sum());
        unary("reuse_chain", x -> {
            Tensor a = x.mul(0.3);
            for (int i = 0; i < 6; i++) {
                a = a.add(a.mul(a));
            }
            return a;
        });
        unary("deep_tanh", x -> {
            Tensor a = x;
            for (int i = 0; i < 20; i++) {
                a = a.tanh().add(x.mul(0.1));
            }
            return a;
        });
        op(
                "mlp",
                c -> linear(linear(c.x(0), c.x(1), c.x(2)).tanh(), c.x(3), c.x(4))
                        .sub(c.x(5))
                        .square()
                        .mean());
        op(
                "mlp_relu_ce",
                c -> linear(linear(c.x(0), c.x(1), c.x(2)).relu(), c.x(3), c.x(4))
                        .softmaxCrossEntropy(c.x(5))
                        .mean());
        op(
                "logistic_regression_l2",
                c -> c.x(0).matmul(c.x(1))
                        .logLossWithLogits(c.x(2))
                        .mean()
                        .add(c.x(1).mul(c.x(1)).sum().mul(0.1)));
        unary("rosenbrock", OperationTable::rosenbrock);
        unary(
                "softmax_entropy",
                x -> x.softmax(-1).mul(x.logSoftmax(-1)).sum(-1).sum().neg());
        op("broadcast_chain", c -> {
            Tensor a = c.x(0);
            Tensor b = c.x(1);
            return a.add(b).mul(c.x(2)).sub(a.div(b.mul(b).add(1))).sum(0);
        });
        unary(
                "slice_overlap",
                x -> x.slice(0, 0, -1)
                        .mul(x.slice(0, 1, Integer.MAX_VALUE))
                        .add(x.slice(0, 0, Integer.MAX_VALUE, 2).sum()));
        op("grad_penalty", c -> {
            Tensor w = c.x(1);
            Tensor y = c.x(0).detach().matmul(w).tanh().sum();
            return Autodiff.gradients(y, List.of(w)).get(0).square().sum();
        });
        op("grad_norm_input", c -> {
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

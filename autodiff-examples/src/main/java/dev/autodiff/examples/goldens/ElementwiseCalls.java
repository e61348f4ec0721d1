package dev.autodiff.examples.goldens;

import dev.autodiff.Tensor;

/** Functions of single elements: the families unary and binary, and softmax. */
final class ElementwiseCalls {
    private ElementwiseCalls() {}

    static void register(OperationTable table) {
        table.unary("neg", Tensor::neg);
        table.unary("abs", Tensor::abs);
        table.unary("exp", Tensor::exp);
        table.unary("expm1", Tensor::expm1);
        table.unary("log", Tensor::log);
        table.unary("log1p", Tensor::log1p);
        table.unary("sqrt", Tensor::sqrt);
        table.unary("square", Tensor::square);
        table.unary("reciprocal", Tensor::reciprocal);
        table.unary("sin", Tensor::sin);
        table.unary("cos", Tensor::cos);
        table.unary("tanh", Tensor::tanh);
        table.unary("sigmoid", Tensor::sigmoid);
        table.unary("relu", Tensor::relu);
        table.unary("sign", Tensor::sign);
        table.unary("asin", Tensor::asin);
        table.unary("acos", Tensor::acos);
        table.unary("atan", Tensor::atan);
        table.unary("sinh", Tensor::sinh);
        table.unary("cosh", Tensor::cosh);
        table.unary("asinh", Tensor::asinh);
        table.unary("acosh", Tensor::acosh);
        table.unary("atanh", Tensor::atanh);
        table.unary("tan", Tensor::tan);
        table.unary("erf", Tensor::erf);
        table.unary("erfc", Tensor::erfc);
        table.unary("erfinv", Tensor::erfinv);
        table.unary("floor", Tensor::floor);
        table.unary("ceil", Tensor::ceil);
        table.unary("round", Tensor::round);
        table.unary("trunc", Tensor::trunc);
        table.unary("rsqrt", Tensor::rsqrt);
        table.unary("logsigmoid", Tensor::logSigmoid);
        table.unary("clone", Tensor::identity);
        table.op("softplus", c -> c.x().softplus(c.number("beta", 1), c.number("threshold", 20)));
        table.op("leaky_relu", c -> c.x().leakyRelu(c.number("negative_slope", 0.01)));
        table.op("elu", c -> c.x().elu(c.number("alpha", 1)));
        table.op("prelu", c -> c.x().leakyRelu(c.y()));
        table.op("softmax", c -> c.x().softmax(c.integer("dim")));
        table.op("log_softmax", c -> c.x().logSoftmax(c.integer("dim")));
        table.op("softmin", c -> c.x().neg().softmax(c.integer("dim")));

        table.op("add_scalar", c -> c.x().add(c.number("other")));
        table.op("sub_scalar", c -> c.x().sub(c.number("other")));
        table.op("rsub_scalar", c -> c.x().neg().add(c.number("other")));
        table.op("mul_scalar", c -> c.x().mul(c.number("other")));
        table.op("div_scalar", c -> c.x().div(c.number("other")));
        table.op(
                "rdiv_scalar",
                c -> OperationTable.number(c.x(), c.number("other")).div(c.x()));
        table.op("pow_scalar", c -> c.x().pow(c.number("exponent")));
        table.op(
                "rpow_scalar",
                c -> OperationTable.number(c.x(), c.number("base")).pow(c.x()));

        table.op("add", c -> c.x().add(OperationTable.scaled(c.y(), c.number("alpha", 1))));
        table.op("sub", c -> c.x().sub(OperationTable.scaled(c.y(), c.number("alpha", 1))));
        table.op("mul", c -> c.x().mul(c.y()));
        table.op("div", c -> c.x().div(c.y()));
        table.op("pow", c -> c.x().pow(c.y()));
        table.op("maximum", c -> c.x().maximum(c.y()));
        table.op("minimum", c -> c.x().minimum(c.y()));
        table.op("atan2", c -> c.x().atan2(c.y()));
        table.op("hypot", c -> c.x().hypot(c.y()));
        table.op("xlogy", c -> c.x().xlogy(c.y()));
        table.op("logaddexp", c -> c.x().logAddExp(c.y()));
        table.op("fmod", c -> c.x().fmod(c.y()));
        table.op("remainder", c -> c.x().remainder(c.y()));
        table.op("clamp", ElementwiseCalls::clamp);
        table.op("clamp_tensor", c -> c.x(0).clamp(c.x(1), c.x(2)));
        table.op("addcmul", c -> c.x().add(c.y().mul(c.x(2)).mul(c.number("value", 1))));
        table.op("addcdiv", c -> c.x().add(c.y().div(c.x(2)).mul(c.number("value", 1))));
        table.op("eq", c -> c.x().eq(c.y()));
        table.op("ne", c -> c.x().ne(c.y()));
        table.op("lt", c -> c.x().lt(c.y()));
        table.op("le", c -> c.x().le(c.y()));
        table.op("gt", c -> c.x().gt(c.y()));
        table.op("ge", c -> c.x().ge(c.y()));
        table.op("where", c -> Tensor.where(c.x(0), c.x(1), c.x(2)));
        table.op("masked_fill", c -> Tensor.where(c.y(), OperationTable.number(c.x(), c.number("value")), c.x()));

        table.unary("alias_add", x -> x.add(x));
        table.unary("alias_sub", x -> x.sub(x));
        table.unary("alias_mul", x -> x.mul(x));
        table.unary("alias_div", x -> x.div(x));
        table.unary("alias_pow", x -> x.pow(x));
        table.unary("detach_add", x -> x.add(x.detach().mul(x)));
        table.unary("where_nan_trap", x -> Tensor.where(x.gt(0), x.sqrt(), OperationTable.number(x, 0)));
        table.unary("double_where", x -> {
            Tensor safe = Tensor.where(x.gt(0), x, OperationTable.number(x, 1));
            return Tensor.where(x.gt(0), safe.sqrt(), OperationTable.number(x, 0));
        });
    }

    private static Tensor clamp(Call c) {
        if (!c.has("min") && !c.has("max")) {
            throw c.unknown("without min and max");
        }
        return c.x().clamp(c.number("min", Double.NEGATIVE_INFINITY), c.number("max", Double.POSITIVE_INFINITY));
    }
}

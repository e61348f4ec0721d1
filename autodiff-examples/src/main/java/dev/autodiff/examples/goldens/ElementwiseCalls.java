package dev.autodiff.examples.goldens;

import dev.autodiff.Tensor;

/** Functions of single elements: the families unary and binary. */
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
        table.unary("exp2", Tensor::exp2);
        table.unary("log2", Tensor::log2);
        table.unary("log10", Tensor::log10);
        table.unary("lgamma", Tensor::lgamma);
        table.unary("digamma", Tensor::digamma);
        table.unary("relu6", Tensor::relu6);
        table.unary("selu", Tensor::selu);
        table.unary("silu", Tensor::silu);
        table.unary("mish", Tensor::mish);
        table.unary("softsign", Tensor::softsign);
        table.unary("frac", Tensor::frac);
        table.unary("sinc", Tensor::sinc);
        table.unary("hardsigmoid", Tensor::hardSigmoid);
        table.unary("hardswish", Tensor::hardSwish);
        table.unary("tanhshrink", Tensor::tanhShrink);
        table.unary("isnan", Tensor::isNaN);
        table.unary("isinf", Tensor::isInfinite);
        table.unary("isfinite", Tensor::isFinite);
        table.unary("logical_not", Tensor::logicalNot);
        table.unary("clone", Tensor::identity);
        table.op("softplus", c -> c.x().softplus(c.number("beta", 1), c.number("threshold", 20)));
        table.op("leaky_relu", c -> c.x().leakyRelu(c.number("negative_slope", 0.01)));
        table.op("elu", c -> c.x().elu(c.number("alpha", 1)));
        table.op("prelu", c -> c.x().prelu(c.y()));
        table.op("celu", c -> c.x().celu(c.number("alpha", 1)));
        table.op("gelu", ElementwiseCalls::gelu);
        table.op("hardtanh", c -> c.x().hardTanh(c.number("min_val", -1), c.number("max_val", 1)));
        table.op("softshrink", c -> c.x().softShrink(c.number("lambd", 0.5)));
        table.op("hardshrink", c -> c.x().hardShrink(c.number("lambd", 0.5)));
        table.op("threshold", c -> c.x().threshold(c.number("threshold"), c.number("value")));
        table.op("logit", c -> c.has("eps") ? c.x().logit(c.number("eps")) : logit(c));
        table.op("glu", c -> c.x().glu(c.integer("dim", -1)));

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
        table.op("clamp_tensor", ElementwiseCalls::clampTensor);
        table.op("addcmul", c -> c.x().addcmul(c.y(), c.x(2), c.number("value", 1)));
        table.op("addcdiv", c -> c.x().addcdiv(c.y(), c.x(2), c.number("value", 1)));
        table.op("lerp", c -> c.x().lerp(c.y(), c.x(2)));
        table.op("lerp_scalar", c -> c.x().lerp(c.y(), c.number("weight")));
        table.op("logical_and", c -> c.x().logicalAnd(c.y()));
        table.op("logical_or", c -> c.x().logicalOr(c.y()));
        table.op("logical_xor", c -> c.x().logicalXor(c.y()));
        table.op("eq", c -> c.x().eq(c.y()));
        table.op("ne", c -> c.x().ne(c.y()));
        table.op("lt", c -> c.x().lt(c.y()));
        table.op("le", c -> c.x().le(c.y()));
        table.op("gt", c -> c.x().gt(c.y()));
        table.op("ge", c -> c.x().ge(c.y()));
        table.op("where", c -> Tensor.where(c.x(0), c.x(1), c.x(2)));
        table.op("masked_fill", c -> c.x().maskedFill(c.y(), c.number("value")));

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
            throw c.impossible("without min and max");
        }
        if (!c.has("max")) {
            c.markRead("max");
            return c.x().clampMin(c.number("min"));
        }
        if (!c.has("min")) {
            c.markRead("min");
            return c.x().clampMax(c.number("max"));
        }
        return c.x().clamp(c.number("min"), c.number("max"));
    }

    private static Tensor clampTensor(Call c) {
        Tensor low = c.optional(1);
        Tensor high = c.optional(2);
        if (high == null) {
            return c.x().clampMin(c.x(1));
        }
        return low == null ? c.x().clampMax(high) : c.x().clamp(low, high);
    }

    private static Tensor gelu(Call c) {
        String approximate = c.text("approximate", "none");
        return switch (approximate) {
            case "none" -> c.x().gelu();
            case "tanh" -> c.x().geluTanh();
            default -> throw c.impossible("approximate=" + approximate);
        };
    }

    private static Tensor logit(Call c) {
        c.markRead("eps");
        return c.x().logit();
    }
}

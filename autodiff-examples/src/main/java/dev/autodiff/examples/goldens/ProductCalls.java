package dev.autodiff.examples.goldens;

import dev.autodiff.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The family matmul. */
final class ProductCalls {
    private ProductCalls() {}

    static void register(OperationTable table) {
        for (String name : List.of("matmul", "mm", "mv", "dot", "bmm")) {
            table.op(name, c -> c.x().matmul(c.y()));
        }
        table.op("outer", c -> c.x().expandDims(1).mul(c.y()));
        table.op("linear", c -> linear(c.x(), c.y(), c.optional(2)));
        table.op(
                "addmm",
                c -> OperationTable.scaled(c.x(), c.number("beta", 1))
                        .add(OperationTable.scaled(c.y().matmul(c.x(2)), c.number("alpha", 1))));
        table.op(
                "baddbmm",
                c -> OperationTable.scaled(c.x(), c.number("beta", 1))
                        .add(OperationTable.scaled(c.y().matmul(c.x(2)), c.number("alpha", 1))));
        table.unary("matmul_self", x -> x.matmul(x));
        table.unary("gram", x -> x.matmul(x.transpose()));
    }

    static Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
        Tensor product = x.matmul(weight.transpose());
        return bias == null ? product : product.add(bias);
    }
}

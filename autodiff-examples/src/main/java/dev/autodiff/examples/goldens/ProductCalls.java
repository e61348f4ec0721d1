package dev.autodiff.examples.goldens;

import dev.autodiff.Tensor;
import java.util.List;
import java.util.Objects;

/** The family matmul. */
final class ProductCalls {
    private ProductCalls() {}

    static void register(OperationTable table) {
        table.op("matmul", c -> c.x().matmul(c.y()));
        table.op("mm", c -> c.x().mm(c.y()));
        table.op("mv", c -> c.x().mv(c.y()));
        table.op("dot", c -> c.x().dot(c.y()));
        table.op("bmm", c -> c.x().bmm(c.y()));
        table.op("outer", c -> c.x().outer(c.y()));
        table.op("linear", c -> c.x().linear(c.y(), c.optional(2)));
        table.op("bilinear", c -> c.x().bilinear(c.y(), c.x(2), c.optional(3)));
        table.op("addmm", c -> c.x().addmm(c.y(), c.x(2), c.number("beta", 1), c.number("alpha", 1)));
        table.op("baddbmm", c -> c.x().baddbmm(c.y(), c.x(2), c.number("beta", 1), c.number("alpha", 1)));
        table.op("kron", c -> c.x().kron(c.y()));
        table.op("tensordot", ProductCalls::tensordot);
        table.op("einsum", c -> Tensor.einsum(c.text("equation", ""), c.all()));
        table.unary("matmul_self", x -> x.matmul(x));
        table.unary("gram", x -> x.matmul(x.transpose()));
    }

    /** {@code dims} is a number of axes, or a list of two lists of axes. */
    private static Tensor tensordot(Call c) {
        if (!c.isList("dims")) {
            return c.x().tensordot(c.y(), c.integer("dims", 2));
        }
        List<List<Integer>> dims = c.integerLists("dims").stream()
                .map(axes -> axes.stream().map(Objects::requireNonNull).toList())
                .toList();
        if (dims.size() != 2) {
            throw c.unknown("dims=" + dims);
        }
        return c.x().tensordot(c.y(), ints(dims.get(0)), ints(dims.get(1)));
    }

    private static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }
}

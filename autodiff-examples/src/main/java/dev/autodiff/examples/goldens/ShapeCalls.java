package dev.autodiff.examples.goldens;

import dev.autodiff.Tensor;
import dev.autodiff.shape.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The family shape. */
final class ShapeCalls {
    private ShapeCalls() {}

    static void register(OperationTable table) {
        table.op("reshape", c -> c.x().reshape(c.integers("shape")));
        table.op("transpose", c -> c.x().transpose(c.integer("dim0"), c.integer("dim1")));
        table.op("permute", c -> c.x().permute(c.integers("dims")));
        table.op("reshape_of_transpose", c -> c.x().transpose(0, 1).reshape(-1));
        table.op("expand", ShapeCalls::expand);
        table.op("broadcast_to", ShapeCalls::expand);
        table.op("unsqueeze", c -> c.x().expandDims(c.integer("dim")));
        table.op("squeeze", ShapeCalls::squeeze);
        table.op("flatten", c -> {
            Shape shape = c.x().shape();
            int start = shape.axis("flatten", c.integer("start_dim", 0));
            int end = shape.axis("flatten", c.integer("end_dim", -1));
            int size = shape.slice(start, end + 1).size();
            return c.x().reshape(
                            shape.slice(0, start).concat(Shape.of(size)).concat(shape.slice(end + 1, shape.rank())));
        });
        table.op("slice", ShapeCalls::slice);
        table.op("select", c -> c.x().select(c.integer("dim"), c.integer("index")));
        table.op("narrow", c -> c.x().narrow(c.integer("dim"), c.integer("start"), c.integer("length")));
        table.op("flip", c -> c.x().flip(c.integers("dims")));
        table.op("cat", c -> Tensor.concat(c.integer("dim", 0), c.all()));
        table.op("cat_self", c -> Tensor.concat(0, c.x(), c.x().mul(2), c.x()));
        table.op("stack", c -> Tensor.stack(c.integer("dim", 0), c.all()));
        table.several("unbind", c -> {
            int dim = c.integer("dim", 0);
            Tensor x = c.x();
            List<Tensor> parts = new ArrayList<>();
            for (int i = 0; i < x.size(dim); i++) {
                parts.add(x.select(dim, i));
            }
            return parts;
        });
        table.op("movedim", c -> {
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
}

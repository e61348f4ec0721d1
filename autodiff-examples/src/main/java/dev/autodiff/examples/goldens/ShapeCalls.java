package dev.autodiff.examples.goldens;

import dev.autodiff.PadMode;
import dev.autodiff.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The family shape. */
final class ShapeCalls {
    private ShapeCalls() {}

    static void register(OperationTable table) {
        table.op("reshape", c -> c.x().reshape(c.integers("shape")));
        table.op("transpose", ShapeCalls::transpose);
        table.op("permute", c -> c.x().permute(c.integers("dims")));
        table.op("reshape_of_transpose", c -> c.x().transpose(0, 1).reshape(-1));
        table.op("expand", c -> c.x().expand(c.integers("size")));
        table.op("broadcast_to", c -> c.x().expand(c.integers("size")));
        table.op("unsqueeze", c -> c.x().expandDims(c.integer("dim")));
        table.op("squeeze", ShapeCalls::squeeze);
        table.op("flatten", c -> c.x().flatten(c.integer("start_dim", 0), c.integer("end_dim", -1)));
        table.op("slice", ShapeCalls::slice);
        table.op("select", c -> c.x().select(c.integer("dim"), c.integer("index")));
        table.op("narrow", c -> c.x().narrow(c.integer("dim"), c.integer("start"), c.integer("length")));
        table.op("flip", c -> c.x().flip(c.integers("dims")));
        table.op("cat", c -> Tensor.concat(c.integer("dim", 0), c.all()));
        table.op("cat_self", c -> Tensor.concat(0, c.x(), c.x().mul(2), c.x()));
        table.op("stack", c -> Tensor.stack(c.integer("dim", 0), c.all()));
        table.several("split", ShapeCalls::split);
        table.several("chunk", c -> c.x().chunk(c.integer("dim", 0), c.integer("chunks")));
        table.several("unbind", c -> c.x().unbind(c.integer("dim", 0)));
        table.op("movedim", c -> c.x().moveAxis(c.integers("source"), c.integers("destination")));
        table.several("meshgrid", ShapeCalls::meshgrid);

        table.op("roll", ShapeCalls::roll);
        table.op("rot90", c -> {
            int[] dims = c.integersOr("dims", 0, 1);
            if (dims.length != 2) {
                throw c.impossible("dims=" + Arrays.toString(dims));
            }
            return c.x().rot90(c.integer("k", 1), dims[0], dims[1]);
        });
        table.op("pad", ShapeCalls::pad);
        table.op("repeat", c -> c.x().repeat(c.integers("repeats")));
        table.op("tile", c -> c.x().tile(c.integers("dims")));
        table.op("unfold_dim", c -> c.x().unfold(c.integer("dimension"), c.integer("size"), c.integer("step")));

        table.op("tril", c -> c.x().tril(c.integer("diagonal", 0)));
        table.op("triu", c -> c.x().triu(c.integer("diagonal", 0)));
        table.op("diag", c -> c.x().diag(c.integer("diagonal", 0)));
        table.op("diagonal", c -> c.x().diagonal(c.integer("offset", 0), c.integer("dim1", 0), c.integer("dim2", 1)));
        table.op(
                "diag_embed",
                c -> c.x().diagEmbed(c.integer("offset", 0), c.integer("dim1", -2), c.integer("dim2", -1)));
        table.unary("trace", Tensor::trace);
        table.op("cross", c -> c.has("dim") ? c.x().cross(c.y(), c.integer("dim")) : c.x().cross(c.y()));

        table.op("gather", c -> c.x().gather(c.integer("dim"), c.y()));
        table.op(
                "take_along_dim",
                c -> c.has("dim")
                        ? c.x().takeAlongAxis(c.integer("dim"), c.y())
                        : c.x().flatten().takeAlongAxis(0, c.y().flatten()));
        table.op("scatter", c -> c.x().scatter(c.integer("dim"), c.y(), c.x(2)));
        table.op("scatter_add", c -> c.x().scatterAdd(c.integer("dim"), c.y(), c.x(2)));
        table.op("index_select", c -> c.x().indexSelect(c.integer("dim"), c.y()));
        table.op(
                "index_add",
                c -> c.x().indexAdd(c.integer("dim"), c.y(), OperationTable.scaled(c.x(2), c.number("alpha", 1))));
        table.op("index", c -> c.x().index(c.y()));
        table.op("index2", c -> c.x().index(c.x(1), c.x(2)));
        table.op(
                "embedding",
                c -> c.has("padding_idx") ? c.y().embedding(c.x(), c.integer("padding_idx")) : c.y().embedding(c.x()));
        table.op("masked_select", c -> c.x().maskedSelect(c.y()));
        table.op("repeat_interleave", ShapeCalls::repeatInterleave);
    }

    /** PyTorch takes axis 0 or −1 of a single number for granted; this library knows that it has none. */
    private static boolean isSingle(Tensor x, int... dims) {
        return x.rank() == 0 && Arrays.stream(dims).allMatch(d -> d == 0 || d == -1);
    }

    private static Tensor transpose(Call c) {
        Tensor x = c.x();
        int first = c.integer("dim0");
        int second = c.integer("dim1");
        return isSingle(x, first, second) ? x.identity() : x.transpose(first, second);
    }

    private static List<Tensor> split(Call c) {
        int dim = c.integer("dim", 0);
        return c.isList("split_size_or_sections")
                ? c.x().split(dim, c.integers("split_size_or_sections"))
                : c.x().splitEvery(dim, c.integer("split_size_or_sections"));
    }

    private static List<Tensor> meshgrid(Call c) {
        return switch (c.text("indexing", "ij")) {
            case "ij" -> Tensor.meshgrid(c.all());
            case "xy" -> Tensor.meshgridXy(c.all());
            default -> throw c.impossible("indexing=" + c.text("indexing", "ij"));
        };
    }

    /** Without dims the elements are rolled as one axis. */
    private static Tensor roll(Call c) {
        int[] shifts = c.integers("shifts");
        int[] dims = c.integers("dims");
        return dims.length == 0 && shifts.length == 1 ? c.x().roll(shifts[0]) : c.x().roll(shifts, dims);
    }

    private static Tensor pad(Call c) {
        int[] pad = c.integers("pad");
        String mode = c.text("mode", "constant");
        if (!mode.equals("constant")) {
            c.number("value", 0); // means nothing here
        }
        return switch (mode) {
            case "constant" -> c.x().padConstant(c.number("value", 0), pad);
            case "reflect" -> c.x().pad(PadMode.REFLECT, pad);
            case "replicate" -> c.x().pad(PadMode.REPLICATE, pad);
            case "circular" -> c.x().pad(PadMode.CIRCULAR, pad);
            default -> throw c.impossible("mode=" + mode);
        };
    }

    /** The repeats are a number, a list, or an input. */
    private static Tensor repeatInterleave(Call c) {
        Tensor x = c.has("dim") ? c.x() : c.x().flatten();
        int dim = c.integer("dim", 0);
        Tensor given = c.optional(1);
        if (given != null) {
            return x.repeatInterleave(given, dim);
        }
        if (c.isList("repeats")) {
            long[] repeats = Arrays.stream(c.integers("repeats")).asLongStream().toArray();
            return x.repeatInterleave(Tensor.of(repeats), dim);
        }
        return x.repeatInterleave(c.integer("repeats"), dim);
    }

    /** PyTorch leaves an axis of another size than 1 as it is, where this library refuses to squeeze it. */
    private static Tensor squeeze(Call c) {
        Tensor x = c.x();
        if (c.has("dim")) {
            int dim = c.integer("dim");
            boolean exists = dim >= -x.rank() && dim < x.rank();
            return isSingle(x, dim) || (exists && x.size(dim) != 1) ? x.identity() : x.squeeze(dim);
        }
        return x.squeeze();
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

package dev.autodiff;

import dev.autodiff.array.Storage;
import dev.autodiff.shape.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Prints tensors as NumPy does: nested brackets, aligned columns, the middle of large tensors left out. */
final class TensorFormat {
    /** A tensor of more elements is shortened. */
    private static final int MOST = 1000;

    /** How many elements remain at each end of a shortened axis. */
    private static final int EDGE = 3;

    private final Tensor tensor;
    private final Storage data;
    private final boolean shortened;
    private final boolean scientific;
    private int width;

    private TensorFormat(Tensor tensor) {
        this.tensor = tensor;
        this.data = tensor.data();
        this.shortened = tensor.size() > MOST;
        this.scientific = needsExponent();
    }

    static String format(Tensor tensor) {
        TensorFormat format = new TensorFormat(tensor);
        String head = tensor.dtype() + " " + tensor.shape() + (tensor.name() == null ? "" : " '" + tensor.name() + "'");
        if (tensor.size() == 0) {
            return head + " []";
        }
        List<String> cells = new ArrayList<>();
        format.collect(0, 0, cells);
        for (String cell : cells) {
            format.width = Math.max(format.width, cell.length());
        }
        StringBuilder out = new StringBuilder(head).append(tensor.rank() > 1 ? "\n" : " ");
        format.write(0, 0, out);
        return out.toString();
    }

    private boolean needsExponent() {
        if (!tensor.dtype().isFloating()) {
            return false;
        }
        double largest = 0;
        double smallest = Double.MAX_VALUE;
        for (int i = 0; i < data.size(); i++) {
            double a = Math.abs(data.get(i));
            if (a != 0 && Double.isFinite(a)) {
                largest = Math.max(largest, a);
                smallest = Math.min(smallest, a);
            }
        }
        boolean small = largest != 0 && (largest < 1e-3 || (smallest < 1e-4 && largest / smallest > 1e3));
        return largest >= 1e6 || small;
    }

    private int[] shown(int axis) {
        int n = tensor.shape().size(axis);
        if (!shortened || n <= 2 * EDGE) {
            return all(n);
        }
        return new int[] {0, 1, 2, -1, n - 3, n - 2, n - 1}; // −1 stands for what is left out
    }

    private static int[] all(int n) {
        int[] all = new int[n];
        for (int i = 0; i < n; i++) {
            all[i] = i;
        }
        return all;
    }

    private void collect(int axis, int offset, List<String> cells) {
        if (axis == tensor.rank()) {
            cells.add(cell(offset));
            return;
        }
        for (int i : shown(axis)) {
            if (i >= 0) {
                collect(axis + 1, offset * tensor.shape().size(axis) + i, cells);
            }
        }
    }

    private void write(int axis, int offset, StringBuilder out) {
        if (axis == tensor.rank()) {
            String cell = cell(offset);
            out.append(" ".repeat(axis == 0 ? 0 : width - cell.length())).append(cell);
            return;
        }
        boolean last = axis == tensor.rank() - 1;
        out.append('[');
        boolean first = true;
        for (int i : shown(axis)) {
            if (!first) {
                out.append(
                        last
                                ? ", "
                                : ",\n" + "\n".repeat(Math.max(0, tensor.rank() - axis - 2)) + " ".repeat(axis + 1));
            }
            first = false;
            if (i < 0) {
                out.append("…");
            } else {
                write(axis + 1, offset * tensor.shape().size(axis) + i, out);
            }
        }
        out.append(']');
    }

    private String cell(int index) {
        DType dtype = tensor.dtype();
        double value = data.get(index);
        return switch (dtype) {
            case BOOL -> value != 0 ? "true" : "false";
            case INT64 -> Long.toString(data.int64()[index]);
            case FLOAT32, FLOAT64 -> {
                if (!Double.isFinite(value)) {
                    yield Double.isNaN(value) ? "NaN" : value > 0 ? "∞" : "-∞";
                }
                yield String.format(Locale.ROOT, scientific ? "%.4e" : "%.4f", value);
            }
        };
    }
}

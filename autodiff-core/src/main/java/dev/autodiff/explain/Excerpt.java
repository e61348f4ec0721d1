package dev.autodiff.explain;

import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A tensor as a table that fits a page: the corners of a large one, with its smallest and largest number and the mean beside it.
 *
 * @param rows the rows from the top; a number without a row is one cell, a tensor of more than two axes has one row for each of its rows
 * @param numbers the same as numbers, NaN for what is cut out
 * @param whole whether nothing was cut out
 * @param note what was cut out, and the statistics; empty for a whole one
 */
record Excerpt(List<List<String>> rows, List<List<Double>> numbers, boolean whole, String note) {
    /** Stands for rows and columns that are cut out. */
    static final String GAP = "…";

    /** Longer axes are cut. */
    private static final int MOST = 8;

    /** How many rows and columns remain at the start and at the end of a cut axis. */
    private static final int HEAD = 3;

    private static final int TAIL = 2;

    static Excerpt of(Tensor tensor) {
        Shape shape = tensor.shape();
        double[] values =
                tensor.dtype() == DType.BOOL ? tensor.to(DType.INT64).toDoubleArray() : tensor.toDoubleArray();
        int columns = shape.rank() == 0 ? 1 : shape.size(-1);
        int count = columns == 0 ? 0 : values.length / columns;
        int[] shownRows = shown(count);
        int[] shownColumns = shown(columns);
        boolean whole = shownRows.length == count && shownColumns.length == columns;
        Format format = Format.of(values, tensor.dtype());
        List<List<String>> rows = new ArrayList<>();
        List<List<Double>> numbers = new ArrayList<>();
        for (int r : shownRows) {
            List<String> cells = new ArrayList<>();
            List<Double> row = new ArrayList<>();
            for (int c : shownColumns) {
                boolean gap = r < 0 || c < 0;
                double value = gap ? Double.NaN : values[r * columns + c];
                cells.add(gap ? GAP : format.text(value));
                row.add(value);
            }
            rows.add(cells);
            numbers.add(row);
        }
        return new Excerpt(rows, numbers, whole, whole ? "" : statistics(values, tensor));
    }

    private static String statistics(double[] values, Tensor tensor) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        double sum = 0;
        for (double value : values) {
            least = Math.min(least, value);
            most = Math.max(most, value);
            sum += value;
        }
        return "cut from " + tensor.shape() + "; min " + text(least) + ", max " + text(most) + ", mean "
                + text(sum / values.length);
    }

    /** Returns the places that are shown, −1 for those that are cut out. */
    private static int[] shown(int n) {
        int[] shown = new int[n <= MOST ? n : HEAD + 1 + TAIL];
        for (int i = 0; i < shown.length; i++) {
            boolean head = n <= MOST || i < HEAD;
            shown[i] = head ? i : i == HEAD ? -1 : n - (shown.length - i);
        }
        return shown;
    }

    /** Returns a number alone. */
    static String text(double value) {
        return Format.of(new double[] {value}, DType.FLOAT64).text(value);
    }

    /** One notation for all numbers of a tensor, so that they can be compared. */
    private record Format(boolean whole, boolean scientific) {
        static Format of(double[] values, DType dtype) {
            double largest = 0;
            boolean whole = true;
            for (double value : values) {
                if (Double.isFinite(value)) {
                    largest = Math.max(largest, Math.abs(value));
                    whole &= value == Math.rint(value);
                }
            }
            return new Format(
                    !dtype.isFloating() || (whole && largest < 1e6),
                    largest >= 1e6 || (largest != 0 && largest < 1e-2));
        }

        String text(double value) {
            if (!Double.isFinite(value)) {
                return Double.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
            }
            String text = whole
                    ? String.valueOf((long) value)
                    : String.format(Locale.ROOT, scientific ? "%.3e" : "%.4f", value);
            return text.replace('-', '−');
        }
    }

    /** Returns the table as lines of equal width, brackets around it. */
    List<String> lines() {
        if (rows.isEmpty()) {
            return List.of("[]");
        }
        if (rows.size() == 1 && rows.get(0).size() == 1) {
            return List.of(rows.get(0).get(0));
        }
        int width = 0;
        for (List<String> row : rows) {
            for (String cell : row) {
                width = Math.max(width, cell.length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (int r = 0; r < rows.size(); r++) {
            StringBuilder line =
                    new StringBuilder(rows.size() == 1 ? "[" : r == 0 ? "⎡" : r == rows.size() - 1 ? "⎣" : "⎢");
            for (String cell : rows.get(r)) {
                line.append(' ').append(" ".repeat(width - cell.length())).append(cell);
            }
            lines.add(line.append(rows.size() == 1 ? " ]" : r == 0 ? " ⎤" : r == rows.size() - 1 ? " ⎦" : " ⎥")
                    .toString());
        }
        return lines;
    }
}

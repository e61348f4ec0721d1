package dev.autodiff.examples.page;

import dev.autodiff.Tensor;
import dev.autodiff.examples.draw.Animation;
import dev.autodiff.examples.draw.Drawing;
import dev.autodiff.nn.io.AtomicFiles;
import dev.autodiff.nn.io.Safetensors;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.DoubleFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Lesson} writes on: sections with prose and code, and below them what was printed, drawn and claimed. In the terminal a
 * picture is a file whose path is printed, in a notebook it stands in the page.
 */
public abstract class Page {
    /** Two numbers of a lecture that were rounded to four digits may differ by this. */
    public static final double FOUR_DIGITS = 0.5e-4;

    private final Path folder;
    private @Nullable Progress progress;
    private int claims;

    Page(Path folder) {
        this.folder = folder;
    }

    /** Returns a page for the cells of a notebook; files go into {@code runs/name}, pictures to the viewer as well. */
    public static Page notebook(String name, NotebookPage.Viewer viewer) {
        return new NotebookPage(Path.of("runs", name), viewer);
    }

    /**
     * Begins a section.
     *
     * @param prose Markdown: paragraphs, lists, formulas in Unicode on lines indented by four
     */
    public abstract void section(String title, String prose);

    /** Prints the value on a line of its own. */
    public final void print(Object value) {
        closeProgress();
        write(value + "\n");
    }

    /** Prints a line with numbers in it, as {@link String#format} does in no particular language; the line's end is added. */
    public final void printf(String format, Object... values) {
        print(String.format(Locale.ROOT, format, values));
    }

    /** Begins a table; print it when its rows are complete. */
    public final Table table(String... titles) {
        return new Table(titles);
    }

    /** Writes the drawing to {@code name.png} in the lesson's folder and shows it. */
    public final void picture(String name, Drawing drawing) throws IOException {
        closeProgress();
        byte[] png = drawing.png();
        Path file = folder.resolve(name + ".png");
        AtomicFiles.write(file, png);
        show(file, png);
    }

    /** Writes the drawings one after the other to {@code name.gif} in the lesson's folder and shows it. */
    public final void animation(String name, List<? extends Drawing> frames, int milliseconds) throws IOException {
        closeProgress();
        byte[] gif = Animation.gif(frames, milliseconds);
        Path file = folder.resolve(name + ".gif");
        AtomicFiles.write(file, gif);
        show(file, gif);
    }

    /** Writes the tensors to {@code name.safetensors} in the lesson's folder and tells so. */
    public final void save(String name, Map<String, Tensor> tensors) throws IOException {
        closeProgress();
        Path file = folder.resolve(name + ".safetensors");
        Safetensors.of(tensors).write(file);
        saved(file);
    }

    /** Returns a file in the lesson's folder. */
    public final Path file(String name) {
        return folder.resolve(name);
    }

    /** States something that must be true; if it is not, the program says so and ends with 1. */
    public final void claim(String sentence, boolean holds) {
        closeProgress();
        claims++;
        write((holds ? "✓ " : "✗ ") + sentence + "\n");
        if (!holds) {
            failed(sentence);
        }
    }

    /** States that a number is another one, up to a tolerance, and prints both. */
    public final void claim(String sentence, double actual, double expected, double tolerance) {
        claim(
                sentence + ": " + shown(actual, tolerance) + ", expected " + shown(expected, tolerance) + " ± "
                        + trimmed(Table.number(tolerance)),
                Math.abs(actual - expected) <= tolerance);
    }

    /** Writes a number with the digits that the tolerance speaks of, six at least and fifteen at most. */
    private static String shown(double value, double tolerance) {
        if (value == 0 || !Double.isFinite(value) || !(tolerance > 0)) {
            return trimmed(Table.number(value));
        }
        double size = Math.abs(value);
        double digits = Math.ceil(-Math.log10(tolerance)) + Math.floor(Math.log10(size)) + 1;
        int significant = (int) Math.max(6, Math.min(15, digits));
        if (size < 1e-4 || size >= 1e7) {
            return trimmed(String.format(Locale.ROOT, "%." + (significant - 1) + "e", value));
        }
        return trimmed(new BigDecimal(value)
                .round(new MathContext(significant, RoundingMode.HALF_EVEN))
                .toPlainString());
    }

    private static String trimmed(String number) {
        return number.replaceFirst("(\\.\\d*?)0+(?=e|$)", "$1").replaceFirst("\\.(?=e|$)", "");
    }

    /** Counts from 0 to before {@code count}, with a bar in the terminal: {@code for (int step : page.steps("training", 1000))}. */
    public final Iterable<Integer> steps(String task, int count) {
        return () -> {
            closeProgress();
            Progress bar = begin(task, count);
            progress = bar;
            return new Iterator<>() {
                private int next;

                @Override
                public boolean hasNext() {
                    if (next < count) {
                        return true;
                    }
                    closeProgress();
                    return false;
                }

                @Override
                public Integer next() {
                    if (next >= count) {
                        throw new NoSuchElementException("after the last of " + count + " steps");
                    }
                    if (bar != null && next > 0) {
                        bar.advance(1);
                    }
                    return next++;
                }
            };
        };
    }

    /** Puts words behind the bar of {@link #steps}, such as the loss. */
    public final void tell(String format, Object... values) {
        if (progress != null) {
            progress.tell(String.format(Locale.ROOT, format, values));
        }
    }

    /** A table with columns as wide as their widest cell: numbers to the right, words to the left. */
    public final class Table {
        /** A number that a lesson has written itself, maybe with a unit, or a dash where there is none. */
        private static final Pattern WRITTEN = Pattern.compile("[-−+]?\\d[\\d.,]*(e[-+]?\\d+)?( (%|s|ms|µs|ns|×))?|–");

        /** Numbers of one size have equally many decimals; where they differ by more, each has its own. */
        private static final double ONE_SIZE = 1000;

        private static final int MOST_DECIMALS = 6;

        private final String[] titles;
        private final List<Object[]> rows = new ArrayList<>();

        private Table(String[] titles) {
            this.titles = titles.clone();
        }

        /**
         * Adds a row: whole numbers and words as they are, other numbers with six significant digits, or with as few as all of their
         * column need to be exact.
         */
        public Table row(Object... cells) {
            if (cells.length != titles.length) {
                throw new IllegalArgumentException(
                        "table: expected " + titles.length + " cells in a row, got " + cells.length);
            }
            rows.add(cells.clone());
            return this;
        }

        public void print() {
            List<String[]> lines = new ArrayList<>();
            lines.add(titles);
            rows.forEach(row -> lines.add(new String[titles.length]));
            int[] widths = new int[titles.length];
            boolean[] numeric = new boolean[titles.length];
            for (int i = 0; i < titles.length; i++) {
                int column = i;
                List<Object> cells = rows.stream().map(row -> row[column]).toList();
                numeric[i] = cells.stream()
                        .allMatch(cell -> cell instanceof Number
                                || WRITTEN.matcher(String.valueOf(cell)).matches());
                DoubleFunction<String> format = format(cells);
                for (int r = 0; r < rows.size(); r++) {
                    Object cell = cells.get(r);
                    lines.get(r + 1)[i] = cell instanceof Double number ? format.apply(number) : String.valueOf(cell);
                }
                for (String[] line : lines) {
                    widths[i] = Math.max(widths[i], line[i].codePointCount(0, line[i].length()));
                }
            }
            StringBuilder text = new StringBuilder();
            for (int r = 0; r < lines.size(); r++) {
                line(text, lines.get(r), widths, numeric);
                if (r == 0) {
                    text.append("─".repeat(Arrays.stream(widths).map(w -> w + 2).sum() - 2))
                            .append('\n');
                }
            }
            closeProgress();
            write(text.toString());
        }

        /** Returns how to write the numbers of a column. */
        private static DoubleFunction<String> format(List<Object> cells) {
            double[] numbers = cells.stream()
                    .filter(Double.class::isInstance)
                    .mapToDouble(cell -> (Double) cell)
                    .toArray();
            int[] decimals = Arrays.stream(numbers).mapToInt(Table::decimals).toArray();
            if (Arrays.stream(decimals).anyMatch(d -> d < 0)) {
                return Table::number;
            }
            DoubleSummaryStatistics sizes = Arrays.stream(numbers)
                    .map(Math::abs)
                    .filter(size -> size > 0)
                    .summaryStatistics();
            if (sizes.getMax() >= ONE_SIZE * sizes.getMin()) {
                return number -> fixed(number, decimals(number));
            }
            int most = Arrays.stream(decimals).max().orElse(0);
            return number -> fixed(number, most);
        }

        /** Returns how many decimals say a number exactly, but for the rounding of its computation, or −1 if six are not enough. */
        private static int decimals(double number) {
            double size = Math.abs(number);
            if (number != 0 && !(size >= 1e-4 && size < 1e7)) {
                return -1;
            }
            for (int d = 0; d <= MOST_DECIMALS; d++) {
                double power = Math.pow(10, d);
                if (Math.abs(Math.rint(number * power) / power - number) <= 1e-13 * size) {
                    return d;
                }
            }
            return -1;
        }

        private static String fixed(double number, int decimals) {
            return String.format(Locale.ROOT, "%." + decimals + "f", number == 0 ? 0.0 : number);
        }

        private void line(StringBuilder text, String[] row, int[] widths, boolean[] numeric) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.length; i++) {
                String pad = " ".repeat(widths[i] - row[i].codePointCount(0, row[i].length()));
                line.append(numeric[i] ? pad + row[i] : row[i] + pad).append(i + 1 < row.length ? "  " : "");
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }

        private static boolean whole(double value) {
            return value == Math.rint(value);
        }

        private static String number(double value) {
            if (value == 0 || !Double.isFinite(value)) {
                return value == 0 ? "0" : Double.toString(value);
            }
            double size = Math.abs(value);
            if (size < 1e-4 || size >= 1e7) {
                return String.format(Locale.ROOT, "%.3e", value);
            }
            int digits = (int) Math.max(0, Math.min(8, 5 - Math.floor(Math.log10(size))));
            return whole(value) ? Long.toString((long) value) : String.format(Locale.ROOT, "%." + digits + "f", value);
        }
    }

    // ---- for the two kinds of pages ----

    /** Writes text that ends with a line's end. */
    abstract void write(String text);

    abstract void show(Path file, byte[] picture);

    abstract void saved(Path file);

    abstract void failed(String claim);

    abstract @Nullable Progress begin(String task, int count);

    final int claims() {
        return claims;
    }

    final void closeProgress() {
        if (progress != null) {
            progress.close();
            progress = null;
        }
    }
}

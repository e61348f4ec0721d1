package dev.autodiff.examples.draw;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Lines, points and histograms over a pair of axes. Each call adds to the plot and returns it; a series takes the next colour, dash and
 * marker. Values that are not finite leave a gap, and so do values up to 0 on a logarithmic axis.
 */
public final class Plot implements Drawing {
    /** Up to so many points each has a mark. */
    private static final int MARKED = 40;

    private static final int MARKS = 10;

    private enum Kind {
        LINE,
        POINTS,
        HISTOGRAM
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Series(String label, double[] x, double[] y, Kind kind) {}

    private final String title;
    private final String xTitle;
    private final String yTitle;
    private final List<Series> series = new ArrayList<>();
    private int width = Look.WIDTH;
    private int height = Look.HEIGHT;
    private boolean logX;
    private boolean logY;
    private double @Nullable [] xRange;
    private double @Nullable [] yRange;
    private LegendPosition legend = LegendPosition.InsideNE;

    private Plot(String title, String xTitle, String yTitle) {
        this.title = title;
        this.xTitle = xTitle;
        this.yTitle = yTitle;
    }

    /** Returns an empty plot; the titles of the axes name units where there are any. */
    public static Plot of(String title, String xTitle, String yTitle) {
        return new Plot(title, xTitle, yTitle);
    }

    /** Adds a line through the points (xᵢ, yᵢ). */
    public Plot line(String label, double[] x, double[] y) {
        return add(label, x, y, Kind.LINE);
    }

    /** Adds a line through the points (i, yᵢ), i from 0. */
    public Plot line(String label, double... y) {
        return line(label, IntStream.range(0, y.length).asDoubleStream().toArray(), y);
    }

    /** Adds a line through the points (i, yᵢ), i from 0. */
    public Plot line(String label, List<Double> y) {
        return line(label, y.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** Adds the graph of a function between two places. */
    public Plot function(String label, double from, double to, DoubleUnaryOperator f) {
        int n = 401;
        double[] x = IntStream.range(0, n)
                .mapToDouble(i -> from + (to - from) * i / (n - 1))
                .toArray();
        return line(label, x, Arrays.stream(x).map(f).toArray());
    }

    /** Adds the points (xᵢ, yᵢ) without a line. */
    public Plot points(String label, double[] x, double[] y) {
        return add(label, x, y, Kind.POINTS);
    }

    /** Adds the number of values in each of so many parts of their range, or of the range of x if one was set before. */
    public Plot histogram(String label, double[] values, int parts) {
        double low = xRange != null ? xRange[0] : Arrays.stream(values).min().orElse(0);
        double high = xRange != null ? xRange[1] : Arrays.stream(values).max().orElse(1);
        double step = high > low ? (high - low) / parts : 1;
        double[] counts = new double[parts];
        for (double v : values) {
            if (v >= low && v <= high) {
                counts[Math.min(parts - 1, (int) ((v - low) / step))]++;
            }
        }
        // Each part as two corners, from and back to the axis.
        double[] x = new double[2 * parts + 2];
        double[] y = new double[2 * parts + 2];
        for (int i = 0; i <= parts; i++) {
            x[2 * i] = low + i * step;
            x[2 * i + 1] = low + i * step;
            if (i < parts) {
                y[2 * i + 1] = counts[i];
                y[2 * i + 2] = counts[i];
            }
        }
        return add(label, x, y, Kind.HISTOGRAM);
    }

    public Plot logX() {
        logX = true;
        return this;
    }

    public Plot logY() {
        logY = true;
        return this;
    }

    public Plot xRange(double from, double to) {
        xRange = new double[] {from, to};
        return this;
    }

    public Plot yRange(double from, double to) {
        yRange = new double[] {from, to};
        return this;
    }

    /** Sets the size in pixels, 800 × 540 otherwise. */
    public Plot size(int newWidth, int newHeight) {
        width = newWidth;
        height = newHeight;
        return this;
    }

    /** Puts the legend into the upper left corner of the plot, not the right one. */
    public Plot legendLeft() {
        legend = LegendPosition.InsideNW;
        return this;
    }

    /** Puts the legend below the plot, where it hides nothing. */
    public Plot legendBelow() {
        legend = LegendPosition.OutsideS;
        return this;
    }

    private Plot add(String label, double[] x, double[] y, Kind kind) {
        if (x.length != y.length || x.length == 0) {
            throw new IllegalArgumentException("plot: expected as many x as y and at least one, got " + x.length
                    + " and " + y.length + " of " + label);
        }
        series.add(new Series(label, x.clone(), y.clone(), kind));
        return this;
    }

    @Override
    public BufferedImage draw() {
        XYChart chart = new XYChartBuilder()
                .width(width)
                .height(height)
                .title(title)
                .xAxisTitle(xTitle)
                .yAxisTitle(yTitle)
                .build();
        XYStyler styler = chart.getStyler();
        Look.apply(styler);
        styler.setLegendPosition(legend);
        styler.setLegendVisible(series.size() > 1);
        if (legend == LegendPosition.OutsideS) {
            styler.setLegendLayout(org.knowm.xchart.style.Styler.LegendLayout.Horizontal);
        }
        styler.setXAxisLogarithmic(logX);
        styler.setYAxisLogarithmic(logY);
        if (xRange != null) {
            styler.setXAxisMin(xRange[0]).setXAxisMax(xRange[1]);
        }
        if (yRange != null) {
            styler.setYAxisMin(yRange[0]).setYAxisMax(yRange[1]);
        }
        double[] x = xRange != null ? xRange : ends(series.stream().map(Series::x), logX);
        double[] y = yRange != null ? yRange : ends(series.stream().map(Series::y), logY);
        for (int i = 0; i < series.size(); i++) {
            addTo(chart, series.get(i), i);
        }
        // Half an epoch is no place of a curve by epochs.
        boolean counted =
                series.stream().flatMapToDouble(s -> Arrays.stream(s.x)).allMatch(v -> v == Math.rint(v));
        return Ticks.draw(chart, x, y, counted ? 1 : 0);
    }

    /** Returns the smallest and the largest of the numbers that are drawn. */
    private static double[] ends(Stream<double[]> values, boolean logarithmic) {
        DoubleSummaryStatistics all = values.flatMapToDouble(Arrays::stream)
                .filter(v -> Double.isFinite(v) && (!logarithmic || v > 0))
                .summaryStatistics();
        return new double[] {all.getMin(), all.getMax()};
    }

    /** A long line goes without dashes, which XChart begins anew at each of its points, and has marks at a few of them. */
    private static void addLine(XYChart chart, String name, double[] x, double[] y, Color color) {
        XYSeries line = chart.addSeries(name, x, y);
        line.setLineColor(color);
        line.setLineStyle(Look.line(0));
        line.setMarker(SeriesMarkers.NONE);
        line.setShowInLegend(false);
    }

    /** Places of marks along a line, shifted from line to line so that they do not cover each other. */
    private static int[] marks(int length, int i) {
        double step = (length - 1.0) / MARKS;
        return IntStream.range(0, MARKS)
                .map(j -> (int) Math.round((j + 0.2 + 0.2 * (i % 4)) * step))
                .toArray();
    }

    private void addTo(XYChart chart, Series s, int i) {
        double[] y = s.y.clone();
        for (int j = 0; j < y.length; j++) {
            if (!Double.isFinite(y[j]) || (logY && y[j] <= 0)) {
                y[j] = Double.NaN;
            }
        }
        Color color = Look.color(i);
        double[] x = s.x;
        if (s.kind == Kind.LINE && y.length > MARKED) {
            addLine(chart, "line " + i, x, y, color);
            int[] marks = marks(y.length, i);
            x = new double[2 * marks.length];
            double[] marked = new double[2 * marks.length];
            for (int j = 0; j < marks.length; j++) {
                x[2 * j] = s.x[marks[j]];
                x[2 * j + 1] = s.x[marks[j]];
                marked[2 * j] = y[marks[j]];
                marked[2 * j + 1] = Double.NaN; // no line from mark to mark
            }
            y = marked;
        }
        XYSeries drawn = chart.addSeries(s.label, x, y);
        drawn.setMarkerColor(color);
        drawn.setLineColor(color);
        switch (s.kind) {
            case LINE -> {
                drawn.setLineStyle(Look.line(s.y.length > MARKED ? 0 : i));
                drawn.setMarker(Look.marker(i));
            }
            case POINTS -> {
                drawn.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
                drawn.setLineStyle(SeriesLines.NONE);
                drawn.setMarker(Look.marker(i));
            }
            case HISTOGRAM -> {
                drawn.setXYSeriesRenderStyle(XYSeriesRenderStyle.Area);
                drawn.setLineStyle(new BasicStroke(1.5f));
                drawn.setFillColor(new Color(color.getRed(), color.getGreen(), color.getBlue(), 110));
                drawn.setMarker(SeriesMarkers.NONE);
            }
        }
    }
}

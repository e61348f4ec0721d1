package dev.autodiff.examples.draw;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Collectors;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.XYStyler;

/**
 * Ticks at round numbers: XChart writes as many labels as have room, at multiples of 334 for example, and powers of ten as 1E-4. It lays
 * the chart out and draws the lines; its labels only take up room, transparent, and grid and labels are drawn here.
 */
final class Ticks {
    private static final int ACROSS = 80;
    private static final int UP = 55;

    /** Powers of ten need less room above each other than other numbers are given. */
    private static final int UP_POWERS = 30;

    /** Over more decades the nine grid lines in each of a logarithmic axis run together into grey bands. */
    private static final double MOST_DECADES = 6;

    /** Over fewer decades powers of ten are not enough to read values by, nor is a single power. */
    private static final double FEW_DECADES = 1.5;

    /** The part of the plot that XChart uses for the data, in each direction. */
    private static final double CONTENT = 0.92;

    private static final double MARGIN = (1 / CONTENT - 1) / 2;

    /** A place on an axis with a line of the grid, and a label unless it is empty. */
    record Tick(double at, String label) {}

    /**
     * An axis from where its data begin to where they end, ticks in the margins beside them too.
     *
     * @param least the shortest step: 1 where only whole numbers mean something
     */
    record Axis(double low, double high, boolean logarithmic, int room, double least) {
        boolean isOwn() {
            return low < high;
        }

        List<Tick> ticks() {
            if (!isOwn()) {
                return List.of();
            }
            return logarithmic ? powers() : multiples();
        }

        private List<Tick> multiples() {
            List<Tick> ticks = new ArrayList<>();
            double margin = MARGIN * (high - low);
            double step = Math.max(least, Frame.step((high - low) / CONTENT, room));
            for (long k = (long) Math.ceil((low - margin) / step); k * step <= high + margin; k++) {
                ticks.add(new Tick(k * step, Frame.label(k * step, step)));
            }
            return ticks;
        }

        /** Powers of ten, each if there is room, and lines between them; over few decades the double and fivefold have labels too. */
        private List<Tick> powers() {
            List<Tick> ticks = new ArrayList<>();
            double decades = Math.log10(high / low);
            double begin = Math.log10(low) - MARGIN * decades;
            double end = Math.log10(high) + MARGIN * decades;
            int step = (int) Math.max(1, Math.ceil((end - begin) / room));
            boolean plain = begin > -4 && end < 6;
            boolean few = decades <= FEW_DECADES || Math.floor(end) - Math.ceil(begin) < 1;
            for (int power = (int) Math.floor(begin); power <= end; power++) {
                for (int digit = 1; digit <= 9; digit++) {
                    double at = digit * Math.pow(10, power);
                    boolean labelled = digit == 1 ? Math.floorMod(power, step) == 0 : few && (digit == 2 || digit == 5);
                    boolean inside = Math.log10(at) >= begin && Math.log10(at) <= end;
                    if (inside && (labelled || decades <= MOST_DECADES)) {
                        ticks.add(new Tick(at, !labelled ? "" : plain ? plain(at, power) : power(digit, power)));
                    }
                }
            }
            return ticks;
        }

        private static String plain(double at, int power) {
            return String.format(Locale.ROOT, "%." + Math.max(0, -power) + "f", at);
        }

        private static String power(int digit, int power) {
            String exponent = Integer.toString(power)
                    .chars()
                    .mapToObj(c -> c == '-' ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹".substring(c - '0', c - '0' + 1))
                    .collect(Collectors.joining());
            return (digit == 1 ? "" : digit + "·") + "10" + exponent;
        }

        /** Returns the pixels where the plot begins and ends. */
        double[] span(DoubleUnaryOperator pixel) {
            double begin = pixel.applyAsDouble(low);
            double end = pixel.applyAsDouble(high);
            return new double[] {begin - MARGIN * (end - begin), end + MARGIN * (end - begin)};
        }
    }

    private Ticks() {}

    /** Draws the chart, whose data lie between the two ends of x and of y; the steps of x are not shorter than the least one. */
    static BufferedImage draw(XYChart chart, double[] x, double[] y, double least) {
        XYStyler styler = chart.getStyler();
        boolean logY = styler.isYAxisLogarithmic();
        Axis across = new Axis(x[0], x[1], styler.isXAxisLogarithmic(), chart.getWidth() / ACROSS, least);
        Axis up = new Axis(y[0], y[1], logY, chart.getHeight() / (logY ? UP_POWERS : UP), 0);
        Color nothing = new Color(0, 0, 0, 0);
        styler.setChartBackgroundColor(nothing);
        styler.setPlotBackgroundColor(nothing);
        styler.setAxisTicksMarksVisible(false);
        if (across.isOwn()) {
            styler.setPlotGridVerticalLinesVisible(false);
            styler.setXAxisTickLabelsColor(nothing);
        }
        if (up.isOwn()) {
            styler.setPlotGridHorizontalLinesVisible(false);
            styler.setYAxisTickLabelsColor(nothing);
        }
        // The first time is only to learn where the plot lies.
        Look.draw(chart);
        BufferedImage image = Look.blank(chart.getWidth(), chart.getHeight());
        Graphics2D g = Look.pen(image);
        g.setFont(Look.TICK_FONT);
        double[] columns = across.span(chart::getScreenXFromChart);
        double[] rows = up.span(chart::getScreenYFromChart);
        g.setStroke(new BasicStroke(1));
        for (Tick tick : across.ticks()) {
            double at = chart.getScreenXFromChart(tick.at);
            g.setColor(tick.label.isEmpty() ? Look.FINE_GRID : Look.GRID);
            g.draw(new Line2D.Double(at, rows[0], at, rows[1]));
            g.setColor(Look.INK);
            int width = g.getFontMetrics().stringWidth(tick.label);
            g.drawString(tick.label, (float) (at - width / 2.0), (float) rows[0] + 19);
        }
        for (Tick tick : up.ticks()) {
            double at = chart.getScreenYFromChart(tick.at);
            g.setColor(tick.label.isEmpty() ? Look.FINE_GRID : Look.GRID);
            g.draw(new Line2D.Double(columns[0], at, columns[1], at));
            g.setColor(Look.INK);
            int width = g.getFontMetrics().stringWidth(tick.label);
            g.drawString(tick.label, (float) (columns[0] - 8 - width), (float) at + 5);
        }
        chart.paint(g, chart.getWidth(), chart.getHeight());
        g.dispose();
        return image;
    }
}

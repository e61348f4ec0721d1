package dev.autodiff.examples.draw;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.XYStyler;

/**
 * Ticks at round numbers on the linear axes of a chart: XChart writes as many labels as have room, at multiples of 334 for example. It
 * lays the chart out and draws lines and logarithmic axes; on the others its labels only take up room, transparent, and grid and labels are drawn here.
 */
final class Ticks {
    private static final int ACROSS = 80;
    private static final int UP = 55;

    /** The part of the plot that XChart uses for the data, in each direction. */
    private static final double CONTENT = 0.92;

    private static final double MARGIN = (1 / CONTENT - 1) / 2;

    /** An axis from where its data begin to where they end, ticks in the margins beside them too. */
    private record Axis(double low, double high, boolean logarithmic, int room) {
        boolean isOwn() {
            return !logarithmic && low < high;
        }

        double step() {
            return Frame.step((high - low) / CONTENT, room);
        }

        List<Double> ticks() {
            List<Double> ticks = new ArrayList<>();
            if (isOwn()) {
                double margin = MARGIN * (high - low);
                double step = step();
                for (long k = (long) Math.ceil((low - margin) / step); k * step <= high + margin; k++) {
                    ticks.add(k * step);
                }
            }
            return ticks;
        }

        String label(double value) {
            return Frame.label(value, step());
        }

        /** Returns the pixels where the plot begins and ends. */
        double[] span(DoubleUnaryOperator pixel) {
            double begin = pixel.applyAsDouble(low);
            double end = pixel.applyAsDouble(high);
            return new double[] {begin - MARGIN * (end - begin), end + MARGIN * (end - begin)};
        }
    }

    private Ticks() {}

    /** Draws the chart, whose data lie between the two ends of x and of y. */
    static BufferedImage draw(XYChart chart, double[] x, double[] y) {
        XYStyler styler = chart.getStyler();
        Axis across = new Axis(x[0], x[1], styler.isXAxisLogarithmic(), chart.getWidth() / ACROSS);
        Axis up = new Axis(y[0], y[1], styler.isYAxisLogarithmic(), chart.getHeight() / UP);
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
        for (double v : across.ticks()) {
            double at = chart.getScreenXFromChart(v);
            g.setColor(Look.GRID);
            g.draw(new Line2D.Double(at, rows[0], at, rows[1]));
            g.setColor(Look.INK);
            String label = across.label(v);
            g.drawString(label, (float) (at - g.getFontMetrics().stringWidth(label) / 2.0), (float) rows[0] + 19);
        }
        for (double v : up.ticks()) {
            double at = chart.getScreenYFromChart(v);
            g.setColor(Look.GRID);
            g.draw(new Line2D.Double(columns[0], at, columns[1], at));
            g.setColor(Look.INK);
            String label = up.label(v);
            g.drawString(label, (float) (columns[0] - 8 - g.getFontMetrics().stringWidth(label)), (float) at + 5);
        }
        chart.paint(g, chart.getWidth(), chart.getHeight());
        g.dispose();
        return image;
    }
}

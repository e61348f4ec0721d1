package dev.autodiff.examples.draw;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.List;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** What all pictures share: size, fonts, and colours that colour-blind eyes can tell apart, each with a dash and a marker of its own. */
final class Look {
    static final int WIDTH = 800;
    static final int HEIGHT = 540;

    static final Color INK = new Color(0x22, 0x22, 0x22);
    static final Color GRID = new Color(0xE2, 0xE2, 0xE2);

    /** Of lines between those with labels. */
    static final Color FINE_GRID = new Color(0xF1, 0xF1, 0xF1);

    /** Okabe and Ito, Color Universal Design (2008), without the yellow, which is too pale for a line on white. */
    private static final List<Color> COLORS = List.of(
            new Color(0x00, 0x72, 0xB2), // blue
            new Color(0xD5, 0x5E, 0x00), // vermilion
            new Color(0x00, 0x9E, 0x73), // bluish green
            new Color(0xCC, 0x79, 0xA7), // reddish purple
            new Color(0xE6, 0x9F, 0x00), // orange
            new Color(0x56, 0xB4, 0xE9), // sky blue
            Color.BLACK);

    private static final List<Marker> MARKERS = List.of(
            SeriesMarkers.CIRCLE,
            SeriesMarkers.TRIANGLE_UP,
            SeriesMarkers.SQUARE,
            SeriesMarkers.DIAMOND,
            SeriesMarkers.TRIANGLE_DOWN,
            SeriesMarkers.CROSS,
            SeriesMarkers.PLUS);

    private static final float[][] DASHES = {{}, {9, 4}, {2, 4}, {12, 4, 2, 4}, {16, 5}, {5, 3}, {10, 3, 2, 3, 2, 3}};

    static final Font TITLE_FONT = new Font(Font.SANS_SERIF, Font.BOLD, 18);
    static final Font AXIS_FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 15);
    static final Font TICK_FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 13);

    private Look() {}

    static Color color(int i) {
        return COLORS.get(i % COLORS.size());
    }

    static Marker marker(int i) {
        return MARKERS.get(i % MARKERS.size());
    }

    static BasicStroke line(int i) {
        float[] dash = DASHES[i % DASHES.length];
        return dash.length == 0
                ? new BasicStroke(2.2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND)
                : new BasicStroke(2.2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, dash, 0);
    }

    static void apply(AxesChartStyler styler) {
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setPlotBackgroundColor(Color.WHITE);
        styler.setPlotBorderVisible(true);
        styler.setPlotBorderColor(new Color(0x88, 0x88, 0x88));
        styler.setPlotGridLinesColor(GRID);
        styler.setPlotGridLinesStroke(new BasicStroke(1));
        styler.setPlotMargin(0);
        styler.setChartFontColor(INK);
        styler.setChartTitleFont(TITLE_FONT);
        styler.setChartTitleBoxVisible(false);
        styler.setAxisTitleFont(AXIS_FONT);
        styler.setAxisTickLabelsFont(TICK_FONT);
        styler.setAxisTickLabelsColor(INK);
        styler.setLegendFont(TICK_FONT);
        styler.setLegendBorderColor(GRID);
        styler.setLegendPosition(LegendPosition.InsideNE);
        styler.setLegendSeriesLineLength(42);
        styler.setMarkerSize(8);
        styler.setChartTitlePadding(14);
        styler.setChartPadding(14);
        styler.setXAxisTickMarkSpacingHint(70);
        styler.setYAxisTickMarkSpacingHint(55);
        styler.setAntiAlias(true);
        styler.setTextAntiAlias(true);
    }

    static BufferedImage blank(int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, width, height);
        g.dispose();
        return image;
    }

    /** Draws the chart with lines that do not keep to whole pixels. */
    static BufferedImage draw(Chart<?, ?> chart) {
        BufferedImage image = blank(chart.getWidth(), chart.getHeight());
        Graphics2D g = pen(image);
        chart.paint(g, chart.getWidth(), chart.getHeight());
        g.dispose();
        return image;
    }

    /** Returns a pen for the image that draws smooth lines and letters. */
    static Graphics2D pen(BufferedImage image) {
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        g.setColor(INK);
        return g;
    }
}

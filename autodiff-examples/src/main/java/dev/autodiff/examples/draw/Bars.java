package dev.autodiff.examples.draw;

import java.awt.image.BufferedImage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.CategoryStyler;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;

/** Bars over named categories, one or more beside each other. */
public final class Bars implements Drawing {
    private final String title;
    private final String xTitle;
    private final String yTitle;
    private final List<String> categories;
    private final Map<String, double[]> series = new LinkedHashMap<>();
    private boolean logY;

    private Bars(String title, String xTitle, String yTitle, List<String> categories) {
        this.title = title;
        this.xTitle = xTitle;
        this.yTitle = yTitle;
        this.categories = List.copyOf(categories);
    }

    public static Bars of(String title, String xTitle, String yTitle, List<String> categories) {
        return new Bars(title, xTitle, yTitle, categories);
    }

    /** Adds one value for each category. */
    public Bars add(String label, double... values) {
        if (values.length != categories.size()) {
            throw new IllegalArgumentException(
                    "bars: expected " + categories.size() + " values, got " + values.length + " of " + label);
        }
        series.put(label, values.clone());
        return this;
    }

    public Bars logY() {
        logY = true;
        return this;
    }

    @Override
    public BufferedImage draw() {
        CategoryChart chart = new CategoryChartBuilder()
                .width(Look.WIDTH)
                .height(Look.HEIGHT)
                .title(title)
                .xAxisTitle(xTitle)
                .yAxisTitle(yTitle)
                .build();
        CategoryStyler styler = chart.getStyler();
        Look.apply(styler);
        styler.setLegendVisible(series.size() > 1);
        styler.setLegendPosition(LegendPosition.OutsideS);
        styler.setLegendLayout(LegendLayout.Horizontal);
        styler.setYAxisLogarithmic(logY);
        styler.setAvailableSpaceFill(0.8);
        int i = 0;
        for (Map.Entry<String, double[]> entry : series.entrySet()) {
            List<Double> values = DoubleStream.of(entry.getValue()).boxed().toList();
            chart.addSeries(entry.getKey(), categories, values).setFillColor(Look.color(i));
            i++;
        }
        return Look.draw(chart);
    }
}

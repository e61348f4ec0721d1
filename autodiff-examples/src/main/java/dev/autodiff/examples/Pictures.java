package dev.autodiff.examples;

import dev.autodiff.Tensor;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws what a training leaves behind, as PNG files. */
final class Pictures {
    private static final Color TRAINING = new Color(0x1F77B4);
    private static final Color VALIDATION = new Color(0xD62728);
    private static final int COLUMNS = 10;
    private static final int ZOOM = 3;
    private static final int GAP = 10;
    private static final int CAPTION = 22;
    private static final int TITLE = 40;

    /** A digit that was taken for another one. */
    record Wrong(Tensor pixels, int truth, int prediction, double probability) {}

    private Pictures() {}

    /** The loss by epoch on the training and on the validation digits. */
    static byte[] loss(List<Double> training, List<Double> validation) throws IOException {
        List<Integer> epochs = IntStream.rangeClosed(1, training.size()).boxed().toList();
        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(560)
                .title("Cross-entropy by epoch")
                .xAxisTitle("epoch")
                .yAxisTitle("mean loss")
                .build();
        XYStyler styler = chart.getStyler();
        styler.setLegendPosition(LegendPosition.InsideNE);
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setPlotBorderVisible(false);
        styler.setXAxisDecimalPattern("0");
        styler.setYAxisDecimalPattern("0.00");
        styler.setYAxisMin(0.0);
        add(chart.addSeries("training", epochs, training), TRAINING, SeriesMarkers.CIRCLE);
        add(chart.addSeries("validation", epochs, validation), VALIDATION, SeriesMarkers.DIAMOND);
        return png(BitmapEncoder.getBufferedImage(chart));
    }

    private static void add(XYSeries series, Color color, Marker marker) {
        series.setMarker(marker);
        series.setMarkerColor(color);
        series.setLineColor(color);
        series.setLineStyle(new BasicStroke(2.5f));
    }

    /** A grid of wrongly classified digits, in the order given, each with the prediction and the truth. */
    static byte[] wrong(List<Wrong> digits, String title) throws IOException {
        int side = DigitModel.SIDE * ZOOM;
        int rows = Math.max(1, (digits.size() + COLUMNS - 1) / COLUMNS);
        int width = GAP + COLUMNS * (side + GAP);
        int height = TITLE + rows * (side + CAPTION + GAP) + GAP;
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, width, height);
        g.setColor(Color.BLACK);
        g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 16));
        g.drawString(title, GAP, TITLE - 14);
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
        for (int i = 0; i < digits.size(); i++) {
            Wrong digit = digits.get(i);
            int x = GAP + i % COLUMNS * (side + GAP);
            int y = TITLE + i / COLUMNS * (side + CAPTION + GAP);
            draw(image, digit.pixels().toFloatArray(), x, y);
            String prediction = "said " + digit.prediction();
            g.setColor(VALIDATION);
            g.drawString(prediction, x, y + side + 15);
            g.setColor(Color.BLACK);
            String truth = "is " + digit.truth();
            g.drawString(truth, x + side - g.getFontMetrics().stringWidth(truth), y + side + 15);
        }
        g.dispose();
        return png(image);
    }

    private static byte[] png(BufferedImage image) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return out.toByteArray();
    }

    private static void draw(BufferedImage image, float[] pixels, int x, int y) {
        int side = DigitModel.SIDE * ZOOM;
        for (int r = 0; r < side; r++) {
            for (int c = 0; c < side; c++) {
                int grey = Math.round(255 * pixels[r / ZOOM * DigitModel.SIDE + c / ZOOM]);
                image.setRGB(x + c, y + r, new Color(grey, grey, grey).getRGB());
            }
        }
    }
}

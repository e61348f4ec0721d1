package dev.autodiff.examples.draw;

import java.awt.BasicStroke;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.Locale;

/** A rectangle of the plane on a picture, with title and axes around it. */
final class Frame {
    private static final int LEFT = 74;
    private static final int TOP = 56;
    private static final int BOTTOM = 66;
    private static final int TICK = 5;

    private final double[] ranges;
    private final Rectangle2D plot;

    /** Makes a frame that leaves so many pixels at the right. */
    Frame(double[] ranges, int width, int height, int right) {
        this.ranges = ranges;
        this.plot = new Rectangle2D.Double(LEFT, TOP, width - LEFT - right, height - TOP - BOTTOM);
    }

    Rectangle2D plot() {
        return plot;
    }

    /** Returns the pixel of a point. */
    double[] at(double x, double y) {
        return new double[] {
            plot.getX() + (x - ranges[0]) / (ranges[1] - ranges[0]) * plot.getWidth(),
            plot.getMaxY() - (y - ranges[2]) / (ranges[3] - ranges[2]) * plot.getHeight()
        };
    }

    void draw(Graphics2D g, String title, String xTitle, String yTitle) {
        g.setColor(Look.INK);
        g.setFont(Look.TITLE_FONT);
        centred(g, title, plot.getCenterX(), TOP - 20);
        g.setFont(Look.AXIS_FONT);
        centred(g, xTitle, plot.getCenterX(), plot.getMaxY() + 48);
        upright(g, yTitle, 22, plot.getCenterY());
        g.setFont(Look.TICK_FONT);
        g.setStroke(new BasicStroke(1));
        double stepX = step(ranges[1] - ranges[0], plot.getWidth() / 80);
        for (double x = Math.ceil(ranges[0] / stepX - 1e-9) * stepX; x <= ranges[1] + 1e-9 * stepX; x += stepX) {
            double at = at(x, 0)[0];
            g.draw(new Line2D.Double(at, plot.getMaxY(), at, plot.getMaxY() + TICK));
            centred(g, label(x, stepX), at, plot.getMaxY() + 22);
        }
        double stepY = step(ranges[3] - ranges[2], plot.getHeight() / 60);
        for (double y = Math.ceil(ranges[2] / stepY - 1e-9) * stepY; y <= ranges[3] + 1e-9 * stepY; y += stepY) {
            double at = at(0, y)[1];
            g.draw(new Line2D.Double(plot.getX() - TICK, at, plot.getX(), at));
            String label = label(y, stepY);
            g.drawString(
                    label, (float) (plot.getX() - TICK - 4 - g.getFontMetrics().stringWidth(label)), (float) at + 5);
        }
        g.draw(plot);
    }

    /** Writes from below upwards, with the feet of the letters at x and the middle at y. */
    static void upright(Graphics2D g, String text, double x, double y) {
        AffineTransform before = g.getTransform();
        g.rotate(-Math.PI / 2);
        centred(g, text, -y, x);
        g.setTransform(before);
    }

    private static void centred(Graphics2D g, String text, double x, double y) {
        g.drawString(text, (float) (x - g.getFontMetrics().stringWidth(text) / 2.0), (float) y);
    }

    /** Returns 1, 2 or 5 times a power of ten, so that about so many steps make the range. */
    static double step(double range, double count) {
        double rough = range / Math.max(1, count);
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double part = rough / power;
        return power * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10);
    }

    /** Writes a value with as many digits as tell it from the value a step away. */
    static String label(double value, double step) {
        double rounded = Math.abs(value) < step / 1e6 ? 0 : value;
        if (step < 1e-4 || Math.abs(value) >= 1e6) {
            return String.format(Locale.ROOT, "%.1e", rounded).replace('-', '−');
        }
        int digits = (int) Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
        double steps = step * Math.pow(10, digits);
        if (Math.abs(steps - Math.rint(steps)) > 1e-6 * steps) {
            digits++; // a step of 0.25 is told by two digits
        }
        String text = String.format(Locale.ROOT, "%." + digits + "f", rounded);
        return (Double.parseDouble(text) == 0 ? text.replace("-", "") : text).replace('-', '−');
    }
}

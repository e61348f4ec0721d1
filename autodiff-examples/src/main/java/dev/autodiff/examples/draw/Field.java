package dev.autodiff.examples.draw;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A function of two variables over a rectangle, in layers, each drawn over those before: regions, contour lines, arrows of a vector
 * field, paths and points. Drawn without XChart, which has no layers below its lines.
 */
public final class Field implements Drawing {
    private static final int SAMPLES = 161;
    private static final int BAR = 112;

    private static final int LEGEND_ROW = 20;
    private static final double MARK = 6;
    private static final Color CONTOUR = new Color(0x55, 0x5B, 0x66);

    /** Draws a layer onto the picture. */
    @FunctionalInterface
    private interface Layer {
        void draw(Graphics2D g, Frame frame);
    }

    private record Entry(String label, int color, boolean line) {}

    private final String title;
    private final String xTitle;
    private final String yTitle;
    private final double[] ranges;
    private final List<Layer> layers = new ArrayList<>();
    private final List<Entry> entries = new ArrayList<>();

    /** Lines (x, y) to (x, y) and points that the legend should not hide. */
    private final List<Line2D> data = new ArrayList<>();

    private int width = Look.WIDTH;
    private int height = 620;
    private @Nullable Plane bar;
    private String barTitle = "";
    private ColorMap barColors = ColorMap.PALE;

    private Field(String title, String xTitle, String yTitle, double[] ranges) {
        this.title = title;
        this.xTitle = xTitle;
        this.yTitle = yTitle;
        this.ranges = ranges;
    }

    /** Returns an empty picture of the rectangle x0 … x1 × y0 … y1. */
    public static Field of(String title, String xTitle, String yTitle, double x0, double x1, double y0, double y1) {
        if (!(x0 < x1 && y0 < y1)) {
            throw new IllegalArgumentException(
                    "field: expected x0 < x1 and y0 < y1, got " + x0 + ", " + x1 + " and " + y0 + ", " + y1);
        }
        return new Field(title, xTitle, yTitle, new double[] {x0, x1, y0, y1});
    }

    /** Sets the size in pixels, 800 × 620 otherwise. */
    public Field size(int newWidth, int newHeight) {
        width = newWidth;
        height = newHeight;
        return this;
    }

    /** Says what the colours tell, with its unit if there is one; needed wherever colours are. */
    public Field scale(String newTitle) {
        barTitle = newTitle;
        return this;
    }

    /** Fills the rectangle blue where f, a probability, is near 0, orange near 1, and draws the line where it is one half. */
    public Field regions(DoubleBinaryOperator f) {
        return regions(Plane.of(ranges, SAMPLES, f));
    }

    public Field regions(PointFunction f) {
        return regions(Plane.of(ranges, SAMPLES, f));
    }

    private Field regions(Plane plane) {
        fill(plane, ColorMap.DIVERGING, true);
        layers.add((g, frame) -> {
            g.setColor(Look.INK);
            g.setStroke(new BasicStroke(2));
            contour(g, frame, plane, 0.5);
        });
        return this;
    }

    /** Draws the lines where f has each of so many values, evenly spread over those it takes, on a ground of pale colours or on regions. */
    public Field contours(int levels, PointFunction f) {
        Plane plane = Plane.of(ranges, SAMPLES, f);
        if (bar == null) {
            fill(plane, ColorMap.PALE, false);
        }
        double min = plane.min();
        double max = plane.max();
        layers.add((g, frame) -> {
            g.setColor(CONTOUR);
            g.setStroke(new BasicStroke(1.1f));
            for (int i = 0; i < levels; i++) {
                contour(g, frame, plane, min + (max - min) * (i + 0.5) / levels);
            }
        });
        return this;
    }

    /** A vector (u, v) at each point (x, y). */
    @FunctionalInterface
    public interface VectorField {
        double[] at(double x, double y);
    }

    /** Draws arrows of a vector field at n × n points, the longest as long as the points are apart. */
    public Field arrows(int n, VectorField field) {
        double stepX = (ranges[1] - ranges[0]) / n;
        double stepY = (ranges[3] - ranges[2]) / n;
        List<double[]> arrows = new ArrayList<>();
        double longest = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                double x = ranges[0] + (j + 0.5) * stepX;
                double y = ranges[2] + (i + 0.5) * stepY;
                double[] v = field.at(x, y);
                arrows.add(new double[] {x, y, v[0], v[1]});
                longest = Math.max(longest, Math.max(Math.abs(v[0]) / stepX, Math.abs(v[1]) / stepY));
            }
        }
        double scale = longest > 0 ? 0.95 / longest : 0;
        layers.add((g, frame) -> {
            g.setColor(Look.color(1));
            g.setStroke(new BasicStroke(1.6f));
            for (double[] a : arrows) {
                arrow(g, frame.at(a[0], a[1]), frame.at(a[0] + scale * a[2], a[1] + scale * a[3]));
            }
        });
        return this;
    }

    /** Draws a line through the points, row by row (x, y), with a mark at each and a larger one at the last. */
    public Field path(String label, double[][] points) {
        int color = entry(label, true);
        double[][] copy = points.clone();
        for (int i = 0; i < copy.length; i++) {
            double[] before = copy[Math.max(0, i - 1)];
            data.add(new Line2D.Double(before[0], before[1], copy[i][0], copy[i][1]));
        }
        layers.add((g, frame) -> {
            Path2D line = new Path2D.Double();
            Path2D marks = new Path2D.Double();
            for (int i = 0; i < copy.length; i++) {
                double[] p = frame.at(copy[i][0], copy[i][1]);
                if (i == 0) {
                    line.moveTo(p[0], p[1]);
                } else {
                    line.lineTo(p[0], p[1]);
                }
                double radius = i == copy.length - 1 ? 6 : 2.5;
                marks.append(new Ellipse2D.Double(p[0] - radius, p[1] - radius, 2 * radius, 2 * radius), false);
            }
            g.setColor(Color.WHITE);
            g.setStroke(new BasicStroke(4.5f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
            g.draw(line);
            g.setStroke(new BasicStroke(2.2f));
            g.draw(marks);
            g.setColor(Look.color(color));
            g.setStroke(new BasicStroke(2.2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
            g.draw(line);
            g.fill(marks);
        });
        return this;
    }

    /** Draws a line through the points, each (x, y). */
    public Field path(String label, List<double[]> points) {
        return path(label, points.toArray(double[][]::new));
    }

    /** Draws points with the next colour and marker. */
    public Field points(String label, double[] x, double[] y) {
        if (x.length != y.length) {
            throw new IllegalArgumentException(
                    "field: expected as many x as y, got " + x.length + " and " + y.length + " of " + label);
        }
        int color = entry(label, false);
        double[] xs = x.clone();
        double[] ys = y.clone();
        for (int i = 0; i < xs.length; i++) {
            data.add(new Line2D.Double(xs[i], ys[i], xs[i], ys[i]));
        }
        layers.add((g, frame) -> {
            for (int i = 0; i < xs.length; i++) {
                double[] p = frame.at(xs[i], ys[i]);
                mark(g, p[0], p[1], color);
            }
        });
        return this;
    }

    private int entry(String label, boolean line) {
        // Arrows are vermilion, the second colour; over contours and regions a path stays apart from both.
        entries.add(new Entry(label, entries.size(), line));
        return entries.size() - 1;
    }

    private Field fill(Plane plane, ColorMap colors, boolean probability) {
        double min = probability ? 0 : plane.min();
        double max = probability ? 1 : plane.max();
        bar = new Plane(plane.x0(), plane.x1(), plane.y0(), plane.y1(), new double[][] {{min, max}});
        barColors = colors;
        layers.add((g, frame) -> {
            int n = plane.size();
            BufferedImage cells = new BufferedImage(n, n, BufferedImage.TYPE_INT_RGB);
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    double part = max > min ? (plane.z()[i][j] - min) / (max - min) : 0.5;
                    cells.setRGB(j, n - 1 - i, colors.at(part).getRGB());
                }
            }
            double[] corner = frame.at(plane.x0(), plane.y1());
            double[] opposite = frame.at(plane.x1(), plane.y0());
            g.drawImage(
                    cells,
                    (int) Math.round(corner[0]),
                    (int) Math.round(corner[1]),
                    (int) Math.round(opposite[0] - corner[0]),
                    (int) Math.round(opposite[1] - corner[1]),
                    null);
        });
        return this;
    }

    // ---- drawing ----

    @Override
    public BufferedImage draw() {
        if (bar != null && barTitle.isEmpty()) {
            throw new IllegalStateException("field: the bar of colours has no title; give it one with scale(title)");
        }
        Frame frame = new Frame(ranges, width, height, bar == null ? 30 : BAR);
        Rectangle2D plot = frame.plot();
        BufferedImage image = Look.blank(width, height);
        Graphics2D g = Look.pen(image);
        Shape whole = g.getClip();
        g.setClip(plot);
        for (Layer layer : layers) {
            layer.draw(g, frame);
        }
        g.setClip(whole);
        frame.draw(g, title, xTitle, yTitle);
        if (!entries.isEmpty()) {
            legend(g, frame);
        }
        if (bar != null) {
            drawBar(g, plot, bar.z()[0][0], bar.z()[0][1]);
            g.setFont(Look.AXIS_FONT);
            Frame.upright(g, barTitle, width - 10, plot.getCenterY());
        }
        g.dispose();
        return image;
    }

    /** Draws the legend in the corner where it hides least of paths and points: the upper right one, if that is as good as any. */
    private void legend(Graphics2D g, Frame frame) {
        g.setFont(Look.TICK_FONT);
        int words = entries.stream()
                .mapToInt(e -> g.getFontMetrics().stringWidth(e.label))
                .max()
                .orElse(0);
        double w = words + 50;
        double h = entries.size() * LEGEND_ROW + 8;
        Rectangle2D plot = frame.plot();
        double right = plot.getMaxX() - w - 8;
        double left = plot.getX() + 8;
        double top = plot.getY() + 8;
        double bottom = plot.getMaxY() - h - 8;
        Rectangle2D best = Stream.of(
                        new Rectangle2D.Double(right, top, w, h),
                        new Rectangle2D.Double(left, top, w, h),
                        new Rectangle2D.Double(right, bottom, w, h),
                        new Rectangle2D.Double(left, bottom, w, h))
                .min(Comparator.comparingLong(corner -> hidden(frame, corner)))
                .orElseThrow();
        double x = best.getX();
        double y = best.getY();
        g.setColor(new Color(255, 255, 255, 225));
        g.fill(new Rectangle2D.Double(x, y, w, h));
        g.setColor(Look.GRID);
        g.draw(new Rectangle2D.Double(x, y, w, h));
        for (int i = 0; i < entries.size(); i++) {
            Entry e = entries.get(i);
            double middle = y + 4 + (i + 0.5) * LEGEND_ROW;
            if (e.line) {
                g.setColor(Look.color(e.color));
                g.setStroke(new BasicStroke(2));
                g.draw(new Line2D.Double(x + 8, middle, x + 34, middle));
                g.fill(new Ellipse2D.Double(x + 18, middle - 3, 6, 6));
            } else {
                mark(g, x + 21, middle, e.color);
            }
            g.setColor(Look.INK);
            g.drawString(e.label, (float) (x + 42), (float) (middle + 5));
        }
    }

    /** Counts the lines and points that a rectangle touches, with room for their marks. */
    private long hidden(Frame frame, Rectangle2D corner) {
        Rectangle2D around = new Rectangle2D.Double(
                corner.getX() - MARK,
                corner.getY() - MARK,
                corner.getWidth() + 2 * MARK,
                corner.getHeight() + 2 * MARK);
        return data.stream()
                .filter(line -> {
                    double[] from = frame.at(line.getX1(), line.getY1());
                    double[] to = frame.at(line.getX2(), line.getY2());
                    return around.intersectsLine(from[0], from[1], to[0], to[1]);
                })
                .count();
    }

    private void drawBar(Graphics2D g, Rectangle2D plot, double min, double max) {
        int x = (int) plot.getMaxX() + 18;
        int top = (int) plot.getY();
        int tall = (int) plot.getHeight();
        for (int i = 0; i < tall; i++) {
            g.setColor(barColors.at(1 - (double) i / (tall - 1)));
            g.fillRect(x, top + i, 18, 1);
        }
        g.setColor(Look.INK);
        g.setFont(Look.TICK_FONT);
        g.setStroke(new BasicStroke(1));
        double step = Frame.step(max - min, tall / 60.0);
        for (double value = Math.ceil(min / step - 1e-9) * step; value <= max + 1e-9 * step; value += step) {
            double at = top + tall - (value - min) / (max - min) * tall;
            g.draw(new Line2D.Double(x + 18, at, x + 22, at));
            g.drawString(Frame.label(value, step), x + 26, (float) at + 5);
        }
    }

    private static void mark(Graphics2D g, double x, double y, int kind) {
        double r = MARK;
        Path2D shape = new Path2D.Double();
        switch (kind % 4) {
            case 0 -> shape.append(new Ellipse2D.Double(x - r, y - r, 2 * r, 2 * r), false);
            case 1 -> polygon(shape, x, y - r, x + r, y + r, x - r, y + r);
            case 2 -> shape.append(new Rectangle2D.Double(x - r + 1, y - r + 1, 2 * r - 2, 2 * r - 2), false);
            default -> polygon(shape, x, y - r, x + r, y, x, y + r, x - r, y);
        }
        g.setColor(Look.color(kind));
        g.fill(shape);
        g.setColor(Color.WHITE);
        g.setStroke(new BasicStroke(1.2f));
        g.draw(shape);
    }

    private static void polygon(Path2D path, double... corners) {
        path.moveTo(corners[0], corners[1]);
        for (int i = 2; i < corners.length; i += 2) {
            path.lineTo(corners[i], corners[i + 1]);
        }
        path.closePath();
    }

    private static void arrow(Graphics2D g, double[] from, double[] to) {
        double dx = to[0] - from[0];
        double dy = to[1] - from[1];
        double length = Math.hypot(dx, dy);
        if (length < 2) {
            g.fill(new Ellipse2D.Double(from[0] - 1.2, from[1] - 1.2, 2.4, 2.4));
            return;
        }
        double head = Math.min(8, 0.5 * length);
        double ux = dx / length;
        double uy = dy / length;
        g.draw(new Line2D.Double(from[0], from[1], to[0] - 0.7 * head * ux, to[1] - 0.7 * head * uy));
        Path2D tip = new Path2D.Double();
        double bx = to[0] - head * ux;
        double by = to[1] - head * uy;
        double half = 0.42 * head;
        polygon(tip, to[0], to[1], bx - half * uy, by + half * ux, bx + half * uy, by - half * ux);
        g.fill(tip);
    }

    /** The line where the plane has the value, by the corners of each cell (marching squares). */
    private static void contour(Graphics2D g, Frame frame, Plane plane, double value) {
        double[][] z = plane.z();
        Path2D path = new Path2D.Double();
        for (int i = 0; i + 1 < plane.size(); i++) {
            for (int j = 0; j + 1 < plane.size(); j++) {
                List<double[]> crossings = new ArrayList<>(4);
                cross(crossings, plane, value, i, j, i, j + 1, z);
                cross(crossings, plane, value, i, j + 1, i + 1, j + 1, z);
                cross(crossings, plane, value, i + 1, j + 1, i + 1, j, z);
                cross(crossings, plane, value, i + 1, j, i, j, z);
                for (int k = 0; k + 1 < crossings.size(); k += 2) {
                    double[] a = frame.at(crossings.get(k)[0], crossings.get(k)[1]);
                    double[] b = frame.at(crossings.get(k + 1)[0], crossings.get(k + 1)[1]);
                    path.moveTo(a[0], a[1]);
                    path.lineTo(b[0], b[1]);
                }
            }
        }
        g.draw(path);
    }

    private static void cross(
            List<double[]> crossings, Plane plane, double value, int i, int j, int k, int l, double[][] z) {
        double a = z[i][j] - value;
        double b = z[k][l] - value;
        if (a < 0 != b < 0) {
            double part = a / (a - b);
            crossings.add(new double[] {
                plane.x(j) + part * (plane.x(l) - plane.x(j)), plane.y(i) + part * (plane.y(k) - plane.y(i))
            });
        }
    }
}

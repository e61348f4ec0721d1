package dev.autodiff.examples.draw;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/**
 * The surface z = f(x, y) over a rectangle, seen from above and aside without perspective, as a mesh of cells coloured by height. Far
 * cells are drawn first, so that near ones hide them.
 */
public final class Surface implements Drawing {
    private static final int CELLS = 60;
    private static final int HEIGHT = 620;
    /** About so many steps lie along each axis. */
    private static final int STEPS = 6;

    /** A tick so little beyond the end of an axis, in parts of it, is drawn: a surface may end at 0.999. */
    private static final double BEYOND = 0.02;

    private static final double SCALE = 205;

    /** How far from the middle numbers and titles stand beside the ground, whose border is at 1. */
    private static final double NUMBERS = 1.17;

    private static final double TITLES = 1.38;

    /** Where the eye is: so far around the z axis from the x axis, and so far above the ground. */
    private static final double AZIMUTH = Math.toRadians(-60);

    private static final double ELEVATION = Math.toRadians(32);

    /** From there the walls at these places are behind the surface, and the border of the ground opposite to them is near. */
    private static final double BACK_X = -1;

    private static final double BACK_Y = 1;

    private final Axes axes;
    private final Plane plane;
    private final double low;
    private final double high;

    private Surface(Axes axes, Plane plane, double low, double high) {
        this.axes = axes;
        this.plane = plane;
        this.low = low;
        this.high = high;
    }

    /** Returns the axes of a surface; {@code over} adds it. */
    public static Axes of(String title, String xTitle, String yTitle, String zTitle) {
        return new Axes(title, xTitle, yTitle, zTitle);
    }

    /** The titles of a surface. */
    public record Axes(String title, String xTitle, String yTitle, String zTitle) {
        /** Returns the surface of f, computed at all points at once, over x0 … x1 × y0 … y1. */
        public Surface over(double x0, double x1, double y0, double y1, PointFunction f) {
            Plane plane = Plane.of(new double[] {x0, x1, y0, y1}, CELLS + 1, f);
            double low = plane.min();
            return new Surface(this, plane, low, plane.max() > low ? plane.max() : low + 1);
        }
    }

    /** Returns the surface with heights and colours from one number to another, so that several can be compared. */
    public Surface heights(double from, double to) {
        if (!(from < to)) {
            throw new IllegalArgumentException("surface: expected heights from < to, got " + from + " and " + to);
        }
        return new Surface(axes, plane, from, to);
    }

    @Override
    public BufferedImage draw() {
        return new Painter().paint();
    }

    /** One drawing: places in the box −1 … 1 × −1 … 1 × −0.6 … 0.6 become pixels. */
    private final class Painter {
        private final BufferedImage image = Look.blank(Look.WIDTH, HEIGHT);
        private final Graphics2D g = Look.pen(image);
        private final double[] ticksX = ticks(plane.x0(), plane.x1());
        private final double[] ticksY = ticks(plane.y0(), plane.y1());
        private final double[] ticksZ = ticks(low, high);

        private BufferedImage paint() {
            box();
            List<int[]> cells = new ArrayList<>();
            for (int i = 0; i + 1 < plane.size(); i++) {
                for (int j = 0; j + 1 < plane.size(); j++) {
                    cells.add(new int[] {i, j});
                }
            }
            cells.sort(Comparator.comparingDouble((int[] cell) -> -depth(unit(cell[1] + 0.5), unit(cell[0] + 0.5))));
            for (int[] cell : cells) {
                cell(cell[0], cell[1]);
            }
            labels();
            g.setFont(Look.TITLE_FONT);
            g.setColor(Look.INK);
            g.drawString(axes.title, (Look.WIDTH - g.getFontMetrics().stringWidth(axes.title)) / 2, 32);
            g.dispose();
            return image;
        }

        private double unit(double index) {
            return 2 * index / (plane.size() - 1) - 1;
        }

        private double height(double z) {
            return 1.2 * (z - low) / (high - low) - 0.6;
        }

        /** How far a place of the ground is from the eye; heights do not matter for the order of columns. */
        private double depth(double x, double y) {
            return -(x * Math.cos(AZIMUTH) + y * Math.sin(AZIMUTH));
        }

        private double[] pixel(double x, double y, double z) {
            double across = -x * Math.sin(AZIMUTH) + y * Math.cos(AZIMUTH);
            double up = z * Math.cos(ELEVATION) + depth(x, y) * Math.sin(ELEVATION);
            return new double[] {Look.WIDTH / 2.0 + SCALE * across, HEIGHT / 2.0 + 10 - SCALE * up};
        }

        private void cell(int i, int j) {
            double[][] z = plane.z();
            double mean = (z[i][j] + z[i + 1][j] + z[i][j + 1] + z[i + 1][j + 1]) / 4;
            Path2D path = new Path2D.Double();
            corner(path, i, j, z, true);
            corner(path, i, j + 1, z, false);
            corner(path, i + 1, j + 1, z, false);
            corner(path, i + 1, j, z, false);
            path.closePath();
            Color color = ColorMap.SEQUENTIAL.at((mean - low) / (high - low));
            g.setColor(color);
            g.fill(path);
            // The same colour over the seams, then a mesh line at every third cell.
            g.setStroke(new BasicStroke(0.6f));
            g.draw(path);
            g.setColor(new Color(255, 255, 255, 90));
            if (i % 3 == 0) {
                edge(i, j, i, j + 1, z);
            }
            if (j % 3 == 0) {
                edge(i, j, i + 1, j, z);
            }
        }

        private void corner(Path2D path, int i, int j, double[][] z, boolean first) {
            double[] p = pixel(unit(j), unit(i), height(z[i][j]));
            if (first) {
                path.moveTo(p[0], p[1]);
            } else {
                path.lineTo(p[0], p[1]);
            }
        }

        private void edge(int i, int j, int k, int l, double[][] z) {
            line(pixel(unit(j), unit(i), height(z[i][j])), pixel(unit(l), unit(k), height(z[k][l])));
        }

        private void line(double[] a, double[] b) {
            g.draw(new Line2D.Double(a[0], a[1], b[0], b[1]));
        }

        /** The round numbers from one to another. */
        private static double[] ticks(double from, double to) {
            double step = step(from, to);
            long first = (long) Math.ceil((from - BEYOND * (to - from)) / step);
            long last = (long) Math.floor((to + BEYOND * (to - from)) / step);
            return LongStream.rangeClosed(first, last)
                    .mapToDouble(k -> k * step)
                    .toArray();
        }

        private static double step(double from, double to) {
            return Frame.step(to - from, STEPS);
        }

        /** Where a place of an axis lies between −1 and 1. */
        private static double part(double value, double from, double to) {
            return 2 * (value - from) / (to - from) - 1;
        }

        /** The ground, and the two walls behind the surface, with lines at the ticks and around them. */
        private void box() {
            g.setColor(new Color(0xC8, 0xC8, 0xC8));
            g.setStroke(new BasicStroke(1));
            for (double x : with(ticksX, plane.x0(), plane.x1())) {
                double u = part(x, plane.x0(), plane.x1());
                line(pixel(u, -1, -0.6), pixel(u, 1, -0.6));
                line(pixel(u, BACK_Y, -0.6), pixel(u, BACK_Y, 0.6));
            }
            for (double y : with(ticksY, plane.y0(), plane.y1())) {
                double u = part(y, plane.y0(), plane.y1());
                line(pixel(-1, u, -0.6), pixel(1, u, -0.6));
                line(pixel(BACK_X, u, -0.6), pixel(BACK_X, u, 0.6));
            }
            for (double z : with(ticksZ, low, high)) {
                double h = height(z);
                line(pixel(BACK_X, -1, h), pixel(BACK_X, 1, h));
                line(pixel(-1, BACK_Y, h), pixel(1, BACK_Y, h));
            }
        }

        private static double[] with(double[] ticks, double from, double to) {
            return DoubleStream.concat(DoubleStream.of(ticks), DoubleStream.of(from, to))
                    .toArray();
        }

        private void labels() {
            g.setFont(Look.TICK_FONT);
            g.setColor(Look.INK);
            for (double x : ticksX) {
                double u = part(x, plane.x0(), plane.x1());
                word(pixel(u, -NUMBERS * BACK_Y, -0.6), Frame.label(x, step(plane.x0(), plane.x1())));
            }
            for (double y : ticksY) {
                double u = part(y, plane.y0(), plane.y1());
                word(pixel(-NUMBERS * BACK_X, u, -0.6), Frame.label(y, step(plane.y0(), plane.y1())));
            }
            for (double z : ticksZ) {
                // The leftmost edge of a wall.
                double[] side = pixel(BACK_X, -BACK_Y, height(z));
                word(new double[] {side[0] - 26, side[1] - 4}, Frame.label(z, step(low, high)));
            }
            g.setFont(Look.AXIS_FONT);
            word(pixel(0, -TITLES * BACK_Y, -0.6), axes.xTitle);
            word(pixel(-TITLES * BACK_X, 0, -0.6), axes.yTitle);
            double[] top = pixel(BACK_X, -BACK_Y, 0.6);
            word(new double[] {top[0] - 10, top[1] - 26}, axes.zTitle);
        }

        private void word(double[] middle, String text) {
            g.drawString(
                    text, (float) (middle[0] - g.getFontMetrics().stringWidth(text) / 2.0), (float) (middle[1] + 5));
        }
    }
}

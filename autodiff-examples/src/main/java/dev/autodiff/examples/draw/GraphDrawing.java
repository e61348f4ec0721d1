package dev.autodiff.examples.draw;

import dev.autodiff.Graph;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.CubicCurve2D;
import java.awt.geom.Path2D;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A recorded graph as boxes and arrows. Values flow from left to right: an operation stands right of its inputs, a leaf just before its
 * first use, and each as high as what it leads to, where there is room.
 */
public final class GraphDrawing implements Drawing {
    private static final int COLUMN = 104;
    private static final int ROW = 78;
    private static final int BOX_WIDTH = 78;
    private static final int BOX_HEIGHT = 56;
    private static final int MARGIN = 24;
    private static final int TITLE = 52;
    private static final Font NAME = new Font(Font.SANS_SERIF, Font.BOLD, 15);
    private static final Font SMALL = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    private static final Color LEAF = new Color(0xDC, 0xEB, 0xF7);

    private final String title;
    private final List<Graph.Entry> nodes;
    private final int[] column;
    private final double[] row;

    private GraphDrawing(String title, List<Graph.Entry> nodes) {
        this.title = title;
        this.nodes = nodes;
        this.column = columns(nodes);
        this.row = rows(nodes, column);
    }

    /** Returns the drawing of a graph; a node shows its name, its operation and its shape. */
    public static GraphDrawing of(String title, Graph graph) {
        return new GraphDrawing(title, graph.nodes());
    }

    private static int[] columns(List<Graph.Entry> nodes) {
        int[] column = new int[nodes.size()];
        // Inputs have larger numbers than what is made of them.
        for (int i = nodes.size() - 1; i >= 0; i--) {
            for (Integer input : nodes.get(i).inputs()) {
                if (input != null) {
                    column[i] = Math.max(column[i], column[input] + 1);
                }
            }
        }
        for (Graph.Entry node : nodes) {
            if (node.isLeaf()) {
                column[node.id()] = usersOf(node, nodes).stream()
                        .mapToInt(user -> column[user.id()] - 1)
                        .min()
                        .orElse(0);
            }
        }
        return column;
    }

    private static List<Graph.Entry> usersOf(Graph.Entry node, List<Graph.Entry> nodes) {
        return nodes.stream()
                .filter(other -> other.inputs().contains(node.id()))
                .toList();
    }

    private static double[] rows(List<Graph.Entry> nodes, int[] column) {
        double[] row = new double[nodes.size()];
        int last = Arrays.stream(column).max().orElse(0);
        for (int c = last; c >= 0; c--) {
            List<Graph.Entry> here = new ArrayList<>();
            for (Graph.Entry node : nodes) {
                if (column[node.id()] == c) {
                    row[node.id()] = usersOf(node, nodes).stream()
                            .mapToDouble(user -> row[user.id()])
                            .average()
                            .orElse(0);
                    here.add(node);
                }
            }
            // Operations keep their height if they can; leaves make room.
            here.sort(Comparator.comparing(Graph.Entry::isLeaf)
                    .thenComparingDouble(node -> row[node.id()])
                    .thenComparing(Graph.Entry::id, Comparator.reverseOrder()));
            for (int i = 0; i < here.size(); i++) {
                double wanted = row[here.get(i).id()];
                List<Graph.Entry> placed = here.subList(0, i);
                int away = 0;
                while (taken(placed, row, wanted + away)) {
                    away = away > 0 ? -away : 1 - away;
                }
                row[here.get(i).id()] = wanted + away;
            }
        }
        double top = Arrays.stream(row).min().orElse(0);
        return Arrays.stream(row).map(r -> r - top).toArray();
    }

    private static boolean taken(List<Graph.Entry> placed, double[] row, double wanted) {
        return placed.stream().anyMatch(node -> Math.abs(row[node.id()] - wanted) < 0.99);
    }

    private double x(Graph.Entry node) {
        return MARGIN + column[node.id()] * (double) COLUMN;
    }

    private double y(Graph.Entry node) {
        return TITLE + row[node.id()] * ROW;
    }

    @Override
    public BufferedImage draw() {
        int columns = Arrays.stream(column).max().orElse(0);
        double rows = Arrays.stream(row).max().orElse(0);
        BufferedImage image = Look.blank(Math.max(2 * MARGIN + columns * COLUMN + BOX_WIDTH, 360), (int)
                Math.ceil(TITLE + rows * ROW + BOX_HEIGHT + MARGIN));
        Graphics2D g = Look.pen(image);
        g.setFont(Look.TITLE_FONT);
        g.drawString(title, (image.getWidth() - g.getFontMetrics().stringWidth(title)) / 2, 30);
        for (Graph.Entry node : nodes) {
            for (Integer input : node.inputs()) {
                if (input != null) {
                    edge(g, nodes.get(input), node);
                }
            }
        }
        for (Graph.Entry node : nodes) {
            box(g, node);
        }
        g.dispose();
        return image;
    }

    private void edge(Graphics2D g, Graph.Entry from, Graph.Entry to) {
        double x0 = x(from) + BOX_WIDTH;
        double y0 = y(from) + BOX_HEIGHT / 2.0;
        double x1 = x(to);
        double y1 = y(to) + BOX_HEIGHT / 2.0 + Math.signum(y0 - y(to) - BOX_HEIGHT / 2.0) * 12;
        double bend = (x1 - x0) / 2;
        g.setColor(Look.INK);
        g.setStroke(new BasicStroke(1.4f));
        g.draw(new CubicCurve2D.Double(x0, y0, x0 + bend, y0, x1 - 7 - bend, y1, x1 - 6, y1));
        Path2D tip = new Path2D.Double();
        tip.moveTo(x1, y1);
        tip.lineTo(x1 - 8, y1 - 4);
        tip.lineTo(x1 - 8, y1 + 4);
        tip.closePath();
        g.fill(tip);
    }

    private void box(Graphics2D g, Graph.Entry node) {
        double round = node.isLeaf() ? 4 : 22;
        RoundRectangle2D box = new RoundRectangle2D.Double(x(node), y(node), BOX_WIDTH, BOX_HEIGHT, round, round);
        g.setColor(node.isLeaf() ? LEAF : Color.WHITE);
        g.fill(box);
        g.setColor(Look.color(0));
        g.setStroke(new BasicStroke(1.6f));
        g.draw(box);
        String name = node.name();
        g.setColor(Look.INK);
        if (name == null) {
            line(g, NAME, node.operation(), node, 24);
        } else {
            line(g, NAME, name, node, node.isLeaf() ? 25 : 19);
            line(g, SMALL, node.isLeaf() ? "" : node.operation(), node, 34);
        }
        g.setColor(new Color(0x66, 0x66, 0x66));
        line(g, SMALL, node.shape().toString(), node, 49);
    }

    private void line(Graphics2D g, Font font, String text, Graph.Entry node, int down) {
        g.setFont(font);
        int width = g.getFontMetrics().stringWidth(text);
        g.drawString(text, (float) (x(node) + (BOX_WIDTH - width) / 2.0), (float) (y(node) + down));
    }
}

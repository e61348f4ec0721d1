package dev.autodiff.examples.draw;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;

/** Several drawings in one picture, row by row. */
public final class Panels implements Drawing {
    private final int columns;
    private final List<Drawing> panels;

    private Panels(int columns, List<? extends Drawing> panels) {
        this.columns = columns;
        this.panels = List.copyOf(panels);
    }

    public static Panels of(int columns, List<? extends Drawing> panels) {
        return new Panels(columns, panels);
    }

    public static Panels of(int columns, Drawing... panels) {
        return new Panels(columns, List.of(panels));
    }

    @Override
    public BufferedImage draw() {
        List<BufferedImage> images = panels.stream().map(Drawing::draw).toList();
        int width = images.stream().mapToInt(BufferedImage::getWidth).max().orElse(1);
        int height = images.stream().mapToInt(BufferedImage::getHeight).max().orElse(1);
        int rows = (images.size() + columns - 1) / columns;
        BufferedImage all = Look.blank(columns * width, rows * height);
        Graphics2D g = all.createGraphics();
        for (int i = 0; i < images.size(); i++) {
            g.drawImage(images.get(i), i % columns * width, i / columns * height, null);
        }
        g.dispose();
        return all;
    }
}

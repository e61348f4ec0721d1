package dev.autodiff.examples.draw;

import dev.autodiff.Tensor;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/** A grid of small images made of tensors, each with words below it: black ones at the left, vermilion ones at the right. */
public final class Images implements Drawing {
    private static final int GAP = 10;
    private static final int CAPTION = 22;
    private static final int TITLE = 44;
    private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 13);

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Image(double[] values, int height, int width, int channels, String left, String right) {}

    private final String title;
    private final int columns;
    private final int zoom;
    private final List<Image> images = new ArrayList<>();
    private double low;
    private double high = 1;

    private Images(String title, int columns, int zoom) {
        this.title = title;
        this.columns = columns;
        this.zoom = zoom;
    }

    /** Returns an empty grid; a pixel of an image takes {@code zoom × zoom} pixels of the picture. */
    public static Images of(String title, int columns, int zoom) {
        return new Images(title, columns, zoom);
    }

    /** Sets the values that are drawn black and white, 0 and 1 otherwise. */
    public Images range(double black, double white) {
        low = black;
        high = white;
        return this;
    }

    /**
     * Adds an image.
     *
     * @param pixels [height, width] in grey, or [height, width, 3] in colours
     */
    public Images add(Tensor pixels, String left, String right) {
        boolean colored = pixels.rank() == 3 && pixels.size(2) == 3;
        if (pixels.rank() != 2 && !colored) {
            throw new IllegalArgumentException(
                    "images: expected [height, width] or [height, width, 3], got " + pixels.shape());
        }
        double[] values = pixels.to(dev.autodiff.shape.DType.FLOAT64).toDoubleArray();
        images.add(new Image(values, pixels.size(0), pixels.size(1), colored ? 3 : 1, left, right));
        return this;
    }

    public Images add(Tensor pixels, String caption) {
        return add(pixels, caption, "");
    }

    @Override
    public BufferedImage draw() {
        int side = zoom * images.stream().mapToInt(Image::width).max().orElse(1);
        int tall = zoom * images.stream().mapToInt(Image::height).max().orElse(1);
        boolean captions = images.stream().anyMatch(i -> !i.left.isEmpty() || !i.right.isEmpty());
        int rows = Math.max(1, (images.size() + columns - 1) / columns);
        int caption = captions ? CAPTION : 0;
        int width = GAP + columns * (side + GAP);
        int height = TITLE + rows * (tall + caption + GAP) + GAP;
        BufferedImage all = Look.blank(width, height);
        Graphics2D g = Look.pen(all);
        g.setFont(Look.TITLE_FONT);
        g.drawString(title, GAP, TITLE - 16);
        g.setFont(FONT);
        for (int i = 0; i < images.size(); i++) {
            Image image = images.get(i);
            int x = GAP + i % columns * (side + GAP);
            int y = TITLE + i / columns * (tall + caption + GAP);
            g.drawImage(raster(image), x, y, zoom * image.width, zoom * image.height, null);
            g.setColor(Look.INK);
            g.drawString(image.left, x, y + tall + 15);
            g.setColor(Look.color(1));
            g.drawString(image.right, x + side - g.getFontMetrics().stringWidth(image.right), y + tall + 15);
        }
        g.dispose();
        return all;
    }

    private BufferedImage raster(Image image) {
        BufferedImage raster = new BufferedImage(image.width, image.height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < image.width * image.height; i++) {
            int first = i * image.channels;
            int red = level(image.values[first]);
            int green = image.channels == 3 ? level(image.values[first + 1]) : red;
            int blue = image.channels == 3 ? level(image.values[first + 2]) : red;
            raster.setRGB(i % image.width, i / image.width, new Color(red, green, blue).getRGB());
        }
        return raster;
    }

    private int level(double value) {
        return (int) Math.round(255 * Math.min(1, Math.max(0, (value - low) / (high - low))));
    }
}

package dev.autodiff.examples;

import dev.autodiff.Tensor;
import dev.autodiff.examples.page.ProgramException;
import dev.autodiff.shape.Shape;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/** Brings a picture file into the form of the MNIST digits: 28 × 28, 0 for the ground and 1 for the ink. */
final class DigitImage {
    private static final int SIDE = DigitModel.SIDE;
    /** MNIST's digits were scaled to fit this box. */
    private static final int BOX = 20;

    private static final long MOST_PIXELS = 50_000_000;
    /** What differs less from the ground than this part of the strongest ink is ground. */
    private static final double INK = 0.2;

    private DigitImage() {}

    /** Reads a picture of any size as [28, 28]. */
    static Tensor read(Path file) {
        BufferedImage picture = decode(file);
        double[][] ink = ink(picture);
        double[][] digit = picture.getWidth() == SIDE && picture.getHeight() == SIDE ? ink : asMnist(ink);
        float[] values = new float[SIDE * SIDE];
        for (int r = 0; r < SIDE; r++) {
            for (int c = 0; c < SIDE; c++) {
                values[r * SIDE + c] = (float) digit[r][c];
            }
        }
        return Tensor.of(values, Shape.of(SIDE, SIDE));
    }

    private static BufferedImage decode(Path file) {
        try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new ProgramException(file + ": expected a PNG, JPEG, GIF or BMP picture, this is none");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in);
                long width = reader.getWidth(0);
                long height = reader.getHeight(0);
                if (width * height > MOST_PIXELS) {
                    throw new ProgramException(
                            file + ": expected at most " + MOST_PIXELS + " pixels, got " + width + " × " + height);
                }
                return reader.read(0);
            } finally {
                reader.dispose();
            }
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new ProgramException(file + ": the picture is damaged: " + e.getMessage(), e);
        }
    }

    /** Grey values from 0 for the ground to 1; the ground is the side of the scale that the border's mean lies on. */
    private static double[][] ink(BufferedImage picture) {
        int width = picture.getWidth();
        int height = picture.getHeight();
        BufferedImage opaque = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        boolean plainGrey = picture.getType() == BufferedImage.TYPE_BYTE_GRAY;
        if (!plainGrey) {
            Graphics2D g = opaque.createGraphics();
            g.drawImage(picture, 0, 0, Color.WHITE, null);
            g.dispose();
        }
        double[][] grey = new double[height][width];
        double border = 0;
        for (int r = 0; r < height; r++) {
            for (int c = 0; c < width; c++) {
                if (plainGrey) {
                    // As stored: drawing would convert between grey scales.
                    grey[r][c] = picture.getRaster().getSample(c, r, 0) / 255.0;
                } else {
                    int rgb = opaque.getRGB(c, r);
                    grey[r][c] = (0.299 * (rgb >> 16 & 255) + 0.587 * (rgb >> 8 & 255) + 0.114 * (rgb & 255)) / 255;
                }
                if (r == 0 || c == 0 || r == height - 1 || c == width - 1) {
                    border += grey[r][c];
                }
            }
        }
        int borderPixels = width == 1 || height == 1 ? width * height : 2 * (width + height) - 4;
        if (border / borderPixels > 0.5) {
            for (double[] row : grey) {
                for (int c = 0; c < row.length; c++) {
                    row[c] = 1 - row[c];
                }
            }
        }
        return grey;
    }

    /** Cuts the ink out, scales it to fit the box and lays its centre of mass into the middle. */
    private static double[][] asMnist(double[][] ink) {
        int height = ink.length;
        int width = ink[0].length;
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (double[] row : ink) {
            for (double v : row) {
                low = Math.min(low, v);
                high = Math.max(high, v);
            }
        }
        double[][] digit = new double[SIDE][SIDE];
        if (high - low < 1e-3) {
            return digit; // blank paper
        }
        int top = height;
        int bottom = -1;
        int left = width;
        int right = -1;
        for (int r = 0; r < height; r++) {
            for (int c = 0; c < width; c++) {
                ink[r][c] = (ink[r][c] - low) / (high - low);
                if (ink[r][c] > INK) {
                    top = Math.min(top, r);
                    bottom = Math.max(bottom, r);
                    left = Math.min(left, c);
                    right = Math.max(right, c);
                }
            }
        }
        double scale = Math.max(bottom - top + 1, right - left + 1) / (double) BOX;
        int rows = Math.max(1, (int) Math.round((bottom - top + 1) / scale));
        int columns = Math.max(1, (int) Math.round((right - left + 1) / scale));
        double[][] box = new double[rows][columns];
        double mass = 0;
        double rowMoment = 0;
        double columnMoment = 0;
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                box[r][c] = average(
                        ink,
                        top + r * (bottom - top + 1.0) / rows,
                        top + (r + 1) * (bottom - top + 1.0) / rows,
                        left + c * (right - left + 1.0) / columns,
                        left + (c + 1) * (right - left + 1.0) / columns);
                mass += box[r][c];
                rowMoment += box[r][c] * (r + 0.5);
                columnMoment += box[r][c] * (c + 0.5);
            }
        }
        int firstRow = clamp((int) Math.round(SIDE / 2.0 - rowMoment / mass), SIDE - rows);
        int firstColumn = clamp((int) Math.round(SIDE / 2.0 - columnMoment / mass), SIDE - columns);
        for (int r = 0; r < rows; r++) {
            System.arraycopy(box[r], 0, digit[firstRow + r], firstColumn, columns);
        }
        return digit;
    }

    private static int clamp(int value, int most) {
        return Math.max(0, Math.min(most, value));
    }

    /** The mean over a rectangle whose sides may cut pixels. */
    private static double average(double[][] ink, double top, double bottom, double left, double right) {
        double sum = 0;
        double area = 0;
        for (int r = (int) top; r < Math.min(ink.length, Math.ceil(bottom)); r++) {
            double h = Math.min(bottom, r + 1) - Math.max(top, r);
            for (int c = (int) left; c < Math.min(ink[0].length, Math.ceil(right)); c++) {
                double w = Math.min(right, c + 1) - Math.max(left, c);
                sum += ink[r][c] * h * w;
                area += h * w;
            }
        }
        return area == 0 ? 0 : sum / area;
    }
}

package dev.autodiff.examples.draw;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * 256 colours for a list of images, the same for all, so that nothing flickers: the most frequent ones, told by five bits of red, green
 * and blue. Other colours take the nearest of them; nothing is dithered, which would stipple even grounds and make files large.
 */
final class Palette {
    private static final int BITS = 5;
    private static final int CELLS = 1 << (3 * BITS);
    private static final int COLORS = 256;

    private final IndexColorModel model;
    private final byte[] nearest = new byte[CELLS];

    private Palette(int[] colors) {
        model = new IndexColorModel(8, colors.length, colors, 0, false, -1, DataBuffer.TYPE_BYTE);
        for (int cell = 0; cell < CELLS; cell++) {
            int best = 0;
            for (int i = 1; i < colors.length; i++) {
                best = distance(middle(cell), colors[i]) < distance(middle(cell), colors[best]) ? i : best;
            }
            nearest[cell] = (byte) best;
        }
    }

    static Palette of(List<BufferedImage> images) {
        long[] count = new long[CELLS];
        long[][] sum = new long[3][CELLS];
        for (BufferedImage image : images) {
            for (int rgb : pixels(image)) {
                int cell = cell(rgb);
                count[cell]++;
                for (int c = 0; c < 3; c++) {
                    sum[c][cell] += (rgb >> (8 * c)) & 0xFF;
                }
            }
        }
        int[] colors = IntStream.range(0, CELLS)
                .filter(cell -> count[cell] > 0)
                .boxed()
                .sorted(Comparator.comparingLong(cell -> -count[cell]))
                .limit(COLORS)
                .mapToInt(cell -> {
                    int rgb = 0;
                    for (int c = 0; c < 3; c++) {
                        rgb |= (int) ((sum[c][cell] + count[cell] / 2) / count[cell]) << (8 * c);
                    }
                    return rgb;
                })
                .toArray();
        // The format knows tables of powers of two only.
        return new Palette(Arrays.copyOf(colors, COLORS));
    }

    /** Returns the image in these colours. */
    BufferedImage apply(BufferedImage image) {
        BufferedImage result =
                new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_BYTE_INDEXED, model);
        int[] pixels = pixels(image);
        byte[] indices = new byte[pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            indices[i] = nearest[cell(pixels[i])];
        }
        result.getRaster().setDataElements(0, 0, image.getWidth(), image.getHeight(), indices);
        return result;
    }

    private static int[] pixels(BufferedImage image) {
        return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    }

    private static int cell(int rgb) {
        return (rgb >> 19 & 0x1F) << 10 | (rgb >> 11 & 0x1F) << 5 | (rgb >> 3 & 0x1F);
    }

    private static int middle(int cell) {
        return (cell >> 10) << 19 | (cell >> 5 & 0x1F) << 11 | (cell & 0x1F) << 3 | 0x040404;
    }

    private static int distance(int a, int b) {
        int sum = 0;
        for (int shift = 0; shift < 24; shift += 8) {
            int d = (a >> shift & 0xFF) - (b >> shift & 0xFF);
            sum += d * d;
        }
        return sum;
    }
}

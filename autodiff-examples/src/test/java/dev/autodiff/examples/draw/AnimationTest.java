package dev.autodiff.examples.draw;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.Test;

class AnimationTest {
    /** Colours from one to another over 200 columns. */
    private static BufferedImage ramp(int first, int last) {
        BufferedImage image = new BufferedImage(200, 20, BufferedImage.TYPE_INT_RGB);
        for (int x = 0; x < 200; x++) {
            int rgb = 0;
            for (int shift = 0; shift < 24; shift += 8) {
                int from = first >> shift & 0xFF;
                int to = last >> shift & 0xFF;
                rgb |= (from + (to - from) * x / 199) << shift;
            }
            for (int y = 0; y < 20; y++) {
                image.setRGB(x, y, rgb);
            }
        }
        return image;
    }

    @Test
    void colorsStayAsTheyAreUpToFiveBits() throws IOException {
        List<BufferedImage> frames = List.of(ramp(0xFFFFFF, 0xE69F00), ramp(0xFFFFFF, 0x3B8BC2));
        byte[] gif = Animation.gif(List.of(() -> frames.get(0), () -> frames.get(1)), 100);
        ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
        try (ImageInputStream stream = ImageIO.createImageInputStream(new ByteArrayInputStream(gif))) {
            reader.setInput(stream);
            assertEquals(2, reader.getNumImages(true));
            for (int i = 0; i < 2; i++) {
                BufferedImage read = reader.read(i);
                for (int x = 0; x < 200; x++) {
                    int expected = frames.get(i).getRGB(x, 3);
                    int actual = read.getRGB(x, 3);
                    for (int shift = 0; shift < 24; shift += 8) {
                        int difference = Math.abs((expected >> shift & 0xFF) - (actual >> shift & 0xFF));
                        assertTrue(difference <= 8, i + ", column " + x + ": " + Integer.toHexString(actual));
                    }
                    assertEquals(actual, read.getRGB(x, 16), "no dither: rows are alike");
                }
            }
        }
    }
}

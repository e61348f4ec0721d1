package dev.autodiff.examples.draw;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/** Something that can be drawn as often as one likes, each time the same. */
@FunctionalInterface
public interface Drawing {
    BufferedImage draw();

    /** Returns the drawing as the bytes of a PNG file. */
    default byte[] png() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ImageIO.write(draw(), "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory does not fail", e);
        }
        return out.toByteArray();
    }
}

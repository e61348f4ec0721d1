package dev.autodiff.examples.draw;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOInvalidTreeException;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;

/** Drawings one after the other, as an animated GIF that repeats for ever. */
public final class Animation {
    private static final String FORMAT = "javax_imageio_gif_image_1.0";

    private Animation() {}

    /** Returns the bytes of a GIF file that shows each frame for so many milliseconds, the last one four times as long. */
    public static byte[] gif(List<? extends Drawing> frames, int milliseconds) {
        List<BufferedImage> images = frames.stream().map(Drawing::draw).toList();
        Palette palette = Palette.of(images);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
        try (ImageOutputStream stream = ImageIO.createImageOutputStream(out)) {
            writer.setOutput(stream);
            writer.prepareWriteSequence(null);
            for (int i = 0; i < images.size(); i++) {
                BufferedImage frame = palette.apply(images.get(i));
                int hundredths = Math.max(2, milliseconds / 10) * (i == images.size() - 1 ? 4 : 1);
                writer.writeToSequence(new IIOImage(frame, null, metadata(writer, frame, hundredths)), null);
            }
            writer.endWriteSequence();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory does not fail", e);
        } finally {
            writer.dispose();
        }
        return out.toByteArray();
    }

    private static IIOMetadata metadata(ImageWriter writer, BufferedImage frame, int hundredths)
            throws IIOInvalidTreeException {
        IIOMetadata metadata = writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(frame), null);
        IIOMetadataNode root = (IIOMetadataNode) metadata.getAsTree(FORMAT);
        IIOMetadataNode control = child(root, "GraphicControlExtension");
        control.setAttribute("disposalMethod", "none");
        control.setAttribute("userInputFlag", "FALSE");
        control.setAttribute("transparentColorFlag", "FALSE");
        control.setAttribute("delayTime", Integer.toString(hundredths));
        control.setAttribute("transparentColorIndex", "0");
        IIOMetadataNode repeat = new IIOMetadataNode("ApplicationExtension");
        repeat.setAttribute("applicationID", "NETSCAPE");
        repeat.setAttribute("authenticationCode", "2.0");
        repeat.setUserObject(new byte[] {1, 0, 0});
        child(root, "ApplicationExtensions").appendChild(repeat);
        addColors(root, (IndexColorModel) frame.getColorModel());
        metadata.setFromTree(FORMAT, root);
        return metadata;
    }

    /** Without them the writer takes a table of its own for all frames. */
    private static void addColors(IIOMetadataNode root, IndexColorModel colors) {
        IIOMetadataNode table = child(root, "LocalColorTable");
        while (table.hasChildNodes()) {
            table.removeChild(table.getFirstChild());
        }
        table.setAttribute("sizeOfLocalColorTable", Integer.toString(colors.getMapSize()));
        table.setAttribute("sortFlag", "FALSE");
        for (int i = 0; i < colors.getMapSize(); i++) {
            IIOMetadataNode entry = new IIOMetadataNode("ColorTableEntry");
            entry.setAttribute("index", Integer.toString(i));
            entry.setAttribute("red", Integer.toString(colors.getRed(i)));
            entry.setAttribute("green", Integer.toString(colors.getGreen(i)));
            entry.setAttribute("blue", Integer.toString(colors.getBlue(i)));
            table.appendChild(entry);
        }
    }

    private static IIOMetadataNode child(IIOMetadataNode root, String name) {
        for (int i = 0; i < root.getLength(); i++) {
            if (root.item(i).getNodeName().equals(name)) {
                return (IIOMetadataNode) root.item(i);
            }
        }
        IIOMetadataNode node = new IIOMetadataNode(name);
        root.appendChild(node);
        return node;
    }
}

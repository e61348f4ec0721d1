package dev.autodiff.nn.data;

import dev.autodiff.Tensor;
import dev.autodiff.nn.io.FormatException;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.DTypeException;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.BiFunction;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads IDX files of unsigned bytes, the format of the MNIST digits, plain or packed with gzip: two zero bytes, the type 8, the number
 * of axes, their sizes (four bytes each, big-endian), then the elements in row-major order. See
 * <a href="http://yann.lecun.com/exdb/mnist/">yann.lecun.com/exdb/mnist</a>.
 *
 * <p>A file that is damaged, or shorter or longer than its header says, is a {@link FormatException}; one that cannot be read an
 * {@link UncheckedIOException}. No more memory is taken than the file's bytes account for, whatever its header claims.
 */
public final class Idx {
    private static final int UNSIGNED_BYTE = 8;
    private static final int MOST_AXES = 16;
    private static final int BUFFER = 1 << 16;
    /** No gzip file unpacks to more than this many times its size (zlib's technical notes give 1032). */
    private static final long BEST_PACKING = 1032;

    private final String source;
    private final boolean packed;
    private final long mostBytes;
    private final InputStream in;

    private Idx(String source, boolean packed, long mostBytes, InputStream in) {
        this.source = source;
        this.packed = packed;
        this.mostBytes = mostBytes;
        this.in = in;
    }

    /**
     * Reads images [n, rows, columns], or of any other rank, as numbers from 0 to 1: the bytes divided by 255.
     *
     * @param dtype float32 or float64
     */
    public static Tensor images(Path file, DType dtype) {
        if (!dtype.isFloating()) {
            throw new DTypeException("images: expected float32 or float64, got " + dtype);
        }
        return read(file, (shape, bytes) -> dtype == DType.FLOAT64 ? doubles(shape, bytes) : floats(shape, bytes));
    }

    /** Reads labels [n], or of any other rank, as int64 from 0 to 255. */
    public static Tensor labels(Path file) {
        return read(file, Idx::longs);
    }

    private static Tensor floats(Shape shape, byte[] bytes) {
        float[] values = new float[bytes.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (bytes[i] & 0xFF) / 255f;
        }
        return Tensor.of(values, shape);
    }

    private static Tensor doubles(Shape shape, byte[] bytes) {
        double[] values = new double[bytes.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (bytes[i] & 0xFF) / 255.0;
        }
        return Tensor.of(values, shape);
    }

    private static Tensor longs(Shape shape, byte[] bytes) {
        long[] values = new long[bytes.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = bytes[i] & 0xFF;
        }
        return Tensor.of(values, shape);
    }

    private static Tensor read(Path file, BiFunction<Shape, byte[], Tensor> convert) {
        String source = file.toString();
        try (FileChannel channel = FileChannel.open(file);
                InputStream raw = new BufferedInputStream(Channels.newInputStream(channel), BUFFER)) {
            raw.mark(2);
            boolean packed = raw.read() == 0x1F && raw.read() == 0x8B;
            raw.reset();
            long size = channel.size();
            if (!packed) {
                return new Idx(source, false, size, raw).content(convert);
            }
            try (InputStream unpacked = new GZIPInputStream(raw, BUFFER)) {
                return new Idx(source, true, Math.multiplyExact(size, BEST_PACKING), unpacked).content(convert);
            }
        } catch (ZipException e) {
            throw new FormatException(source, "gzip", "packed data", String.valueOf(e.getMessage()), e);
        } catch (EOFException e) {
            throw new FormatException(source, "gzip", "packed data and its checksum", "the end of the file", e);
        } catch (IOException e) {
            throw new UncheckedIOException("idx: " + file + " could not be read: " + e, e);
        }
    }

    private Tensor content(BiFunction<Shape, byte[], Tensor> convert) throws IOException {
        byte[] magic = in.readNBytes(4);
        if (magic.length < 4 || magic[0] != 0 || magic[1] != 0) {
            throw fault("magic number at byte 0", "0 0 8 and the number of axes", text(magic));
        }
        if (magic[2] != UNSIGNED_BYTE) {
            throw fault("element type at byte 2", "8, unsigned bytes", Integer.toString(magic[2] & 0xFF));
        }
        int rank = magic[3] & 0xFF;
        if (rank < 1 || rank > MOST_AXES) {
            throw fault("number of axes at byte 3", "1 to " + MOST_AXES, Integer.toString(rank));
        }
        Shape shape = shape(rank);
        long header = 4 + 4L * rank;
        long needed = header + shape.size();
        if (packed ? needed > mostBytes : needed != mostBytes) {
            throw fault(
                    "sizes " + shape + " from byte 4 on",
                    packed ? "at most " + mostBytes + " bytes unpacked" : mostBytes + " bytes, the file's size",
                    needed + " with the header");
        }
        byte[] bytes = in.readNBytes(shape.size()); // grows with what is there
        if (bytes.length < shape.size()) {
            throw fault(
                    "elements from byte " + header + " on",
                    shape.size() + " for " + shape,
                    bytes.length + " before the end");
        }
        if (in.read() != -1) { // the end of a packed file is also where its checksum is compared
            throw fault("byte " + needed, "the end of the file after " + shape, "more data");
        }
        return convert.apply(shape, bytes);
    }

    private Shape shape(int rank) throws IOException {
        byte[] bytes = in.readNBytes(4 * rank);
        if (bytes.length < 4 * rank) {
            throw fault("sizes at byte 4", 4 * rank + " bytes for " + rank + " axes", Integer.toString(bytes.length));
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        int[] sizes = new int[rank];
        for (int i = 0; i < rank; i++) {
            sizes[i] = buffer.getInt();
            if (sizes[i] < 0) {
                throw fault(
                        "size of axis " + i + " at byte " + (4 + 4 * i),
                        "at most 2147483647",
                        Integer.toUnsignedString(sizes[i]));
            }
        }
        try {
            return Shape.of(sizes);
        } catch (ShapeException e) {
            throw new FormatException(
                    source, "IDX sizes at byte 4", "at most 2147483647 elements", Arrays.toString(sizes), e);
        }
    }

    private FormatException fault(String where, String expected, String actual) {
        return new FormatException(source, (packed ? "IDX (unpacked) " : "IDX ") + where, expected, actual);
    }

    private static String text(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte b : bytes) {
            text.append(text.length() == 0 ? "" : " ").append(b & 0xFF);
        }
        return bytes.length == 0 ? "an empty file" : text.toString();
    }
}

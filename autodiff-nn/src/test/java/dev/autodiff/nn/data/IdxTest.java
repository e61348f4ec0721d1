package dev.autodiff.nn.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.nn.io.FormatException;
import dev.autodiff.nn.io.Mutations;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.DTypeException;
import dev.autodiff.shape.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxTest {
    @TempDir
    Path folder;

    private static byte[] idx(int type, int[] sizes, byte... elements) {
        ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * sizes.length + elements.length);
        bytes.put((byte) 0).put((byte) 0).put((byte) type).put((byte) sizes.length);
        for (int n : sizes) {
            bytes.putInt(n);
        }
        return bytes.put(elements).array();
    }

    private static byte[] random(int count) {
        byte[] bytes = new byte[count];
        Generator generator = Generator.seeded(1);
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) generator.nextInt(256);
        }
        return bytes;
    }

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("file"), bytes);
    }

    @Test
    void imagesAreReadAsFractionsPlainOrPacked() throws IOException {
        byte[] bytes = idx(8, new int[] {2, 1, 3}, (byte) 0, (byte) 51, (byte) 255, (byte) 102, (byte) 1, (byte) 128);
        for (byte[] form : List.of(bytes, gzip(bytes))) {
            Tensor images = Idx.images(file(form), DType.FLOAT64);
            assertEquals(Shape.of(2, 1, 3), images.shape());
            assertArrayEquals(new double[] {0, 0.2, 1, 0.4, 1 / 255.0, 128 / 255.0}, images.toDoubleArray());
            assertArrayEquals(
                    images.to(DType.FLOAT32).toFloatArray(),
                    Idx.images(file(form), DType.FLOAT32).toFloatArray());
            assertThrows(DTypeException.class, () -> Idx.images(folder.resolve("file"), DType.INT64));
        }
    }

    @Test
    void labelsAreReadAsWholeNumbers() throws IOException {
        byte[] bytes = idx(8, new int[] {3}, (byte) 7, (byte) 0, (byte) 255);
        for (byte[] form : List.of(bytes, gzip(bytes))) {
            assertArrayEquals(new long[] {7, 0, 255}, Idx.labels(file(form)).toLongArray());
        }
        assertEquals(0, Idx.labels(file(idx(8, new int[] {0}))).size());
    }

    private void refuse(String message, byte[] bytes) throws IOException {
        Path file = file(bytes);
        FormatException e = assertThrows(FormatException.class, () -> Idx.labels(file));
        assertTrue(e.getMessage().startsWith(file.toString()) && e.getMessage().contains(message), e.getMessage());
    }

    @Test
    void whatIsWrongIsNamed() throws IOException {
        byte[] good = idx(8, new int[] {5}, new byte[5]);
        refuse("an empty file", new byte[0]);
        refuse("magic number", new byte[] {0, 0, 8});
        refuse("magic number", "not an idx file".getBytes(StandardCharsets.US_ASCII));
        refuse("expected 8, unsigned bytes, got 13", idx(13, new int[] {1}, new byte[4]));
        refuse("number of axes", idx(8, new int[0]));
        refuse("number of axes", idx(8, new int[17]));
        refuse("sizes at byte 4: expected 8 bytes for 2 axes, got 3", new byte[] {0, 0, 8, 2, 0, 0, 0});
        refuse("expected 12 bytes, the file's size, got 13", Arrays.copyOf(good, 12));
        refuse("expected 14 bytes, the file's size, got 13", Arrays.copyOf(good, 14));
        refuse("got 4294967295", idx(8, new int[] {-1}, new byte[5]));
        refuse("at most 2147483647 elements", idx(8, new int[] {1 << 16, 1 << 16}, new byte[5]));
        byte[] packed = gzip(good);
        refuse("gzip", Arrays.copyOf(packed, packed.length - 1));
        refuse("gzip", new byte[] {0x1F, (byte) 0x8B});
        refuse("IDX (unpacked) elements from byte 8 on: expected 6", gzip(idx(8, new int[] {6}, new byte[5])));
        refuse("the end of the file after [4]", gzip(idx(8, new int[] {4}, new byte[5])));
        packed[packed.length - 8] ^= 1;
        refuse("gzip", packed);
    }

    @Test
    void aHeaderThatClaimsTooMuchTakesNoMemory() throws IOException {
        int[] huge = {2_147_483_647};
        refuse("the file's size", idx(8, huge, new byte[5]));
        refuse("bytes unpacked", gzip(idx(8, huge, new byte[5])));
    }

    @Test
    void aPackedFileIsUnpackedNoFurtherThanItsHeaderSays() throws IOException {
        byte[] bomb = gzip(Arrays.copyOf(idx(8, new int[] {10}), 50_000_000));
        assertTimeout(Duration.ofSeconds(5), () -> refuse("the end of the file after [10]", bomb));
    }

    @Test
    void aMissingFileIsNamed() {
        UncheckedIOException e = assertThrows(UncheckedIOException.class, () -> Idx.labels(folder.resolve("nowhere")));
        assertTrue(e.getMessage().contains("nowhere"), e.getMessage());
    }

    @Test
    void damagedFilesAreReadOrRefused() {
        byte[] images = idx(8, new int[] {3, 4, 5}, random(60));
        byte[] labels = idx(8, new int[] {20}, random(20));
        List<byte[]> files = List.of(images, labels, gzip(images), gzip(labels));
        assertTimeout(
                Duration.ofSeconds(60),
                () -> Mutations.check(folder, 20260102, files, 16, file -> Idx.images(file, DType.FLOAT32)));
    }
}

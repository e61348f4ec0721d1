package dev.autodiff.nn.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
    @TempDir
    Path folder;

    private static Safetensors sample() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("mask", Tensor.of(new boolean[] {true, false, true}));
        tensors.put("hidden.weight", Tensor.of(new float[][] {{1, -0.0f, Float.NaN}, {Float.MIN_VALUE, 5, 6}}));
        tensors.put(
                "hidden.bias",
                Tensor.of(new float[] {0.5f, Float.NEGATIVE_INFINITY}).requireGrad());
        tensors.put("steps", Tensor.of(new long[] {Long.MIN_VALUE, 7}));
        tensors.put("rate", Tensor.of(Math.PI));
        tensors.put("none", Tensor.zeros(DType.FLOAT32, 0, 3));
        tensors.put("\"ä\\\n", Tensor.of(new double[][] {{1, 2}, {3, 4}}).transpose());
        return new Safetensors(tensors, Map.of("dtype", "float32", "note", "größer \"0\""));
    }

    @Test
    void whatIsWrittenIsRead() {
        Path file = folder.resolve("new/model.safetensors");
        sample().write(file);
        Safetensors read = Safetensors.read(file);
        assertEquals(sample().metadata(), read.metadata());
        assertEquals(sample().tensors().keySet(), read.tensors().keySet());
        sample().tensors().forEach((name, tensor) -> {
            Tensor other = read.tensors().get(name);
            assertEquals(tensor.dtype(), other.dtype(), name);
            assertEquals(tensor.shape(), other.shape(), name);
            assertArrayEquals(tensor.toDoubleArray(), other.toDoubleArray(), name);
        });
    }

    @Test
    void nothingAtAllIsAFileToo() {
        Path file = folder.resolve("empty");
        Safetensors.of(Map.of()).write(file);
        assertTrue(Safetensors.read(file).tensors().isEmpty());
    }

    @Test
    void tensorsLargerThanAChunkAreWhole() {
        Path file = folder.resolve("large");
        Tensor large = Tensor.uniform(Generator.seeded(1), DType.FLOAT32, Shape.of(333, 444), -1, 1);
        Tensor mask = large.gt(large.zerosLike());
        Safetensors.of(Map.of("large", large, "mask", mask)).write(file);
        Map<String, Tensor> read = Safetensors.read(file).tensors();
        assertArrayEquals(large.toFloatArray(), read.get("large").toFloatArray());
        assertArrayEquals(mask.toBooleanArray(), read.get("mask").toBooleanArray());
    }

    @Test
    void equalContentGivesEqualBytesInWhateverOrderItCame() {
        Map<String, Tensor> reversed = new LinkedHashMap<>();
        List<String> names = sample().tensors().keySet().stream()
                .sorted((a, b) -> b.compareTo(a))
                .toList();
        names.forEach(name -> reversed.put(name, sample().tensors().get(name)));
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("note", "größer \"0\"");
        metadata.put("dtype", "float32");
        assertArrayEquals(sample().toBytes(), new Safetensors(reversed, metadata).toBytes());
    }

    @Test
    void theBytesAreThoseOfTheFormat() {
        byte[] bytes = Safetensors.of(Map.of("b", Tensor.of(new float[] {1, 2}), "a", Tensor.of(new long[] {3})))
                .toBytes();
        String header = "{\"a\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]},"
                + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]}}";
        int length = (header.length() + 7) / 8 * 8;
        ByteBuffer expected = ByteBuffer.allocate(8 + length + 16).order(ByteOrder.LITTLE_ENDIAN);
        expected.putLong(length).put((header + " ".repeat(length - header.length())).getBytes(StandardCharsets.UTF_8));
        expected.putLong(3).putFloat(1).putFloat(2);
        assertArrayEquals(expected.array(), bytes);
    }

    @Test
    void shorterNumbersAreWidened() throws IOException {
        Path file = file(
                "{\"h\":{\"dtype\":\"F16\",\"shape\":[6],\"data_offsets\":[0,12]},"
                        + "\"b\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[12,16]},"
                        + "\"i\":{\"dtype\":\"I32\",\"shape\":[],\"data_offsets\":[16,20]},"
                        + "\"s\":{\"dtype\":\"I16\",\"shape\":[],\"data_offsets\":[20,22]},"
                        + "\"c\":{\"dtype\":\"I8\",\"shape\":[],\"data_offsets\":[22,23]},"
                        + "\"u\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[23,24]}}",
                0x00,
                0x3C,
                0x00,
                0xC0,
                0x01,
                0x00,
                0x00,
                0x7C,
                0x00,
                0x80,
                0xFF,
                0x7B,
                0x80,
                0x3F,
                0x20,
                0xC1,
                0xFE,
                0xFF,
                0xFF,
                0xFF,
                0xFD,
                0xFF,
                0xFC,
                0xFB);
        Map<String, Tensor> read = Safetensors.read(file).tensors();
        assertArrayEquals(
                new float[] {1, -2, 0x1p-24f, Float.POSITIVE_INFINITY, -0.0f, 65504},
                read.get("h").toFloatArray());
        assertArrayEquals(new float[] {1, -10}, read.get("b").toFloatArray());
        assertArrayEquals(
                new double[] {-2, -3, -4, 251},
                List.of("i", "s", "c", "u").stream()
                        .mapToDouble(n -> read.get(n).item())
                        .toArray());
    }

    private Path file(String header, int... data) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(text.length).put(text);
        for (int b : data) {
            bytes.put((byte) b);
        }
        return Files.write(folder.resolve("crafted"), bytes.array());
    }

    private void refuse(String message, String header, int... data) throws IOException {
        Path file = file(header, data);
        FormatException e = assertThrows(FormatException.class, () -> Safetensors.read(file), header);
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    @Test
    void liesInTheHeaderAreNamed() throws IOException {
        String f = "{\"a\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":%s}}";
        refuse("expected 4 bytes for F32 [1], got 8", f.formatted("[1]", "[0,8]"), new int[8]);
        refuse("the file is cut short", f.formatted("[2]", "[0,8]"), new int[4]);
        refuse("end ≤ 4", f.formatted("[2]", "[0,8]"), new int[4]);
        refuse("begin ≤ end", f.formatted("[0]", "[4,0]"), new int[4]);
        refuse("a begin at 0", f.formatted("[1]", "[4,8]"), new int[8]);
        refuse("expected 4 bytes after the header, got 5", f.formatted("[1]", "[0,4]"), new int[5]);
        refuse("elements", f.formatted("[65536,65536]", "[0,4]"), new int[4]);
        refuse("sizes up to", f.formatted("[4294967297]", "[0,4]"), new int[4]);
        refuse("whole numbers from 0", f.formatted("[-1]", "[0,4]"), new int[4]);
        refuse("whole numbers from 0", f.formatted("[1.0]", "[0,4]"), new int[4]);
        refuse("whole numbers from 0", f.formatted("[1e0]", "[0,4]"), new int[4]);
        refuse("NUMBER", f.formatted("[\"1\"]", "[0,4]"), new int[4]);
        refuse("whole numbers from 0", f.formatted("[1]", "[0,99999999999999999999]"), new int[4]);
        refuse("[begin, end]", f.formatted("[1]", "[0,4,4]"), new int[4]);
        refuse("BEGIN_ARRAY", f.formatted("1", "[0,4]"), new int[4]);
        refuse("one of [F64", "{\"a\":{\"dtype\":\"F8\",\"shape\":[],\"data_offsets\":[0,1]}}", 0);
        refuse("no data_offsets", "{\"a\":{\"dtype\":\"F32\",\"shape\":[]}}");
        refuse("'more'", "{\"a\":{\"dtype\":\"F32\",\"more\":1,\"shape\":[]}}");
        refuse("'shape' twice", "{\"a\":{\"shape\":[],\"shape\":[]}}");
        String zero = "{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}";
        refuse("'a' twice", "{\"a\":" + zero + ",\"a\":" + zero + "}");
        refuse("__metadata__", "{\"__metadata__\":{},\"__metadata__\":{}}");
        refuse("STRING", "{\"__metadata__\":{\"a\":1}}");
        refuse("element 1 at byte", "{\"a\":{\"dtype\":\"BOOL\",\"shape\":[2],\"data_offsets\":[0,2]}}", 1, 2);
        String b = "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}";
        refuse("a begin at 2", "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}," + b + "}", 0, 0, 0);
        refuse("is this a safetensors file?", "[]");
        refuse("'{'", "[]");
        refuse("'{'", "");
        refuse("JSON", "{\"a\":");
        refuse("JSON", "{} x");
        refuse("JSON", "{'a':1}");
        refuse("BEGIN_OBJECT", "{\"a\":" + "[".repeat(100_000) + "}");
    }

    @Test
    void aLongNameMakesNoLongMessage() throws IOException {
        Path file = file("{\"" + "x".repeat(1_000_000) + "\":1}");
        assertTrue(assertThrows(FormatException.class, () -> Safetensors.read(file))
                        .getMessage()
                        .length()
                < 1000);
    }

    @Test
    void aHeaderLengthBeyondTheFileTakesNoMemory() throws IOException {
        for (long length : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 40, 100_000_001, 9}) {
            byte[] bytes = ByteBuffer.allocate(16)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(length)
                    .array();
            Path file = Files.write(folder.resolve("lie"), bytes);
            FormatException e = assertThrows(FormatException.class, () -> Safetensors.read(file));
            assertTrue(e.getMessage().contains("at most 8 for a file of 16 bytes"), e.getMessage());
        }
        Path text = Files.writeString(folder.resolve("text"), "plain text, no tensors");
        String message = assertThrows(FormatException.class, () -> Safetensors.read(text))
                .getMessage();
        assertTrue(message.endsWith("; is this a safetensors file?"), message);
        Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(sample().toBytes(), 20));
        message =
                assertThrows(FormatException.class, () -> Safetensors.read(cut)).getMessage();
        assertTrue(message.contains("the file is cut short"), message);
        Path shortFile = Files.write(folder.resolve("short"), new byte[7]);
        assertThrows(FormatException.class, () -> Safetensors.read(shortFile));
    }

    @Test
    void textThatIsNotUtf8IsRefused() throws IOException {
        byte[] bytes = sample().toBytes();
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("note");
        bytes[at] = (byte) 0xC3;
        Path file = Files.write(folder.resolve("latin"), bytes);
        assertTrue(assertThrows(FormatException.class, () -> Safetensors.read(file))
                .getMessage()
                .contains("UTF-8"));
    }

    @Test
    void aMissingFileIsNamed() {
        Path file = folder.resolve("nowhere");
        UncheckedIOException e = assertThrows(UncheckedIOException.class, () -> Safetensors.read(file));
        assertTrue(e.getMessage().contains("nowhere"), e.getMessage());
    }

    @Test
    void damagedFilesAreReadOrRefused() {
        byte[] bytes = sample().toBytes();
        byte[] one =
                Safetensors.of(Map.of("w", Tensor.ones(DType.FLOAT32, 3, 4))).toBytes();
        int header = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        assertTimeout(
                Duration.ofSeconds(60),
                () -> Mutations.check(folder, 20260101, Arrays.asList(bytes, one), 8 + header, Safetensors::read));
    }
}

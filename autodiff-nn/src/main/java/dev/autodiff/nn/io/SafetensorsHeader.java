package dev.autodiff.nn.io;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The checked header of a safetensors file. Its structure has a fixed depth and is read as a stream, so that neither nesting nor numbers
 * without end can do harm.
 *
 * @param entries in the order of their bytes, without gaps or overlaps
 */
record SafetensorsHeader(List<Entry> entries, Map<String, String> metadata) {
    private static final int LONGEST_NUMBER = 18; // digits that surely fit a long

    /** A tensor's type, shape and bytes, from {@code begin} (inclusive) to {@code end} (exclusive) in the file's data. */
    record Entry(String name, ElementType type, Shape shape, long begin, long end) {}

    /**
     * Parses a header.
     *
     * @param dataBytes how many bytes follow it
     */
    static SafetensorsHeader parse(String source, byte[] header, long dataBytes) {
        return new Parser(source, dataBytes).parse(header);
    }

    private record Parser(String source, long dataBytes) {

        SafetensorsHeader parse(byte[] header) {
            if (header.length == 0 || header[0] != '{') {
                throw fault(
                        "header at byte 8",
                        "'{'",
                        (header.length == 0 ? "an empty header" : "byte " + (header[0] & 0xFF))
                                + "; is this a safetensors file?");
            }
            Map<String, Entry> entries = new LinkedHashMap<>();
            Map<String, String> metadata = new LinkedHashMap<>();
            try (JsonReader json = new JsonReader(new StringReader(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(header))
                    .toString()))) {
                json.setStrictness(Strictness.STRICT);
                readAll(json, entries, metadata);
            } catch (CharacterCodingException e) {
                throw new FormatException(source, "safetensors header", "UTF-8", e.toString(), e);
            } catch (MalformedJsonException | EOFException | IllegalStateException | NumberFormatException e) {
                throw new FormatException(
                        source, "safetensors header", "JSON as in the format", String.valueOf(e.getMessage()), e);
            } catch (IOException e) {
                throw new IllegalStateException("a text in memory could not be read", e);
            }
            List<Entry> sorted = new ArrayList<>(entries.values());
            sorted.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
            checkGaps(sorted);
            return new SafetensorsHeader(sorted, metadata);
        }

        private void readAll(JsonReader json, Map<String, Entry> entries, Map<String, String> metadata)
                throws IOException {
            boolean seenMetadata = false;
            json.beginObject();
            while (json.hasNext()) {
                String name = json.nextName();
                if (name.equals(Safetensors.METADATA)) {
                    if (seenMetadata) {
                        throw fault("header", Safetensors.METADATA + " once", "it twice");
                    }
                    seenMetadata = true;
                    readMetadata(json, metadata);
                } else if (entries.put(name, readEntry(json, name)) != null) {
                    throw fault("header", "each name once", "'" + cut(name) + "' twice");
                }
            }
            json.endObject();
            if (json.peek() != JsonToken.END_DOCUMENT) {
                throw fault(
                        "header",
                        "nothing but spaces after the last '}'",
                        json.peek().toString());
            }
        }

        private void readMetadata(JsonReader json, Map<String, String> metadata) throws IOException {
            json.beginObject();
            while (json.hasNext()) {
                String name = json.nextName();
                expect(json, JsonToken.STRING, Safetensors.METADATA + " '" + cut(name) + "'");
                if (metadata.put(name, json.nextString()) != null) {
                    throw fault("header", "each name once", Safetensors.METADATA + " '" + cut(name) + "' twice");
                }
            }
            json.endObject();
        }

        private Entry readEntry(JsonReader json, String name) throws IOException {
            String where = "tensor '" + cut(name) + "'";
            ElementType type = null;
            int[] shape = null;
            long[] offsets = null;
            expect(json, JsonToken.BEGIN_OBJECT, where);
            json.beginObject();
            while (json.hasNext()) {
                String key = json.nextName();
                boolean repeated;
                switch (key) {
                    case "dtype" -> {
                        repeated = type != null;
                        type = readType(json, where);
                    }
                    case "shape" -> {
                        repeated = shape != null;
                        shape = Arrays.stream(readNumbers(json, where + " shape"))
                                .mapToInt(n -> size(n, where))
                                .toArray();
                    }
                    case "data_offsets" -> {
                        repeated = offsets != null;
                        offsets = readNumbers(json, where + " data_offsets");
                    }
                    default -> throw fault(where, "dtype, shape and data_offsets", "'" + cut(key) + "'");
                }
                if (repeated) {
                    throw fault(where, "each key once", "'" + key + "' twice");
                }
            }
            json.endObject();
            if (type == null || shape == null || offsets == null) {
                throw fault(
                        where,
                        "dtype, shape and data_offsets",
                        "no " + (type == null ? "dtype" : shape == null ? "shape" : "data_offsets"));
            }
            return entry(name, where, type, shape, offsets);
        }

        private Entry entry(String name, String where, ElementType type, int[] sizes, long[] offsets) {
            if (offsets.length != 2 || offsets[0] > offsets[1] || offsets[1] > dataBytes) {
                throw fault(
                        where + " data_offsets",
                        "[begin, end] with begin ≤ end ≤ " + dataBytes + ", the bytes after the header",
                        cut(Arrays.toString(offsets))
                                + (offsets.length == 2 && offsets[1] > dataBytes ? "; the file is cut short" : ""));
            }
            Shape shape;
            try {
                shape = Shape.of(sizes);
            } catch (ShapeException e) {
                throw new FormatException(
                        source,
                        "safetensors " + where + " shape",
                        "at most 2147483647 elements",
                        cut(Arrays.toString(sizes)),
                        e);
            }
            long bytes = (long) shape.size() * type.bytes();
            if (bytes != offsets[1] - offsets[0]) {
                throw fault(
                        where + " data_offsets",
                        bytes + " bytes for " + type + " " + cut(shape.toString()),
                        (offsets[1] - offsets[0]) + " in " + Arrays.toString(offsets));
            }
            return new Entry(name, type, shape, offsets[0], offsets[1]);
        }

        private ElementType readType(JsonReader json, String where) throws IOException {
            expect(json, JsonToken.STRING, where + " dtype");
            String label = json.nextString();
            for (ElementType type : ElementType.values()) {
                if (type.name().equals(label)) {
                    return type;
                }
            }
            throw fault(where + " dtype", "one of " + Arrays.toString(ElementType.values()), "'" + cut(label) + "'");
        }

        /** Reads a list of whole numbers that are not negative. */
        private long[] readNumbers(JsonReader json, String where) throws IOException {
            expect(json, JsonToken.BEGIN_ARRAY, where);
            json.beginArray();
            long[] numbers = new long[4];
            int count = 0;
            while (json.hasNext()) {
                expect(json, JsonToken.NUMBER, where);
                String digits = json.nextString();
                if (digits.length() > LONGEST_NUMBER || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
                    throw fault(where, "whole numbers from 0 on", cut(digits));
                }
                if (count == numbers.length) {
                    numbers = Arrays.copyOf(numbers, 2 * count);
                }
                numbers[count++] = Long.parseLong(digits);
            }
            json.endArray();
            return Arrays.copyOf(numbers, count);
        }

        private int size(long n, String where) {
            if (n > Integer.MAX_VALUE) {
                throw fault(where + " shape", "sizes up to 2147483647", Long.toString(n));
            }
            return (int) n;
        }

        private void checkGaps(List<Entry> sorted) {
            long position = 0;
            for (Entry entry : sorted) {
                if (entry.begin() != position) {
                    throw fault(
                            "tensor '" + cut(entry.name()) + "' data_offsets",
                            "a begin at " + position + ", where the tensor before it ends",
                            Long.toString(entry.begin()));
                }
                position = entry.end();
            }
            if (position != dataBytes) {
                throw fault("data", position + " bytes after the header", Long.toString(dataBytes));
            }
        }

        private void expect(JsonReader json, JsonToken token, String where) throws IOException {
            JsonToken next = json.peek();
            if (next != token) {
                throw fault(where, token.toString(), next.toString());
            }
        }

        private FormatException fault(String where, String expected, @Nullable String actual) {
            return new FormatException(source, "safetensors " + where, expected, String.valueOf(actual));
        }

        /** Keeps a message short, whatever a file holds. */
        private static String cut(String text) {
            return text.length() <= 100 ? text : text.substring(0, 100) + "…";
        }
    }
}

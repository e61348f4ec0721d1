package dev.autodiff.nn.io;

import com.google.gson.stream.JsonWriter;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Named tensors in a file of the safetensors format, which PyTorch, NumPy and others read too: eight bytes with the header's length n
 * (little-endian), a JSON header of n bytes with type, shape and position of each tensor, then their elements without gaps. See
 * <a href="https://huggingface.co/docs/safetensors">huggingface.co/docs/safetensors</a>.
 *
 * <pre>{@code
 * Safetensors.of(model.state()).write(Path.of("model.safetensors"));
 * model.load(Safetensors.read(Path.of("model.safetensors")).tensors());
 * }</pre>
 *
 * <p>Equal tensors and metadata give equal bytes: tensors stand in the order of the reference implementation, by type (int64, float64,
 * float32, bool) and then by name, so that each is aligned to its element size.
 *
 * @param tensors by name; as read, in the order of the file; what a training may change is copied
 * @param metadata any texts by name, {@code __metadata__} in the header
 */
public record Safetensors(Map<String, Tensor> tensors, Map<String, String> metadata) {
    /** The longest header that is read or written, as in the reference implementation: 100 MB. */
    static final int LONGEST_HEADER = 100_000_000;

    static final String METADATA = "__metadata__";

    private static final int LENGTH_BYTES = 8;
    private static final int CHUNK = 1 << 16;
    private static final List<DType> ORDER = List.of(DType.INT64, DType.FLOAT64, DType.FLOAT32, DType.BOOL);

    /** Copies the maps, and the tensors that may change. */
    public Safetensors {
        if (tensors.containsKey(METADATA)) {
            throw new IllegalArgumentException(
                    "safetensors: no tensor may be named " + METADATA + "; give texts as metadata");
        }
        Map<String, Tensor> copies = new LinkedHashMap<>(tensors);
        copies.replaceAll((name, tensor) -> tensor.snapshot());
        tensors = Collections.unmodifiableMap(copies);
        metadata = Collections.unmodifiableMap(
                new TreeMap<>(metadata)); // in an order that does not depend on the map that was given
    }

    /** Returns tensors without metadata. */
    public static Safetensors of(Map<String, Tensor> tensors) {
        return new Safetensors(tensors, Map.of());
    }

    /** Returns these tensors with other metadata. */
    public Safetensors withMetadata(Map<String, String> newMetadata) {
        return new Safetensors(tensors, newMetadata);
    }

    // ---- reading ----

    /**
     * Reads a file. Float16 and bfloat16 become float32; the integers of 8, 16 and 32 bits become int64. No more memory is taken than the
     * file's own size accounts for, whatever its header claims.
     *
     * @throws FormatException if the file is damaged or of another kind
     * @throws UncheckedIOException if it cannot be read
     */
    public static Safetensors read(Path file) {
        String source = file.toString();
        try (FileChannel channel = FileChannel.open(file)) { // whose size stays its own while the file is replaced
            return read(source, Channels.newInputStream(channel), channel.size());
        } catch (EOFException e) {
            throw new FormatException(
                    source, "safetensors data", "the length at opening", "a file that became shorter", e);
        } catch (IOException e) {
            throw new UncheckedIOException("safetensors: " + file + " could not be read: " + e, e);
        }
    }

    private static Safetensors read(String source, InputStream in, long size) throws IOException {
        if (size < LENGTH_BYTES) {
            throw new FormatException(
                    source,
                    "safetensors header length at byte 0",
                    "8 bytes",
                    size + " in the file; the file is cut short, or is it of another kind?");
        }
        long length = ByteBuffer.wrap(exactly(in, LENGTH_BYTES))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong();
        long most = Math.min(size - LENGTH_BYTES, LONGEST_HEADER);
        if (length < 0 || length > most) {
            throw new FormatException(
                    source,
                    "safetensors header length at byte 0",
                    "at most " + most + " for a file of " + size + " bytes",
                    Long.toUnsignedString(length)
                            + (length > 0 && length <= LONGEST_HEADER ? "; the file is cut short, or" : ";")
                            + " is this a safetensors file?");
        }
        SafetensorsHeader header =
                SafetensorsHeader.parse(source, exactly(in, (int) length), size - LENGTH_BYTES - length);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (SafetensorsHeader.Entry entry : header.entries()) {
            long position = LENGTH_BYTES + length + entry.begin();
            ElementDecoder decoder = new ElementDecoder(source, entry, position);
            while (decoder.remaining() > 0) {
                decoder.take(exactly(in, (int) Math.min(CHUNK, decoder.remaining())));
            }
            tensors.put(entry.name(), decoder.tensor());
        }
        return new Safetensors(tensors, header.metadata());
    }

    private static byte[] exactly(InputStream in, int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("expected " + count + " bytes, got " + bytes.length);
        }
        return bytes;
    }

    // ---- writing ----

    /**
     * Writes a file, so that the old or the new one is whole at any moment, see {@link AtomicFiles}.
     *
     * @throws UncheckedIOException if that fails; the old file is then as it was
     */
    public void write(Path file) {
        AtomicFiles.write(file, this::writeTo);
    }

    /** Returns the bytes of the file. */
    public byte[] toBytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException("safetensors: memory refused to be written to", e);
        }
        return out.toByteArray();
    }

    private void writeTo(OutputStream out) throws IOException {
        List<Map.Entry<String, Tensor>> sorted = tensors.entrySet().stream()
                .sorted(Comparator.<Map.Entry<String, Tensor>>comparingInt(
                                e -> ORDER.indexOf(e.getValue().dtype()))
                        .thenComparing(Map.Entry::getKey))
                .toList();
        byte[] header = header(sorted);
        out.write(ByteBuffer.allocate(LENGTH_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .array());
        out.write(header);
        for (Map.Entry<String, Tensor> entry : sorted) {
            writeElements(entry.getValue(), out);
        }
    }

    private byte[] header(List<Map.Entry<String, Tensor>> sorted) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonWriter json = new JsonWriter(new OutputStreamWriter(bytes, StandardCharsets.UTF_8))) {
            json.beginObject();
            if (!metadata.isEmpty()) {
                json.name(METADATA).beginObject();
                for (Map.Entry<String, String> text : metadata.entrySet()) {
                    json.name(text.getKey()).value(text.getValue());
                }
                json.endObject();
            }
            long position = 0;
            for (Map.Entry<String, Tensor> entry : sorted) {
                Tensor tensor = entry.getValue();
                json.name(entry.getKey()).beginObject();
                json.name("dtype").value(label(tensor.dtype()));
                json.name("shape").beginArray();
                for (int n : tensor.shape().toArray()) {
                    json.value(n);
                }
                json.endArray();
                long end = position + (long) tensor.size() * tensor.dtype().bytes();
                json.name("data_offsets")
                        .beginArray()
                        .value(position)
                        .value(end)
                        .endArray();
                json.endObject();
                position = end;
            }
            json.endObject();
        }
        while (bytes.size() % LENGTH_BYTES != 0) {
            bytes.write(' ');
        }
        if (bytes.size() > LONGEST_HEADER) {
            throw new IllegalArgumentException("safetensors: names, shapes and metadata take " + bytes.size()
                    + " bytes, the format allows " + LONGEST_HEADER);
        }
        return bytes.toByteArray();
    }

    private static String label(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> "F32";
            case FLOAT64 -> "F64";
            case INT64 -> "I64";
            case BOOL -> "BOOL";
        };
    }

    private static void writeElements(Tensor tensor, OutputStream out) throws IOException {
        int size = tensor.size();
        int bytes = tensor.dtype().bytes();
        byte[] chunk = new byte[CHUNK];
        ByteBuffer buffer = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
        Tensor flat = tensor.detach().flatten();
        for (int from = 0; from < size; from += CHUNK / bytes) {
            int count = Math.min(CHUNK / bytes, size - from);
            Tensor part = flat.narrow(0, from, count);
            buffer.clear();
            switch (tensor.dtype()) {
                case FLOAT32 -> buffer.asFloatBuffer().put(part.toFloatArray());
                case FLOAT64 -> buffer.asDoubleBuffer().put(part.toDoubleArray());
                case INT64 -> buffer.asLongBuffer().put(part.toLongArray());
                case BOOL -> {
                    for (boolean x : part.toBooleanArray()) {
                        buffer.put((byte) (x ? 1 : 0));
                    }
                }
            }
            out.write(chunk, 0, count * bytes);
        }
    }
}

package dev.autodiff.nn.io;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import dev.autodiff.Generator;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** Damages files in every way that seeded chance finds, and watches what reading them does. */
public final class Mutations {
    /** How many damaged files of each format are read. */
    public static final int COUNT = 10_000;

    /** What reading a file of a few hundred bytes may allocate: buffers, the tensors, an exception with its trace. */
    private static final long MOST_BYTES = 4 << 20;

    private Mutations() {}

    /**
     * Reads {@link #COUNT} damaged copies of some files. Each must be read, or refused with a message that names the file, without
     * allocating more than such a small file needs.
     *
     * @param headerBytes how many bytes at the beginning are damaged more often than the rest
     */
    public static void check(Path folder, long seed, List<byte[]> originals, int headerBytes, Consumer<Path> read)
            throws IOException {
        Generator generator = Generator.seeded(seed);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int refused = 0;
        for (int i = 0; i < COUNT; i++) {
            byte[] original = originals.get(generator.nextInt(originals.size()));
            byte[] damaged = mutate(original, generator, headerBytes);
            Path file =
                    folder.resolve("damaged" + i); // a new name: overwriting makes some file systems wait for the disk
            Files.write(file, damaged);
            long before = threads.getCurrentThreadAllocatedBytes();
            try {
                read.accept(file);
            } catch (FormatException e) {
                refused++;
                String message = e.getMessage();
                assertTrue(
                        message.startsWith(file + ": ")
                                && message.contains(": expected ")
                                && message.contains(", got "),
                        message);
                assertTrue(message.length() < 1000, message);
            } catch (RuntimeException | Error e) {
                fail("seed " + seed + ", mutation " + i + ": " + Arrays.toString(damaged), e);
            }
            Files.delete(file);
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(
                    allocated < MOST_BYTES,
                    () -> allocated + " bytes were allocated to read " + Arrays.toString(damaged));
        }
        assertTrue(refused > COUNT / 4, "only " + refused + " were refused");
    }

    private static byte[] mutate(byte[] original, Generator generator, int headerBytes) {
        byte[] bytes = original.clone();
        int times = 1 + generator.nextInt(3);
        for (int t = 0; t < times; t++) {
            bytes = once(bytes, generator, headerBytes);
        }
        return bytes;
    }

    private static byte[] once(byte[] bytes, Generator generator, int headerBytes) {
        int n = bytes.length;
        if (n == 0) {
            return new byte[] {(byte) generator.nextInt(256)};
        }
        int header = Math.min(n, headerBytes);
        int at = generator.nextInt(4) == 0 ? generator.nextInt(n) : generator.nextInt(header);
        switch (generator.nextInt(9)) {
            case 0 -> bytes[at] ^= (byte) (1 << generator.nextInt(8));
            case 1 -> bytes[at] = (byte) generator.nextInt(256);
            case 2 -> bytes[at] = (byte) (generator.nextInt(2) * 0xFF);
            case 3 -> bytes[at] = (byte) "0123456789{}[]\",:-.eE\\ntf".charAt(generator.nextInt(25));
            case 4 -> { // a length, as large as it can be
                for (int i = 0; i < 1 + generator.nextInt(8) && at + i < n; i++) {
                    bytes[at + i] = (byte) 0xFF;
                }
            }
            case 5 -> {
                return Arrays.copyOf(bytes, generator.nextInt(n));
            }
            case 6 -> {
                return Arrays.copyOf(bytes, n + 1 + generator.nextInt(40));
            }
            case 7 -> { // a piece cut out
                int to = Math.min(n, at + 1 + generator.nextInt(20));
                byte[] shorter = Arrays.copyOf(bytes, n - (to - at));
                System.arraycopy(bytes, to, shorter, at, n - to);
                return shorter;
            }
            default -> { // a piece twice
                int to = Math.min(n, at + 1 + generator.nextInt(20));
                byte[] longer = Arrays.copyOf(bytes, n + (to - at));
                System.arraycopy(bytes, at, longer, to, n - at);
                return longer;
            }
        }
        return bytes;
    }
}

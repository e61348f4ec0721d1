package dev.autodiff.nn.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes files so that at any moment the old or the new one is whole, even if the process is killed or the power fails: into a new file
 * beside the old one, out to the disk, and then under its name in one step. A killed process may leave a file {@code .name.….tmp}
 * behind, which may be deleted.
 */
public final class AtomicFiles {
    private static final int BUFFER = 1 << 16;

    /** What Linux follows at most. */
    private static final int MOST_LINKS = 40;

    private AtomicFiles() {}

    /** What fills a file. */
    @FunctionalInterface
    public interface Content {
        /** Writes all of the content; the stream is buffered, and closed by the caller. */
        void writeTo(OutputStream out) throws IOException;
    }

    /** Writes bytes, see {@link #write(Path, Content)}. */
    public static void write(Path file, byte[] content) {
        write(file, out -> out.write(content));
    }

    /** Writes text as UTF-8, see {@link #write(Path, Content)}. */
    public static void write(Path file, String content) {
        write(file, content.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Writes a file, replacing the one that is there, or the one that a symbolic link there leads to; missing folders are made.
     *
     * @throws UncheckedIOException if that fails; the old file is then as it was
     */
    public static void write(Path file, Content content) {
        Path target = file.toAbsolutePath();
        if (target.getParent() == null || target.getFileName() == null) {
            throw new IllegalArgumentException("write: " + file + " names no file");
        }
        try {
            target = behindLinks(target);
            Path folder = target.resolveSibling("");
            Files.createDirectories(folder);
            Path temporary = fill(folder, "." + target.getFileName(), content);
            try {
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                delete(temporary, e);
                throw e;
            }
            synchronize(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "write: " + file + " could not be written; what was there is unchanged: " + e, e);
        }
    }

    /** Returns what symbolic links lead to, which may not exist yet, so that the links stay. */
    private static Path behindLinks(Path path) throws IOException {
        Path target = path;
        for (int links = 0; Files.isSymbolicLink(target); links++) {
            if (links == MOST_LINKS) {
                throw new IOException(path + " is a loop of symbolic links");
            }
            target = target.resolveSibling(Files.readSymbolicLink(target));
        }
        return target;
    }

    private static Path fill(Path folder, String prefix, Content content) throws IOException {
        Path temporary = unused(folder, prefix);
        try (FileChannel channel =
                        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER)) {
            content.writeTo(out);
            out.flush();
            channel.force(true);
            return temporary;
        } catch (FileAlreadyExistsException e) {
            throw e; // another writer's
        } catch (IOException | RuntimeException | Error e) {
            delete(temporary, e);
            throw e;
        }
    }

    /** Returns a name that no other writer uses; not a temporary file of the JDK's making, which only its owner could read. */
    private static Path unused(Path folder, String prefix) {
        return folder.resolve(prefix + "." + ProcessHandle.current().pid() + "." + System.nanoTime() + ".tmp");
    }

    private static void delete(Path temporary, Throwable reason) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    /** Brings the new name to the disk as well. */
    private static void synchronize(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Windows opens no folders. The file is whole in any case; only after a power failure it may be the old
            // one.
            return;
        }
    }
}

package dev.autodiff.examples.mnist;

import dev.autodiff.Tensor;
import dev.autodiff.examples.page.ProgramException;
import dev.autodiff.nn.data.Idx;
import dev.autodiff.shape.DType;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * The MNIST digits that come with this module.
 *
 * @param images [n, 28, 28], from 0 for the ground to 1 for the ink
 * @param labels [n], int64 from 0 to 9
 */
public record MnistData(Tensor images, Tensor labels) {
    private static final String CHECKSUMS = "SHA256SUMS";

    /** The 60,000 digits for training. */
    public static MnistData train(DType dtype) {
        return load("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", dtype);
    }

    /** The 10,000 digits for the test. */
    public static MnistData test(DType dtype) {
        return load("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz", dtype);
    }

    public int size() {
        return images.size(0);
    }

    /** Returns {@code length} digits from {@code start} on. */
    public MnistData range(int start, int length) {
        return new MnistData(images.narrow(0, start, length), labels.narrow(0, start, length));
    }

    private static MnistData load(String images, String labels, DType dtype) {
        URL folder = MnistData.class.getResource(CHECKSUMS);
        if (folder == null) {
            throw new ProgramException("the MNIST files are missing from the program's jar; build it again");
        }
        try {
            URI uri = folder.toURI();
            if (!"jar".equals(uri.getScheme())) {
                return load(Path.of(uri), images, labels, dtype);
            }
            String[] parts = uri.toString().split("!", 2);
            try (FileSystem jar = FileSystems.newFileSystem(Path.of(URI.create(parts[0].substring("jar:".length()))))) {
                return load(jar.getPath(parts[1]), images, labels, dtype);
            }
        } catch (IOException | URISyntaxException e) {
            throw new ProgramException("the MNIST files could not be read: " + e, e);
        }
    }

    private static MnistData load(Path checksums, String images, String labels, DType dtype) throws IOException {
        Map<String, String> sums = new HashMap<>();
        for (String line : Files.readAllLines(checksums)) {
            String[] words = line.split("\\s+", 2);
            sums.put(words[1], words[0]);
        }
        Path imageFile = checksums.resolveSibling(images);
        Path labelFile = checksums.resolveSibling(labels);
        check(imageFile, sums.get(images));
        check(labelFile, sums.get(labels));
        return new MnistData(Idx.images(imageFile, dtype), Idx.labels(labelFile));
    }

    private static void check(Path file, @org.jspecify.annotations.Nullable String expected) throws IOException {
        String actual;
        try {
            actual = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
        if (!actual.equals(expected)) {
            throw new ProgramException(
                    file + " is damaged: expected the SHA-256 checksum " + expected + ", got " + actual);
        }
    }
}
